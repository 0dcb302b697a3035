/* One thread on the process stack; SVC starts it, PendSV is taken and left again. */
#include "workout.h"

#define ICSR (*(volatile uint32_t *)0xE000ED04)

static uint32_t thread_stack[768] __attribute__((aligned(8)));
volatile uint32_t switches;

static void thread_exit(void)
{
    for (;;) {
    }
}

__attribute__((naked)) void SVC_Handler(void)
{
    __asm volatile(".syntax unified\n"
                   "mrs r0, msp\n" /* entry leaves r0 UNKNOWN: DDI 0553, ExceptionTaken */
                   "ldr r0, [r0]\n"
                   "msr psp, r0\n"
                   "movs r1, #2\n"
                   "mvns r1, r1\n" /* EXC_RETURN 0xFFFFFFFD: thread mode, process stack */
                   "bx r1");
}

static NOINLINE void count_switch(uint32_t amount)
{
    switches += amount;
}

void PendSV_Handler(void)
{
    count_switch(turns & 3u);
    switches++;
}

NOINLINE void threads_start(void (*entry)(uint32_t), uint32_t argument)
{
    register uint32_t *frame __asm("r0") = thread_stack + 768 - 8;
    frame[0] = argument;
    frame[5] = (uint32_t)thread_exit;
    frame[6] = (uint32_t)entry & ~1u;
    frame[7] = 1u << 24; /* xPSR.T */
    __asm volatile("svc 0" ::"r"(frame) : "memory");
}

NOINLINE void pend_switch(void)
{
    ICSR = 1u << 28;
    __asm volatile("dsb\n isb" ::: "memory");
}
