/* Values of every kind, as parameters, locals and statics, in memory and in registers. */
#include "workout.h"

#include <complex.h>
#include <stdbool.h>

typedef uint16_t celsius;
typedef uint32_t (*folder)(uint32_t, uint32_t);

enum flags { FLAG_A = 1, FLAG_B = 2, FLAG_C = 4, FLAG_ALL = 7 };

struct pair {
    uint8_t low, high;
};

struct bits {
    unsigned ready : 1;
    signed level : 5;
    unsigned : 3;
    unsigned wide : 17;
    uint64_t far : 40;
    enum mode mode : 4;
};

union word {
    uint32_t whole;
    int16_t halves[2];
    struct {
        uint8_t first, second;
    };
    float real;
};

struct node {
    struct node *next;
    const char *label;
    volatile celsius temperature;
    union word word;
    struct pair pairs[2];
    folder fold;
    char text[6];
};

struct tail {
    uint32_t length;
    uint16_t items[];
};

struct big {
    double numbers[6];
    int64_t total;
};

static uint32_t fold_one(uint32_t a, uint32_t b)
{
    return (a << 1) ^ b;
}

static struct node second = {NULL, "second", 71, {.real = -0.5f}, {{1, 2}, {3, 4}}, NULL, "two"};
struct node first = {&second, "first", 65535, {.whole = 0xdeadbeef}, {{5, 6}}, fold_one, "one"};
static const int8_t grid[2][3][2] = {{{1, -2}, {3, -4}, {5, -6}}, {{7, -8}, {9, -10}, {11, -12}}};
static struct bits device = {1, -7, 0x1abcd, 0xfedcba9876ull, MODE_HALT};
static struct tail tail = {3, {100, 200, 300}};
static _Bool is_armed = true;
static double _Complex rotor = 1.5 - 2.25 * I;
static long double widest = 3.0e-300L;
volatile int64_t longest = INT64_MIN;
static enum flags flags = FLAG_A | FLAG_C;
static const char *const names[] = {"idle", "run", NULL};
static void *nowhere = (void *)0xFFFFFFFFu;
static wchar_t letter = 0xe9;

static NOINLINE uint32_t use(const volatile void *object)
{
    const volatile uint8_t *octets = object;
    return octets[0] + next_random() % 3u;
}

static NOINLINE uint32_t scalars(
    int8_t a, uint16_t b, int64_t c, float d, double e, bool f, char g, enum flags h)
{
    const uint32_t constant = 77;
    celsius warm = (celsius)(b + 1u);
    int64_t shifted = c >> (a & 3);
    double product = e * 3.0;
    float quotient = d / 4.0f;
    bool both = f && b > 3u;
    char next = (char)(g + 1);
    enum flags other = (enum flags)(h ^ FLAG_ALL);
    uint32_t used = use(&warm);
    used += (uint32_t)shifted + (uint32_t)product + (uint32_t)quotient + both + (uint32_t)next;
    return used + (uint32_t)other + constant + next_random();
}

static NOINLINE uint32_t aggregates(struct pair small, struct big large, union word word)
{
    struct pair swapped = {small.high, small.low};
    struct bits copy = device;
    copy.level = (int)small.low - 9;
    copy.wide += small.high;
    union word other = {.halves = {(int16_t)word.whole, -3}};
    uint32_t used = use(&large) + use(&copy);
    return used + swapped.low + other.second + (uint32_t)large.total + copy.wide;
}

static NOINLINE struct pair makes_pair(uint32_t turn)
{
    struct pair made = {(uint8_t)turn, (uint8_t)(turn * 3u)};
    made.high ^= (uint8_t)next_random();
    return made;
}

static NOINLINE struct big makes_big(double start)
{
    struct big made = {{start, start * 2, 0.1, -0.0, 1e300, 5e-324}, 1};
    for (int index = 0; index < 6; index++) {
        made.total += (int64_t)(index * (int)start);
    }
    made.total += (int64_t)use(&made);
    return made;
}

static NOINLINE uint32_t walk(const struct node *node)
{
    uint32_t count = 0;
    for (const struct node *at = node; at != NULL; at = at->next) {
        const char *label = at->label;
        struct pair last = at->pairs[1];
        count += (uint32_t)label[0] + last.low + (at->fold ? at->fold(count, 3u) : 1u);
    }
    return count + next_random();
}

static NOINLINE uint32_t shadows(uint32_t value)
{
    uint32_t sum = value;
    for (uint32_t step = 0; step < 3; step++) {
        uint32_t value_before = value;
        int16_t value = (int16_t)(step * 300u - value_before);
        if (step & 1u) {
            float value = (float)step * 1.5f;
            sum += use(&value);
        }
        sum += (uint32_t)value;
    }
    return sum;
}

static NOINLINE uint32_t rows(uint32_t height, uint32_t width)
{
    uint16_t table[height][width];
    for (uint32_t row = 0; row < height; row++) {
        for (uint32_t column = 0; column < width; column++) {
            table[row][column] = (uint16_t)(row * 256u + column);
        }
    }
    return use(&table[height - 1][0]) + table[0][width - 1];
}

NOINLINE uint32_t values_turn(uint32_t turn)
{
    static uint32_t called = 3;
    static struct pair previous;
    called++;
    struct big big = makes_big((double)turn);
    struct pair pair = makes_pair(turn);
    union word word = {.whole = turn << 24};
    uint32_t sum = scalars((int8_t)-turn, (uint16_t)turn, -1 - (int64_t)turn, 0.5f, -1.25,
                           turn & 1u, 'x', (enum flags)(turn & 7u));
    sum += aggregates(pair, big, word);
    sum += walk(&first) + shadows(turn) + rows(1u + turn % 3u, 2u + turn % 2u);
    previous = pair;
    second.temperature++;
    flags = (enum flags)(turn & FLAG_ALL);
    rotor *= I;
    longest++;
    letter++;
    tail.length = turn & 3u;
    is_armed = !is_armed;
    widest *= 2;
    return sum + (uint32_t)grid[turn & 1u][turn % 3u][0] + (uint32_t)tail.items[turn % 3u]
           + (uint32_t)(uintptr_t)nowhere + (uint32_t)names[turn & 1u][0] + called + previous.low;
}
