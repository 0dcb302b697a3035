#ifndef SENSOR_H
#define SENSOR_H

#include <stdbool.h>
#include <stdint.h>

enum sensor_state { SENSOR_LOST = -1, SENSOR_OFF, SENSOR_READY, SENSOR_BUSY = 5 };

typedef struct {
    uint32_t enabled : 1;
    uint32_t channel : 5;
    int32_t trim : 7;
    uint32_t : 3;
    uint32_t gain : 16;
} sensor_flags_t;

union reading {
    float celsius;
    uint32_t raw;
    uint8_t octets[4];
};

struct sensor {
    const char *name;
    char tag[8];
    enum sensor_state state;
    sensor_flags_t flags;
    union reading last;
    double calibration[2][3];
    int16_t history[4];
    struct {
        uint16_t minimum;
        uint16_t maximum;
    };
    bool (*ready)(const struct sensor *sensor);
    struct sensor *next;
};

extern volatile uint32_t sensor_status;

bool sensor_always_ready(const struct sensor *sensor);
int32_t sensor_poll(struct sensor *sensor, float scale, uint32_t mask);

#endif
