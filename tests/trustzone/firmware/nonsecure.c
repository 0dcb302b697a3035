/* The Non-secure image: each scene leads to `s_stop` or `ns_stop` by another way.
 * NS_PSP: on the process stack. */
#include "scenes.h"

float s_gate(uint32_t level);
float s_ask(float (*answer)(uint32_t), uint32_t level);
float s_is_interrupted(uint32_t level);
void s_pend(uint32_t interrupts);
void s_handler_calls(float (*answer)(uint32_t));
void s_service(void);

extern uint32_t _ns_estack, _ns_psp_top, _ns_sbss, _ns_ebss;
volatile uint32_t scene, handler_asks;
volatile float ns_result;

__attribute__((noipa)) void ns_stop(void)
{
    __asm volatile("nop");
}

__attribute__((noipa)) float ns_work(uint32_t level)
{
    float held[4];
    for (uint32_t at = 0; at < 4; at++) {
        held[at] = ns_result * (float)(level + at);
    }
    if (level == 0) {
        ns_stop();
        return held[3];
    }
    float found = ns_work(level - 1);
    return found * held[0] + held[1] * held[2] + held[3];
}

__attribute__((noipa)) static float ns_answer(uint32_t level)
{
    return ns_work(level) + 1;
}

__attribute__((noipa)) static float ns_asks(uint32_t level)
{
    float before = ns_result * 2;
    return s_gate(level) + before;
}

__attribute__((noipa)) static float ns_is_asked(uint32_t level)
{
    return s_ask(ns_asks, level) + 1;
}

void NS_IRQ(void)
{
    ns_result += handler_asks ? ns_asks(1) : ns_work(1);
}

void NS_SVC(void)
{
    ns_result += ns_asks(1);
}

/* What is pended in Secure state comes when this state lets it. */
__attribute__((noipa)) static void ns_is_interrupted(void)
{
    float before = ns_result * 2;
    __asm volatile("cpsid i");
    s_pend(1u << S_INTERRUPT);
    __asm volatile("cpsie i\nisb\npended_in_nonsecure: nop");
    ns_result += before;
}

__attribute__((noipa)) static void ns_trespasses(uint32_t *secret)
{
    __asm volatile("strh %0, [%0]" ::"r"(secret));
    ns_result += 1;
}

__attribute__((noipa)) static void ns_main(void)
{
    scene = 1;
    ns_result += ns_asks(1);
    scene = 2;
    ns_result += s_ask(ns_answer, 1);
    scene = 3;
    ns_result += ns_is_asked(1);
    scene = 4;
    ns_result += s_is_interrupted(4);
    scene = 5;
    handler_asks = 1;
    ns_result += s_is_interrupted(5);
    scene = 6;
    ns_is_interrupted();
    scene = 7;
    s_handler_calls(ns_answer);
    ns_is_interrupted();
    scene = 8;
    s_handler_calls(ns_is_asked);
    ns_is_interrupted();
    scene = 9;
    __asm volatile("svc #0");
    scene = 10;
    s_service();
    scene = 11;
    ns_trespasses((uint32_t *)0x38000000);
}

__attribute__((noreturn)) void ns_Reset(void)
{
    for (uint32_t *at = &_ns_sbss; at < &_ns_ebss;) {
        *at++ = 0;
    }
#ifdef NS_PSP
    __asm volatile("msr psp, %0\nmsr control, %1\nisb" ::"r"(&_ns_psp_top), "r"(2));
#endif
    ns_result = 2.5f;
    ns_main();
    __asm volatile(".global ns_end\nns_end: b ns_end");
    __builtin_unreachable();
}

__attribute__((section(".ns_vectors"), used)) void (*const ns_vectors[20])(void) = {
    [0] = (void (*)(void))&_ns_estack, [1] = ns_Reset, [11] = NS_SVC, [16 + NS_INTERRUPT] = NS_IRQ,
};
