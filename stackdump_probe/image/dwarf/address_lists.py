"""What range lists and location lists have in common (DWARF 5, 2.6.2, 2.17.3, 7.7.3 and 7.25)."""

from __future__ import annotations

from struct import unpack_from

from stackdump_probe.errors import DwarfError
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.forms import UNSIGNED
from stackdump_probe.image.leb import DAMAGE, uleb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from stackdump_probe.image.dwarf.units import Unit

    # Start and end; the expression that holds there, and whether it does where no other does.
    Entry: TypeAlias = tuple[int, int, memoryview, bool]

NOTHING = memoryview(b"")
# An extension by which GCC puts view numbers into the list itself (-gvariable-location-views
# =incompat5); DW_LLE_GNU_view_pair in binutils' include/dwarf2.h.
LLE_GNU_view_pair = 0x09
_DEFAULT, _VIEWS = 0x100, 0x101
# What entries of location lists are, in the numbers of range lists.
_LOCATION_KINDS = {
    dw.LLE_end_of_list: dw.RLE_end_of_list,
    dw.LLE_base_addressx: dw.RLE_base_addressx,
    dw.LLE_startx_endx: dw.RLE_startx_endx,
    dw.LLE_startx_length: dw.RLE_startx_length,
    dw.LLE_offset_pair: dw.RLE_offset_pair,
    dw.LLE_default_location: _DEFAULT,
    dw.LLE_base_address: dw.RLE_base_address,
    dw.LLE_start_end: dw.RLE_start_end,
    dw.LLE_start_length: dw.RLE_start_length,
    LLE_GNU_view_pair: _VIEWS,
}
_BASES = (dw.RLE_base_address, dw.RLE_base_addressx)


def old_list(unit: Unit, section: str, at: int, *, located: bool) -> Iterator[Entry]:
    """Yield the entries of .debug_ranges or, `located`, of .debug_loc.

    Pairs of offsets from a base, ended by two zeros (DWARF 4, 2.6.2 and 2.17.3). Raises
    DwarfError if the list is damaged.
    """
    octets, size = unit.dwarf.section(section), unit.address_size
    pair, highest = f"<2{UNSIGNED[size]}", (1 << 8 * size) - 1
    base = unit.low_pc or 0
    expression = NOTHING
    try:
        while (words := unpack_from(pair, octets, at)) != (0, 0):
            at += 2 * size
            if words[0] == highest:
                base = words[1]
                continue
            if located:
                expression, at = _counted(octets, at + 2, unpack_from("<H", octets, at)[0])
            yield base + words[0], base + words[1], expression, False
    except DAMAGE as damage:
        raise DwarfError(f"damaged list: {damage}", section=section, offset=at) from None


def new_list(unit: Unit, section: str, at: int, *, located: bool) -> Iterator[Entry]:
    """Yield the entries of .debug_rnglists or, `located`, of .debug_loclists.

    Raises DwarfError if the list is damaged.
    """
    octets, base, start = unit.dwarf.section(section), unit.low_pc or 0, at
    expression = NOTHING
    try:
        while True:
            start, kind = at, octets[at]
            if located:
                kind = _LOCATION_KINDS.get(kind, kind | 0x200)
            at += 1
            if kind == dw.RLE_offset_pair:
                low, at = uleb(octets, at)
                high, at = uleb(octets, at)
                low, high = base + low, base + high
            elif kind == dw.RLE_end_of_list:
                return
            elif kind in _BASES:
                base, at = _address(unit, octets, at, kind == dw.RLE_base_addressx)
                continue
            elif kind == _VIEWS:
                at = uleb(octets, uleb(octets, at)[1])[1]
                continue
            elif kind == _DEFAULT:
                low = high = 0
            else:
                low, high, at = _addresses(unit, octets, at, kind)
            if located:
                length, at = uleb(octets, at)
                expression, at = _counted(octets, at, length)
            yield low, high, expression, kind == _DEFAULT
    except DAMAGE as damage:
        raise DwarfError(f"damaged list: {damage}", section=section, offset=start) from None


def _addresses(unit: Unit, octets: memoryview, at: int, kind: int) -> tuple[int, int, int]:
    """Start, end and the position after them, of an entry that has at least its start whole."""
    is_index = kind in (dw.RLE_startx_endx, dw.RLE_startx_length)
    if not (is_index or kind in (dw.RLE_start_end, dw.RLE_start_length)):
        raise ValueError(f"unknown kind of entry {octets[at - 1]:#x}")
    low, at = _address(unit, octets, at, is_index)
    if kind in (dw.RLE_startx_length, dw.RLE_start_length):
        length, at = uleb(octets, at)
        return low, low + length, at
    high, at = _address(unit, octets, at, is_index)
    return low, high, at


def _address(unit: Unit, octets: memoryview, at: int, is_index: bool) -> tuple[int, int]:
    if is_index:
        index, at = uleb(octets, at)
        return unit.indexed_address(index), at
    size = unit.address_size
    address: int = unpack_from(f"<{UNSIGNED[size]}", octets, at)[0]
    return address, at + size


def _counted(octets: memoryview, at: int, length: int) -> tuple[memoryview, int]:
    expression = octets[at : at + length]
    if len(expression) < length:
        raise ValueError(f"expression of {length} bytes, {len(expression)} left")
    return expression, at + length
