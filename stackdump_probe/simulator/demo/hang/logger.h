#ifndef LOGGER_H
#define LOGGER_H

#include "sdcard.h"

enum quality { QUALITY_GOOD, QUALITY_DOUBTFUL, QUALITY_BAD };

struct sample {
    uint32_t at_ms;
    float celsius;
    float humidity;
    struct {
        int16_t north, east;
    } wind;
    enum quality quality;
};

#define GATHERED 8

struct logger {
    const char *site;
    struct card card;
    float calibration[2][2]; /* factor and offset, for each sensor */
    struct sample gathered[GATHERED];
    uint32_t count;
    uint32_t next_block;
};

bool logger_append(struct logger *logger, const struct sample *sample);

#endif
