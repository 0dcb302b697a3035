"""Which of many address ranges hold an address."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from operator import itemgetter
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Owner = TypeVar("Owner")

_low, _high = itemgetter(0), itemgetter(1)


class Extent(NamedTuple, Generic[Owner]):
    """Addresses from `low` up to `high`, and whose they are."""

    low: int
    high: int
    owner: Owner


class RangeMap(Generic[Owner]):
    """Extents that may overlap, sorted once."""

    def __init__(self, extents: Iterable[tuple[int, int, Owner]]) -> None:
        self._extents = sorted(extents, key=_low)
        # The highest end so far: before an entry that it does not pass, nothing can reach further.
        self._reach = list(accumulate(map(_high, self._extents), max))

    def at(self, address: int) -> list[Extent[Owner]]:
        """All extents that hold `address`; the one that begins last comes first."""
        found = []
        place = bisect_right(self._extents, address, key=_low) - 1
        while place >= 0 and self._reach[place] > address:
            extent = self._extents[place]
            if address < extent[1]:
                found.append(Extent(*extent))
            place -= 1
        return found


def without_discarded(
    extents: Iterable[tuple[int, int, Owner]], holds_code: Callable[[int, int], bool]
) -> Iterable[tuple[int, int, Owner]]:
    """The extents without those at 0, unless code is there.

    There linkers leave what they discarded, thousands of extents over each other; `holds_code`
    still has to judge those that remain.
    """
    return extents if holds_code(0, 2) else filter(_low, extents)
