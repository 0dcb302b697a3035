#ifndef SPI_H
#define SPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct spi_bus {
    const char *name;
    uint32_t clock_hz;
    volatile bool done; /* set by the interrupt of the DMA stream */
    volatile uint32_t polls;
    const uint8_t *bytes;
    size_t left;
};

bool spi_transfer(struct spi_bus *bus, const uint8_t *bytes, size_t size);

#endif
