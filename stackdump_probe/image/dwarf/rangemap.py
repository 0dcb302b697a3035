"""Which of many address ranges hold an address."""

from __future__ import annotations

from bisect import bisect_right
from itertools import compress

from stackdump_probe.record import Generic, Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import TypeVar

    Owner = TypeVar("Owner")
    Extent = tuple[int, int, Owner]


class Columns(Record, Generic["Owner"]):
    """Many extents, side by side: large tables are read, sifted and sorted by the column."""

    lows: list[int]
    highs: list[int]
    owners: list[Owner]

    @classmethod
    def of(cls, extents: Iterable[tuple[int, int, Owner]]) -> Columns[Owner]:
        """The columns of these rows."""
        rows = list(extents)
        return cls([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows])

    def where(self, wanted: Sequence[object]) -> Columns[Owner]:
        """Those for which `wanted` has something true."""
        return Columns(
            list(compress(self.lows, wanted)),
            list(compress(self.highs, wanted)),
            list(compress(self.owners, wanted)),
        )


class RangeMap(Generic["Owner"]):
    """Extents that may overlap, sorted once."""

    def __init__(self, extents: Columns[Owner]) -> None:
        lows, highs, owners = extents.lows, extents.highs, extents.owners
        in_order = sorted(lows)
        if lows != in_order:
            order = sorted(range(len(lows)), key=lows.__getitem__)
            highs = list(map(highs.__getitem__, order))
            owners = list(map(owners.__getitem__, order))
        self._lows, self._highs, self._owners = in_order, highs, owners
        # The highest end so far: before an entry that it does not pass, nothing can reach further.
        self._reach = _highest_so_far(highs)

    def at(self, address: int) -> list[Extent[Owner]]:
        """Begin, end and owner of all that hold `address`; the one that begins last comes first."""
        found = []
        place = bisect_right(self._lows, address) - 1
        while place >= 0 and self._reach[place] > address:
            if address < self._highs[place]:
                found.append((self._lows[place], self._highs[place], self._owners[place]))
            place -= 1
        return found


def _highest_so_far(numbers: list[int]) -> list[int]:
    """`accumulate(numbers, max)`, which takes several times as long."""
    highest, found = 0, []
    for number in numbers:
        if number > highest:
            highest = number
        found.append(highest)
    return found


def without_discarded(
    extents: Columns[Owner], holds_code: Callable[[int, int], bool]
) -> Columns[Owner]:
    """The extents without those at 0, unless code is there.

    There linkers leave what they discarded, thousands of extents over each other; `holds_code`
    still has to judge those that remain.
    """
    return extents if holds_code(0, 2) else extents.where(extents.lows)
