"""The tree that the entries of a unit make: what is below one, and what is around one."""

from __future__ import annotations

from bisect import bisect_right

from stackdump_probe.image.dwarf.dies import Die
from stackdump_probe.image.dwarf.scan import end_of_tree, wanted_entries

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackdump_probe.image.dwarf.units import Unit
    from stackdump_probe.image.dwarf.wanted import Wanted

_DEEPEST = 256  # entries inside each other; inlining makes dozens


class EntryTree:
    """The entries of one unit. What walks find out is kept: not all producers tell where one ends.

    `ends` has the offset after all below an entry, by its own offset, as far as walks came by.
    """

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._child_offsets: dict[int, list[int]] = {}
        self.ends: dict[int, int] = {}

    def walk_below(self, die: Die, wanted: Wanted) -> Iterator[Die]:
        """Yield every wanted entry below `die`; what `Die.walk` calls."""
        if not die.has_children:
            return
        unit, outside = self._unit, die.path
        stack = [die.offset]
        for at in wanted_entries(unit, wanted, die.end_of_attributes, stack):
            if len(stack) > _DEEPEST:
                raise unit.error(f"more than {_DEEPEST} entries inside each other", at)
            yield Die(unit, at, (*outside, *stack))

    def children_of(self, die: Die, path: tuple[int, ...] | None) -> Iterator[Die]:
        """Yield the entries directly below `die`; what `Die.children` calls."""
        if not die.has_children:
            return
        unit, at = self._unit, die.end_of_attributes
        octets = unit.octets
        while at < unit.end and octets[at]:
            child = Die(unit, at, path)
            yield child
            at = self._after(child)

    def _after(self, die: Die) -> int:
        """The offset of what follows `die` and all below it."""
        if not die.has_children:
            return die.end_of_attributes
        known = self.ends.get(die.offset)
        if known is None:
            known = die.sibling or end_of_tree(self._unit, die.offset, die.end_of_attributes)
        return known

    def path_to(self, offset: int) -> tuple[int, ...]:
        """The offsets of all entries around the one at `offset`, outermost first."""
        *path, last = self._path_over(offset)
        if last != offset:
            raise self._unit.error("no entry of the tree begins here", offset)
        return tuple(path)

    def die_over(self, offset: int) -> Die:
        """The entry whose attributes hold the byte at `offset`."""
        *path, last = self._path_over(offset)
        return Die(self._unit, last, tuple(path))

    def _path_over(self, offset: int) -> list[int]:
        """Where the entries begin that hold the byte at `offset`, themselves or below them."""
        path = [self._unit.top.offset]
        while path[-1] != offset:
            below = self._offsets_below(path[-1])
            place = bisect_right(below, offset) - 1
            if place < 0:
                break
            if len(path) > _DEEPEST:
                raise self._unit.error(f"more than {_DEEPEST} entries inside each other", offset)
            path.append(below[place])
        return path

    def _offsets_below(self, offset: int) -> list[int]:
        known = self._child_offsets.get(offset)
        if known is None:
            known = [child.offset for child in self.children_of(Die(self._unit, offset), None)]
            self._child_offsets[offset] = known
        return known
