/* Runs the last of the stations; the others stay in the program beside it. */
#include <stdint.h>
#include "bench.h"

#define STATION(name) int station_##name(hang_function hang);
STATIONS
#undef STATION

static int (*volatile stations[])(hang_function) = {
#define STATION(name) station_##name,
    STATIONS
};

static int hang_here(void *context, unsigned char *out, size_t size)
{
    (void)context;
    for (volatile size_t turns = 0;; turns++) {
        out[turns % size] ^= (unsigned char)turns;
    }
}

/* lwIP asks for the time. */
uint32_t sys_now(void)
{
    static uint32_t now;
    return now++;
}

/* newlib's exit() calls it. */
void _fini(void)
{
}

int main(void)
{
    return stations[sizeof stations / sizeof *stations - 1](hang_here);
}
