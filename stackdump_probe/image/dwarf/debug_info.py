"""The debug information of one program: its units, by offset, by signature, and by address."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from struct import Struct

from stackdump_probe.errors import DwarfError, Unsupported
from stackdump_probe.image.dwarf.abbreviations import Abbreviation, AbbreviationTable
from stackdump_probe.image.dwarf.aranges import SECTION as ARANGES
from stackdump_probe.image.dwarf.aranges import (
    SearchedRanges,
    address_ranges,
    claimed_ranges,
    range_sets,
    searched_ranges,
)
from stackdump_probe.image.dwarf.forms import string_of
from stackdump_probe.image.dwarf.rangemap import Columns, RangeMap
from stackdump_probe.image.dwarf.reader import Reader
from stackdump_probe.image.dwarf.units import NO_LENGTH, Unit, read_length, read_unit
from stackdump_probe.image.symbols import SymbolTable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from stackdump_probe.image.dwarf.dies import Die
    from stackdump_probe.image.dwarf.forms import Encoding
    from stackdump_probe.image.dwarf.functions import Scope
    from stackdump_probe.image.dwarf.lines import LineTable

_WORD = Struct("<I").unpack_from
_INFO, _TYPES = ".debug_info", ".debug_types"


def not_discarded(low: int, high: int) -> bool:
    """True unless the range is empty or begins where linkers leave what they discarded."""
    return 0 < low < high and low < 0xFFFF_FFFE


def no_symbols() -> SymbolTable:
    """The symbols of a stripped program."""
    return SymbolTable(b"", b"")


class Dwarf:
    """All units; `contents` gives a section's bytes, empty if there is none of that name.

    `holds_code(start, end)` tells code of the program from code that the linker discarded;
    `symbols` reads the symbol table when it is first needed.
    """

    def __init__(
        self,
        contents: Callable[[str], memoryview],
        holds_code: Callable[[int, int], bool] = not_discarded,
        symbols: Callable[[], SymbolTable] = no_symbols,
    ) -> None:
        self.section = contents
        self.holds_code = holds_code
        self._read_symbols = symbols
        self._unit_at_offset: dict[tuple[str, int], Unit | None] = {}
        self._tables: dict[tuple[int, Encoding], AbbreviationTable] = {}
        # What was looked up before: line tables by offset, functions and scopes by pc.
        self.line_tables: dict[int, LineTable] = {}
        self.functions: dict[int, Die | None] = {}
        self.scopes: dict[int, tuple[Scope, ...]] = {}
        self._compiled: dict[Encoding, dict[bytes, Abbreviation]] = {}

    @cached_property
    def symbols(self) -> SymbolTable:
        """The program's symbols, which tell live functions from discarded ones."""
        return self._read_symbols()

    # --- units -----------------------------------------------------------------------------

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """The units of .debug_info that hold no single type, in their order.

        Units of an unknown version are left out.
        """
        return tuple(unit for unit in self._info_units if not unit.is_type_unit)

    @cached_property
    def type_units(self) -> tuple[Unit, ...]:
        """The type units of .debug_info (DWARF 5) and .debug_types (DWARF 4)."""
        found = (unit for unit in self._info_units if unit.is_type_unit)
        return (*found, *self._units_of(_TYPES))

    @cached_property
    def _info_units(self) -> tuple[Unit, ...]:
        return tuple(self._units_of(_INFO))

    def _units_of(self, section: str) -> Iterator[Unit]:
        for offset in self._header_offsets(section):
            unit = self.unit_starting(offset, section)
            if unit is not None:
                yield unit

    def _header_offsets(self, section: str) -> Iterator[int]:
        octets = self.section(section)
        at, end = 0, len(octets)
        while at < end:
            yield at
            length = _WORD(octets, at)[0] if at + 4 <= end else end
            if length < NO_LENGTH and length <= end - at - 4:
                at += 4 + length
            else:  # of 64 bits, or damaged
                at, _ = read_length(Reader(octets, section, at=at))

    def unit_starting(self, offset: int, section: str = _INFO) -> Unit | None:
        """The unit whose header begins at `offset`; None if its version is not known."""
        key = (section, offset)
        if key not in self._unit_at_offset:
            self._unit_at_offset[key] = read_unit(self, section, offset)
        return self._unit_at_offset[key]

    @cached_property
    def _info_offsets(self) -> list[int]:
        return list(self._header_offsets(_INFO))

    def unit_around(self, offset: int) -> Unit:
        """The unit of .debug_info that holds the byte at `offset`."""
        place = bisect_right(self._info_offsets, offset) - 1
        unit = self.unit_starting(self._info_offsets[place]) if place >= 0 else None
        if unit is None or offset >= unit.end:
            raise DwarfError("no unit here", section=_INFO, offset=offset)
        return unit

    def die_at(self, offset: int) -> Die:
        """The entry at `offset` of .debug_info."""
        return self.unit_around(offset).die_at(offset)

    def type_of_signature(self, signature: int) -> Die:
        """The type that a DW_FORM_ref_sig8 names; raises Unsupported if its unit is not here."""
        unit = self._unit_of_signature.get(signature)
        if unit is None:
            raise Unsupported(f"type unit {signature:#018x} is not in this file")
        return unit.die_at(unit.type_offset)

    @cached_property
    def _unit_of_signature(self) -> dict[int, Unit]:
        return {unit.signature: unit for unit in reversed(self.type_units)}

    # --- units by address ------------------------------------------------------------------

    def unit_at(self, pc: int) -> Unit | None:
        """The first unit that claims the code at `pc`."""
        return next(iter(self.units_at(pc)), None)

    def units_at(self, pc: int) -> tuple[Unit, ...]:
        """The units that claim the code at `pc`; several if they share or misclaim it."""
        offsets = self._live_owners(self._listed, pc) or self._live_owners(self._unlisted, pc)
        found = (self.unit_starting(offset) for offset in offsets)
        return tuple(unit for unit in found if unit is not None)

    def _live_owners(self, ranges: RangeMap[int] | SearchedRanges, pc: int) -> list[int]:
        claiming = ranges.at(pc)
        live = [offset for low, high, offset in claiming if self.holds_code(low, high)]
        return list(dict.fromkeys(live))

    @cached_property
    def _listed(self) -> RangeMap[int] | SearchedRanges:
        """Offsets of units by the addresses that .debug_aranges gives them."""
        with_zero = self.holds_code(0, 2)
        found = None if with_zero else searched_ranges(self.section(ARANGES))
        if found is not None:
            return found
        return RangeMap(address_ranges(self._range_sets, with_zero=with_zero))

    @cached_property
    def _range_sets(self) -> list[tuple[int, tuple[int, ...]]]:
        return range_sets(self.section(ARANGES))

    @cached_property
    def _unlisted(self) -> RangeMap[int]:
        """Offsets of units that .debug_aranges leaves out, by the addresses that they claim."""
        listed = {unit for unit, words in self._range_sets if any(words[1::2])}
        offsets = (offset for offset in self._info_offsets if offset not in listed)
        units = (self.unit_starting(offset) for offset in offsets)
        ranges = (
            (low, high, unit.offset)
            for unit in units
            if unit is not None and not unit.is_type_unit
            for low, high in claimed_ranges(unit)
        )
        return RangeMap(Columns.of(ranges))

    # --- tables that units share -----------------------------------------------------------

    def abbreviations(self, at: int, encoding: Encoding) -> AbbreviationTable:
        """The abbreviation table at `at` of .debug_abbrev."""
        table = self._tables.get((at, encoding))
        if table is None:
            compiled = self._compiled.setdefault(encoding, {})
            table = AbbreviationTable(self._abbreviation_section, at, encoding, compiled)
            self._tables[at, encoding] = table
        return table

    @cached_property
    def _abbreviation_section(self) -> bytes:
        return bytes(self.section(".debug_abbrev"))

    def string_at(self, section: str, at: int) -> str:
        """The string at `at` of .debug_str or .debug_line_str; raises DwarfError past its end."""
        try:
            return string_of(self.section(section), at)
        except ValueError as damage:
            raise DwarfError(str(damage), section=section, offset=at) from None
