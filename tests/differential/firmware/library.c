/* Through newlib and libgcc, which bring little or no call frame information. */
#include "workout.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

static jmp_buf back;
static volatile uint32_t comparisons;

static int compare(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    comparisons++;
    return a < b ? -1 : a > b;
}

static NOINLINE void give_up(int code)
{
    longjmp(back, code);
}

static NOINLINE int try_it(uint32_t turn)
{
    volatile int tries = 0;
    int code = setjmp(back);
    tries++;
    if (code == 0 && turn % 3u == 0) {
        give_up(7);
    }
    return code + tries;
}

static NOINLINE uint64_t divide(uint64_t dividend, uint32_t divisor)
{
    return dividend / (divisor | 1u);
}

static NOINLINE double real(double value, uint32_t turn)
{
    return value * 1.5 + (double)turn;
}

NOINLINE uint32_t library_turn(uint32_t turn)
{
    static uint32_t words[24];
    static char text[64];
    for (size_t index = 0; index < 24; index++) {
        words[index] = next_random();
    }
    qsort(words, 24, sizeof words[0], compare);
    memset(text, 'a' + (int)(turn % 26u), 40);
    text[40] = 0;
    memcpy(text + 41, "tail", 5);
    memmove(text + 2, text, 30);
    uint32_t length = (uint32_t)strlen(text);
    int code = try_it(turn);
    uint64_t quotient = divide(0xfedcba9876543210ull, turn);
    double product = real((double)words[3], turn);
    return words[0] + length + (uint32_t)code + (uint32_t)quotient + (uint32_t)product
           + (uint32_t)strcmp(text, "aaaa");
}
