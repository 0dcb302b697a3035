// What the language C++ adds to C, in parameters, locals and statics:
// main -> Crew::work -> Crane::visit (virtual) -> lambda -> audit<...> -> take_stock -> hold.
#include <cstddef>
#include <new>

#include "depot.hpp"

static std::uint64_t arena[128];
static std::size_t arena_used;

void *operator new(std::size_t size)
{
    void *block = &arena[arena_used];
    arena_used += (size + 7) / 8;
    return block;
}
void operator delete(void *) noexcept {}
void operator delete(void *, std::size_t) noexcept {}

namespace depot {

volatile std::uint32_t released;

// --- one base, several, virtual ones ---

class Labelled {
public:
    explicit Labelled(unsigned number) : number_(number) {}
    virtual const char *label() const { return "labelled"; }
    virtual int visit(const Place &where, int &&depth) = 0;

protected:
    unsigned number_;
    static inline int made = 2;
    static constexpr int most = 99;
};

struct Weighed {
    float kilos;
    State state : 8;
    bool sealed : 1;
};

struct Moved {
    virtual void move(const Place &to) { last = to; }
    Place last{0, 0};
};

class Crate : public Labelled, protected Weighed, public Moved {
public:
    Crate(unsigned number, float kilos) : Labelled(number), Weighed{kilos, State::Full, true} {}
    const char *label() const override { return "crate"; }
    int visit(const Place &where, int &&depth) override { return where.row + depth; }
    int weigh(int factor) const { return static_cast<int>(kilos) * factor; }

    int stacked = 4;
};

struct Tracked {
    virtual int beacon() const { return signal; }
    int signal = 40;
};
struct Ridden : virtual Tracked {
    int rider = 41;
};
struct Lifting : virtual Tracked {
    int load = 42;
};
struct Forklift : Ridden, Lifting {
    int beacon() const override { return battery; }
    int battery = 43;
};

// --- templates, unions, nested and nameless types ---

template <typename Item, std::size_t Count> struct Shelf {
    struct Slot {
        Item item;
        State state;
    };
    Slot slots[Count];
    std::size_t used;
};

union Tag {
    std::uint32_t word;
    char text[4];
};

struct Options {
    union {
        int speed;
        float ratio;
    };
    struct {
        bool loud : 1;
        int gain : 7;
    };
    enum : signed char { Off = -1, On = 1 } power;
};

// --- statics ---

static Crate crate{7, 2.5F};
Forklift forklift;
const Labelled *any = &crate;
Moved *moved = &crate;
Tracked *tracked = &forklift;
Lifting &lifting = forklift;
const Labelled *nobody = nullptr;
Shelf<Place, 2> shelf{{{{1, 2}, State::Full}, {{3, 4}, State::Reserved}}, 2};
Shelf<const char *, 1> names{{{"door", static_cast<State>(9)}}, 1};
Tag tag{0x00424141};
Options options{{.speed = 3}, {true, -5}, Options::Off};
char8_t narrow8 = u8'n';
const char16_t *text16 = u"\u00b5m";

int Place::*axis = &Place::column;
int Place::*no_axis = nullptr;
int (Crate::*weigh)(int) const = &Crate::weigh;
const char *(Labelled::*label)() const = &Labelled::label;
int (Labelled::*visit)(const Place &, int &&) = &Labelled::visit;
int (Crate::*nothing)(int) const = nullptr;
decltype(nullptr) null = nullptr;

int (*stock)(int, const Place &) = take_stock;
int (&stock_reference)(int, const Place &) = take_stock;
const Place (&pair_of_places)[2] = *new Place[1][2]{{{5, 6}, {7, 8}}};

namespace {
bool open_for_business = true;
}

inline namespace v2 {
struct Revision {
    int number;
} revision{12};
} // namespace v2

// --- frames ---

template <int Times, typename Action> NOINLINE int audit(const Action &action, Place &&start)
{
    int total = 0;
    for (int round = 0; round < Times; round++) {
        total += action(round, start);
    }
    return total;
}

class Crane : public Crate {
public:
    using Crate::Crate;
    const char *label() const override { return "crane"; }
    NOINLINE int visit(const Place &where, int &&depth) override
    {
        static int visits;
        const Place origin{where.row - 1, where.column - 1};
        Place copy = where;
        auto &reach = reach_;
        visits++;
        const auto look = [this, &copy, reach, depth](int round, const Place &start) {
            static int looks = 10;
            looks += round;
            return take_stock(round + depth, copy) + start.row + reach + stacked;
        };
        const int found = audit<2>(look, Place{origin.row, 77});
        return found + origin.column;
    }

private:
    int reach_ = 15;
};

class Crew {
public:
    explicit Crew(Crane &crane) : crane_(crane), first_{&crane} {}
    // By value, by reference, not trivial, a member pointer, and variable arguments.
    NOINLINE int work(Labelled &labelled, Tracked &beacon, Tag by_value, Options by_pointer,
                      int Place::*member, int (Crate::*method)(int) const, ...)
    {
        struct Note {
            const char *what;
            int Place::*which;
        } note{labelled.label(), member};
        int (*volatile plain)(int) = [](int value) { return value + 1; };
        const int weight = (crane_.*method)(2);
        const int signal = beacon.beacon();
        const Place where{weight, signal};
        const int result = labelled.visit(where, 3) + plain(by_value.text[0]) + by_pointer.gain;
        return result + where.*note.which + (note.what != nullptr);
    }

private:
    Crane &crane_;
    Labelled *first_[2];
};

} // namespace depot

int main()
{
    depot::Crane crane{8, 10.0F};
    depot::Crew crew{crane};
    if (depot::ledger == nullptr || !depot::open_for_business) {
        return 1;
    }
    return crew.work(crane, depot::forklift, depot::tag, depot::options, depot::axis, &depot::Crate::weigh,
                     1);
}
