"""From an address to the units that claim it: .debug_aranges (DWARF 5, 6.1.2), and without it."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from operator import add
from struct import Struct, unpack_from

from stackdump_probe.errors import DwarfError
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.forms import UNSIGNED
from stackdump_probe.image.dwarf.rangemap import Columns, RangeMap
from stackdump_probe.image.dwarf.ranges import listed_ranges
from stackdump_probe.image.leb import DAMAGE
from stackdump_probe.image.records import Blocks, either, places, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from stackdump_probe.image.dwarf.rangemap import Extent
    from stackdump_probe.image.dwarf.units import Unit

SECTION = ".debug_aranges"
# Length, version, offset in .debug_info, size of an address, size of a segment selector.
_HEADER_32, _HEADER_64 = Struct("<IHIBB"), Struct("<4xQHQBB")
_PLAIN_HEADER = Struct("<IHIH")  # the two sizes as one number
_LONG = 0x1000
# What makes 0 to 0xff, a byte of bits 8 to 15 to 1 if that makes it long, any bit to 1.
_IS_ZERO = b"\xff" + bytes(255)
_IS_LONG = bytes(_LONG >> 8) + b"\1" * (256 - (_LONG >> 8))
_IS_SET = b"\0" + b"\1" * 255


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
    for unit, pairs in sets:
        lows += pairs[::2]
        sizes += pairs[1::2]
        units += [unit] * (len(pairs) // 2)
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


class SearchedRanges:
    """The ranges of a plain table, of which those around an address are read."""

    def __init__(self, octets: bytes, begins: list[int], units: list[int]) -> None:
        self._octets = octets
        self._begins = begins
        self._units = units
        zeros = either(*(octets[at::8] for at in range(4))).translate(_IS_ZERO)
        left_out = bytearray(zeros)
        for begin in begins:
            left_out[begin : begin + 2] = b"\xff\xff"  # the header
        self._left_out = bytes(left_out)
        self._blocks = Blocks(octets, size=8, at=0, left_out=self._left_out)
        self._known: dict[int, RangeMap[int]] = {}

    def at(self, address: int) -> list[Extent[int]]:
        """Start, end and the offset of the unit of each range that holds `address`.

        As in a RangeMap the one that begins last comes first.
        """
        block = address >> 16
        maps = [self._long, self._of_block(block)]
        if address & 0xFFFF < _LONG:
            maps.append(self._of_block(block - 1))
        found = {extent for each in maps for extent in each.at(address)}
        by_start = sorted(found, key=lambda each: (each[0], each[2]), reverse=True)
        return [(low, high, self._unit_of(number)) for low, high, number in by_start]

    def _unit_of(self, number: int) -> int:
        return self._units[bisect_right(self._begins, number) - 1]

    def _of_block(self, block: int) -> RangeMap[int]:
        if block not in self._known:
            self._known[block] = self._map_of(self._blocks.candidates(block))
        return self._known[block]

    @cached_property
    def _long(self) -> RangeMap[int]:
        """The ranges of _LONG bytes or more; shorter ones end in the next block at the latest."""
        octets = self._octets
        is_long = either(octets[5::8].translate(_IS_LONG), octets[6::8], octets[7::8])
        return self._map_of(places(either(is_long.translate(_IS_SET), self._left_out), 1))

    def _map_of(self, numbers: list[int]) -> RangeMap[int]:
        fields = words(self._octets)
        lows = list(map(fields[::2].__getitem__, numbers))
        sizes = map(fields[1::2].__getitem__, numbers)
        return RangeMap(Columns(lows, list(map(add, lows, sizes)), numbers))


def searched_ranges(octets: memoryview) -> SearchedRanges | None:
    """The ranges if they can be searched: if all sets are of pairs of words at multiples of 8."""
    begins: list[int] = []
    units: list[int] = []
    at, end, head = 0, len(octets), _PLAIN_HEADER.unpack_from
    while at + 16 <= end:
        length, version, unit, sizes = head(octets, at)
        if version != 2 or sizes != 4 or length % 8 != 4:
            return None
        begins.append(at >> 3)
        units.append(unit)
        at += 4 + length
    return SearchedRanges(bytes(octets), begins, units) if at == end else None


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
