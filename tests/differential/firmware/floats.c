/* Floating point that lives in callee-saved registers across calls. */
#include "workout.h"

static NOINLINE float half(float value)
{
    return value * 0.5f;
}

static NOINLINE float keeps_many(float a, float b, float c, float d)
{
    float first = half(a) + b;
    float second = half(b) + c;
    float third = half(c) + d;
    float fourth = half(d) + a;
    return first * second + third * fourth + half(first);
}

NOINLINE float float_turn(float start)
{
    float sum = start;
    for (int step = 0; step < 3; step++) {
        sum += keeps_many(sum, (float)step, sum + 1.0f, 0.25f);
        sum = half(sum);
    }
    return sum > 1000.0f ? half(0.125f) : sum;
}
