"""What the debug information says of where a variable is, read without our own reader."""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from elftools.dwarf.dwarf_expr import DWARFExprParser
from elftools.dwarf.locationlists import BaseAddressEntry, LocationExpr, LocationParser
from elftools.dwarf.ranges import BaseAddressEntry as BaseRange
from elftools.elf.elffile import ELFFile

VARIABLES = ("DW_TAG_variable", "DW_TAG_formal_parameter")
INLINED = "DW_TAG_inlined_subroutine"
FUNCTIONS = ("DW_TAG_subprogram", INLINED)
SPANNED = {"DW_AT_low_pc", "DW_AT_ranges"}
PIECE, COMPUTED = "DW_OP_piece", "DW_OP_stack_value"
# The last one names a parameter that was optimized out; its caller tells what it would have been.
ENTRY_VALUES = ("DW_OP_entry_value", "DW_OP_GNU_entry_value", "DW_OP_GNU_parameter_ref")
IMPLICIT_POINTERS = ("DW_OP_implicit_pointer", "DW_OP_GNU_implicit_pointer")
IN_REGISTER = re.compile(r"DW_OP_reg(\d+)")
ASYNC_FUNCTION = "{async_fn#"  # what rustc calls its body
WORD = 4
Span = tuple[int, int]


class Wanted(NamedTuple):
    """A variable: its name, the line where it is declared (0: none), and the pc of its frame."""

    name: str
    line: int
    pc: int


@dataclass(frozen=True, slots=True)
class Descriptions:
    """The variables of an ELF, by name and line.

    `bare` are the calls inlined without a line, `coded` the units that have code.
    """

    dwarf: Any
    entries: Mapping[tuple[str, int], list[Any]]
    bare: Sequence[Any]
    coded: Set[int]

    def described(self, wanted: Wanted) -> set[int]:
        """How many bytes the pieces describe, of each such variable."""
        pieces = ([op.args[0] for op in each if op.op_name == PIECE] for each in self._at(wanted))
        return {sum(sizes) for sizes in pieces if sizes}

    def is_in_pieces(self, wanted: Wanted) -> bool:
        """True if pieces describe such a variable."""
        return bool(self.described(wanted))

    def constants(self, wanted: Wanted) -> list[int]:
        """What such variables are if the compiler knew, their bytes as a number."""
        known = (each.attributes.get("DW_AT_const_value") for each in self._around(wanted))
        values = [each.value for each in known if each]
        return [v if isinstance(v, int) else int.from_bytes(bytes(v), "little") for v in values]

    def is_unbounded(self, wanted: Wanted) -> bool:
        """True for an array whose length is in a variable that is nowhere."""
        bounds = (_bound_of(entry) for entry in self._around(wanted))
        return any(each and not list(self._expressions(each, wanted.pc)) for each in bounds)

    def is_placed(self, wanted: Wanted) -> bool:
        """True if such a variable is anywhere."""
        return bool(self._at(wanted))

    def is_entry_value(self, wanted: Wanted) -> bool:
        """True for what the function called was given, if its caller tells."""
        return any(op.op_name in ENTRY_VALUES for each in self._at(wanted) for op in each)

    def registers(self, wanted: Wanted) -> set[str]:
        """The core registers that hold such variables whole."""
        places = (each[0].op_name for each in self._at(wanted) if len(each) == 1)
        return {f"r{found[1]}" for op in places if (found := IN_REGISTER.fullmatch(op))}

    def is_implicit_pointer(self, wanted: Wanted) -> bool:
        """True for a pointer that is gone while what it points at is told."""
        return any(op.op_name in IMPLICIT_POINTERS for each in self._at(wanted) for op in each)

    def has_wide_piece(self, wanted: Wanted) -> bool:
        """True if a piece of more than a word is computed."""
        return any(
            op.op_name == COMPUTED and piece.op_name == PIECE and piece.args[0] > WORD
            for each in self._at(wanted)
            for op, piece in pairwise(each)
        )

    def is_of_async(self, wanted: Wanted) -> bool:
        """True for a variable in the body of an `async fn`."""
        functions = (_function_of(each) for each in self._around(wanted))
        return any((_name_of(each) or "").startswith(ASYNC_FUNCTION) for each in functions if each)

    def has_empty_piece(self, wanted: Wanted) -> bool:
        """True if a piece has no place."""
        piece = (PIECE, PIECE)
        return any(
            piece in pairwise([PIECE, *(op.op_name for op in each)]) for each in self._at(wanted)
        )

    def blocks(self, wanted: Wanted) -> int:
        """How many blocks with code at the pc have such a variable."""
        return len(self._around(wanted))

    def is_in_code(self, name: str, line: int) -> bool:
        """True if a unit with an address of code has such a variable."""
        return any(each.cu.cu_offset in self.coded for each in self.entries.get((name, line), ()))

    def inlined_bare(self, pc: int) -> bool:
        """True if a call that has no line is inlined there."""
        return any(a <= pc < b for each in self.bare for a, b in self._spans(each))

    def _around(self, wanted: Wanted) -> list[Any]:
        """Such variables in blocks with code at the pc."""
        alike = self.entries.get((wanted.name, wanted.line), ())
        return [each for each in alike if self._is_around(each, wanted.pc)]

    def _is_around(self, entry: Any, pc: int) -> bool:
        return any(a <= pc < b for a, b in self._block_of(entry))

    def _at(self, wanted: Wanted) -> list[list[Any]]:
        """The operations of the places at the pc of all such variables."""
        return [
            DWARFExprParser(entry.cu.structs).parse_expr(each)
            for entry in self._around(wanted)
            for each in self._expressions(entry, wanted.pc)
        ]

    def _expressions(self, entry: Any, pc: int) -> Iterator[list[int]]:
        place = entry.attributes.get("DW_AT_location")
        if place is None:
            return
        parser = LocationParser(self.dwarf.location_lists())
        found = parser.parse_from_attribute(place, entry.cu["version"], die=entry)
        if isinstance(found, LocationExpr):
            yield found.loc_expr
            return
        for each, start, end in _absolute(found, BaseAddressEntry, entry.cu):
            if start <= pc < end:
                yield each.loc_expr

    def _block_of(self, entry: Any) -> Iterator[Span]:
        """The addresses of the innermost block around an entry that has any, in its function."""
        block = entry.get_parent()
        while block is not None and not (spans := list(self._spans(block))):
            if block.tag in FUNCTIONS:
                return
            block = block.get_parent()
        if block is not None:
            yield from spans

    def _spans(self, block: Any) -> Iterator[Span]:
        held = block.attributes
        if "DW_AT_high_pc" in held:
            start, end = held["DW_AT_low_pc"].value, held["DW_AT_high_pc"]
            yield start, end.value + (0 if end.form == "DW_FORM_addr" else start)
        elif "DW_AT_ranges" in held:
            offset = held["DW_AT_ranges"].value
            found = self.dwarf.range_lists().get_range_list_at_offset(offset, block.cu)
            for _, start, end in _absolute(found, BaseRange, block.cu):
                yield start, end


def _absolute(entries: Any, base_kind: Any, unit: Any) -> Iterator[tuple[Any, int, int]]:
    """The entries of a list, each with the addresses that it is for."""
    low_pc = unit.get_top_DIE().attributes.get("DW_AT_low_pc")
    base = low_pc.value if low_pc else 0
    for each in entries:
        if isinstance(each, base_kind):
            base = each.base_address
            continue
        start = 0 if each.is_absolute else base
        yield each, start + each.begin_offset, start + each.end_offset


@cache
def descriptions_of(elf: Path) -> Descriptions:
    """Read all variables of an ELF."""
    with elf.open("rb") as file:
        dwarf = ELFFile(file).get_dwarf_info()
        entries: dict[tuple[str, int], list[Any]] = {}
        bare, coded = [], set()
        for unit in dwarf.iter_CUs():
            for entry in unit.iter_DIEs():
                if entry.tag in VARIABLES and (name := _name_of(entry)):
                    entries.setdefault((name, _line_of(entry)), []).append(entry)
                if entry.tag == INLINED and "DW_AT_call_line" not in entry.attributes:
                    bare.append(entry)
                if entry.tag in FUNCTIONS and SPANNED & entry.attributes.keys():
                    coded.add(unit.cu_offset)
        return Descriptions(dwarf, entries, bare, coded)


def _function_of(entry: Any) -> Any | None:
    while entry is not None and entry.tag not in FUNCTIONS:
        entry = entry.get_parent()
    return entry


def _name_of(entry: Any) -> str | None:
    while "DW_AT_abstract_origin" in entry.attributes:
        entry = entry.get_DIE_from_attribute("DW_AT_abstract_origin")
    name = entry.attributes.get("DW_AT_name")
    return name.value.decode() if name else None


def _line_of(entry: Any) -> int:
    while "DW_AT_abstract_origin" in entry.attributes:
        entry = entry.get_DIE_from_attribute("DW_AT_abstract_origin")
    line = entry.attributes.get("DW_AT_decl_line")
    return line.value if line else 0


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
