"""Address ranges of an entry: DW_AT_low_pc, DW_AT_high_pc, and range lists of all versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackdump_probe.image.dwarf.dies import Die
    from stackdump_probe.image.dwarf.units import Unit


def ranges_of(die: Die) -> tuple[tuple[int, int], ...]:
    """(start, end) of the entry's code, as listed; what is not code of the program is left out."""
    holds_code = die.unit.dwarf.holds_code
    return tuple(each for each in listed_ranges(die) if holds_code(*each))


def listed_ranges(die: Die) -> Iterator[tuple[int, int]]:
    """Yield (start, end) as the debug information says, discarded code and all.

    Sums are not cut to the size of an address: what a linker marked as discarded by a base at the
    top of the address space must not come round to its bottom.
    """
    if dw.AT_ranges in die:
        yield from range_list(die)
        return
    low = die.address(dw.AT_low_pc)
    if low is None or dw.AT_high_pc not in die:
        return
    high = die.address(dw.AT_high_pc)
    if high is None:  # DWARF 4, 2.17.2: a constant is the distance from low_pc
        high = low + (die.integer(dw.AT_high_pc) or 0)
    yield low, high


def range_list(die: Die) -> Iterator[tuple[int, int]]:
    """Yield the entries of the DW_AT_ranges list; raises DwarfError if it is damaged."""
    unit = die.unit
    at = die.integer(dw.AT_ranges)
    if at is None:
        raise unit.error("DW_AT_ranges is neither an offset nor an index", die.offset)
    if unit.version < 5:
        return _old_list(unit, at)
    if die.form(dw.AT_ranges) == dw.FORM_rnglistx:
        at = unit.list_offset(".debug_rnglists", unit.rnglists_base, at)
    return _list(unit, at)


def _old_list(unit: Unit, at: int) -> Iterator[tuple[int, int]]:
    """.debug_ranges (DWARF 4, 2.17.3): pairs of offsets from a base, ended by two zeros."""
    reader = Reader(unit.dwarf.section(".debug_ranges"), ".debug_ranges", at=at)
    size = unit.address_size
    highest = (1 << 8 * size) - 1
    base = unit.low_pc or 0
    while True:
        low, high = reader.unsigned(size), reader.unsigned(size)
        if low == high == 0:
            return
        if low == highest:
            base = high
        else:
            yield base + low, base + high


def _list(unit: Unit, at: int) -> Iterator[tuple[int, int]]:
    """.debug_rnglists (DWARF 5, 2.17.3 and 7.25)."""
    reader = Reader(unit.dwarf.section(".debug_rnglists"), ".debug_rnglists", at=at)
    size = unit.address_size
    base = unit.low_pc or 0
    while True:
        match reader.u8():
            case dw.RLE_end_of_list:
                return
            case dw.RLE_base_addressx:
                base = unit.indexed_address(reader.uleb())
            case dw.RLE_startx_endx:
                low = unit.indexed_address(reader.uleb())
                yield low, unit.indexed_address(reader.uleb())
            case dw.RLE_startx_length:
                low = unit.indexed_address(reader.uleb())
                yield low, low + reader.uleb()
            case dw.RLE_offset_pair:
                low = base + reader.uleb()
                yield low, base + reader.uleb()
            case dw.RLE_base_address:
                base = reader.unsigned(size)
            case dw.RLE_start_end:
                low = reader.unsigned(size)
                yield low, reader.unsigned(size)
            case dw.RLE_start_length:
                low = reader.unsigned(size)
                yield low, low + reader.uleb()
            case kind:
                raise reader.error(f"unknown kind of range list entry {kind:#x}")
