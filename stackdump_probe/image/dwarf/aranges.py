"""From an address to the units that claim it: .debug_aranges (DWARF 5, 6.1.2), and without it."""

from __future__ import annotations

from operator import add
from struct import Struct, unpack_from

from stackdump_probe.errors import DwarfError
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.forms import UNSIGNED
from stackdump_probe.image.dwarf.rangemap import Columns
from stackdump_probe.image.dwarf.ranges import listed_ranges
from stackdump_probe.image.leb import DAMAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from stackdump_probe.image.dwarf.units import Unit

SECTION = ".debug_aranges"
# Length, version, offset in .debug_info, size of an address, size of a segment selector.
_HEADER_32, _HEADER_64 = Struct("<IHIBB"), Struct("<4xQHQBB")


def range_sets(octets: memoryview) -> list[tuple[int, tuple[int, ...]]]:
    """The offset of each unit, and the starts and sizes of its ranges in turn.

    Raises DwarfError if the table is damaged.
    """
    found = []
    at = 0
    while at < len(octets):
        try:
            words, unit, at = _set(octets, at)
        except DAMAGE as damage:
            raise DwarfError(f"damaged set: {damage}", section=SECTION, offset=at) from None
        found.append((unit, words))
    return found


def address_ranges(
    sets: Iterable[tuple[int, tuple[int, ...]]], *, with_zero: bool = True
) -> Columns[int]:
    """Start, end and the offset of the unit of each range; those from 0 on only `with_zero`.

    There linkers leave what they discarded. A pair of zeros ends no set: they leave them in the
    middle where a function was discarded.
    """
    lows: list[int] = []
    sizes: list[int] = []
    units: list[int] = []
    for unit, words in sets:
        lows += words[::2]
        sizes += words[1::2]
        units += [unit] * (len(words) // 2)
    ranges = Columns(lows, list(map(add, lows, sizes)), units).where(sizes)
    return ranges if with_zero else ranges.where(ranges.lows)


def _set(octets: memoryview, at: int) -> tuple[tuple[int, ...], int, int]:
    """The words of the set at `at`, the offset of its unit, and where the set ends."""
    header, length_size = _HEADER_32, 4
    if bytes(octets[at : at + 4]) == b"\xff\xff\xff\xff":
        header, length_size = _HEADER_64, 12
    length, version, unit, address_size, segment_size = header.unpack_from(octets, at)
    end = at + length_size + length
    if version != 2 or segment_size or address_size not in UNSIGNED:
        return (), unit, end
    if end > len(octets):
        raise ValueError(f"it has {length} bytes, {len(octets) - at} left")
    pair = 2 * address_size
    first = at + -(-header.size // pair) * pair  # pairs are aligned, counted from the set's start
    count = max(end - first, 0) // pair * 2
    return unpack_from(f"<{count}{UNSIGNED[address_size]}", octets, first), unit, end


def claimed_ranges(unit: Unit) -> tuple[tuple[int, int], ...]:
    """What the unit's top entry claims; if it is silent, what its functions do.

    Empty for a unit that is damaged, which shall not hide the others.
    """
    try:
        if dw.AT_ranges in unit.top or dw.AT_high_pc in unit.top:
            return tuple(listed_ranges(unit.top))
        return tuple(each for die in unit.walk(dw.TAG_subprogram) for each in listed_ranges(die))
    except DwarfError:
        return ()
