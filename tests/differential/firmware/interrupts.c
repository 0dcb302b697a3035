/* Three interrupts of rising priority, each of which may set the next one off. */
#include "workout.h"

#define ISER0 (*(volatile uint32_t *)0xE000E100)
#define ISPR0 (*(volatile uint32_t *)0xE000E200)
#define IPR5 (*(volatile uint32_t *)0xE000E414)
#define PEND(n) (ISPR0 = 1u << (n))

volatile uint32_t interrupts[4];

static NOINLINE uint32_t work(uint32_t which, uint32_t amount)
{
    volatile uint32_t done = 0;
    while (done < amount) {
        done += 1 + which;
    }
    interrupts[which] += done;
    return done;
}

void HIGH_IRQHandler(void)
{
    work(2, 3);
#if defined(__ARM_FP)
    if (interrupts[2] & 1u) {
        interrupts[3] += (uint32_t)float_turn(2.0f);
    }
#endif
}

void MIDDLE_IRQHandler(void)
{
    uint32_t before = work(1, 2);
    if (turns & 1u) {
        PEND(22);
        __asm volatile("dsb\n isb" ::: "memory");
    }
    work(1, before);
}

void LOW_IRQHandler(void)
{
    PEND(21);
    __asm volatile("dsb\n isb" ::: "memory");
    work(0, 2);
}

void SysTick_Handler(void)
{
    work(3, 1);
}

NOINLINE void interrupts_turn(uint32_t turn)
{
    IPR5 = 0x004080c0; /* 20: 0xc0, 21: 0x80, 22: 0x40 */
    ISER0 = 7u << 20;
    PEND(20 + turn % 3u);
    __asm volatile("dsb\n isb" ::: "memory");
}
