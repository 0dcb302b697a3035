/* Every kind of object that C has, as statics, parameters and locals:
 * main -> gauge_run -> sample -> gauge_wait, which never returns. */
#include <complex.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <wchar.h>

#include "gauge.h"

#define NOINLINE __attribute__((noinline, noclone))

volatile uint32_t gauge_released;

/* --- base types --- */
typedef __CHAR16_TYPE__ char16_t; /* newlib has no uchar.h */
typedef __CHAR32_TYPE__ char32_t;
char letter = 'g';
signed char small = -100;
unsigned char large = 200;
wchar_t wide = L'\u03a9';
char16_t wide16 = u'\u20ac';
char32_t wide32 = U'\U0001f321';
short shorter = -30000;
long longer = -2000000000L;
unsigned long long longest = 18446744073709551615ull;
int64_t epoch = INT64_MIN;
float single = 0.1f;
double twice = 1e300;
long double thrice = -2.5L;
float infinite = -__builtin_inff();
double unknown = __builtin_nan("");
__fp16 half = 1.5;
float complex phasor = 1.5f - 2.0f * I;
double complex wide_phasor = -0.25 + 4.0 * I;
short _Fract share = 0.75hr;
unsigned _Accum level = 3.5uk;
bool truth = true;
union {
    uint8_t raw;
    bool truth;
} broken = {.raw = 7};

/* --- text and pointers --- */
char title[16] = "gauge \"A\"\t\xff";
const char *const unit_names[] = {"bar", "", "\xc2\xb0""C", NULL};
wchar_t wide_title[6] = L"ma\u00dfe";
char16_t title16[4] = u"\u20ac5";
const char *unmapped = (const char *)0x60000000;
const char *inside = &"pressure"[3];
static int counts[3] = {1, 2, 3};
int *one_after = &counts[1];
void *anything = &counts[2];
int **through = &one_after;
int (*row)[3] = &counts;

/* --- arrays --- */
struct empty {
    int none[0];
};
struct empty nothing;
int no_elements[0];
int grid[2][3] = {{1, 2, 3}, {4, 5, 6}};
unsigned char cube[2][2][2] = {{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}};
char words[3][6] = {"one", "two", "three"};
int large_array[150] = {[0] = 1, [149] = 150};
typedef int vector_t __attribute__((vector_size(16)));
vector_t lanes = {1, -2, 3, -4};
extern int declared_without_bound[];
int declared_without_bound[] = {8, 9};

/* --- structs and unions --- */
struct packet {
    uint16_t length;
    uint8_t bytes[];
};
struct packet packet = {3, {0xa1, 0xa2, 0xa3}};

struct shape {
    enum { ROUND, SQUARE = 4 } kind;
    union {
        struct {
            float radius;
        };
        struct {
            float width, height;
        } sides;
    };
    struct {
        unsigned bold : 1, : 2, color : 5;
        signed depth : 6;
        bool hidden : 1;
        enum code code : 4;
        unsigned long long wide : 40;
    } style;
};
struct shape round = {.kind = ROUND, .radius = 2.5f, .style = {1, 21, -17, true, CODE_LOST, 0x8123456789}};
struct shape square = {.kind = SQUARE, .sides = {1.5f, 2.5f}, .style.hidden = false};

struct __attribute__((packed)) frame {
    uint8_t start;
    uint32_t number;
    double value;
};
struct frame frame = {0x7e, 0x01020304, 0.5};

struct node {
    struct node *next;
    int number;
};
static struct node ring[2] = {{&ring[1], 1}, {&ring[0], 2}};

/* --- enums --- */
enum status { READY = 1, BUSY = 2, FAILED = 4, LATE = 16, TROUBLE = FAILED | LATE };
enum status status = READY | LATE;
enum status trouble = TROUBLE;
enum status strange = (enum status)(BUSY | 0x40);
enum status none = (enum status)0;
enum code code = CODE_LOST;
enum code no_code = (enum code)5;
enum sign { MINUS = -1, ZERO, PLUS } sign = MINUS;
enum big { SMALL = 1, HUGE_ONE = 0x7fffffff } big = HUGE_ONE;

/* --- qualifiers and typedefs --- */
typedef int32_t celsius_t;
typedef celsius_t reading_t;
typedef const volatile reading_t fixed_reading_t;
fixed_reading_t fixed = -40;
atomic_int atomic = 11;
_Atomic(uint8_t *) atomic_pointer;
const void *restrict restricted;
typedef int (*action_t)(const struct node *, reading_t);
struct codebook *book = &spare_codebook;

/* --- where statics may be --- */
__attribute__((section(".noinit"))) uint32_t boot_count;
__attribute__((section(".uninit.crash"))) char crash_reason[12];
static const uint8_t table[4] __attribute__((used)) = {1, 1, 2, 3};

NOINLINE static int sum_of(const struct node *first, reading_t offset)
{
    return first->number + first->next->number + offset;
}

action_t action = sum_of;
action_t actions[2] = {NULL, sum_of};

NOINLINE static uint32_t gauge_wait(const char *reason, volatile uint32_t *flag)
{
    uint32_t spins = 0;
    while (*flag == 0) {
        spins = (spins + 1) | 0x80000000u;
        __asm__ volatile("" ::"r"(reason));
    }
    return spins;
}

/* Arrays whose length is known at run time alone. */
NOINLINE static int collect(int count, const int readings[count], const char *label)
{
    int doubled[count];
    char note[2][count + 1];
    register reading_t sum = 0;
    memset(note, 0, sizeof note);
    for (int index = 0; index < count; index++) {
        doubled[index] = readings[index] * 2;
        note[index & 1][index] = (char)('a' + index);
        sum += doubled[index];
    }
    __asm__ volatile("" ::"r"(doubled), "r"(note) : "memory");
    const uint32_t waited = gauge_wait(label, &gauge_released);
    return sum + (int)waited + doubled[0] + note[0][0];
}

/* Many arguments: in registers, on the stack, and split over both. */
NOINLINE static int sample(char unit, struct shape shape, const struct node *nodes, double scale,
                           float complex turn, const int *readings, uint64_t stamp, enum status flags,
                           bool armed, const char *label)
{
    const celsius_t limit = 125;
    int sum = collect(3, readings, label);
    __asm__ volatile("" ::"r"(&shape) : "memory");
    sum += (int)(shape.radius * (float)scale) + (int)__real__ turn + nodes->number + unit;
    return sum + (int)(stamp >> 32) + (int)flags + armed + limit;
}

NOINLINE static int gauge_run(struct codebook *codes, action_t act, void *context, int64_t started)
{
    static struct {
        unsigned runs;
        enum code last;
    } history;
    int readings[3] = {-12, 0, 40};
    struct node local = {&ring[0], act(ring, -3)};
    struct node *cursor = &local;
    const union {
        float value;
        uint32_t word;
    } pun = {.value = 1.0f};
    history.runs++;
    history.last = code_of(codes, readings[0]);
    int total = sample('C', round, cursor, twice, phasor, readings, 0x1122334455667788, strange, truth,
                       unit_names[2]);
    {
        int total = *(int *)context; /* hides the other one */
        local.number += total + (int)pun.word + (int)started;
    }
    return total + local.number;
}

int main(void)
{
    boot_count = 3;
    strcpy(crash_reason, "watchdog");
    atomic_pointer = &broken.raw;
    restricted = &table[2];
    nothing = (struct empty){};
    return gauge_run(first_codebook, action, &one_after, epoch) + packet.bytes[0];
}
