/* Recurses until its stack is full. ON_PSP: on that of a thread; LIMIT: with the limit registers
 * of Armv8-M; DEPTH: stops there, so that nothing faults; QUIET: handlers that use no stack. */
#include <stdint.h>

#define NOINLINE __attribute__((noinline, noipa))
#ifndef DEPTH
#define DEPTH 0xFFFFFFFFu
#endif

extern uint32_t _estack, _sbss, _ebss;
__attribute__((aligned(8))) uint8_t other_stack[512]; /* the one below the other */
__attribute__((aligned(8))) uint8_t worker_stack[512];
volatile uint32_t stopped;

static NOINLINE uint32_t first_of(uint32_t *room)
{
    return *room;
}

NOINLINE uint32_t descend(uint32_t level)
{
    uint32_t room[4] = {level, level + 1, level + 2, level + 3};
    while (level == DEPTH) {
    }
    return first_of(room) + descend(level + 1) + room[3];
}

NOINLINE __attribute__((noreturn)) void worker(void)
{
    stopped = descend(0);
    for (;;) {
    }
}

__attribute__((naked, noreturn)) static void start_thread(void)
{
#ifdef ON_PSP
    __asm volatile("msr psp, %0" ::"r"(ON_PSP + sizeof ON_PSP));
#ifdef LIMIT
    __asm volatile("msr psplim, %0" ::"r"(ON_PSP));
#endif
    __asm volatile("msr control, %0\nisb" ::"r"(2));
#elif defined(LIMIT)
    __asm volatile("msr msplim, %0" ::"r"((uint32_t)&_estack - 256u));
#endif
    __asm volatile("mov lr, #-1\nb worker");
}

__attribute__((noreturn)) void Reset_Handler(void)
{
    for (uint32_t *to = &_sbss; to < &_ebss;) {
        *to++ = 0;
    }
    start_thread();
}

#ifdef QUIET
__attribute__((naked)) void HardFault_Handler(void)
{
    __asm volatile("b .");
}
#else
NOINLINE void spin(void)
{
    for (;;) {
    }
}

void HardFault_Handler(void)
{
    spin();
    stopped = 0;
}
#endif

__attribute__((section(".isr_vector"), used)) void (*const vector_table[16])(void) = {
    [0] = (void (*)(void))&_estack,
    [1] = Reset_Handler,
    [3] = HardFault_Handler,
};
