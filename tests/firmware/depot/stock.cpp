// The library's types, as libstdc++ lays them out.
#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include "depot.hpp"

// Without exceptions: what the library would throw.
namespace std {
[[noreturn]] static void give_up()
{
    for (;;) {
    }
}
void __throw_length_error(const char *) { give_up(); }
void __throw_logic_error(const char *) { give_up(); }
void __throw_out_of_range_fmt(const char *, ...) { give_up(); }
void __throw_bad_alloc() { give_up(); }
void __throw_bad_array_new_length() { give_up(); }
void __throw_bad_function_call() { give_up(); }
} // namespace std
extern "C" {
void *__dso_handle;
}
extern "C" void __cxa_pure_virtual() { std::give_up(); }
extern "C" int __aeabi_atexit(void *, void (*)(void *), void *) { return 0; }

namespace depot {

struct Good {
    virtual ~Good() = default;
    std::string name;
    int amount = 0;
    Good(const char *its_name, int its_amount) : name(its_name), amount(its_amount) {}
};
struct Paint : Good {
    std::array<std::uint8_t, 3> colour;
    Paint(const char *its_name, int its_amount, std::array<std::uint8_t, 3> its_colour)
        : Good(its_name, its_amount), colour(its_colour)
    {
    }
};

class Ledger {
    std::map<std::string, int> totals_{{"nails", 500}, {"a long name for a small screw", 12}, {"\"\n", 0}};
    std::vector<std::pair<int, const char *>> log_{{1, "in"}, {2, "out"}};
    std::chrono::milliseconds opened_{1500};
};

static Ledger the_ledger;
Ledger *ledger = &the_ledger;

// --- text ---
std::string empty_text;
std::string short_text = "fifteen letters";
std::string long_text = "more than fifteen letters";
std::string_view view = std::string_view{"a view of text"}.substr(2, 4);
std::u16string_view wide_text = u"\u00b5m";

// --- sequences ---
std::array<short, 3> marks{1, -2, 3};
std::array<std::array<char, 4>, 2> codes{{{'a', 'b', 0, 0}, {'c', 0, 0, 0}}};
std::array<int, 0> no_marks;
std::vector<int> numbers{10, 20, 30};
std::vector<std::string> texts{"one", "a text that is too long to be short"};
std::vector<bool> bits{true, false, true, true};
std::vector<Place> no_places;
std::span<const int> window{numbers.data() + 1, 2};
std::span<short, 3> whole{marks};

// --- one or none, one of several, several ---
std::optional<int> some = 5;
std::optional<std::string> no_text;
std::optional<Place> some_place = Place{8, 9};
std::variant<int, float, Place> number = 7;
std::variant<int, float, Place> real = 2.5F;
std::variant<int, std::string> text = std::string{"varied"};
std::pair<int, std::string> pair{4, "four"};
std::tuple<int, char, Place> triple{1, 'x', {2, 3}};
std::tuple<> no_fields;

// --- owners ---
std::unique_ptr<Good> paint = std::make_unique<Paint>("red", 3, std::array<std::uint8_t, 3>{255, 0, 1});
std::unique_ptr<Good> no_good;
std::unique_ptr<int[]> raw{new int[2]{1, 2}};
std::shared_ptr<Place> shared{new Place{6, 7}};
std::shared_ptr<Place> same = shared;
std::weak_ptr<Place> weak = shared;
std::weak_ptr<Place> expired = std::shared_ptr<Place>{new Place{1, 1}};
std::shared_ptr<Place> no_share;

// --- trees ---
std::map<int, std::string> by_number{{3, "three"}, {1, "one"}, {2, "two"}};
std::map<int, std::string> no_numbers;
std::set<int> sizes{40, 10, 30};

// --- time and the rest ---
std::chrono::milliseconds timeout{1500};
std::chrono::seconds uptime{86400};
std::chrono::duration<double> exact{0.25};
std::chrono::duration<int, std::ratio<1, 32768>> crystal{512};
std::chrono::hours shift{8};
std::chrono::time_point<std::chrono::steady_clock, std::chrono::microseconds> started{
    std::chrono::microseconds{42}};
std::atomic<int> counter{17};
std::atomic<bool> busy{true};
std::atomic<Place *> current{nullptr};
std::function<int(int)> twice = [](int value) { return 2 * value; };
std::function<int(int)> no_function;
std::reference_wrapper<std::array<short, 3>> marks_reference{marks};

NOINLINE std::uint32_t hold(const Place &where, volatile std::uint32_t &flag)
{
    std::uint32_t spins = 0;
    while (flag == 0) {
        spins = (spins + 1) | 0x80000000u;
        __asm__ volatile("" ::"r"(&where));
    }
    return spins;
}

NOINLINE static int count_stock(const std::string &title, std::span<const int> amounts, std::string_view note,
                                std::unique_ptr<Place> place, std::optional<int> limit,
                                std::chrono::milliseconds patience)
{
    std::string local = title + "!";
    std::array<int, 2> pair_of{amounts[0], limit.value_or(0)};
    std::vector<Place> places{*place, {1, 1}};
    std::map<int, std::string> tree{{2, local}, {1, title}};
    std::variant<int, std::string_view> choice = note;
    std::tuple<const std::string &, int> bound{title, 3};
    const auto print = [&title, note, count = places.size()] { return note.size() + title.size() + count; };
    const auto &[first, second] = bound;
    __asm__ volatile("" ::"r"(&local), "r"(&pair_of), "r"(&choice), "r"(&tree), "r"(&print) : "memory");
    const std::uint32_t waited = hold(places[0], released);
    return static_cast<int>(waited + print() + first.size() + note.size() + tree.size()) + second +
           pair_of[1] + static_cast<int>(patience.count());
}

int take_stock(int round, const Place &where)
{
    static std::vector<int> rounds;
    rounds.push_back(round);
    counter++;
    return count_stock(short_text, window, view, std::make_unique<Place>(where), some, timeout);
}

} // namespace depot
