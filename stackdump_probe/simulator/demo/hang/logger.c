#include "logger.h"

static uint32_t samples_lost;

static float corrected(const float calibration[2], float value)
{
    return value * calibration[0] + calibration[1];
}

static bool flush(struct logger *logger)
{
    size_t size = logger->count * sizeof logger->gathered[0];
    float fill = (float)size / BLOCK_SIZE;
    if (!card_write(&logger->card, logger->next_block, logger->gathered, size)) {
        samples_lost += logger->count;
        return fill > 0.5f;
    }
    logger->next_block++;
    logger->count = 0;
    return true;
}

bool logger_append(struct logger *logger, const struct sample *sample)
{
    struct sample *slot = &logger->gathered[logger->count++];
    *slot = *sample;
    slot->celsius = corrected(logger->calibration[0], sample->celsius);
    slot->humidity = corrected(logger->calibration[1], sample->humidity);
    return logger->count < GATHERED || flush(logger);
}
