"""Where an object is at a pc: a single expression, or an entry of a location list."""

from __future__ import annotations

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.address_lists import new_list, old_list
from stackdump_probe.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackdump_probe.image.dwarf.dies import Die


class LocationEntry(Record):
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
        entries = old_list(unit, ".debug_loc", at, located=True)
    else:
        if form == dw.FORM_loclistx:
            at = unit.list_offset(".debug_loclists", unit.loclists_base, at)
        entries = new_list(unit, ".debug_loclists", at, located=True)
    return (LocationEntry(*entry) for entry in entries)


def _list_forms(version: int) -> tuple[int, ...]:
    if version >= 4:
        return (dw.FORM_sec_offset, dw.FORM_loclistx)
    return (dw.FORM_data4, dw.FORM_data8)  # DWARF 3, 7.5.4: class loclistptr
