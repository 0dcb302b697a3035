#include "sensor.h"

#define NOINLINE __attribute__((noinline))

volatile uint32_t sensor_status = 0x40;

static uint32_t settle_count;
static const char *const state_names[] = {"off", "ready"};

static inline __attribute__((always_inline)) bool flag_is_set(const volatile uint32_t *status,
                                                             uint32_t mask)
{
    uint32_t now = *status;
    return (now & mask) != 0;
}

/* The bit never comes: this is where the device hangs. */
static NOINLINE uint32_t wait_flag(const volatile uint32_t *status, uint32_t mask)
{
    uint32_t spins = 0;
    while (!flag_is_set(status, mask)) {
        spins = (spins + 1) & 0xFFFF;
    }
    return spins;
}

static inline __attribute__((always_inline)) uint32_t sensor_settle(const struct sensor *sensor,
                                                                   uint32_t mask)
{
    uint32_t budget = sensor->flags.gain * 3u;
    uint32_t spins = wait_flag(&sensor_status, mask);
    settle_count++;
    return spins > budget ? budget : spins;
}

static int32_t history_mean(const int16_t *history, int count)
{
    int32_t sum = 0;
    for (int index = 0; index < count; index++) {
        sum += history[index];
    }
    return sum / count;
}

bool sensor_always_ready(const struct sensor *sensor)
{
    return sensor->state == SENSOR_READY;
}

NOINLINE int32_t sensor_poll(struct sensor *sensor, float scale, uint32_t mask)
{
    static uint32_t poll_count = 40;
    int32_t mean = history_mean(sensor->history, 4);
    float scaled = sensor->last.celsius * scale;
    poll_count++;
    if (sensor->ready(sensor)) {
        sensor->state = SENSOR_BUSY;
        const char *label = state_names[1];
        uint32_t spins = sensor_settle(sensor, mask);
        mean += (int32_t)(label[0] + spins);
    }
    sensor->last.celsius = scaled;
    return mean + (int32_t)scaled;
}
