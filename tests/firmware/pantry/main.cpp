// Containers whose elements are in nodes or blocks of the heap: main -> serve -> hold.
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <forward_list>
#include <list>
#include <map>
#include <new>
#include <queue>
#include <set>
#include <stack>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#define NOINLINE __attribute__((noinline, noclone))

alignas(8) static char arena[4096];
static std::size_t arena_used;

void *operator new(std::size_t size)
{
    void *block = &arena[arena_used];
    arena_used += (size + 7) / 8 * 8;
    return block;
}
void operator delete(void *) noexcept {}
void operator delete(void *, std::size_t) noexcept {}

// Without exceptions: what the library would throw.
namespace std {
void __throw_length_error(const char *)
{
    for (;;) {
    }
}
void __throw_logic_error(const char *text) { __throw_length_error(text); }
void __throw_bad_alloc() { __throw_length_error(nullptr); }
void __throw_bad_array_new_length() { __throw_length_error(nullptr); }
} // namespace std
extern "C" {
void *__dso_handle;
}
extern "C" int __aeabi_atexit(void *, void (*)(void *), void *) { return 0; }

struct Jar {
    std::int64_t amount; // aligned to eight bytes
    char kind;
};

std::list<int> shelf{3, 1, 2};
std::list<Jar> jars{{5, 'a'}, {6, 'b'}};
std::list<int> no_shelf;
std::forward_list<short> line{7, 8, 9};
std::forward_list<Jar> jar_line{{-1, 'z'}};
std::forward_list<int> no_line;
std::deque<int> crates{1, 2, 3};
std::deque<Jar> no_crates;
std::deque<std::uint32_t> long_belt;
std::unordered_map<int, std::string> labels{{4, "four"}};
std::unordered_map<std::string, Jar> by_name{{"flour", {2, 'f'}}};
std::unordered_set<int> numbers;
std::unordered_multiset<std::uint8_t> bytes{6, 6};
std::unordered_map<int, int> no_labels;
std::multimap<int, char> tagged{{2, 'b'}, {1, 'a'}, {2, 'c'}};
std::multiset<int> sizes{5, 4, 5};
std::bitset<5> taps{0b10110};
std::bitset<40> drawers{0x8000000001ull};
std::bitset<0> no_taps;
std::queue<int> guests;
std::stack<int, std::vector<int>> plates;
std::priority_queue<int> urgent;

volatile std::uint32_t released;

NOINLINE static std::uint32_t hold(volatile std::uint32_t &flag)
{
    std::uint32_t spins = 0;
    while (flag == 0) {
        spins = (spins + 1) | 0x80000000u;
    }
    return spins;
}

NOINLINE static std::uint32_t serve(std::list<int> order, const std::deque<int> &seats)
{
    std::list<std::list<int>> nested{order, {9}};
    __asm__ volatile("" ::"r"(&nested) : "memory");
    return hold(released) + nested.size() + seats.size();
}

int main()
{
    // Taken from the front and added behind: the belt begins and ends amidst a block.
    for (std::uint32_t at = 0; at < 300; at++) {
        long_belt.push_back(at);
    }
    for (int at = 0; at < 130; at++) {
        long_belt.pop_front();
    }
    for (int guest : {21, 22, 23}) {
        guests.push(guest);
        plates.push(guest);
        urgent.push(guest);
    }
    numbers.insert(12);
    taps.flip(3);
    drawers.flip(1);
    guests.pop();
    plates.pop();
    return static_cast<int>(serve(shelf, crates));
}
