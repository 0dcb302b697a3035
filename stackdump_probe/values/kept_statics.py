"""The statics that parts of a program hold, and how to find them again without a search."""

from __future__ import annotations

from collections.abc import Sequence

from stackdump_probe.record import Generic, Record
from stackdump_probe.values.plain_types import Rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    from stackdump_probe.values.plain_types import Row

    V = TypeVar("V")
    # Where the debug information describes an object: the section, and the offset in it.
    DiePlace = tuple[str, int]
    # What units that describe an object once more agree in.
    Key = tuple[str, int | bytes, object]
    # Of a static that is at one address: its own name, the address, the row of its type, and the
    # file and the line where it is declared.
    Plain = tuple[str, int, int, str | None, int | None]
    # A static again: the offset of its description in .debug_info, what stands before its name.
    Entry = tuple[int, str, Plain | None]
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
    die, prefix, plain = entry
    if plain is None:
        return entry
    name, address, type_, file, line = plain
    return die, prefix, (name, address, types[type_], file, line)
