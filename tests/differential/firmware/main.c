/* Every turn calls what the other files hold; after three turns it goes on in a thread.
 *
 * No timer runs: the same turn always does the same. */
#include "workout.h"

volatile uint32_t turns;
uint32_t seed = 12345;
static volatile uint32_t checksum;

NOINLINE uint32_t next_random(void)
{
    seed = seed * 1664525u + 1013904223u;
    return seed >> 8;
}

/* Where the one who drives the machine notices that a turn is over. */
NOINLINE void end_of_turn(void)
{
    __asm volatile("" ::: "memory");
}

static NOINLINE uint32_t one_turn(uint32_t turn)
{
    uint32_t sum = calls_turn(turn);
    sum += library_turn(turn);
    sum += (uint32_t)float_turn((float)(turn & 15u));
    sum += values_turn(turn);
    interrupts_turn(turn);
    faults_turn(turn);
    pend_switch();
    end_of_turn();
    return sum;
}

static void thread(uint32_t start)
{
    uint32_t sum = start;
    for (;;) {
        turns++;
        sum ^= one_turn(turns);
        checksum = sum;
    }
}

int main(void)
{
    *(volatile uint32_t *)0xE000ED20 = 0xE0E00000; /* SHPR3: PendSV, SysTick */
    uint32_t sum = 0;
    while (turns < 3) {
        turns++;
        sum += one_turn(turns);
    }
    threads_start(thread, sum);
    return 0;
}
