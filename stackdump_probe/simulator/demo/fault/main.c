/* A heater control that keeps its alarms in a list. One of them lay on a stack frame that is gone:
 * in its place others have pushed what they needed, so the heater is taken for an alarm, and its
 * gain of 4.0f for the pointer to the next. Reading there is a bus fault, escalated to HardFault. */
#include "alarm.h"
#include "startup.h"

static struct heater heater = {
    .name = "boiler",
    .mode = MODE_HEATING,
    .target_celsius = 65.0f,
    .gains = {.proportional = 4.0f, .integral = 0.125f},
    .duty_percent = 40,
};
volatile struct {
    const char *reason;
    uint32_t cfsr;
} last_words;
static struct alarm overheat = {.name = "overheat", .limit_celsius = 90.0f};

__attribute__((noreturn)) static void panic(const char *reason, uint32_t cfsr)
{
    last_words.reason = reason;
    last_words.cfsr = cfsr;
    for (;;) {
    }
}

__attribute__((noreturn)) void HardFault_Handler(void)
{
    heater.duty_percent = 0;
    panic("hard fault", CFSR);
}

static __attribute__((noinline)) void watch_start_up(struct alarm **alarms)
{
    struct alarm start_up = {.name = "start-up", .limit_celsius = 70.0f};
    alarm_add(alarms, &start_up); /* the mistake: it ends with this function */
}

static float measure(uint32_t round)
{
    const float readings[4] = {19.5f, 20.0f, 20.25f, 21.0f};
    return readings[round % 4] + (float)round * 0.125f;
}

int main(void)
{
    struct alarm *alarms = &overheat;
    tick_start();
    watch_start_up(&alarms);
    for (uint32_t round = 1;; round++) {
        float celsius = measure(round);
        heater_control(&heater, celsius);
        alarms_check(alarms, &heater, celsius);
    }
}
