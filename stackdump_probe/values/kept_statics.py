"""The statics that parts of a program hold, and how to find them again without a search."""

from __future__ import annotations

from collections.abc import Sequence

from stackdump_probe.record import Generic, Record
from stackdump_probe.values.plain_types import Rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    from stackdump_probe.values.constants import Words
    from stackdump_probe.values.plain_types import Row

    V = TypeVar("V")
    # Where the debug information describes an object: the section, and the offset in it.
    DiePlace = tuple[str, int]
    # What units that describe an object once more agree in.
    Key = tuple[str, int | bytes, object]
    # Of a static whose bytes tell what it holds: its address, its size, the row of its type.
    Plain = tuple[int, int, int]
    # A static again: the offset of its description in .debug_info, its full name, the file and the
    # line where it is declared, and if the memory has no say in how it is told, its words.
    Entry = tuple[int, str, str | None, int | None, Plain | None, Words | None]
    # A static, how to find it again, its key, and, if nothing tells where it is, its own place.
    Found = tuple[V, Entry, Key | None, DiePlace | None]


class Part(Record, Generic["V"]):
    """What some units hold.

    `located` are the places of descriptions without a location for which another one stands, as
    linking with LTO leaves them. `fixed` is False if what is left out depends on the memory.
    """

    found: list[Found[V]]
    located: set[DiePlace]
    fixed: bool
    types: list[Row]


class Kept(Record):
    """How to find the statics of a program again, and their types."""

    entries: Sequence[Entry]
    types: Sequence[Row]


def merged(parts: Sequence[Part[V]]) -> tuple[list[V], Kept]:
    """The statics of all parts of a program, each once, and how to find them again."""
    located = {place for part in parts for place in part.located}
    seen: set[Key] = set()
    variables, entries, table = [], [], Rows()
    for part in parts:
        types = table.taken(part.types)
        for variable, entry, key, place in part.found:
            if key in seen or place in located:
                continue
            variables.append(variable)
            entries.append(_with_types(entry, types))
            if key is not None:
                seen.add(key)
    return variables, Kept(entries, table.rows)


def _with_types(entry: Entry, types: Sequence[int]) -> Entry:
    die, name, file, line, plain, words = entry
    if plain is None:
        return entry
    address, size, type_ = plain
    return die, name, file, line, (address, size, types[type_]), words
