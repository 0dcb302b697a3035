/* What the parts of the workout program know of each other. */
#include <stddef.h>
#include <stdint.h>

#define NOINLINE __attribute__((noinline))

struct sample {
    int16_t channel;
    uint8_t flags : 3, gain : 5;
    float level;
    uint64_t stamp;
};

enum mode { MODE_IDLE, MODE_RUN = 4, MODE_HALT = 9 };

extern volatile uint32_t turns;
extern volatile uint32_t interrupts[4];
extern uint32_t seed;

uint32_t next_random(void);
uint32_t calls_turn(uint32_t turn);
uint32_t library_turn(uint32_t turn);
float float_turn(float start);
uint32_t values_turn(uint32_t turn);
void interrupts_turn(uint32_t turn);
void faults_turn(uint32_t turn);
void threads_start(void (*entry)(uint32_t), uint32_t argument);
void pend_switch(void);
