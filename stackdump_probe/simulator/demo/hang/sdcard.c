#include "sdcard.h"

#define WRITE_BLOCK 24

struct command {
    uint8_t index;
    uint32_t argument;
    uint8_t crc;
};

static struct spi_bus spi1 = {.name = "SPI1", .clock_hz = 21000000};

static bool send(struct card *card, const struct command *command, const void *content,
                 size_t size)
{
    uint8_t head[] = {
        0x40 | command->index,
        command->argument >> 24,
        command->argument >> 16,
        command->argument >> 8,
        command->argument,
        command->crc,
    };
    card->state = CARD_WRITING;
    return spi_transfer(card->bus, head, sizeof head) &&
           spi_transfer(card->bus, content, size);
}

bool card_write(struct card *card, uint32_t number, const void *content, size_t size)
{
    struct command command = {.index = WRITE_BLOCK, .argument = number * BLOCK_SIZE, .crc = 0xFF};
    if (card->state != CARD_READY || number >= card->blocks || size > BLOCK_SIZE) {
        return false;
    }
    card->bus = &spi1;
    bool written = send(card, &command, content, size);
    card->state = written ? CARD_READY : CARD_FAILED;
    return written;
}
