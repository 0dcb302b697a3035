"""The statics of the report, in parts that any process can read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from stackdump_probe.errors import ImageError
from stackdump_probe.image.dwarf.units import Unit
from stackdump_probe.image.elf import Image
from stackdump_probe.memory import Memory
from stackdump_probe.report.model import Variable
from stackdump_probe.report.variables import reported
from stackdump_probe.values import model as values
from stackdump_probe.values.kept_statics import Part, merged
from stackdump_probe.values.statics import StaticsSearch
from stackdump_probe.values.statics_again import StaticsAgain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class StaticsIndex(Protocol):
        """Remembers where the debug information of a program describes its statics."""

        def known(self) -> Kept | None:
            """What was kept of the same program before."""

        def keep(self, kept: Kept) -> None:
            """Remember it."""

    from stackdump_probe.report.share import Share
    from stackdump_probe.report.variables import Write
    from stackdump_probe.values.kept_statics import Kept

PART = 1 << 17  # bytes of debug information that are searched at once: some 10 ms
TOGETHER = 64  # statics that are read at once, where they need not be searched for


class StaticsReader:
    """Reads the statics of a program."""

    def __init__(
        self,
        image: Image,
        memory: Memory,
        *,
        noise: bool,
        beside: Sequence[Image],
        children: bool,
        write: Write | None,
        index: StaticsIndex | None,
    ) -> None:
        self._image = image
        self._index = index
        self._search = StaticsSearch(
            image,
            memory,
            noise=noise,
            beside=beside,
            remember=index is not None,
            in_words=write is not None and not children,
        )
        self._children = children
        self._write = write

    @cached_property
    def known(self) -> Kept | None:
        """What is remembered of them, read once."""
        return None if self._index is None else self._index.known()

    def found(self, share: Share) -> tuple[Variable, ...]:
        """All of them, in the order of the debug information; raises ImageError."""
        index, kept = self._index, self.known
        if kept is not None:
            try:
                return self._again(kept, share)
            except ImageError:
                pass  # it tells of another program
        parts = share([self._searching(units) for units in _parts(self._image.dwarf.units)])
        variables, kept = merged(parts)
        if index is not None and all(part.fixed for part in parts):
            index.keep(kept)
        return tuple(variables)

    def _again(self, kept: Kept, share: Share) -> tuple[Variable, ...]:
        again, starts = self._search.again(kept), range(0, len(kept.entries), TOGETHER)
        parts = share([self._reading(again, at) for at in starts])
        return tuple([variable for part in parts for variable in part])

    def _searching(self, units: Sequence[Unit]) -> Callable[[], Part[Variable]]:
        return lambda: self._search.of_units(units, self._shown)

    def _reading(self, again: StaticsAgain, at: int) -> Callable[[], list[Variable]]:
        return lambda: again.between(at, at + TOGETHER, self._shown)

    def _shown(self, variable: values.Variable) -> Variable:
        return reported(variable, children=self._children, write=self._write)


def _parts(units: Sequence[Unit]) -> Iterator[Sequence[Unit]]:
    first = size = 0
    for number, unit in enumerate(units, 1):
        size += unit.end - unit.offset
        if size >= PART:
            yield units[first:number]
            first, size = number, 0
    yield units[first:]
