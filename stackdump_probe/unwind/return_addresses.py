"""Words that look like what a call has left: in lr, and on the stack."""

from collections.abc import Iterator

from stackdump_probe.arch.exceptions import ExcReturn
from stackdump_probe.errors import NotCaptured
from stackdump_probe.memory import Memory
from stackdump_probe.record import Record
from stackdump_probe.unwind.code.calls import Call, call_before
from stackdump_probe.unwind.code.frame_state import FrameState
from stackdump_probe.unwind.code.operations import IfThen, Jump, TableJump, Trap
from stackdump_probe.unwind.code.thumb import decode, fetching
from stackdump_probe.unwind.start import halted_mode
from stackdump_probe.unwind.step import Position, Surroundings

FARTHEST = 4096  # bytes above sp that are looked at
LONGEST_PASSING = 8  # instructions of a function that only passes a call on
_KEPT = ("sp", "lr", *(f"r{number}" for number in range(4, 12)))
# DDI 0403 B3.1: the Code region begins at 0, with the vector table, and ends here.
_CODE_REGION = range(0x40, 0x2000_0000)


class ReturnAddress(Record):
    """The `word` at `place`, or in lr if that is None, where `call` returns to.

    An EXC_RETURN has no `call`.
    """

    place: int | None
    word: int
    call: Call | None


def in_lr(position: Position, surroundings: Surroundings) -> Iterator[ReturnAddress]:
    """What lr holds, where the core was stopped or interrupted: nothing has called since."""
    lr = position.registers.get("lr") if position.is_exact else None
    if lr is not None:
        yield from _looking_like_one(None, lr, surroundings)


def on_stack(position: Position, surroundings: Surroundings) -> Iterator[ReturnAddress]:
    """What lies on the stack, lowest first, as far as one context reaches."""
    memory, sp = surroundings.memory, position.registers.get("sp")
    if sp is None or sp & 3:
        return
    may_be_handler = halted_mode(surroundings.live, memory).may_be_handler
    for place in range(sp, sp + FARTHEST, 4):
        if not memory.holds(place, 4):
            return
        word = memory.u32(place)
        yield from _looking_like_one(place, word, surroundings)
        if may_be_handler and ExcReturn(word).is_valid:
            return  # what follows belongs to what was interrupted


def _looking_like_one(
    place: int | None, word: int, surroundings: Surroundings
) -> Iterator[ReturnAddress]:
    if ExcReturn(word).is_valid:
        yield ReturnAddress(place, word, None)
        return
    call = call_that_left(word, surroundings)
    if call is not None:
        yield ReturnAddress(place, word, call)


def call_that_left(word: int, surroundings: Surroundings) -> Call | None:
    """The call that returns to `word`, None if there is none or its bytes are not known."""
    if not word & 1 or not is_code(word - 3, surroundings):
        return None
    try:
        return call_before(word - 1, surroundings.memory)
    except NotCaptured:
        return None


def is_code(address: int, surroundings: Surroundings) -> bool:
    """True if `address` is code of the program, or may be that of a ROM that the dump holds.

    What else the ELF holds there is data, even if a stray branch has gone to it.
    """
    if surroundings.program.is_code(address):
        return True
    segment = surroundings.memory.segment_at(address)
    return address in _CODE_REGION and segment is not None and segment.origin != "elf"


def targets_of(target: int, surroundings: Surroundings) -> Iterator[int]:
    """Where a call of `target` leads: there, and beyond what only passes it on."""
    yield target
    try:
        beyond = veneer_target(target, surroundings.memory) or _passed_on(target, surroundings)
    except NotCaptured:
        return
    if beyond is not None:
        yield beyond


def _passed_on(start: int, surroundings: Surroundings) -> int | None:
    """Where a function branches to that sets up arguments and no frame, as malloc in newlib."""
    state, at = FrameState(), start
    fetch = fetching(surroundings.memory, start)
    for _ in range(LONGEST_PASSING):
        size, operation = decode(at, fetch)
        if isinstance(operation, Jump):
            return None if operation.is_conditional else operation.target
        if isinstance(operation, IfThen | TableJump | Trap):
            return None
        state, at = state.after(operation), at + size
        if state.slots or any(state.value(name) != FrameState().value(name) for name in _KEPT):
            return None
    return None


def veneer_target(address: int, memory: Memory) -> int | None:
    """Where GNU ld's long branch at `address` leads: it loads pc from a literal behind it."""
    # LDR.W pc, [pc, #-0] (Armv7-M); PUSH {r0}; LDR r0, [pc, #8] (Armv6-M).
    literals = {0xF000_F85F: 4, 0x4802_B401: 12}
    behind = literals.get(memory.u32(address))
    return None if behind is None else memory.u32(address + behind) & ~1
