/* A thread on the process stack, interrupted by SysTick, interrupted by TIM2, which hangs:
 * worker -> queue_push | SysTick | SysTick_Handler | IRQ 28 | TIM2_IRQHandler -> uart_drain. */
#include <stdint.h>

#define NOINLINE __attribute__((noinline))
#define NVIC_ISER0 (*(volatile uint32_t *)0xE000E100)
#define NVIC_ISPR0 (*(volatile uint32_t *)0xE000E200)
#define SHPR3 (*(volatile uint32_t *)0xE000ED20)

struct uart {
    volatile uint32_t pending;
    uint8_t fifo[6];
};

struct queue {
    int32_t items[4];
    uint16_t head, tail;
};

static struct uart console = {.pending = 2, .fifo = "drain"};
static struct queue jobs;
volatile uint32_t ticks;
static uint32_t worker_stack[256] __attribute__((aligned(8)));

static NOINLINE uint32_t uart_drain(struct uart *uart, uint8_t limit)
{
    uint32_t waited = 0;
    while (uart->pending > limit - 3u) {
        waited |= 1u;
    }
    return waited;
}

void TIM2_IRQHandler(void)
{
    uint32_t waited = uart_drain(&console, 4);
    ticks += waited;
}

void SysTick_Handler(void)
{
    uint32_t now = jobs.items[0] != 0 ? ++ticks : 0;
    if (now == 3) {
        NVIC_ISPR0 = 1u << 28;
        __asm volatile("dsb\n isb" ::: "memory");
    }
    ticks = now;
}

static NOINLINE int32_t queue_push(struct queue *queue, int32_t item)
{
    uint16_t head = queue->head;
    queue->items[head % 4] = item;
    while (queue->head == queue->tail) {
        __asm volatile("nop");
    }
    return queue->items[0] + head;
}

static void worker(float *rate)
{
    float phase = *rate * 8.0f;
    *(volatile uint32_t *)0xE000E010 = 7; /* SYST_CSR: core clock, interrupt, on */
    for (int32_t turn = 11;; turn++) {
        int32_t pushed = queue_push(&jobs, turn * 3);
        phase += (float)pushed * *rate;
        jobs.items[1] = (int32_t)phase;
    }
}

/* Where a thread goes that returns. */
static void thread_exit(void)
{
    for (;;) {
    }
}

/* To the thread whose stacked frame lies at r0, as an RTOS starts its first one. */
__attribute__((naked)) void SVC_Handler(void)
{
    __asm volatile("msr psp, r0\n"
                   "mvn lr, #2\n" /* EXC_RETURN 0xFFFFFFFD: thread mode, process stack */
                   "bx lr");
}

static NOINLINE void start_thread(uint32_t *top, void (*entry)(float *), float *argument)
{
    register uint32_t *frame __asm("r0") = top - 8;
    frame[0] = (uint32_t)argument;
    frame[5] = (uint32_t)thread_exit;
    frame[6] = (uint32_t)entry & ~1u;
    frame[7] = 1u << 24; /* xPSR.T */
    __asm volatile("svc 0" ::"r"(frame) : "memory");
}

int main(void)
{
    static float rate = 0.25f;
    *(volatile uint32_t *)0xE000E014 = 15999; /* SYST_RVR */
    *(volatile uint32_t *)0xE000E018 = 0;     /* SYST_CVR */
    SHPR3 = 0xF0u << 24;                      /* SysTick may be interrupted by TIM2 */
    NVIC_ISER0 = 1u << 28;
    start_thread(worker_stack + 256, worker, &rate);
    return 0;
}
