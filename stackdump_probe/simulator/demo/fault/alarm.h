#ifndef ALARM_H
#define ALARM_H

#include <stdbool.h>
#include <stdint.h>

#define CFSR REGISTER(0xE000ED28)

enum mode { MODE_OFF, MODE_HEATING, MODE_COOLING_DOWN };

struct heater {
    const char *name;
    enum mode mode;
    uint32_t duty_percent;
    struct {
        float proportional, integral;
    } gains;
    float target_celsius;
    float error_sum;
};

struct alarm {
    const char *name;
    float limit_celsius;
    uint32_t raised;
    struct alarm *next;
};

void heater_control(struct heater *heater, float celsius);
void alarm_add(struct alarm **alarms, struct alarm *alarm);
uint32_t alarms_check(struct alarm *first, struct heater *heater, float celsius);

#endif
