"""The symbol table: what stands at an address, and where a name is."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from struct import Struct

from stackdump_probe.image.headers import SHT_SYMTAB
from stackdump_probe.image.records import words
from stackdump_probe.image.symbol_order import ByValue
from stackdump_probe.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from stackdump_probe.image.elf import Image
    from stackdump_probe.image.headers import Section

    Fields = tuple[int, int, int, int, int, int]
    from typing import Literal

    State = Literal["t", "a", "d"]

_ENTRY = Struct("<3I2BH")  # st_name, st_value, st_size, st_info, st_other, st_shndx
_SHN_UNDEF = 0
_LONGEST_NAME = 1 << 16

STT_NOTYPE, STT_OBJECT, STT_FUNC, STT_SECTION, STT_FILE = range(5)
STT_GNU_IFUNC = 10
STB_LOCAL, STB_GLOBAL, STB_WEAK = range(3)
_FUNCTIONS = (STT_FUNC, STT_GNU_IFUNC)
_PREFERENCE = (0, 2, 1, *[0] * 13)  # by binding: a global symbol before a weak one

_STATES: Mapping[int, State] = {ord("t"): "t", ord("a"): "a", ord("d"): "d"}


class Symbol(Record):
    """One symbol; bit 0 of a Thumb function's `address` is cleared. `section` is an index."""

    name: str
    address: int
    size: int
    type: int
    section: int
    binding: int
    is_thumb: bool = False


class SymbolTable:
    """All symbols of a file; those that are asked for are decoded, the others stay bytes.

    `table` holds whole entries of 16 bytes each, `names` what their st_name counts in.
    """

    def __init__(self, table: bytes, names: bytes, sections: Sequence[Section] = ()) -> None:
        self._table = table
        self._names = names
        self._sections = sections
        self._by_name: dict[str, Symbol | None] = {}

    @cached_property
    def all(self) -> tuple[Symbol, ...]:
        """Every symbol in the order of the file, mapping symbols left out."""
        names, entries = self._names, _ENTRY.iter_unpack(self._table)
        return tuple(self._symbol(each) for each in entries if not _maps(names, each[0]))

    def named(self, name: str) -> Symbol | None:
        """The symbol of that name that is defined here; a global one before a local one."""
        if name not in self._by_name:
            self._by_name[name] = self._find(name)
        return self._by_name[name]

    def _find(self, name: str) -> Symbol | None:
        wanted = name.encode("utf-8", "surrogateescape") + b"\0"
        found = [
            entry
            for place in _occurrences(self._names, wanted)
            for entry in self._entries_of(place)
            if entry[5] != _SHN_UNDEF
        ]
        return self._symbol(max(found, key=_preference)) if found else None

    def _entries_of(self, place: int) -> Iterator[Fields]:
        """Yield the entries whose name is at `place` of the names."""
        for at in _occurrences(self._table, place.to_bytes(4, "little")):
            if at % _ENTRY.size == 0:
                yield _ENTRY.unpack_from(self._table, at)

    def function_at(self, address: int) -> Symbol | None:
        """The function whose extent holds `address`.

        A function without a size reaches to the next one, or to the end of its section.
        """
        return self._covering(self._functions, address)

    def label_at(self, address: int) -> Symbol | None:
        """The global symbol without a type nearest below `address`, in its section.

        Code in assembler has often nothing else; where a function is known, that says more.
        """
        return self._covering(self._labels, address)

    def object_at(self, address: int) -> Symbol | None:
        """The variable or constant whose extent holds `address`."""
        return self._covering(self._objects, address)

    def has_function(self, address: int) -> bool:
        """True if a function begins exactly at `address`."""
        return bool(self.functions_from(address))

    def functions_from(self, address: int) -> tuple[Symbol, ...]:
        """All functions that begin exactly at `address`: one and its aliases."""
        found = []
        for entry in self._up_to(address, self._functions):
            if _address(entry) != address:
                break
            found.append(self._symbol(entry))
        return tuple(found)

    def last_start(self, address: int) -> int | None:
        """Where the function begins that begins last at or below `address`."""
        return next(map(_address, self._up_to(address, self._functions)), None)

    def mapping_at(self, address: int) -> State | None:
        """Thumb code, Arm code or data, as the mapping symbol at or below says (AAELF32, 5.5.5)."""
        starts, states = self._mapping
        place = bisect_right(starts, address) - 1
        return states[place] if place >= 0 else None

    def _covering(self, kind: ByValue, address: int) -> Symbol | None:
        number = kind.nearest(address)
        entry = None if number is None else self._entry(number)
        if entry and entry[5] != _SHN_UNDEF and _address(entry) <= address:
            if address < _address(entry) + entry[2]:
                return self._symbol(entry)
            if not kind.reaches(address):
                return None
        return self._holding(kind, address)

    def _holding(self, kind: ByValue, address: int) -> Symbol | None:
        """The same by a look at one after the other."""
        nearest = None
        for entry in self._up_to(address, kind):
            start, size, section = _address(entry), entry[2], entry[5]
            if nearest is None:
                nearest = start
            elif start != nearest and not kind.reaches(address):
                return None
            if address < start + size:
                return self._symbol(entry)
            if size == 0 and start == nearest and self._in(section, address):
                return self._symbol(entry)
        return None

    def _up_to(self, address: int, kind: ByValue) -> Iterator[Fields]:
        """Yield the defined symbols of `kind` at or below `address`, the highest first.

        Of those at one address the best to name it by comes first: one with a size, then by
        binding. After some it is useless to look further.
        """
        for run in kind.runs_up_to(address):
            entries = [self._entry(number) for number in run]
            for entry in sorted(entries, key=_rank, reverse=True) if len(entries) > 1 else entries:
                if entry[5] != _SHN_UNDEF and _address(entry) <= address:
                    yield entry

    def _entry(self, number: int) -> Fields:
        entry: Fields = _ENTRY.unpack_from(self._table, number * _ENTRY.size)
        return entry

    def _in(self, section: int, address: int) -> bool:
        return section < len(self._sections) and address < self._sections[section].end

    @cached_property
    def _functions(self) -> ByValue:
        return self._by_value(_FUNCTIONS)

    @cached_property
    def _objects(self) -> ByValue:
        return self._by_value((STT_OBJECT,))

    @cached_property
    def _labels(self) -> ByValue:
        return self._by_value((STT_NOTYPE,), STB_GLOBAL)

    def _by_value(self, types: tuple[int, ...], binding: int | None = None) -> ByValue:
        wanted = (info & 15 in types and binding in (None, info >> 4) for info in range(256))
        return ByValue(self._table, self._table[12::16].translate(bytes(wanted)), _ENTRY.size)

    @cached_property
    def _mapping(self) -> tuple[list[int], list[State]]:
        names = self._names
        marks = (at for at in _occurrences(names, b"$") if _maps(names, at))
        states = {at: _STATES[names[at + 1]] for at in marks}
        fields = words(self._table)
        symbols = zip(fields[1::4], fields[0::4], strict=True)
        found = sorted(value << 32 | name for value, name in symbols if name in states)
        return [each >> 32 for each in found], [states[each & 0xFFFF_FFFF] for each in found]

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
            whole = bytes(table[: len(table) // _ENTRY.size * _ENTRY.size])
            names = bytes(image.stored(image.sections[section.link]))
            return SymbolTable(whole, names, image.sections)
    return SymbolTable(b"", b"")


def _address(entry: Fields) -> int:
    return entry[1] & ~1 if entry[3] & 15 in _FUNCTIONS else entry[1]


def _preference(entry: Fields) -> tuple[int, bool]:
    return _PREFERENCE[entry[3] >> 4], entry[2] > 0


def _rank(entry: Fields) -> tuple[int, bool, int]:
    return _address(entry), entry[2] > 0, _PREFERENCE[entry[3] >> 4]


def _maps(names: bytes, at: int) -> bool:
    """True for the name of a mapping symbol: $t, $a, $d, also with a suffix such as $d.1."""
    return (
        names[at : at + 1] == b"$"
        and at + 2 < len(names)
        and names[at + 1] in _STATES
        and names[at + 2 : at + 3] in (b"\0", b".")
    )


def _occurrences(octets: bytes, wanted: bytes) -> Iterator[int]:
    at = octets.find(wanted)
    while at >= 0:
        yield at
        at = octets.find(wanted, at + 1)
