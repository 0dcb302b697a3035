#include "alarm.h"

static uint32_t checks;

static inline bool is_exceeded(const struct alarm *alarm, float celsius)
{
    return celsius > alarm->limit_celsius;
}

static __attribute__((noinline)) bool alarm_check(struct alarm *alarm, float celsius)
{
    checks++;
    if (!is_exceeded(alarm, celsius)) {
        return false;
    }
    alarm->raised++;
    return true;
}

void alarm_add(struct alarm **alarms, struct alarm *alarm)
{
    alarm->next = *alarms;
    *alarms = alarm;
}

uint32_t alarms_check(struct alarm *first, struct heater *heater, float celsius)
{
    uint32_t raised = 0;
    for (struct alarm *alarm = first; alarm; alarm = alarm->next) {
        raised += alarm_check(alarm, celsius);
    }
    if (raised) {
        heater->mode = MODE_COOLING_DOWN;
    }
    return raised;
}
