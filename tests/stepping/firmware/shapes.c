/* Functions whose frames compilers make in every way that they know. */
#include "stepping.h"
#include <setjmp.h>

#include <stdarg.h>
#include <string.h>

volatile uint32_t sink;
static volatile double some_double = 2.5;
static volatile float some_float = 1.5f;

static NOINLINE uint32_t switched(int which)
{
    switch (which) {
    case 0: return sink + 3;
    case 1: sink *= 7; return 9;
    case 2: sink += 11; return sink;
    case 3: return 77u - (uint32_t)which;
    case 4: sink ^= 5; return 1;
    case 5: return sink << 2;
    case 6: sink -= 1000; return 4;
    case 7: sink = sink * 3 + 1; return 2;
    default: return 8;
    }
}

static NOINLINE uint32_t big_frame(uint32_t value)
{
    volatile uint8_t room[1400];
    for (uint32_t index = 0; index < 1400; index += 300) {
        room[index] = (uint8_t)(index + value);
    }
    return room[300];
}

static NOINLINE uint32_t huge_frame(uint32_t value)
{
    volatile uint8_t room[2600];
    room[2500] = (uint8_t)value;
    room[3] = 1;
    return room[2500] + big_frame(value);
}

static NOINLINE uint32_t sized_at_run_time(unsigned count)
{
    volatile uint32_t room[count + 2];
    room[count] = 3;
    memset((void *)room, 1, 8);
    return room[count] + room[0];
}

static NOINLINE uint32_t sum_of(int count, ...)
{
    va_list list;
    uint32_t sum = 0;
    va_start(list, count);
    for (int index = 0; index < count; index++) {
        sum += va_arg(list, uint32_t);
    }
    va_end(list);
    sink += sum;
    return sum;
}

struct big {
    uint32_t words[12];
};

static NOINLINE struct big made(uint32_t factor)
{
    struct big result;
    for (uint32_t index = 0; index < 12; index++) {
        result.words[index] = factor * index;
    }
    return result;
}

static NOINLINE uint32_t used(struct big value, uint32_t index)
{
    return value.words[index] + made(index).words[3];
}

static NOINLINE uint32_t many(uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t e,
                              uint32_t f, uint32_t g, uint32_t h)
{
    uint32_t one = a * b, two = c * d, three = e * f, four = g * h;
    for (int turn = 0; turn < 2; turn++) {
        one += two ^ three;
        two += three * four + a;
        three -= one + b;
        four ^= two * c;
        sum_of(2, one, two);
    }
    return one + two + three + four + a + b + c + d + e + f + g + h;
}

static NOINLINE uint32_t tail_target(uint32_t value)
{
    volatile uint32_t kept = value;
    return sum_of(3, value, kept, 4u) + 1;
}

static NOINLINE uint32_t tail_caller(uint32_t one, uint32_t other)
{
    if (other) {
        sink += sum_of(1, one);
    }
    return tail_target(one + other);
}

static NOINLINE uint32_t returns_early(uint32_t value)
{
    if (!value) {
        return 3;
    }
    sink += sum_of(2, value, 1u);
    if (value == 2) {
        return tail_target(value);
    }
    sink += sum_of(2, value, 2u);
    return sink;
}

static NOINLINE uint32_t clamped(uint32_t value, uint32_t low, uint32_t high)
{
    if (value < low) {
        return low;
    }
    if (value > high) {
        return high;
    }
    return value + sum_of(1, value);
}

static NOINLINE double mixed(double one, float other)
{
    double product = one * (double)other;
    some_double = product;
    sum_of(1, 1u);
    float rest = other * some_float;
    sum_of(2, 1u, 2u);
    return product + (double)rest + one;
}

static NOINLINE float of_floats(float a, float b, float c)
{
    float one = a * b, two = b * c;
    sum_of(1, 1u);
    float three = one - two;
    sum_of(1, 2u);
    return one * two + three + a + b + c;
}

static NOINLINE uint32_t recursive(uint32_t depth)
{
    volatile uint32_t kept = depth;
    return depth ? recursive(depth - 1) + kept : kept;
}

/* Alike at their ends: what -Oz puts into a function of its own. */
#define ALIKE(name, number)                                                                       \
    static NOINLINE uint32_t name(uint32_t a, uint32_t b)                                         \
    {                                                                                             \
        uint32_t got = sum_of(2, a, number);                                                      \
        got += sum_of(4, a + 11u, b * 3u, a ^ b, 77u);                                            \
        got ^= sum_of(4, a + 12u, b * 5u, a | b, 78u);                                            \
        got += sum_of(4, a + 13u, b * 9u, a & b, 79u);                                            \
        return got;                                                                               \
    }
ALIKE(alike_one, 1u)
ALIKE(alike_two, 2u)
ALIKE(alike_three, 3u)

static NOINLINE float halved(float value)
{
    return value * 0.5f;
}

static float (*volatile half)(float) = halved; /* so nobody knows what it changes */

/* Needs more floats after its calls than a call may change. */
static NOINLINE float keeps_floats(float a, float b, uint32_t depth)
{
    float c = a * b, d = a + b, e = a - b;
    float got = depth ? keeps_floats(b, c, depth - 1) : half(d);
    got += half(c) * d;
    return got * e + half(d) * c + half(e) * a + b;
}

extern jmp_buf jump_buffer;
#if defined(__ARM_FP)
void keep_floats(void);
void put_floats_back(void);
#else
#define keep_floats()
#define put_floats_back()
#endif

/* Never returns, and so need not save what it changes. */
static NOINLINE __attribute__((noreturn)) void leaves(float a, float b, uint32_t count)
{
    float c = a * b, d = a + b, e = a - b;
    for (;;) {
        c += half(d);
        d = half(e) * c + a;
        e = half(c) * d + b;
        if (count-- == 0) {
            some_float = c + d + e;
            put_floats_back();
            longjmp(jump_buffer, 1);
        }
    }
}

NOINLINE void shapes_turn(void)
{
    for (int which = -1; which < 9; which++) {
        sink += switched(which);
    }
    sink += big_frame(1) + huge_frame(2) + sized_at_run_time(5);
    sink += sum_of(6, 1u, 2u, 3u, 4u, 5u, 6u);
    struct big value = made(3);
    sink += used(value, 2) + many(1, 2, 3, 4, 5, 6, 7, 8);
    sink += tail_caller(2, 0) + tail_caller(2, 1);
    sink += returns_early(0) + returns_early(1) + returns_early(2);
    sink += clamped(1, 2, 9) + clamped(10, 2, 9) + clamped(5, 2, 9);
    sink += recursive(3);
    sink += alike_one(1, 2) + alike_two(3, 4) + alike_three(5, 6);
    some_double = mixed(some_double, some_float);
    some_float = of_floats(some_float, 2.25f, 1.5f);
    some_float = keeps_floats(some_float, 1.75f, 2);
    keep_floats();
    if (setjmp(jump_buffer) == 0) {
        leaves(some_float, 3.5f, 2);
    }
}

int main(void)
{
    routines();
    shapes_turn();
    library_turn();
    long_library_turn();
    return 0;
}
