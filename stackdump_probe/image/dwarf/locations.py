"""Where an object is at a pc: a single expression, or an entry of a location list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.reader import Reader
from stackdump_probe.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackdump_probe.image.dwarf.dies import Die
    from stackdump_probe.image.dwarf.units import Unit

# An extension by which GCC puts view numbers into the list itself (-gvariable-location-views
# =incompat5); DW_LLE_GNU_view_pair in binutils' include/dwarf2.h.
_LLE_GNU_view_pair = 0x09


@record
class LocationEntry:
    """The expression that holds from `low` up to `high`; `is_default` where no other one does."""

    low: int
    high: int
    expression: memoryview
    is_default: bool = False


def location_at(die: Die, attribute: int, pc: int) -> memoryview | None:
    """The expression of `attribute` that holds at `pc`; None if there is none for this pc.

    An empty expression says that the object is optimised out here. Raises DwarfError if a list is
    damaged.
    """
    expression = die.block(attribute)
    if expression is not None:
        return expression
    default = None
    for entry in location_list(die, attribute):
        if entry.is_default:
            default = entry.expression
        elif entry.low <= pc < entry.high:
            return entry.expression
    return default


def location_list(die: Die, attribute: int) -> Iterator[LocationEntry]:
    """The entries of the list that `attribute` refers to; none if it does not refer to one."""
    form, at = die.form(attribute), die.integer(attribute)
    unit = die.unit
    if at is None or form not in _list_forms(unit.version):
        return iter(())
    if unit.version < 5:
        return _old_list(unit, at)
    if form == dw.FORM_loclistx:
        at = unit.list_offset(".debug_loclists", unit.loclists_base, at)
    return _list(unit, at)


def _list_forms(version: int) -> tuple[int, ...]:
    if version >= 4:
        return (dw.FORM_sec_offset, dw.FORM_loclistx)
    return (dw.FORM_data4, dw.FORM_data8)  # DWARF 3, 7.5.4: class loclistptr


def _old_list(unit: Unit, at: int) -> Iterator[LocationEntry]:
    """.debug_loc (DWARF 4, 2.6.2): pairs of offsets from a base, ended by two zeros."""
    reader = Reader(unit.dwarf.section(".debug_loc"), ".debug_loc", at=at)
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
            yield LocationEntry(base + low, base + high, _expression(reader, reader.unsigned(2)))


def _list(unit: Unit, at: int) -> Iterator[LocationEntry]:
    """.debug_loclists (DWARF 5, 2.6.2 and 7.7.3)."""
    reader = Reader(unit.dwarf.section(".debug_loclists"), ".debug_loclists", at=at)
    size = unit.address_size
    base = unit.low_pc or 0
    while True:
        match reader.u8():
            case dw.LLE_end_of_list:
                return
            case dw.LLE_base_addressx:
                base = unit.indexed_address(reader.uleb())
                continue
            case dw.LLE_base_address:
                base = reader.unsigned(size)
                continue
            case code if code == _LLE_GNU_view_pair:
                reader.uleb(), reader.uleb()
                continue
            case dw.LLE_startx_endx:
                low = unit.indexed_address(reader.uleb())
                high = unit.indexed_address(reader.uleb())
            case dw.LLE_startx_length:
                low = unit.indexed_address(reader.uleb())
                high = low + reader.uleb()
            case dw.LLE_offset_pair:
                low, high = base + reader.uleb(), base + reader.uleb()
            case dw.LLE_start_end:
                low, high = reader.unsigned(size), reader.unsigned(size)
            case dw.LLE_start_length:
                low = reader.unsigned(size)
                high = low + reader.uleb()
            case dw.LLE_default_location:
                yield LocationEntry(0, 0, _expression(reader, reader.uleb()), is_default=True)
                continue
            case kind:
                raise reader.error(f"unknown kind of location list entry {kind:#x}")
        yield LocationEntry(low, high, _expression(reader, reader.uleb()))


def _expression(reader: Reader, size: int) -> memoryview:
    return memoryview(reader.take(size))
