"""The last resort: a word on the stack that a call of this function has left there. A guess."""

from __future__ import annotations

from collections.abc import Iterator

from stackdump_probe.arch.registers import Registers
from stackdump_probe.errors import DwarfError, NotCaptured
from stackdump_probe.memory import Memory
from stackdump_probe.unwind.code.operations import Jump
from stackdump_probe.unwind.code.thumb import decode
from stackdump_probe.unwind.pointers import pointers_into
from stackdump_probe.unwind.return_addresses import (
    ReturnAddress,
    call_that_left,
    on_stack,
    veneer_target,
)
from stackdump_probe.unwind.start import exceptions_of
from stackdump_probe.unwind.step import Caller, Position, Surroundings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.unwind.program import Program

MOST_FOLLOWED = 16  # calls whose target is read to see whether it goes on to the function
LONGEST_TARGET = 256  # instructions of such a target


def scan_step(position: Position, surroundings: Surroundings) -> Caller | None:
    """Return to the nearest word on the stack that a call of this function left there.

    Best is a BL to it, then a BL to what branches on to it; a call by register counts only if
    there is no other and the function's address stands somewhere. All the same it may have been
    left by an earlier call. Of the registers only sp is known afterwards, and that less the
    arguments that the function may have pushed above its return address.
    """
    start = _called_function(position, surroundings.program)
    if start is None:
        return None
    candidates = on_stack(position, surroundings)
    lr = _live_return_address(position, start, surroundings)
    if lr is not None:
        candidates = (each for each in candidates if each.word == lr)
    found = _choose(start, candidates, surroundings)
    if found is None or found.place is None:
        return None
    cfa = found.place + 4
    return Caller(Registers({"sp": cfa}), found.word, cfa, "scan", saved_at=found.place)


def _called_function(position: Position, program: Program) -> int | None:
    """Where the function at pc starts, if it is one that a call must have led to.

    Call frame information that gives no way back has the last word: the way back is not there.
    """
    try:
        if program.cfi.row_at(position.lookup_pc) is not None:
            return None
    except DwarfError:
        pass  # damage, which the step by these rules has told of
    function, vectors = program.symbols.function_at(position.lookup_pc), program.vectors
    if function is None:
        return None
    start = function.address
    if vectors is not None and (start == vectors.reset & ~1 or exceptions_of(start, vectors)):
        return None
    return start


def _live_return_address(position: Position, start: int, surroundings: Surroundings) -> int | None:
    """lr, where it may still be what the call of the function left there.

    Then a word that is another one would be a guess against the evidence.
    """
    lr = position.registers.get("lr") if position.is_exact else None
    call = None if lr is None else call_that_left(lr, surroundings)
    return lr if call is not None and call.target in (None, start) else None


def _choose(
    start: int, candidates: Iterator[ReturnAddress], surroundings: Surroundings
) -> ReturnAddress | None:
    by_name: list[tuple[int, ReturnAddress]] = []
    by_register: list[ReturnAddress] = []
    for candidate in candidates:
        if candidate.call is None:
            continue
        target = candidate.call.target
        if target == start:
            return candidate
        if target is None:
            by_register.append(candidate)
        else:
            by_name.append((target, candidate))
    for target, candidate in by_name[:MOST_FOLLOWED]:
        if _goes_on_to(start, target, surroundings):
            return candidate
    if len(by_register) == 1 and _is_pointed_to(start, surroundings.memory):
        return by_register[0]
    return None


def _goes_on_to(start: int, target: int, surroundings: Surroundings) -> bool:
    """True if `target` is a veneer for the function at `start`, or ends in a branch to it."""
    symbols, fetch = surroundings.program.symbols, surroundings.memory.u16
    function = symbols.function_at(target)
    at = target
    try:
        if veneer_target(target, surroundings.memory) == start:
            return True
        for _ in range(LONGEST_TARGET):
            size, operation = decode(at, fetch)
            if isinstance(operation, Jump) and operation.target == start:
                return function is not None and symbols.function_at(at) == function
            at += size
    except NotCaptured:
        pass
    return False


def _is_pointed_to(start: int, memory: Memory) -> bool:
    """True if any word that is known holds the address of the function."""
    return bool(pointers_into(start, start + 1, memory))
