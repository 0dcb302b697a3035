/* Calls of every shape: nested, recursive, inlined, in tail position, with a frame of a size
 * known only when it runs, with arguments on the stack. */
#include "workout.h"

#include <stdarg.h>

static inline __attribute__((always_inline)) uint32_t mix(uint32_t a, uint32_t b)
{
    uint32_t mixed = a ^ (b << 3);
    mixed += next_random() & 7u;
    return mixed;
}

static inline __attribute__((always_inline)) uint32_t mix_twice(uint32_t a, uint32_t b)
{
    uint32_t once = mix(a, b);
    return mix(once, b + 1u);
}

static NOINLINE uint32_t leaf(uint32_t a, uint32_t b)
{
    return a * 31u + b;
}

static NOINLINE uint32_t tail_target(uint32_t a, uint32_t b, uint32_t c)
{
    volatile uint32_t kept = a + b;
    return leaf(kept, c) + 1u;
}

static NOINLINE uint32_t tail_caller(uint32_t a, uint32_t b)
{
    uint32_t product = a * b;
    return tail_target(product, a, b);
}

static NOINLINE uint32_t recurse(uint32_t depth, struct sample *sample)
{
    struct sample local = *sample;
    local.channel = (int16_t)(local.channel + (int16_t)depth);
    local.gain = (uint8_t)(depth & 31u);
    if (depth == 0) {
        return leaf((uint32_t)local.channel, local.gain);
    }
    uint32_t below = recurse(depth - 1, &local);
    return below + mix_twice(below, depth) + local.flags;
}

static NOINLINE uint32_t sum_of(int count, ...)
{
    va_list list;
    va_start(list, count);
    uint32_t sum = 0;
    for (int index = 0; index < count; index++) {
        sum += va_arg(list, uint32_t);
    }
    va_end(list);
    return leaf(sum, (uint32_t)count);
}

static NOINLINE uint32_t vla(uint32_t length)
{
    uint32_t room[length + 1];
    for (uint32_t index = 0; index <= length; index++) {
        room[index] = next_random();
    }
    uint32_t folded = leaf(room[0], room[length]);
    return folded ^ room[length / 2];
}

static NOINLINE uint32_t many_arguments(
    uint32_t a, uint64_t b, struct sample sample, uint32_t c, int8_t d, enum mode mode)
{
    uint32_t low = (uint32_t)b;
    uint32_t result = leaf(a + low, c) + (uint32_t)d;
    return result + (uint32_t)sample.channel + (uint32_t)mode;
}

static NOINLINE uint32_t by_pointer(uint32_t (*function)(uint32_t, uint32_t), uint32_t a)
{
    uint32_t first = function(a, 1u);
    uint32_t second = function(first, 2u);
    return first + second;
}

static NOINLINE uint32_t big_frame(uint32_t turn)
{
    volatile uint8_t scratch[1200];
    for (uint32_t index = 0; index < sizeof scratch; index += 97) {
        scratch[index] = (uint8_t)(turn + index);
    }
    return leaf(scratch[97], scratch[194]);
}

NOINLINE uint32_t calls_turn(uint32_t turn)
{
    struct sample sample = {.channel = (int16_t)turn, .flags = 5, .gain = 9, .stamp = turn};
    uint32_t sum = recurse(turn % 5u, &sample);
    sum += tail_caller(sum, turn);
    sum += sum_of(3, sum, turn, 7u) + sum_of(6, 1u, 2u, 3u, 4u, 5u, turn);
    sum += vla(turn % 13u);
    sum += many_arguments(sum, 0x123456789abcdef0ull + turn, sample, turn, -3, MODE_RUN);
    sum += by_pointer(turn & 1u ? leaf : tail_caller, sum);
    sum += big_frame(turn);
    {
        uint32_t turn_of_block = mix_twice(sum, turn);
        sum ^= turn_of_block;
    }
    return sum;
}
