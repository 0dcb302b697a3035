/* What the parts of this program share. */
#pragma once
#include <stdint.h>

#define NOINLINE __attribute__((noinline))

extern volatile uint32_t sink;

void routines(void);
void library_turn(void);
void long_library_turn(void);
void shapes_turn(void);
