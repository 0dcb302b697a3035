/* A pump station whose third sensor never answers:
 * main -> station_run -> service (three deep) -> sensor_poll -> wait_flag. */
#include "station.h"

volatile uint32_t ticks;
volatile double uptime_hours = 2.25;
int64_t epoch = -1234567890123;
static struct sensor outlet, inlet, tank;
int (*volatile hook)(void);

static struct sensor outlet = {
    .name = "outlet",
    .tag = "out\t\"1\"",
    .state = SENSOR_READY,
    .flags = {.enabled = 1, .channel = 17, .trim = -9, .gain = 40000},
    .last = {.celsius = 21.5f},
    .calibration = {{1.0, -0.5, 0.125}, {100.0, 0.1, -3e-5}},
    .history = {10, -20, 30, -32},
    .minimum = 7,
    .maximum = 65535,
    .ready = sensor_always_ready,
    .next = 0,
};
static struct sensor inlet = {.name = "inlet", .tag = "in", .state = SENSOR_LOST, .next = &outlet};
static struct sensor tank = {.name = "tank", .tag = "tk-00001", .state = SENSOR_OFF, .next = &inlet};

int main(void);

void SysTick_Handler(void)
{
    ticks++;
}

static void start_ticks(void)
{
    *(volatile uint32_t *)0xE000E014 = 0xFFFFFF; /* SYST_RVR */
    *(volatile uint32_t *)0xE000E018 = 0;      /* SYST_CVR */
    *(volatile uint32_t *)0xE000E010 = 7;      /* SYST_CSR: core clock, interrupt, on */
}

int main(void)
{
    station_t station = {
        .mode = PUMP_FILLING,
        .first = &tank,
        .grid = {{{1, 2}, {3, 4}, {5, 6}}, {{7, 8}, {9, 10}, {11, 255}}},
        .uptime_us = 18446744073709551615u,
        .drift_ns = -5000000000,
        .levels = {0.1f, -1.0f, 16777216.0f},
        .armed = true,
        .offset = -7,
        .label = {.kind = 'P', .serial = 0xC0FFEE},
    };
    const struct limits limits = {.low = -0.75, .high = 3.0};
    hook = main;
    if (station.first == 0) {
        epoch += (int64_t)uptime_hours;
    }
    start_ticks();
    int32_t result = station_run(&station, &limits, 2);
    return station.armed ? result : -1;
}
