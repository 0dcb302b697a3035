"""Address ranges of an entry: DW_AT_low_pc, DW_AT_high_pc, and range lists of all versions."""

from __future__ import annotations

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.address_lists import new_list, old_list

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackdump_probe.image.dwarf.dies import Die


def ranges_of(die: Die) -> tuple[tuple[int, int], ...]:
    """(start, end) of the entry's code, as listed; what is not code of the program is left out."""
    holds_code = die.unit.dwarf.holds_code
    return tuple(each for each in listed_ranges(die) if holds_code(*each))


def listed_ranges(die: Die) -> Iterable[tuple[int, int]]:
    """(start, end) as the debug information says, discarded code and all.

    Sums are not cut to the size of an address: what a linker marked as discarded by a base at the
    top of the address space must not come round to its bottom.
    """
    forms = die.abbreviation.forms
    if dw.AT_ranges in forms:
        return range_list(die)
    low = die.address(dw.AT_low_pc) if dw.AT_high_pc in forms else None
    if low is None:
        return ()
    size = die.integer(dw.AT_high_pc)
    if size is not None:  # DWARF 4, 2.17.2: a constant is the distance from low_pc
        return ((low, low + size),)
    return ((low, die.address(dw.AT_high_pc) or low),)


def range_list(die: Die) -> Iterator[tuple[int, int]]:
    """Yield the entries of the DW_AT_ranges list; raises DwarfError if it is damaged."""
    unit = die.unit
    at = die.integer(dw.AT_ranges)
    if at is None:
        raise unit.error("DW_AT_ranges is neither an offset nor an index", die.offset)
    if unit.version < 5:
        entries = old_list(unit, ".debug_ranges", at, located=False)
    else:
        if die.form(dw.AT_ranges) == dw.FORM_rnglistx:
            at = unit.list_offset(".debug_rnglists", unit.rnglists_base, at)
        entries = new_list(unit, ".debug_rnglists", at, located=False)
    return ((low, high) for low, high, _, _ in entries)
