"""The last resort: a word on the stack that a call of this function has left there. A guess."""

from collections.abc import Iterator

from stackdump_probe.arch.exceptions import ExcReturn
from stackdump_probe.arch.registers import Registers
from stackdump_probe.errors import DwarfError, NotCaptured
from stackdump_probe.memory import Memory
from stackdump_probe.record import record
from stackdump_probe.unwind.calls import Call, call_before
from stackdump_probe.unwind.operations import Jump
from stackdump_probe.unwind.start import exceptions_of, halted_mode
from stackdump_probe.unwind.step import Caller, Position, Program, Surroundings
from stackdump_probe.unwind.thumb import decode

FARTHEST = 4096  # bytes above sp that are looked at
MOST_FOLLOWED = 16  # calls whose target is read to see whether it goes on to the function
LONGEST_TARGET = 256  # instructions of such a target


@record
class Candidate:
    """The word at `place` is the address that `call` returns to."""

    place: int
    word: int
    call: Call


def scan_step(position: Position, surroundings: Surroundings) -> Caller | None:
    """Return to the nearest word on the stack that a call of this function left there.

    Best is a BL to it, then a BL to what branches on to it; a call by register counts only if
    there is no other and the function's address stands somewhere. All the same it may have been
    left by an earlier call. Of the registers only sp is known afterwards, and that less the
    arguments that the function may have pushed above its return address.
    """
    start = _called_function(position, surroundings.program)
    sp = position.registers.get("sp")
    if start is None or sp is None or sp & 3:
        return None
    candidates = _candidates(sp, surroundings)
    lr = _live_return_address(position, start, surroundings)
    if lr is not None:
        candidates = (each for each in candidates if each.word == lr)
    found = _choose(start, candidates, surroundings)
    if found is None:
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
    call = None if lr is None else _call_that_left(lr, surroundings)
    return lr if call is not None and call.target in (None, start) else None


def _choose(
    start: int, candidates: Iterator[Candidate], surroundings: Surroundings
) -> Candidate | None:
    by_name: list[tuple[int, Candidate]] = []
    by_register: list[Candidate] = []
    for candidate in candidates:
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


def _candidates(sp: int, surroundings: Surroundings) -> Iterator[Candidate]:
    """The return addresses on the stack, lowest first, as far as one context reaches."""
    memory = surroundings.memory
    may_be_handler = halted_mode(surroundings.live, memory).may_be_handler
    for place in range(sp, sp + FARTHEST, 4):
        if not memory.holds(place, 4):
            return
        word = memory.u32(place)
        if may_be_handler and ExcReturn(word).is_valid:
            return  # what follows belongs to what was interrupted
        call = _call_that_left(word, surroundings)
        if call is not None:
            yield Candidate(place, word, call)


def _call_that_left(word: int, surroundings: Surroundings) -> Call | None:
    if not word & 1 or not surroundings.program.is_code(word - 3):
        return None
    try:
        return call_before(word - 1, surroundings.memory)
    except NotCaptured:
        return None


def _goes_on_to(start: int, target: int, surroundings: Surroundings) -> bool:
    """True if `target` is a veneer for the function at `start`, or ends in a branch to it."""
    symbols, fetch = surroundings.program.symbols, surroundings.memory.u16
    function = symbols.function_at(target)
    at = target
    try:
        if _is_veneer(start, target, surroundings.memory):
            return True
        for _ in range(LONGEST_TARGET):
            size, operation = decode(at, fetch)
            if isinstance(operation, Jump) and operation.target == start:
                return function is not None and symbols.function_at(at) == function
            at += size
    except NotCaptured:
        pass
    return False


def _is_veneer(start: int, target: int, memory: Memory) -> bool:
    """GNU ld's long branches: a few instructions that load pc from a literal behind them."""
    # LDR.W pc, [pc, #-0] (Armv7-M); PUSH {r0}; LDR r0, [pc, #8] (Armv6-M).
    literals = {0xF000_F85F: 4, 0x4802_B401: 12}
    behind = literals.get(memory.u32(target))
    return behind is not None and memory.u32(target + behind) == start | 1


def _is_pointed_to(start: int, memory: Memory) -> bool:
    """True if any word that is known holds the address of the function."""
    pointer = (start | 1).to_bytes(4, "little")
    return any(pointer in bytes(segment.content) for segment in memory.segments)
