/* The Secure image of the program: gives part of the memory to the Non-secure one and calls it.
 * S_PSP: on the process stack; TS: FP registers are Secure; EAGER: stacked at once. */
#include "scenes.h"
#include <arm_cmse.h>

#define ENTRY __attribute__((cmse_nonsecure_entry, noinline, noclone, used))

typedef void __attribute__((cmse_nonsecure_call)) ns_function(void);
typedef float __attribute__((cmse_nonsecure_call)) ns_answer(uint32_t);

extern const uint32_t ns_vectors[];
extern uint32_t _estack, _s_psp_top, _sbss, _ebss, _gates, _gates_end, _ns_code, _ns_ram;
volatile float s_result;
float (*volatile handler_calls)(uint32_t);

__attribute__((noipa)) void s_stop(void)
{
    __asm volatile("nop");
}

/* Keeps more floats than there are registers that a call may change. */
__attribute__((noipa)) float s_work(uint32_t level)
{
    float held[6];
    for (uint32_t at = 0; at < 6; at++) {
        held[at] = s_result * (float)(level + at);
    }
    if (level == 0) {
        s_stop();
        return held[5];
    }
    float found = s_work(level - 1);
    return found * held[0] + held[1] * held[2] + held[3] * held[4] + held[5];
}

ENTRY float s_gate(uint32_t level)
{
    float found = s_work(level) + 1;
    s_result += found;
    return found;
}

static float asked(float (*answer)(uint32_t), uint32_t level)
{
    return ((ns_answer *)cmse_nsfptr_create(answer))(level);
}

ENTRY float s_ask(float (*answer)(uint32_t), uint32_t level)
{
    float before = s_result * 3;
    float found = asked(answer, level);
    s_result += found;
    return found + before;
}

__attribute__((noipa)) static void pend(uint32_t interrupts)
{
    WORD(0xE000E200) = interrupts; /* NVIC_ISPR0 */
    __asm volatile("dsb\nisb");
}

/* The Non-secure interrupt comes here. */
ENTRY float s_is_interrupted(uint32_t level)
{
    float before = s_result * (float)level;
    pend(1u << NS_INTERRUPT);
    __asm volatile("pended_in_secure: nop");
    return before + (float)level;
}

/* The Secure interrupt comes once Non-secure code lets it; then in that one's handler another. */
ENTRY void s_pend(uint32_t interrupts)
{
    pend(interrupts);
}

ENTRY void s_handler_calls(float (*answer)(uint32_t))
{
    handler_calls = answer;
}

void S_IRQ(void)
{
    s_result += handler_calls ? asked(handler_calls, 2) : s_work(1);
}

void S_SVC(void)
{
    s_result += s_work(1);
}

ENTRY void s_service(void)
{
    __asm volatile("svc #1");
}

/* Goes on behind the store that was forbidden, which is one of two bytes. */
__attribute__((noipa, used)) static void s_forgive(void)
{
    uint32_t frame;
    __asm volatile("mrs %0, control_ns" : "=r"(frame));
    if (frame & 2) {
        __asm volatile("mrs %0, psp_ns" : "=r"(frame));
    } else {
        __asm volatile("mrs %0, msp_ns" : "=r"(frame));
    }
    s_result += s_work(1);
    ((uint32_t *)frame)[6] += 2;
    WORD(0xE000EDE4) = 0xFF; /* SFSR */
}

void S_Fault(void)
{
    s_forgive();
}

static void give_away(void)
{
    /* Memory protection controllers of mps2-an505 (Arm AN505): SSRAM1's upper half, SSRAM3. */
    for (uint32_t at = 0x58007000; at <= 0x58009000; at += 0x2000) {
        uint32_t last = WORD(at + 0x10);
        for (uint32_t block = at == 0x58007000 ? (last + 1) / 2 : 0; block <= last; block++) {
            WORD(at + 0x18) = block;
            WORD(at + 0x1C) = ~0u;
        }
    }
    WORD(0x50080014) = 3; /* NSCCFG: there may be gates */
    const uint32_t regions[3][2] = {
        {(uint32_t)&_ns_code, ((uint32_t)&_ns_code + 0x1FFFE0) | 1},
        {(uint32_t)&_ns_ram, ((uint32_t)&_ns_ram + 0x1FFFE0) | 1},
        {(uint32_t)&_gates, ((uint32_t)&_gates + 0xFE0) | 3},
    };
    for (uint32_t at = 0; at < 3; at++) {
        WORD(0xE000EDD8) = at;             /* SAU_RNR */
        WORD(0xE000EDDC) = regions[at][0]; /* SAU_RBAR */
        WORD(0xE000EDE0) = regions[at][1]; /* SAU_RLAR */
    }
    WORD(0xE000EDD0) = 1; /* SAU_CTRL */
}

__attribute__((noipa)) static void configure(void)
{
    WORD(0xE000ED88) |= 0xF << 20; /* CPACR */
    WORD(0xE000ED8C) |= 3 << 10;   /* NSACR */
    WORD(0xE002ED88) |= 0xF << 20; /* CPACR of the other state */
    give_away();
    WORD(0xE002ED08) = (uint32_t)ns_vectors;
    WORD(0xE000E380) = 1u << NS_INTERRUPT; /* NVIC_ITNS0 */
    WORD(0xE000E100) = 1u << NS_INTERRUPT | 1u << S_INTERRUPT;
    WORD(0xE000ED24) |= 7u << 16 | 1u << 19; /* SHCSR: faults have their handlers */
#ifdef TS
    WORD(0xE000EF34) |= 1u << 26; /* FPCCR */
#endif
#ifdef EAGER
    WORD(0xE000EF34) &= ~(1u << 30);
#endif
    __asm volatile("dsb\nisb\nmsr msp_ns, %0" ::"r"(ns_vectors[0]));
}

__attribute__((noipa)) static void s_main(void)
{
    s_result = 1.5f;
    ((ns_function *)cmse_nsfptr_create((void (*)(void))ns_vectors[1]))();
    s_result += 1;
}

__attribute__((noreturn)) void Reset_Handler(void)
{
    for (uint32_t *at = &_sbss; at < &_ebss;) {
        *at++ = 0;
    }
    configure();
#ifdef S_PSP
    __asm volatile("msr psp, %0\nmsr control, %1\nisb" ::"r"(&_s_psp_top), "r"(2));
#endif
    __asm volatile(".global filled\nfilled:");
    s_main();
    __asm volatile(".global the_end\nthe_end: b the_end");
    __builtin_unreachable();
}

__attribute__((section(".s_vectors"), used)) void (*const s_vectors[20])(void) = {
    [0] = (void (*)(void))&_estack, [1] = Reset_Handler, [3] = S_Fault, [7] = S_Fault,
    [11] = S_SVC, [16 + S_INTERRUPT] = S_IRQ,
};
