"""What the debug information says of where a variable is, read without our own reader."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from elftools.dwarf.dwarf_expr import DWARFExprParser
from elftools.dwarf.locationlists import BaseAddressEntry, LocationExpr, LocationParser
from elftools.elf.elffile import ELFFile

VARIABLES = ("DW_TAG_variable", "DW_TAG_formal_parameter")
PIECE = "DW_OP_piece"


@dataclass(frozen=True, slots=True)
class Descriptions:
    """The variables of an ELF, by name."""

    dwarf: Any
    entries: Mapping[str, list[Any]]

    def described(self, name: str, pc: int) -> set[int]:
        """How many bytes the pieces describe, of each variable of that name at `pc`."""
        found = (self._pieces(entry, pc) for entry in self.entries.get(name, ()))
        return {sum(sizes) for sizes in found if sizes}

    def is_unbounded(self, name: str, pc: int) -> bool:
        """True for an array whose length is in a variable that is nowhere at `pc`."""
        bounds = (_bound_of(entry) for entry in self.entries.get(name, ()))
        return any(each and not list(self._expressions(each, pc)) for each in bounds)

    def _pieces(self, entry: Any, pc: int) -> list[int]:
        parser = DWARFExprParser(entry.cu.structs)
        operations = (parser.parse_expr(each) for each in self._expressions(entry, pc))
        return [op.args[0] for each in operations for op in each if op.op_name == PIECE]

    def _expressions(self, entry: Any, pc: int) -> Iterator[list[int]]:
        """The location of a variable at `pc`; none if it has none there."""
        place = entry.attributes.get("DW_AT_location")
        if place is None:
            return
        parser = LocationParser(self.dwarf.location_lists())
        found = parser.parse_from_attribute(place, entry.cu["version"], die=entry)
        if isinstance(found, LocationExpr):
            yield found.loc_expr
            return
        base = _base_of(entry.cu)
        for each in found:
            if isinstance(each, BaseAddressEntry):
                base = each.base_address
                continue
            start = 0 if each.is_absolute else base
            if start + each.begin_offset <= pc < start + each.end_offset:
                yield each.loc_expr


@cache
def descriptions_of(elf: Path) -> Descriptions:
    """Read all variables of an ELF."""
    with elf.open("rb") as file:
        dwarf = ELFFile(file).get_dwarf_info()
        entries: dict[str, list[Any]] = {}
        for unit in dwarf.iter_CUs():
            for entry in unit.iter_DIEs():
                if entry.tag in VARIABLES and (name := _name_of(entry)):
                    entries.setdefault(name, []).append(entry)
        return Descriptions(dwarf, entries)


def _name_of(entry: Any) -> str | None:
    while "DW_AT_abstract_origin" in entry.attributes:
        entry = entry.get_DIE_from_attribute("DW_AT_abstract_origin")
    name = entry.attributes.get("DW_AT_name")
    return name.value.decode() if name else None


def _base_of(unit: Any) -> int:
    low_pc = unit.get_top_DIE().attributes.get("DW_AT_low_pc")
    return low_pc.value if low_pc else 0


def _bound_of(entry: Any) -> Any | None:
    """The variable that holds how many elements an array has."""
    while "DW_AT_abstract_origin" in entry.attributes:
        entry = entry.get_DIE_from_attribute("DW_AT_abstract_origin")
    kind = entry.get_DIE_from_attribute("DW_AT_type")
    for part in kind.iter_children():
        for name in ("DW_AT_count", "DW_AT_upper_bound"):
            if part.attributes.get(name) and part.attributes[name].form.startswith("DW_FORM_ref"):
                return part.get_DIE_from_attribute(name)
    return None
