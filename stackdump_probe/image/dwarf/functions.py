"""From a pc to the function it is in, and the functions inlined there."""

from __future__ import annotations

from contextlib import suppress

from stackdump_probe.errors import DwarfError
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.dies import Die
from stackdump_probe.image.dwarf.lines import SourceLocation, lines_for
from stackdump_probe.image.dwarf.names import qualified_name
from stackdump_probe.image.dwarf.ranges import listed_ranges
from stackdump_probe.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.image.dwarf.debug_info import Dwarf
    from stackdump_probe.image.dwarf.units import Unit
    from stackdump_probe.image.symbols import SymbolTable

_BLOCKS = (
    dw.TAG_lexical_block,
    dw.TAG_inlined_subroutine,
    dw.TAG_try_block,
    dw.TAG_catch_block,
    dw.TAG_with_stmt,
)
_LINKAGE_NAMES = (dw.AT_linkage_name, dw.AT_MIPS_linkage_name)


class Scope(Record):
    """A function that contains `pc`, in which others may be inlined.

    `call` is where an inlined one was called; `blocks` are the lexical blocks around `pc`,
    innermost first, and last the function's own entry.
    """

    die: Die
    pc: int
    name: str | None
    linkage_name: str | None
    inline: bool
    call: SourceLocation | None
    blocks: tuple[Die, ...]
    declared: SourceLocation | None


def scopes_at(dwarf: Dwarf, pc: int) -> tuple[Scope, ...]:
    """The functions at `pc`, innermost first: inlined ones, last the one that has a frame.

    Empty where no debug information covers `pc`. Raises DwarfError if it is damaged.
    """
    if pc not in dwarf.scopes:
        function = function_at(dwarf, pc)
        dwarf.scopes[pc] = () if function is None else _scopes_in(function, pc)
    return dwarf.scopes[pc]


def _scopes_in(function: Die, pc: int) -> tuple[Scope, ...]:
    scopes = []
    blocks: list[Die] = []
    for die in _blocks_at(function, pc):
        blocks.append(die)
        if die.tag in (dw.TAG_inlined_subroutine, dw.TAG_subprogram):
            scopes.append(_scope(die, pc, tuple(blocks)))
            blocks = []
    return tuple(scopes)


def function_at(dwarf: Dwarf, pc: int) -> Die | None:
    """The entry of the function whose code is at `pc`; None if no live one claims it.

    Where several claim it, the one wins that a symbol at its start confirms, best by name.
    """
    if pc not in dwarf.functions:
        dwarf.functions[pc] = _best_function_at(dwarf, pc)
    return dwarf.functions[pc]


def _best_function_at(dwarf: Dwarf, pc: int) -> Die | None:
    units = dwarf.units_at(pc)
    best, most = _outer_function_at(units[0], pc) if len(units) == 1 else None, _CONTRADICTED
    if best is not None:
        return best
    for unit in units:
        for low, _, die in unit.functions.at(pc):
            proof = _proof(dwarf.symbols, die, low)
            if proof > most:
                best, most = die, proof
    return best


def _outer_function_at(unit: Unit, pc: int) -> Die | None:
    """The function at `pc` if those inside of others need not be read to know that it is the best.

    A symbol confirms its name, and no function begins between its start and `pc`.
    """
    symbols = unit.dwarf.symbols
    with suppress(DwarfError):  # a DW_AT_sibling that leads astray: reading all needs none
        for low, _, die in unit.outer_functions.at(pc):
            if _proof(symbols, die, low) == _NAME_PROVED and symbols.last_start(pc) == low:
                return die
    return None


_CONTRADICTED, _UNPROVED, _PLACE_PROVED, _NAME_PROVED = range(4)


def _proof(symbols: SymbolTable, die: Die, low: int) -> int:
    """How well the symbols agree that the function `die` begins at `low`.

    They contradict a function that was discarded if it claims to begin inside another one.
    """
    beginning = symbols.functions_from(low)
    if not beginning:
        around = symbols.function_at(low)
        return _CONTRADICTED if around and around.size else _UNPROVED
    names = {die.inherited(at) for at in (*_LINKAGE_NAMES, dw.AT_name)}
    # GCC and LLVM call the parts and clones of f: f.cold, f.part.0, f.constprop.0, f.llvm.123.
    stems = {name for each in beginning for name in (each.name, each.name.partition(".")[0])}
    return _NAME_PROVED if names & stems else _PLACE_PROVED


def _blocks_at(function: Die, pc: int) -> list[Die]:
    """The entries around `pc` in `function`, innermost first, the function itself last.

    Where the optimiser moved code, blocks overlap and inner ones reach out of outer ones: as in
    GDB, of all that hold `pc` the one counts that ends first in the order of the entries. A block
    without addresses is a part of the one around it (GDB, read_lexical_block_scope).
    """
    inner, loose = function, []
    for die in function.walk(*_BLOCKS):
        if die.tag == dw.TAG_lexical_block and _is_loose(die):
            loose.append(die)
        elif inner.offset in die.path and _covers(die, pc):
            inner = die
    around = _up_to(function, inner)
    for die in loose:
        place = next((i for i, each in enumerate(around) if each.offset == die.path[-1]), None)
        if place is not None and die not in around:
            around.insert(place, die)
    return around


def _up_to(function: Die, inner: Die) -> list[Die]:
    """`inner`, the entry around it, and so on up to `function`."""
    offsets = (*inner.path, inner.offset)
    outermost = offsets.index(function.offset)
    return [
        Die(function.unit, offsets[place], offsets[:place])
        for place in range(len(offsets) - 1, outermost - 1, -1)
    ]


def _is_loose(die: Die) -> bool:
    return dw.AT_low_pc not in die and dw.AT_ranges not in die


def _covers(die: Die, pc: int) -> bool:
    for low, high in listed_ranges(die):  # noqa: SIM110 - any() takes half as long again
        if low <= pc < high:
            return True
    return False


def _scope(die: Die, pc: int, blocks: tuple[Die, ...]) -> Scope:
    inline = die.tag == dw.TAG_inlined_subroutine
    return Scope(
        die,
        pc,
        name=qualified_name(die),
        linkage_name=linkage_name(die),
        inline=inline,
        call=_location(die, dw.AT_call_file, dw.AT_call_line, dw.AT_call_column)
        if inline
        else None,
        blocks=blocks,
        declared=_declaration(die),
    )


def linkage_name(die: Die) -> str | None:
    """The name of the function's symbol, if the compiler noted one."""
    for at in _LINKAGE_NAMES:
        name = die.inherited(at)
        if isinstance(name, str):
            return name
    return None


def _declaration(die: Die) -> SourceLocation | None:
    for each in die.origins():
        found = _location(each, dw.AT_decl_file, dw.AT_decl_line, dw.AT_decl_column)
        if found:
            return found
    return None


def _location(die: Die, file: int, line: int, column: int) -> SourceLocation | None:
    """What these attributes of `die` say; file numbers are those of its own unit's line table."""
    file_number, line_number = die.integer(file), die.integer(line)
    lines = lines_for(die.unit)
    if file_number is None or line_number is None or lines is None:
        return None
    name = lines.file_name(file_number)
    return None if name is None else SourceLocation(name, line_number, die.integer(column) or None)
