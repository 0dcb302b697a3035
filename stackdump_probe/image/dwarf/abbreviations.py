"""Abbreviation tables (DWARF 5, 7.5.3), each declaration compiled once into how to skip it.

A unit of a large program declares dozens of abbreviations, and thousands of units declare the same
ones: a declaration is compiled once for its bytes, and a table reads only as far as it is asked.
"""

from __future__ import annotations

from functools import cached_property
from itertools import groupby
from struct import Struct

from stackdump_probe.errors import DwarfError
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.forms import UNSIGNED
from stackdump_probe.image.dwarf.wanted import FUNCTIONS, NO_LEAPS, PARENT, VARIABLE, with_leaps
from stackdump_probe.image.leb import DAMAGE, sleb, uleb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from stackdump_probe.image.dwarf.forms import Encoding, Raw, Reader
    from stackdump_probe.image.dwarf.wanted import Leaps, Wanted

    OneReader = Callable[[memoryview, int], tuple[Any, ...]]
    ManyReader = Callable[[memoryview, int], tuple[tuple[Raw, ...], int]]


_PLAIN_REFERENCE = frozenset((dw.FORM_ref4,))
_NOWHERE = 0, 0, None


class Abbreviation:
    """The shape of a DIE.

    `size` is what its attributes take, -1 if only their bytes tell; then `skips` says how to pass
    them (see `forms`). How to read them is worked out when the first such DIE is read.
    """

    def __init__(
        self,
        encoding: Encoding,
        tag: int,
        has_children: bool,
        attributes: list[tuple[int, int, int]],
    ) -> None:
        self.encoding = encoding
        self.tag = tag
        self.has_children = has_children
        self._attributes = attributes
        known = encoding.skips
        skips = [known[form] for _, form, _ in attributes]
        self.size = sum(skips) if not skips or min(skips) >= 0 else -1
        self.skips = _merged(skips)
        self.leap = _leap(self.size, has_children)
        self._leaps: dict[Wanted, int] = {}

    def leap_of(self, wanted: Wanted) -> int:
        """How a walk passes such an entry, found out once for all units that have it."""
        known = self._leaps.get(wanted)
        if known is None:
            known = self._leaps[wanted] = wanted.leap(self)
        return known

    @cached_property
    def forms(self) -> Mapping[int, int]:
        """Form by attribute."""
        return {at: form for at, form, _ in self._attributes}

    @cached_property
    def constants(self) -> Mapping[int, int]:
        """Values that take no space in a DIE, by attribute."""
        return {
            at: value if form == dw.FORM_implicit_const else True
            for at, form, value in self._attributes
            if form in (dw.FORM_implicit_const, dw.FORM_flag_present)
        }

    @cached_property
    def quick(self) -> Mapping[int, tuple[int, int, OneReader]]:
        """Form, distance and reader of the attributes before which all is of fixed size.

        What a reader returns begins with the value. Indirect ones are not among them.
        """
        encoding, skips = self.encoding, self.encoding.skips
        quick: dict[int, tuple[int, int, OneReader]] = {}
        distance = 0
        for at, form, value in self._attributes:
            if form == dw.FORM_implicit_const:
                quick[at] = form, distance, _constant(value)
            elif form in encoding.unpackers:
                quick[at] = form, distance, encoding.unpackers[form]
            elif form in encoding.readers and form != dw.FORM_indirect:
                quick[at] = form, distance, encoding.readers[form]
            if skips[form] < 0:
                break
            distance += skips[form]
        return quick

    @cached_property
    def sibling(self) -> int | None:
        """How far behind the code DW_AT_sibling stands; None unless it is there in four bytes."""
        return self.distance_to(dw.AT_sibling, _PLAIN_REFERENCE) if self.has_children else None

    def distance_to(self, at: int, forms: frozenset[int]) -> int | None:
        """How far behind the code an attribute stands; None unless it always is, in such a form."""
        form, distance, _ = self.quick.get(at, _NOWHERE)
        return distance if form in forms else None

    @cached_property
    def sibling_back(self) -> int:
        """How far before the end of the attributes DW_AT_sibling stands; 0 if that is not known."""
        distance = 0
        for at, form, _ in reversed(self._attributes):
            size = self.encoding.skips[form]
            if size < 0:
                break
            distance += size
            if at == dw.AT_sibling:
                return distance if form == dw.FORM_ref4 else 0
        return 0

    @cached_property
    def steps(self) -> tuple[tuple[tuple[int, ...], ManyReader], ...]:
        """How to read all attributes, several at once where they are of fixed size."""
        encoding = self.encoding
        stored = [(at, form) for at, form, _ in self._attributes if encoding.skips[form]]
        runs = groupby(stored, key=lambda each: encoding.sizes.get(each[1]) in UNSIGNED)
        steps: list[tuple[tuple[int, ...], ManyReader]] = []
        for at_once, run in runs:
            if at_once:
                names, forms = zip(*run, strict=True)
                steps.append((names, _together([encoding.sizes[form] for form in forms])))
            else:
                steps += [((at,), _alone(encoding.readers[form])) for at, form in run]
        return tuple(steps)


def _leap(size: int, has_children: bool) -> int:
    if size < 0:
        return VARIABLE
    return PARENT - size - 1 if has_children else size + 1


def _merged(skips: list[int]) -> tuple[int, ...]:
    """Neighbouring sizes added up."""
    merged: list[int] = []
    for skip in skips:
        if skip > 0 and merged and merged[-1] > 0:
            merged[-1] += skip
        elif skip:
            merged.append(skip)
    return tuple(merged)


def _together(sizes: list[int]) -> ManyReader:
    layout = Struct("<" + "".join(UNSIGNED[size] for size in sizes))
    unpack_from, total = layout.unpack_from, layout.size

    def read(octets: memoryview, at: int) -> tuple[tuple[Raw, ...], int]:
        return unpack_from(octets, at), at + total

    return read


def _constant(value: int) -> OneReader:
    def read(_octets: memoryview, _at: int) -> tuple[Raw]:
        return (value,)

    return read


def _alone(reader: Reader) -> ManyReader:
    def read(octets: memoryview, at: int) -> tuple[tuple[Raw, ...], int]:
        raw, end = reader(octets, at)
        return (raw,), end

    return read


class AbbreviationTable(dict[int, Abbreviation]):
    """Abbreviations by code, read from `at` in .debug_abbrev as far as they are asked for.

    A code that the table does not declare raises DwarfError. `compiled` is shared by all tables
    of one encoding.
    """

    def __init__(
        self, section: bytes, at: int, encoding: Encoding, compiled: dict[bytes, Abbreviation]
    ) -> None:
        super().__init__()
        self._section = section
        self._at = at
        self._is_whole = False
        self._encoding = encoding
        self._compiled = compiled
        self._leaps: dict[Wanted, Leaps] = {}

    def __missing__(self, code: int) -> Abbreviation:
        while not self._is_whole:
            if self._read_next() == code:
                return self[code]
        raise self._error(f"no abbreviation has the code {code}")

    def whole(self) -> AbbreviationTable:
        """This table, read to its end."""
        while not self._is_whole:
            self._read_known()
            self._read_next()
        return self

    def _read_known(self) -> None:
        """Read on while declarations have a code of one or two bytes and were compiled before."""
        section, compiled, at = self._section, self._compiled, self._at
        find, known, last = section.find, compiled.get, len(section) - 1
        while at < last and (code := section[at]):
            start = at + 1
            if code >= 0x80:
                if section[start] >= 0x80:
                    break
                code, start = code - 0x80 | section[start] << 7, start + 1
            end = find(b"\0\0", start + 2) + 2
            abbreviation = known(section[start:end])
            if abbreviation is None:
                break
            if code not in self:
                self[code] = abbreviation
            at = end
        self._at = at

    def leaps(self, wanted: Wanted) -> Leaps:
        """How a walk passes each entry or stops at it, by the entry's code."""
        known = self._leaps.get(wanted)
        if known is None:
            self.whole()
            tags = wanted.tags | wanted.closed | FUNCTIONS
            special = [(c, each.leap_of(wanted)) for c, each in self.items() if each.tag in tags]
            known = self._leaps[wanted] = with_leaps(self._not_wanted, special)
        return known

    @cached_property
    def _not_wanted(self) -> Leaps:
        return with_leaps(NO_LEAPS, [(code, each.leap) for code, each in self.items()])

    def _read_next(self) -> int:
        section = self._section
        try:
            code, start = section[self._at], self._at + 1
            if code >= 0x80:
                code, start = uleb(section, self._at)
            if code == 0:
                self._is_whole = True
                return 0
            # Up to the first pair of zeros; an implicit constant of 0 may make that too short.
            guess = section.find(b"\0\0", start + 2) + 2
            abbreviation = self._compiled.get(section[start:guess])
            if abbreviation is None:
                abbreviation, end = self._compile(start)
                if end == guess:
                    self._compiled[section[start:end]] = abbreviation
                guess = end
        except DAMAGE as damage:
            self._is_whole = True
            raise self._error(f"damaged declaration: {damage}") from None
        self._at = guess
        if code not in self:
            self[code] = abbreviation
        return code

    def _compile(self, at: int) -> tuple[Abbreviation, int]:
        section = self._section
        tag, at = uleb(section, at)
        has_children = bool(section[at])
        at += 1
        attributes: list[tuple[int, int, int]] = []
        while True:
            name, at = uleb(section, at)
            form, at = uleb(section, at)
            if name == form == 0:
                return Abbreviation(self._encoding, tag, has_children, attributes), at
            value = 0
            if form == dw.FORM_implicit_const:
                value, at = sleb(section, at)
            if form not in self._encoding.skips:
                raise ValueError(f"unknown form {form:#x}")
            attributes.append((name, form, value))

    def _error(self, message: str) -> DwarfError:
        return DwarfError(message, section=".debug_abbrev", offset=self._at)


def skip_attributes(abbreviation: Abbreviation, octets: memoryview, at: int) -> int:
    """The position after the attributes that begin at `at`; raises one of DAMAGE."""
    if abbreviation.size >= 0:
        return at + abbreviation.size
    for skip in abbreviation.skips:
        at = at + skip if skip > 0 else abbreviation.encoding.variable[skip](octets, at)[1]
    return at
