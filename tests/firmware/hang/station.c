#include "station.h"

#define NOINLINE __attribute__((noinline))

static pump_mode_t last_mode = PUMP_DRAINING;
static int32_t totals[2][3] = {{1, -2, 3}, {-40, 50, -60}};

/* Down the list of sensors, one call deeper for each. */
static NOINLINE int32_t service(struct sensor *sensor, unsigned depth)
{
    static unsigned deepest;
    int32_t total = 0;
    if (depth > deepest) {
        deepest = depth;
    }
    if (sensor->next != 0) {
        int32_t below = service(sensor->next, depth + 1);
        total = below + totals[0][depth % 3];
    } else {
        const float scale = 1.5f;
        uint32_t mask = 1u << (depth + 1);
        total = sensor_poll(sensor, scale, mask);
    }
    return total - (int32_t)depth;
}

NOINLINE int32_t station_run(station_t *station, const struct limits *limits, int rounds)
{
    int32_t sum = 0;
    double span = limits->high - limits->low;
    for (int round = 0; round < rounds; round++) {
        int32_t sum_of_round = (int32_t)(span * 2.0) + round;
        {
            int32_t sum = service(station->first, 0);
            sum_of_round += sum;
        }
        last_mode = station->mode;
        sum += sum_of_round;
    }
    return sum + (int32_t)span;
}
