"""Where exception entry could not stack its frame: the callers that the stack still shows.

What was interrupted is lost then, its callers mostly are not. A guess, but one that is proved by
two calls: the word taken is the return address of a call to some function, whose frame rules then
lead to the next return address, which must be that of a call to the function around the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from stackdump_probe.arch.registers import Registers
from stackdump_probe.errors import DwarfError, NotCaptured
from stackdump_probe.image.frames.cfi_rules import CfaOffset, Offset, Row
from stackdump_probe.memory import Memory
from stackdump_probe.unwind.code.calls import call_before
from stackdump_probe.unwind.step import Caller, Lost, Position

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.unwind.program import FunctionSymbol, Program

FARTHEST = 4096  # bytes above sp that are looked at
BELOW_RAM = 64 * 1024  # how far sp may have left the RAM that it came from
_LONGEST_PROLOGUE = 64  # bytes

Step = Callable[[Position], Caller | Lost]


def resumed(sp: int, memory: Memory, program: Program, step: Step) -> Position | None:
    """The nearest caller above `sp` that proves itself; `step` leads from a frame to the next."""
    start = _readable_from(sp & ~3, memory)
    if start is None:
        return None
    for place in range(start, start + FARTHEST, 4):
        if not memory.holds(place, 4):
            return None
        position = _caller_at(place, memory, program)
        if position is not None and _leads_on(position, memory, program, step):
            return position
    return None


def _readable_from(sp: int, memory: Memory) -> int | None:
    if memory.holds(sp, 4):
        return sp
    starts = [start for start, _ in memory.spans() if sp < start < sp + BELOW_RAM]
    return min(starts) + 3 & ~3 if starts else None


def _caller_at(place: int, memory: Memory, program: Program) -> Position | None:
    """The code that the word at `place` returns to, if a call to a known function left it."""
    word = memory.u32(place)
    callee = _called_before(word, memory, program)
    if callee is None:
        return None
    for row in _rows(callee, program):
        found = _saved_by(row, place, memory)
        if found is not None:
            return Position(found.saved(place, {"pc": word & ~1}), "scan", is_exact=False)
    return None


def _called_before(word: int, memory: Memory, program: Program) -> FunctionSymbol | None:
    """The function that the call before a return address goes to."""
    if not word & 1 or not program.is_code(word - 3):
        return None
    try:
        call = call_before(word & ~1, memory)
    except NotCaptured:
        return None
    if call is None or call.target is None:
        return None
    function = program.symbols.function_at(call.target)
    return function if function is not None and function.address == call.target else None


def _rows(function: FunctionSymbol, program: Program) -> Iterator[Row]:
    """Yield the rules of the function behind its prologue: what saves most comes first."""
    rows = []
    for pc in range(function.address, function.address + min(function.size, _LONGEST_PROLOGUE), 2):
        try:
            row = program.cfi.row_at(pc)
        except DwarfError:
            return
        if row is not None and isinstance(row.registers.get(row.return_address), Offset):
            rows.append(row)
    yield from sorted(rows, key=lambda row: len(row.registers), reverse=True)[:1]


def _saved_by(row: Row, place: int, memory: Memory) -> Registers | None:
    """The caller's registers if the callee saved its return address at `place`."""
    rule = row.registers[row.return_address]
    if not isinstance(rule, Offset) or not isinstance(row.cfa, CfaOffset):
        return None
    cfa = place - rule.offset
    found = Registers({"sp": cfa})
    for number, saved in row.registers.items():
        if number != row.return_address and number < 13 and isinstance(saved, Offset):
            at = cfa + saved.offset
            word = memory.u32(at) if memory.holds(at, 4) else None
            found = found.saved(at, {f"r{number}": word})
    return found


def _leads_on(position: Position, memory: Memory, program: Program, step: Step) -> bool:
    found = step(position)
    if isinstance(found, Lost):
        return False
    around = program.symbols.function_at(position.lookup_pc)
    called = _called_before(found.return_address, memory, program)
    return around is not None and called is not None and called.address == around.address
