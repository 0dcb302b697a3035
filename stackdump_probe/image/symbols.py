"""The symbol table: what stands at an address, and where a name is."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from struct import Struct
from typing import TYPE_CHECKING, Literal

from stackdump_probe.image.headers import SHT_SYMTAB
from stackdump_probe.record import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from stackdump_probe.image.elf import Image
    from stackdump_probe.image.headers import Section

    Fields = tuple[int, int, int, int, int, int]
    Extents = tuple[list[int], list[Fields]]

_ENTRY = Struct("<3I2BH")  # st_name, st_value, st_size, st_info, st_other, st_shndx
_SHN_UNDEF = 0
_LONGEST_NAME = 1 << 16
_MOST_LOOKED_BACK = 32

STT_NOTYPE, STT_OBJECT, STT_FUNC, STT_SECTION, STT_FILE = range(5)
STT_GNU_IFUNC = 10
STB_LOCAL, STB_GLOBAL, STB_WEAK = range(3)
_FUNCTIONS = (STT_FUNC, STT_GNU_IFUNC)
_PREFERENCE = {STB_GLOBAL: 2, STB_WEAK: 1}

State = Literal["t", "a", "d"]
_STATES: Mapping[int, State] = {ord("t"): "t", ord("a"): "a", ord("d"): "d"}


@record
class Symbol:
    """One symbol; bit 0 of a Thumb function's `address` is cleared. `section` is an index."""

    name: str
    address: int
    size: int
    type: int
    section: int
    binding: int
    is_thumb: bool = False


class SymbolTable:
    """All symbols of a file; those that are asked for are decoded, the others stay numbers."""

    def __init__(
        self, entries: Iterable[Fields], names: bytes, sections: Sequence[Section] = ()
    ) -> None:
        self._entries = tuple(entries)
        self._names = names
        self._sections = sections

    @cached_property
    def all(self) -> tuple[Symbol, ...]:
        """Every symbol in the order of the file, mapping symbols left out."""
        names = self._names
        return tuple(self._symbol(each) for each in self._entries if not _maps(names, each[0]))

    def named(self, name: str) -> Symbol | None:
        """The symbol of that name that is defined here; a global one before a local one."""
        wanted = name.encode("utf-8", "surrogateescape") + b"\0"
        places = set(_occurrences(self._names, wanted))
        found = [each for each in self._entries if each[0] in places and each[5] != _SHN_UNDEF]
        return self._symbol(max(found, key=_preference)) if found else None

    def function_at(self, address: int) -> Symbol | None:
        """The function whose extent holds `address`.

        A function without a size reaches to the next one, or to the end of its section.
        """
        return self._covering(self._functions, address)

    def object_at(self, address: int) -> Symbol | None:
        """The variable or constant whose extent holds `address`."""
        return self._covering(self._objects, address)

    def has_function(self, address: int) -> bool:
        """True if a function begins exactly at `address`."""
        return bool(self.functions_from(address))

    def functions_from(self, address: int) -> tuple[Symbol, ...]:
        """All functions that begin exactly at `address`: one and its aliases."""
        starts, entries = self._functions
        place = bisect_right(starts, address)
        found = []
        while place > 0 and starts[place - 1] == address:
            place -= 1
            found.append(self._symbol(entries[place]))
        return tuple(found)

    def mapping_at(self, address: int) -> State | None:
        """Thumb code, Arm code or data, as the mapping symbol at or below says (AAELF32, 5.5.5)."""
        starts, states = self._mapping
        place = bisect_right(starts, address) - 1
        return states[place] if place >= 0 else None

    def _covering(self, extents: Extents, address: int) -> Symbol | None:
        starts, entries = extents
        nearest = bisect_right(starts, address) - 1
        for place in range(nearest, max(nearest - _MOST_LOOKED_BACK, -1), -1):
            size = entries[place][2]
            if address < starts[place] + size:
                return self._symbol(entries[place])
            if size == 0 and starts[place] == starts[nearest]:
                section = entries[place][5]
                if section < len(self._sections) and address < self._sections[section].end:
                    return self._symbol(entries[place])
        return None

    @cached_property
    def _functions(self) -> Extents:
        return _extents(each for each in self._entries if each[3] & 15 in _FUNCTIONS)

    @cached_property
    def _objects(self) -> Extents:
        return _extents(each for each in self._entries if each[3] & 15 == STT_OBJECT)

    @cached_property
    def _mapping(self) -> tuple[list[int], list[State]]:
        names = self._names
        found = sorted(
            (each[1], _STATES[names[each[0] + 1]])
            for each in self._entries
            if _maps(names, each[0])
        )
        return [start for start, _ in found], [state for _, state in found]

    def _symbol(self, entry: Fields) -> Symbol:
        name_at, value, size, info, _, section = entry
        kind = info & 15
        is_thumb = kind in _FUNCTIONS and bool(value & 1)
        end = self._names.find(b"\0", name_at, name_at + _LONGEST_NAME)
        return Symbol(
            self._names[name_at : max(end, name_at)].decode("utf-8", "replace"),
            _address(entry),
            size,
            kind,
            section,
            info >> 4,
            is_thumb,
        )


def read_symbols(image: Image) -> SymbolTable:
    """The file's static symbol table; what a damaged one lacks is left out."""
    for section in image.sections:
        if section.type == SHT_SYMTAB and section.link < len(image.sections):
            table = image.stored(section)
            whole = table[: len(table) // _ENTRY.size * _ENTRY.size]
            names = bytes(image.stored(image.sections[section.link]))
            entries: Iterator[Fields] = _ENTRY.iter_unpack(whole)
            return SymbolTable(entries, names, image.sections)
    return SymbolTable((), b"")


def _address(entry: Fields) -> int:
    return entry[1] & ~1 if entry[3] & 15 in _FUNCTIONS else entry[1]


def _preference(entry: Fields) -> tuple[int, bool]:
    return _PREFERENCE.get(entry[3] >> 4, 0), entry[2] > 0


def _extents(entries: Iterable[Fields]) -> Extents:
    """Defined symbols by address; of those at one address the best to name it by comes last."""
    defined = [each for each in entries if each[5] != _SHN_UNDEF]
    defined.sort(key=lambda each: (_address(each), each[2] > 0, *_preference(each)))
    return [_address(each) for each in defined], defined


def _maps(names: bytes, at: int) -> bool:
    """True for the name of a mapping symbol: $t, $a, $d, also with a suffix such as $d.1."""
    return (
        names[at : at + 1] == b"$"
        and at + 2 < len(names)
        and names[at + 1] in _STATES
        and names[at + 2 : at + 3] in (b"\0", b".")
    )


def _occurrences(names: bytes, wanted: bytes) -> Iterator[int]:
    at = names.find(wanted)
    while at >= 0:
        yield at
        at = names.find(wanted, at + 1)
