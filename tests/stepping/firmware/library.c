/* What the compiler's libraries bring: much of it is written in assembler and has no tables. */
#include "stepping.h"

#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile double some_double = 3.75, other_double = -1.25e10;
static volatile float some_float = 2.5f, other_float = -7.125f;
static volatile int64_t some_signed = -123456789012345ll;
static volatile uint64_t some_unsigned = 0xfedcba9876543210ull;
static volatile uint32_t some_word = 1000003, small_word = 7;
static char text[96], copy[96];
jmp_buf jump_buffer;

static NOINLINE void strings(void)
{
    for (int index = 0; index < 90; index++) {
        text[index] = (char)(index + 1);
    }
    memcpy(copy, text, 3);
    memcpy(copy + 1, text + 2, 37);
    memcpy(copy, text, 64);
    memset(copy, 1, 3);
    memset(copy + 1, 2, 50);
    memmove(text + 3, text, 40);
    memmove(text, text + 3, 40);
    sink += (uint32_t)memcmp(text, copy, 20);
    sink += (uint32_t)(uintptr_t)memchr(text, 30, 60);
    strcpy(copy, "hello world of strings");
    sink += strlen(copy) + strlen(copy + 1);
    sink += (uint32_t)strcmp(copy, "hello");
    strncpy(text, copy, 30);
    sink += (uint32_t)strncmp(text, copy, 9);
    sink += (uint32_t)(uintptr_t)strchr(copy, 'w');
    strcat(copy, "x");
    sink += (uint32_t)(uintptr_t)strstr(copy, "of");
}

static NOINLINE void back(int result)
{
    volatile char below[40];
    below[result] = 1;
    longjmp(jump_buffer, result);
}

static NOINLINE void jump(void)
{
    volatile int turns = 0;
    int result = setjmp(jump_buffer);
    turns++;
    if (result < 3) {
        back(result + 1);
    }
    sink += (uint32_t)turns;
}

static NOINLINE void integers(void)
{
    sink += (uint32_t)(some_unsigned / (uint64_t)(some_signed | 1));
    sink += (uint32_t)(some_signed / (int64_t)small_word);
    sink += (uint32_t)(some_signed % (int64_t)some_word);
    sink += (uint32_t)(some_unsigned % some_word);
    sink += some_word / small_word + some_word % small_word;
    sink += (uint32_t)((int32_t)some_word / -(int32_t)small_word);
    sink += (uint32_t)((int32_t)some_word % (int32_t)small_word);
    sink += (uint32_t)(some_signed * some_signed);
    sink += (uint32_t)(some_unsigned >> small_word) + (uint32_t)(some_signed >> small_word);
    sink += (uint32_t)(some_unsigned << small_word);
    sink += (uint32_t)(__builtin_clz(some_word) + __builtin_ctz(some_word));
    sink += (uint32_t)(__builtin_popcount(some_word) + __builtin_clzll(some_unsigned));
}

static NOINLINE void doubles(void)
{
    double value = some_double + other_double;
    value -= some_double;
    value *= other_double;
    value /= some_double;
    sink += (uint32_t)((value > other_double) + (value < some_double) + (value == other_double));
    sink += (uint32_t)((value >= other_double) + (value != value));
    sink += (uint32_t)(int32_t)some_double + (uint32_t)some_double;
    sink += (uint32_t)(int64_t)some_double + (uint32_t)(uint64_t)some_double;
    value = (double)some_word + (double)(int32_t)small_word + (double)some_signed;
    some_float = (float)value;
    some_double = (double)some_float + 1;
    value = some_double / 0.0;
    sink += value > 1;
    some_double = 3.75;
}

static NOINLINE void floats(void)
{
    float value = some_float + other_float;
    value -= some_float;
    value *= other_float;
    value /= some_float;
    sink += (uint32_t)((value > other_float) + (value < some_float) + (value == other_float));
    sink += (uint32_t)(int32_t)value + (uint32_t)some_float;
    sink += (uint32_t)(int64_t)value + (uint32_t)(uint64_t)some_float;
    value = (float)some_word + (float)(int32_t)small_word + (float)some_signed;
    some_float = 2.5f + value * 0;
}

static int compared(const void *left, const void *right)
{
    uint32_t one = *(const uint32_t *)left, other = *(const uint32_t *)right;
    return one < other ? -1 : one > other;
}

static NOINLINE void sorted(void)
{
    static uint32_t words[12];
    for (uint32_t index = 0; index < 12; index++) {
        words[index] = (index * 2654435761u) >> 7;
    }
    qsort(words, 12, 4, compared);
    uint32_t key = words[3];
    sink += (uint32_t)(uintptr_t)bsearch(&key, words, 12, 4, compared);
}

NOINLINE void library_turn(void)
{
    strings();
    jump();
    integers();
    doubles();
    floats();
    sorted();
}

static NOINLINE void heap(void)
{
    char *one = malloc(40), *other = malloc(20);
    free(one);
    one = realloc(other, 100);
    free(one);
    free(calloc(3, 9));
}

static NOINLINE void printed(void)
{
    char line[80];
    snprintf(line, sizeof line, "%d %s %x %5.2f %lld", (int)small_word, "str",
             (unsigned)some_word, some_double, (long long)some_signed);
    sink += (uint32_t)atoi(line) + (uint32_t)strtoul("123", 0, 0);
    some_double = strtod("2.5e3", 0);
}

static NOINLINE void mathematics(void)
{
    some_double = sqrt(fabs(some_double) + 2);
    some_double = sin(some_double);
    some_float = sqrtf(fabsf(some_float));
    some_double = pow(some_double * some_double + 1, 1.5);
    some_double = floor(some_double);
    some_float = expf(some_float / 100);
}

NOINLINE void long_library_turn(void)
{
    heap();
    printed();
    mathematics();
}

extern char end;
static char *top_of_heap = &end;
void *_sbrk(int size)
{
    char *start = top_of_heap;
    top_of_heap += size;
    return start;
}
