/* A fault within the HardFault handler locks the core up: at its first instruction, or (DEEP) in a
 * function that it calls. `locks_up` is the instruction that does it. */
#include <stdint.h>

#define NOINLINE __attribute__((noinline, noipa))

extern uint32_t _estack, _sbss, _ebss;
__attribute__((aligned(8))) uint8_t worker_stack[512];
volatile uint32_t stopped;

NOINLINE uint32_t trespass(uint32_t *where)
{
    uint32_t found = *where;
    return found + stopped;
}

NOINLINE uint32_t work(uint32_t level)
{
    uint32_t room[4] = {level, level + 1, level + 2, level + 3};
    if (level > 2) {
        return trespass((uint32_t *)0xA0000000) + room[level & 3];
    }
    return work(level + 1) + room[level & 3];
}

NOINLINE __attribute__((noreturn)) void run(void)
{
    stopped = work(0);
    for (;;) {
    }
}

__attribute__((noreturn)) void Reset_Handler(void)
{
    for (uint32_t *to = &_sbss; to < &_ebss;) {
        *to++ = 0;
    }
#ifdef ON_PSP
    __asm volatile("msr psp, %0\nmsr control, %1\nisb" ::"r"(worker_stack + 512), "r"(2));
#endif
    run();
}

#ifdef DEEP
NOINLINE void tell(uint32_t what)
{
    stopped = what;
    __asm volatile(".global locks_up\nlocks_up: udf #0");
}

void HardFault_Handler(void)
{
    tell(stopped + 1);
    stopped = 0;
}
#else
__attribute__((naked)) void HardFault_Handler(void)
{
    __asm volatile(".global locks_up\nlocks_up: udf #0");
}
#endif

__attribute__((section(".isr_vector"), used)) void (*const vector_table[16])(void) = {
    [0] = (void (*)(void))&_estack,
    [1] = Reset_Handler,
    [3] = HardFault_Handler,
};
