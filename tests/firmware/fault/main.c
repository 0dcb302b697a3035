/* A parser that follows a pointer into nowhere, with the FPU in use:
 * main -> parse_packet -> parse_field (recursive) -> read_register, then HardFault. */
#include <stdbool.h>
#include <stdint.h>

#define NOINLINE __attribute__((noinline))

struct field {
    uint8_t id;
    uint16_t length;
    const volatile uint32_t *source;
    const struct field *inner;
};

struct fault_record {
    uint32_t cfsr;
    uint32_t hfsr;
    bool seen;
};

static struct fault_record fault;
static const struct field checksum = {3, 4, (const volatile uint32_t *)0x60000010, 0};
static const struct field body = {2, 260, 0, &checksum};
static const struct field header = {1, 12, 0, &body};
volatile float gain = 2.5f;
volatile float sink;

static NOINLINE void stop_here(const struct fault_record *record)
{
    while (record->seen) {
        __asm volatile("" ::: "memory");
    }
}

void HardFault_Handler(void)
{
    fault.cfsr = *(volatile uint32_t *)0xE000ED28;
    fault.hfsr = *(volatile uint32_t *)0xE000ED2C;
    fault.seen = true;
    stop_here(&fault);
}

static NOINLINE uint32_t read_register(const struct field *field, unsigned offset)
{
    uint32_t word = field->source[offset];
    return word ^ 0xA5A5A5A5u;
}

static NOINLINE float parse_field(const struct field *field, float weight)
{
    float local = weight * gain;
    if (field->inner != 0) {
        float inner = parse_field(field->inner, local + 1.0f);
        sink = inner;
        return inner + local;
    }
    uint32_t word = read_register(field, field->id - 3u);
    return local + (float)word;
}

static NOINLINE int parse_packet(const char *origin, const struct field *field)
{
    float total = parse_field(field, 0.5f);
    sink = total;
    return (int)total + origin[0];
}

int main(void)
{
    const char *origin = "radio";
    return parse_packet(origin, &header);
}
