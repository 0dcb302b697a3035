/* A weather logger. It measures, gathers eight samples, and writes them to an SD card: there
 * it hangs, for a transfer is awaited whose interrupt was never enabled. */
#include "logger.h"
#include "startup.h"

static struct logger logger = {
    .site = "Zugspitze",
    .card = {.name = "SDHC 8 GB", .state = CARD_READY, .blocks = 15523840},
    .calibration = {{1.0f, -0.25f}, {0.98f, 3.5f}},
};

static struct sample measure(uint32_t number)
{
    float phase = (float)number * 0.125f;
    return (struct sample){
        .at_ms = uptime_ms,
        .celsius = 21.5f - phase,
        .humidity = 40.0f + phase * phase,
        .wind = {.north = (int16_t)(number * 3), .east = (int16_t)-number},
        .quality = number % 5 == 4 ? QUALITY_DOUBTFUL : QUALITY_GOOD,
    };
}

int main(void)
{
    tick_start();
    for (uint32_t number = 1;; number++) {
        struct sample sample = measure(number);
        if (!logger_append(&logger, &sample)) {
            return 1;
        }
    }
}
