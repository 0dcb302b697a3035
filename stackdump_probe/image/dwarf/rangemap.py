"""Which of many address ranges hold an address."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from operator import itemgetter
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

Owner = TypeVar("Owner")


class Extent(NamedTuple, Generic[Owner]):
    """Addresses from `low` up to `high`, and whose they are."""

    low: int
    high: int
    owner: Owner


class RangeMap(Generic[Owner]):
    """Extents that may overlap, sorted once."""

    def __init__(self, extents: Iterable[tuple[int, int, Owner]]) -> None:
        self._extents = sorted(extents, key=itemgetter(0))
        self._lows = [extent[0] for extent in self._extents]
        # The highest end so far: before an entry that it does not pass, nothing can reach further.
        self._reach = list(accumulate((extent[1] for extent in self._extents), max))

    def at(self, address: int) -> list[Extent[Owner]]:
        """All extents that hold `address`; the one that begins last comes first."""
        found = []
        place = bisect_right(self._lows, address) - 1
        while place >= 0 and self._reach[place] > address:
            extent = self._extents[place]
            if address < extent[1]:
                found.append(Extent(*extent))
            place -= 1
        return found
