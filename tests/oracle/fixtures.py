"""The ELF files that readers are compared on: all that the golden tests have."""

from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from elftools.elf.elffile import ELFFile

from stackdump_probe.image.dwarf.debug_info import Dwarf
from stackdump_probe.image.dwarf.dies import Die
from stackdump_probe.image.elf import Image

GOLDEN = Path(__file__).parent.parent / "golden"
ELVES = {path.parent.name: path for path in sorted(GOLDEN.glob("*/fw.elf"))}


@cache
def image_of(case: str) -> Image:
    """The ELF of a golden case as we read it."""
    return Image.from_bytes(ELVES[case].read_bytes())


@cache
def oracle_of(case: str) -> Any:
    """The ELF of a golden case as pyelftools reads it."""
    return ELFFile(BytesIO(ELVES[case].read_bytes()))


@cache
def entries_of(case: str) -> tuple[tuple[Die, Any], ...]:
    """Each debugging entry in order, as we and as pyelftools read it; one to one."""
    return tuple(paired(image_of(case).dwarf, oracle_of(case).get_dwarf_info()))


def paired(dwarf: Dwarf, oracle: Any) -> Iterator[tuple[Die, Any]]:
    """Yield each entry of our `dwarf` with that of pyelftools."""
    units = sorted((*dwarf.units, *dwarf.type_units), key=lambda unit: (unit.section, unit.offset))
    for unit, theirs in zip(units, (*oracle.iter_CUs(), *oracle.iter_TUs()), strict=True):
        entries = (die for die in theirs.iter_DIEs() if not die.is_null())
        yield from zip(_in_order(unit.top), entries, strict=True)


def _in_order(top: Die) -> list[Die]:
    found, waiting = [], [top]
    while waiting:
        die = waiting.pop()
        found.append(die)
        waiting += reversed(list(die.children()))
    return found
