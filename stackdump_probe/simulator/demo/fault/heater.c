#include "alarm.h"

static float clamped(float value, float low, float high)
{
    return value < low ? low : value > high ? high : value;
}

void heater_control(struct heater *heater, float celsius)
{
    float error = heater->target_celsius - celsius;
    heater->error_sum = clamped(heater->error_sum + error, -100.0f, 100.0f);
    float drive = heater->gains.proportional * error +
                  heater->gains.integral * heater->error_sum;
    heater->duty_percent = (uint32_t)clamped(drive, 0.0f, 100.0f);
}
