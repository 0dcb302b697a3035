#ifndef STATION_H
#define STATION_H

#include "sensor.h"

typedef enum { PUMP_STOPPED, PUMP_FILLING = 3, PUMP_DRAINING } pump_mode_t;

typedef struct station {
    pump_mode_t mode;
    struct sensor *first;
    uint8_t grid[2][3][2];
    uint64_t uptime_us;
    int64_t drift_ns;
    float levels[3];
    bool armed;
    signed char offset;
    struct __attribute__((packed)) {
        uint8_t kind;
        uint32_t serial;
    } label;
} station_t;

struct limits {
    double low;
    double high;
};

int32_t station_run(station_t *station, const struct limits *limits, int rounds);

#endif
