/* A system that lives: SysTick asks for a switch, PendSV makes it, between three threads that
 * never wait. filter -> smooth -> average; codec -> pack -> crc; idle. */
#include <stdint.h>

#define NOINLINE __attribute__((noinline))
#define ICSR (*(volatile uint32_t *)0xE000ED04)
#define SHPR3 (*(volatile uint32_t *)0xE000ED20)
#define WORDS 128

struct thread {
    uint32_t *sp;
    uint32_t stack[WORDS] __attribute__((aligned(8)));
};

static struct thread threads[3];
static uint32_t running;
volatile uint32_t ticks, sums, crcs, naps;

/* Saves the thread at `sp`, and returns the sp of the next one. */
__attribute__((used)) uint32_t *next_thread(uint32_t *sp)
{
    threads[running].sp = sp;
    running = (running + 1) % 3;
    return threads[running].sp;
}

__attribute__((naked)) void PendSV_Handler(void)
{
    __asm volatile("mrs r0, psp\n"
                   "stmdb r0!, {r4-r11}\n"
                   "push {r3, lr}\n"
                   "bl next_thread\n"
                   "pop {r3, lr}\n"
                   "ldmia r0!, {r4-r11}\n"
                   "msr psp, r0\n"
                   "bx lr");
}

void SysTick_Handler(void)
{
    ticks++;
    ICSR = 1u << 28; /* PENDSVSET */
}

static NOINLINE uint32_t average(uint32_t seed)
{
    uint32_t sum = 0;
    for (uint32_t at = 0; at < 2000; at++) {
        sum += seed ^ at;
    }
    return sum;
}

static NOINLINE uint32_t smooth(uint32_t seed)
{
    return average(seed) + average(seed + 1);
}

static void filter(void)
{
    for (;;) {
        sums += smooth(ticks);
    }
}

static NOINLINE uint32_t crc(uint32_t word)
{
    for (uint32_t bit = 0; bit < 3200; bit++) {
        word = word & 1 ? word >> 1 ^ 0xEDB88320u : word >> 1;
    }
    return word;
}

static NOINLINE uint32_t pack(uint32_t word)
{
    return crc(word) ^ 0x55;
}

static void codec(void)
{
    for (;;) {
        crcs = pack(crcs + ticks);
    }
}

static void idle(void)
{
    for (;;) {
        naps++;
    }
}

/* Where a thread goes that returns. */
static void thread_exit(void)
{
    for (;;) {
    }
}

static void make_thread(struct thread *thread, void (*entry)(void))
{
    uint32_t *frame = thread->stack + WORDS - 8;
    frame[5] = (uint32_t)thread_exit;
    frame[6] = (uint32_t)entry & ~1u;
    frame[7] = 1u << 24; /* xPSR.T */
    thread->sp = frame - 8;
}

/* To the thread whose stacked frame lies at r0. */
__attribute__((naked)) void SVC_Handler(void)
{
    __asm volatile("msr psp, r0\n"
                   "mvn lr, #2\n" /* EXC_RETURN 0xFFFFFFFD: thread mode, process stack */
                   "bx lr");
}

int main(void)
{
    make_thread(&threads[0], filter);
    make_thread(&threads[1], codec);
    make_thread(&threads[2], idle);
    SHPR3 = 0xC0F00000u;                      /* PendSV has the lowest priority */
    *(volatile uint32_t *)0xE000E014 = 15999; /* SYST_RVR */
    *(volatile uint32_t *)0xE000E018 = 0;     /* SYST_CVR */
    *(volatile uint32_t *)0xE000E010 = 7;     /* SYST_CSR: core clock, interrupt, on */
    register uint32_t *frame __asm("r0") = threads[0].sp + 8;
    __asm volatile("svc 0" ::"r"(frame) : "memory");
    return 0;
}
