/* Reset, and the tick that both programs have. */
#include "startup.h"

extern uint32_t _estack, _sidata, _sdata, _edata, _sbss, _ebss;

int main(void);

volatile uint32_t uptime_ms;

void SysTick_Handler(void)
{
    uptime_ms += 10;
}

static void memory_start(void)
{
    const uint32_t *from = &_sidata;
    for (uint32_t *to = &_sdata; to < &_edata;) {
        *to++ = *from++;
    }
    for (uint32_t *to = &_sbss; to < &_ebss;) {
        *to++ = 0;
    }
}

__attribute__((noreturn)) void Reset_Handler(void)
{
    CPACR |= 0xFu << 20; /* the FPU */
    memory_start();
    main();
    for (;;) {
    }
}

void tick_start(void)
{
    SYST_RVR = 1680000 - 1; /* ten milliseconds at 168 MHz */
    SYST_CVR = 0;
    SYST_CSR = 7; /* core clock, interrupt, on */
}
