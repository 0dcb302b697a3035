"""Abbreviation tables (DWARF 5, 7.5.3), each declaration compiled once into how to skip it.

A unit of a large program declares dozens of abbreviations, and thousands of units declare the same
ones: a declaration is compiled once for its bytes, and a table reads only as far as it is asked.
"""

from __future__ import annotations

from itertools import groupby
from struct import Struct
from typing import TYPE_CHECKING

from stackdump_probe.errors import DwarfError
from stackdump_probe.image import constants as dw
from stackdump_probe.image.forms import UNSIGNED
from stackdump_probe.image.leb import DAMAGE, sleb, uleb

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stackdump_probe.image.forms import Encoding, Raw

    ManyReader = Callable[[memoryview, int], tuple[tuple[Raw, ...], int]]


class Abbreviation:
    """The shape of a DIE.

    `size` is what its attributes take, -1 if only their bytes tell; then `skips` says how to pass
    them (see `forms`). `quick` holds the attributes that lie at a known distance. `steps` read
    all, several at once where they are of fixed size.
    """

    __slots__ = (
        "constants",
        "encoding",
        "forms",
        "has_children",
        "quick",
        "size",
        "skips",
        "steps",
        "tag",
    )

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
        self.forms: Mapping[int, int] = {at: form for at, form, _ in attributes}
        self.constants: Mapping[int, int | bool] = {
            at: value if form == dw.FORM_implicit_const else True
            for at, form, value in attributes
            if form in (dw.FORM_implicit_const, dw.FORM_flag_present)
        }
        skips = [encoding.skips[form] for _, form, _ in attributes]
        self.skips = _merged(skips)
        self.size = sum(skips) if all(skip >= 0 for skip in skips) else -1
        self.quick = _quick(encoding, attributes)
        self.steps = _steps(encoding, attributes)


def _merged(skips: list[int]) -> tuple[int, ...]:
    """Neighbouring sizes added up."""
    merged: list[int] = []
    for skip in skips:
        if skip > 0 and merged and merged[-1] > 0:
            merged[-1] += skip
        elif skip:
            merged.append(skip)
    return tuple(merged)


def _quick(
    encoding: Encoding, attributes: list[tuple[int, int, int]]
) -> Mapping[int, tuple[int, Callable[[memoryview, int], tuple[Raw, int]]]]:
    quick = {}
    distance = 0
    for at, form, _ in attributes:
        if form in encoding.readers:
            quick[at] = (distance, encoding.readers[form])
        skip = encoding.skips[form]
        if skip < 0:
            break
        distance += skip
    return quick


def _steps(
    encoding: Encoding, attributes: list[tuple[int, int, int]]
) -> tuple[tuple[tuple[int, ...], ManyReader], ...]:
    stored = [(at, form) for at, form, _ in attributes if encoding.skips[form]]
    runs = groupby(stored, key=lambda each: encoding.sizes.get(each[1]) in UNSIGNED)
    steps: list[tuple[tuple[int, ...], ManyReader]] = []
    for at_once, run in runs:
        if at_once:
            names, forms = zip(*run, strict=True)
            steps.append((names, _together([encoding.sizes[form] for form in forms])))
        else:
            steps += [((at,), _alone(encoding.readers[form])) for at, form in run]
    return tuple(steps)


def _together(sizes: list[int]) -> ManyReader:
    layout = Struct("<" + "".join(UNSIGNED[size] for size in sizes))
    unpack_from, total = layout.unpack_from, layout.size

    def read(octets: memoryview, at: int) -> tuple[tuple[Raw, ...], int]:
        return unpack_from(octets, at), at + total

    return read


def _alone(reader: Callable[[memoryview, int], tuple[Raw, int]]) -> ManyReader:
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

    def __missing__(self, code: int) -> Abbreviation:
        while not self._is_whole:
            if self._read_next() == code:
                return self[code]
        raise self._error(f"no abbreviation has the code {code}")

    def whole(self) -> AbbreviationTable:
        """This table, read to its end."""
        while not self._is_whole:
            self._read_next()
        return self

    def _read_next(self) -> int:
        section = self._section
        try:
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
        self.setdefault(code, abbreviation)
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
