"""A program of 10 000 statics in 200 KiB of RAM: numbers, arrays, structures, pointers, enums."""

from collections.abc import Iterator
from pathlib import Path

from tests.bench.compiling import FIRMWARE, compiled, linked

UNITS, EACH = 100, 100
DECLARATIONS = """\
#include <stdint.h>
#include "bench.h"
enum mode { IDLE, BUSY, LOST = 7 };
struct point { int16_t x, y; };
struct device { const char *name; enum mode mode; struct point at[2]; uint32_t status; };
"""
SHAPES = (
    "uint32_t {} = 0x{:x};",
    "volatile int16_t {} = 0x{:x} & 0x7fff;",
    "float {} = 0x{:x} / 8.0f;",
    "struct point {} = {{0x{:x} % 100, -1}};",
    'struct device {} = {{"device", BUSY, {{{{1, 2}}, {{3, 4}}}}, 0x{:x}}};',
    "uint8_t {}[32] = {{0x{:x} & 0xff, 1, 2}};",
    "struct device *{} = (struct device *)(0x20000000 + 0x{:x} % 0x8000);",
    "struct {{ uint8_t head, tail; uint32_t items[8]; }} {} = {{1, 2, {{0x{:x}}}}};",
    "enum mode {} = 0x{:x} % 2 ? LOST : BUSY;",
    "struct point {}[16] = {{{{1, 2}}, {{0x{:x} % 100, 4}}}};",
)
STEP = """\
int station_{0}(hang_function hang)
{{
    volatile int step = {0};
    return {1} + step;
}}
"""
DEPTH = 8  # calls from the station to where it hangs


def build(elf: Path) -> None:
    """Write the sources, compile and link them."""
    folder = elf.parent / elf.stem
    folder.mkdir(exist_ok=True)
    flags = ("-Og", "-fno-data-sections", f"-I{FIRMWARE}")
    objects = []
    for unit in range(UNITS):
        source = folder / f"unit{unit}.c"
        source.write_text(DECLARATIONS + "\n".join(_statics(unit)) + "\n" + _step(unit))
        objects.append(compiled(source, source.with_suffix(".o"), *flags))
    stations = [str(unit) for unit in reversed(range(UNITS))]
    linked(objects, stations, elf, "-Wl,--no-gc-sections")


def _statics(unit: int) -> Iterator[str]:
    for number in range(unit * EACH, (unit + 1) * EACH):
        yield SHAPES[number % len(SHAPES)].format(f"object_{number}", number * 2654435761 % 2**32)


def _step(unit: int) -> str:
    """A station that calls the next one, the deepest of which hangs."""
    if unit >= DEPTH:
        return STEP.format(unit, "hang(0, (unsigned char *)&step, sizeof step)")
    declared = f"int station_{unit + 1}(hang_function hang);\n"
    return declared + STEP.format(unit, f"station_{unit + 1}(hang)")
