"""The statics of the report, in parts that any process can read."""

from collections.abc import Callable, Iterator, Sequence

from stackdump_probe.image.dwarf.units import Unit
from stackdump_probe.image.elf import Image
from stackdump_probe.memory import Memory
from stackdump_probe.report.model import Variable
from stackdump_probe.report.variables import reported
from stackdump_probe.values import model as values
from stackdump_probe.values.statics import Part, StaticsSearch

PART = 1 << 17  # bytes of debug information that are searched at once: some 10 ms


def static_parts(
    image: Image,
    memory: Memory,
    *,
    noise: bool,
    beside: Sequence[Image],
    children: bool,
) -> list[Callable[[], Part[Variable]]]:
    """What searches the parts of a program, in their order; raises ImageError."""
    search = StaticsSearch(image, memory, noise=noise, beside=beside)

    def shown(variable: values.Variable) -> Variable:
        return reported(variable, children=children)

    def searching(units: Sequence[Unit]) -> Callable[[], Part[Variable]]:
        return lambda: search.of_units(units, shown)

    return [searching(units) for units in _parts(image.dwarf.units)]


def _parts(units: Sequence[Unit]) -> Iterator[Sequence[Unit]]:
    first = size = 0
    for number, unit in enumerate(units, 1):
        size += unit.end - unit.offset
        if size >= PART:
            yield units[first:number]
            first, size = number, 0
    yield units[first:]
