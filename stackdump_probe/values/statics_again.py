"""The statics of a program that a former search of it has found."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from stackdump_probe.errors import ImageError
from stackdump_probe.record import Record
from stackdump_probe.values.constants import in_words
from stackdump_probe.values.model import Value, Variable
from stackdump_probe.values.plain_types import TypeReader
from stackdump_probe.values.static_values import StaticValues
from stackdump_probe.values.storage import Place, in_memory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    from stackdump_probe.values.kept_statics import Entry, Plain

    V = TypeVar("V")


class StaticsAgain(Record):
    """Reads them as they are now; constants `in_words` only, if that is enough."""

    entries: Sequence[Entry]
    types: TypeReader
    values: StaticValues
    in_words: bool

    def between(self, start: int, end: int, shown: Callable[[Variable], V]) -> list[V]:
        """Some of them, as `shown` makes them; raises ImageError."""
        return [shown(self._read(each)) for each in self.entries[start:end]]

    def _read(self, entry: Entry) -> Variable:
        match entry:  # which comes from a file
            case [int(die), str(name), None | str() as file, None | int() as line, plain, words]:
                if words is not None and self.in_words:
                    return Variable(name, "static", in_words(words), file, line)
                value = None if plain is None else self._plain(plain)
                if value is not None:
                    return Variable(name, "static", value, file, line)
                return self._described(die, name)
        raise ImageError("a static that was kept is malformed")

    def _plain(self, plain: Plain) -> Value | None:
        """The object of a type that is kept; None if it is there in part.

        What is missing may change how the rest is shown.
        """
        match plain:
            case [int(address), int(size), int(row)] if address >= 0 < size:
                storage = in_memory(self.values.memory, address, size)
                if not storage.gaps:
                    return self.values.decoder.decode(self.types.type(row), storage)
                lost = Place(storage).wholly_missing(size)
                if lost is None:
                    return None
                where = storage.address_at(0)
                return Value(self.types.name(row), None, lost.state, lost.why, where, None, size)
        raise ImageError("a static that was kept is malformed")

    def _described(self, offset: int, name: str) -> Variable:
        """The static at an offset of .debug_info."""
        die = self.values.image.dwarf.die_at(max(offset, 0))
        location, _ = self.values.location(die)
        return self.values.at(location, die, name)
