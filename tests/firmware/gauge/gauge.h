#ifndef GAUGE_H
#define GAUGE_H

#include <stdint.h>

/* Here only its name is known: codes.c says what it is. */
struct codebook;

extern struct codebook *const first_codebook, spare_codebook;
extern volatile uint32_t gauge_released;

enum code { CODE_NONE, CODE_LOW, CODE_HIGH, CODE_LOST = 9 };

enum code code_of(const struct codebook *book, int reading);

#endif
