"""Symbols in the order of their values, of which few are asked for in most traces."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import cached_property
from itertools import accumulate

from stackdump_probe.image.records import Blocks, places, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_LOOKED_BACK = 32
_FEW = 2048  # symbols, which are sorted at once
_WORTH_ALL = 8  # a look at one symbol takes as long as to sort so many
_LEFT_OUT = b"\xff" + bytes(255)  # for 0; nothing else is


class ByValue:
    """Symbols of some types, by their places in the table: their numbers.

    `is_wanted` has 1 for each symbol of these types, else 0. Each entry of the table, of
    `entry_size` bytes, begins with the words name, value and size (ELF-32, "Symbol Table").
    """

    def __init__(self, table: bytes, is_wanted: bytes, entry_size: int) -> None:
        self._table = table
        self._entry_size = entry_size
        self._values, self._sizes = words(table)[1::4], words(table)[2::4]
        self._is_wanted = is_wanted
        self._count = is_wanted.count(1)
        self._in_block: dict[int, list[int]] = {}
        self._looks = 0

    def runs_up_to(self, address: int) -> Iterator[list[int]]:
        """Yield those at or below `address`, highest first, those of one value (but for bit 0)
        together.

        After some it is useless to look further.
        """
        values, left = self._values, _MOST_LOOKED_BACK
        for numbers in self._lists(address >> 16):
            end = bisect_right(numbers, address | 1, key=values.__getitem__)
            end -= _MOST_LOOKED_BACK - left  # what the list before had, too
            last = max(end - left, 0)
            while end > last:
                first, start = end - 1, values[numbers[end - 1]] | 1
                while first > last and values[numbers[first - 1]] | 1 == start:
                    first -= 1
                yield numbers[first:end]
                left -= end - first
                end = first
            if not left:
                return

    def _lists(self, block: int) -> Iterator[list[int]]:
        """Yield those of `block`, where that saves sorting all, then all; lowest value first."""
        if self._count > _FEW:
            if block not in self._in_block:
                self._in_block[block] = self._sorted_in(block)
            yield self._in_block[block]
        if self._count <= _FEW or block:
            yield self._numbers

    def _sorted_in(self, block: int) -> list[int]:
        value_of = self._values.__getitem__
        numbers = sorted(self._blocks.candidates(block), key=value_of)
        first = bisect_left(numbers, block << 16, key=value_of)
        return numbers[first : bisect_left(numbers, block + 1 << 16, key=value_of)]

    @cached_property
    def _blocks(self) -> Blocks:
        left_out = self._is_wanted.translate(_LEFT_OUT)
        return Blocks(self._table, size=self._entry_size, at=4, left_out=left_out)

    @cached_property
    def _numbers(self) -> list[int]:
        return sorted(places(self._is_wanted, 1), key=self._values.__getitem__)

    def nearest(self, address: int) -> int | None:
        """The number of the symbol that begins last at or below `address`.

        None where several begin there, or one without a size, and until there were so many looks
        that it pays to sort all.
        """
        self._looks += 1
        if not self._is_worth_all():
            return None
        starts = self._starts
        last = bisect_right(starts, address | 1) - 1
        if last < 0 or (last and starts[last - 1] == starts[last]):
            return None
        number = self._numbers[last]
        return number if self._sizes[number] else None

    def reaches(self, address: int) -> bool:
        """False if it is known that none which begins at or below `address` ends above it."""
        self._looks += 1
        if not self._is_worth_all():
            return True
        last = bisect_right(self._starts, address | 1) - 1
        return last >= 0 and self._highest_ends[last] > address

    def _is_worth_all(self) -> bool:
        return self._looks * _WORTH_ALL > self._count

    @cached_property
    def _starts(self) -> list[int]:
        """The values in the order of the numbers, those that differ in bit 0 alone made equal."""
        values = self._values
        return [values[number] | 1 for number in self._numbers]

    @cached_property
    def _highest_ends(self) -> list[int]:
        """Up to where the symbols reach that do not begin after each one."""
        values, sizes = self._values, self._sizes
        return list(accumulate((values[each] + sizes[each] for each in self._numbers), max))
