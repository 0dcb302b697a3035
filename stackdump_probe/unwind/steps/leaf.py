"""One step for a function that has done nothing yet but be called: lr says where it returns to."""

from stackdump_probe.arch.registers import CALLEE_SAVED
from stackdump_probe.errors import NotCaptured
from stackdump_probe.memory import Memory
from stackdump_probe.unwind.code.calls import Call, call_before
from stackdump_probe.unwind.code.frame_state import FrameState
from stackdump_probe.unwind.code.thumb import decode
from stackdump_probe.unwind.return_addresses import is_code
from stackdump_probe.unwind.step import Caller, Position, Surroundings


def leaf_step(position: Position, surroundings: Surroundings) -> Caller | None:
    """Return to lr, if the call before it proves that it is this function's return address.

    A stale lr (of a call that has long returned) must not pass: so the call goes to the function
    that pc is in, or pc is in no code and the call, by register, can have gone there. Nor may the
    function have moved sp before pc.
    """
    registers, program = position.registers, surroundings.program
    lr, sp = registers.get("lr"), registers.get("sp")
    if not position.is_exact or lr is None or sp is None:
        return None
    if not lr & 1 or not program.is_code(lr - 1):
        return None
    try:
        call = call_before(lr - 1, surroundings.memory)
        if call is None or not _reaches(call, position.pc, surroundings):
            return None
    except NotCaptured:
        return None
    kept = registers.only(CALLEE_SAVED)
    return Caller(kept, lr, sp, "leaf")


def _reaches(call: Call, pc: int, surroundings: Surroundings) -> bool:
    """True if `call` can have led to `pc` without a return in between."""
    program, memory = surroundings.program, surroundings.memory
    if not is_code(pc, surroundings):
        return call.target is None or not program.is_code(call.target)
    function = program.symbols.function_at(pc)
    if function is None:
        return False
    return call.target == function.address and _leaves_sp_alone(call.target, pc, memory)


def _leaves_sp_alone(start: int, pc: int, memory: Memory) -> bool:
    """True if no instruction from `start` up to `pc` moves sp; raises NotCaptured."""
    at = start
    while at < pc:
        size, operation = decode(at, memory.u16)
        if FrameState().after(operation).place("sp") != 0:
            return False
        at += size
    return True
