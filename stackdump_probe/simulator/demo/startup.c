/* Vector table, reset, and the tick that both programs have. */
#include "startup.h"

extern uint32_t _estack, _sidata, _sdata, _edata, _sbss, _ebss;

int main(void);

volatile uint32_t uptime_ms;

void Default_Handler(void)
{
    for (;;) {
    }
}

void HardFault_Handler(void) __attribute__((weak, alias("Default_Handler")));
void DMA2_Stream3_IRQHandler(void) __attribute__((weak, alias("Default_Handler")));

void SysTick_Handler(void)
{
    uptime_ms += 10;
}

__attribute__((noreturn)) void Reset_Handler(void)
{
    CPACR |= 0xFu << 20; /* the FPU */
    const uint32_t *from = &_sidata;
    for (uint32_t *to = &_sdata; to < &_edata;) {
        *to++ = *from++;
    }
    for (uint32_t *to = &_sbss; to < &_ebss;) {
        *to++ = 0;
    }
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

__attribute__((section(".isr_vector"), used)) void (*const vector_table[16 + 60])(void) = {
    [0] = (void (*)(void))&_estack,
    [1] = Reset_Handler,
    [2] = Default_Handler,
    [3] = HardFault_Handler,
    [4 ... 6] = Default_Handler,
    [11 ... 14] = Default_Handler,
    [15] = SysTick_Handler,
    [16 ... 74] = Default_Handler,
    [16 + 59] = DMA2_Stream3_IRQHandler,
};
