#ifndef SDCARD_H
#define SDCARD_H

#include "spi.h"

#define BLOCK_SIZE 512

enum card_state { CARD_ABSENT, CARD_READY, CARD_WRITING, CARD_FAILED };

struct card {
    const char *name;
    enum card_state state;
    uint32_t blocks;
    struct spi_bus *bus;
};

bool card_write(struct card *card, uint32_t number, const void *content, size_t size);

#endif
