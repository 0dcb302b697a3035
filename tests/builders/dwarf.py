"""Debug information of any shape, made in the test (DWARF 5, chapter 7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from struct import pack

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.debug_info import Dwarf, no_symbols, not_discarded
from stackdump_probe.image.symbols import SymbolTable
from tests.builders.octets import sleb, uleb

_UNSIGNED = {1: "<B", 2: "<H", 4: "<I", 8: "<Q"}
_SIZES = {
    dw.FORM_data1: 1,
    dw.FORM_data2: 2,
    dw.FORM_data4: 4,
    dw.FORM_data8: 8,
    dw.FORM_data16: 16,
    dw.FORM_flag: 1,
    dw.FORM_ref1: 1,
    dw.FORM_ref2: 2,
    dw.FORM_ref4: 4,
    dw.FORM_ref8: 8,
    dw.FORM_ref_sig8: 8,
    dw.FORM_ref_sup4: 4,
    dw.FORM_ref_sup8: 8,
    dw.FORM_strx1: 1,
    dw.FORM_strx2: 2,
    dw.FORM_strx3: 3,
    dw.FORM_strx4: 4,
    dw.FORM_addrx1: 1,
    dw.FORM_addrx2: 2,
    dw.FORM_addrx3: 3,
    dw.FORM_addrx4: 4,
}
_OFFSETS = (
    dw.FORM_sec_offset,
    dw.FORM_strp_sup,
    dw.FORM_GNU_ref_alt,
    dw.FORM_GNU_strp_alt,
)
_BLOCK_LENGTHS = {dw.FORM_block1: 1, dw.FORM_block2: 2, dw.FORM_block4: 4}
_STRING_SECTIONS = {dw.FORM_strp: ".debug_str", dw.FORM_line_strp: ".debug_line_str"}
_STABLE_AFTER = 3  # passes until every reference knows where its target lies

Form = int
Value = int | str | bytes | tuple[Form, "Value"]


@dataclass(frozen=True, slots=True)
class ADie:
    """An entry: (attribute, form, value) each.

    The value of a reference is the `label` of its target, that of a DW_FORM_indirect a pair of
    form and value, that of a string in a string section the string itself.
    """

    tag: int
    attributes: Sequence[tuple[int, Form, Value]] = ()
    children: Sequence[ADie] = ()
    label: str = ""


@dataclass(frozen=True, slots=True)
class AUnit:
    """A unit with its header; the type that a type unit holds is the entry labelled "type"."""

    top: ADie
    version: int = 4
    offset_size: int = 4
    address_size: int = 4
    kind: int = dw.UT_compile
    section: str = ".debug_info"
    signature: int = 0


def a_dwarf(
    *units: AUnit,
    sections: Mapping[str, bytes] | None = None,
    holds_code: Callable[[int, int], bool] = not_discarded,
    symbols: SymbolTable | None = None,
) -> Dwarf:
    """The debug information of `units`; `sections` are added, or take the place of made ones."""
    contents = {**debug_sections(*units), **(sections or {})}
    return Dwarf(
        lambda name: memoryview(contents.get(name, b"")),
        holds_code,
        no_symbols if symbols is None else lambda: symbols,
    )


def a_unit(*children: ADie, version: int = 4, top: Sequence[tuple[int, Form, Value]] = ()) -> AUnit:
    """A unit of the usual sizes, with `children` below its top entry."""
    return AUnit(ADie(dw.TAG_compile_unit, top, children), version)


def debug_sections(*units: AUnit) -> dict[str, bytes]:
    """The sections that hold `units`, by name."""
    writer = _Writer()
    for _ in range(_STABLE_AFTER):
        writer.write(units)
    return {name: bytes(content) for name, content in writer.sections.items()}


class _Writer:
    def __init__(self) -> None:
        self.labels: dict[str, int] = {}
        self.sections: dict[str, bytearray] = {}

    def write(self, units: Sequence[AUnit]) -> None:
        names = (".debug_info", ".debug_types", ".debug_abbrev", *_STRING_SECTIONS.values())
        self.sections = {name: bytearray() for name in names}
        for unit in units:
            self._write_unit(unit)

    def _write_unit(self, unit: AUnit) -> None:
        section, table = self.sections[unit.section], self.sections[".debug_abbrev"]
        start, table_at = len(section), len(table)
        header = self._header(unit, start, table_at)
        length_size = 4 if unit.offset_size == 4 else 12
        body = _Body(self, unit, start, start + length_size + len(header))
        content = header + body.entry(unit.top)
        escape = b"" if unit.offset_size == 4 else b"\xff\xff\xff\xff"
        section += escape + pack(_UNSIGNED[unit.offset_size], len(content)) + content
        table += body.table + b"\0"

    def _header(self, unit: AUnit, start: int, table_at: int) -> bytes:
        offset = _UNSIGNED[unit.offset_size]
        if unit.version >= 5:
            header = pack("<HBB", unit.version, unit.kind, unit.address_size)
            header += pack(offset, table_at)
        else:
            header = pack("<H", unit.version) + pack(offset, table_at)
            header += pack("<B", unit.address_size)
        if unit.kind in (dw.UT_skeleton, dw.UT_split_compile):
            header += pack("<Q", unit.signature)
        if unit.kind == dw.UT_type or unit.section == ".debug_types":
            header += pack("<Q", unit.signature)
            header += pack(offset, max(self.labels.get("type", 0) - start, 0))
        return header


class _Body:
    """Entries from offset `at` of the section, and the abbreviations that they need."""

    def __init__(self, writer: _Writer, unit: AUnit, start: int, at: int) -> None:
        self.writer, self.unit, self.start, self.at = writer, unit, start, at
        self.table = b""
        self.codes = 0

    def entry(self, die: ADie) -> bytes:
        if die.label:
            self.writer.labels[die.label] = self.at
        self.codes += 1
        self.table += uleb(self.codes) + _declaration(die)
        octets = uleb(self.codes)
        octets += b"".join(self.value(form, value) for _, form, value in die.attributes)
        self.at += len(octets)
        if die.children:
            octets += b"".join(self.entry(child) for child in die.children) + b"\0"
            self.at += 1
        return octets

    def value(self, form: Form, value: Value) -> bytes:
        match value:
            case (int(inner), of_inner):
                return uleb(inner) + self.value(inner, of_inner)
            case str() if form == dw.FORM_string:
                return value.encode() + b"\0"
            case str() if form in _STRING_SECTIONS:
                return self._offset(self._stored(_STRING_SECTIONS[form], value))
            case str():
                target = self.writer.labels.get(value, 0)
                return self.number(form, target - (0 if form == dw.FORM_ref_addr else self.start))
            case bytes() if form in _BLOCK_LENGTHS:
                return pack(_UNSIGNED[_BLOCK_LENGTHS[form]], len(value)) + value
            case bytes():
                return uleb(len(value)) + value
            case int():
                return self.number(form, value)
        raise AssertionError(value)

    def number(self, form: Form, value: int) -> bytes:
        unit = self.unit
        if form in (dw.FORM_flag_present, dw.FORM_implicit_const):
            return b""
        if form == dw.FORM_sdata:
            return sleb(value)
        if form in _SIZES:
            return max(value, 0).to_bytes(_SIZES[form], "little")
        if form == dw.FORM_addr or (form == dw.FORM_ref_addr and unit.version == 2):
            return pack(_UNSIGNED[unit.address_size], value)
        if form in _OFFSETS or form in _STRING_SECTIONS or form == dw.FORM_ref_addr:
            return self._offset(value)
        return uleb(max(value, 0))

    def _offset(self, value: int) -> bytes:
        return pack(_UNSIGNED[self.unit.offset_size], value)

    def _stored(self, section: str, text: str) -> int:
        strings = self.writer.sections[section]
        at = len(strings)
        strings += text.encode() + b"\0"
        return at


def _declaration(die: ADie) -> bytes:
    specifications = b""
    for at, form, value in die.attributes:
        specifications += uleb(at) + uleb(form)
        if form == dw.FORM_implicit_const:
            assert isinstance(value, int)
            specifications += sleb(value)
    return uleb(die.tag) + bytes((bool(die.children),)) + specifications + b"\0\0"
