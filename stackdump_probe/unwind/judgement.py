"""Whether a return address leads on, and if not, which end of the stack it is."""

from __future__ import annotations

from contextlib import suppress

from stackdump_probe.arch.debug import VTOR
from stackdump_probe.arch.exceptions import ExcReturn
from stackdump_probe.errors import NotCaptured
from stackdump_probe.memory import Memory
from stackdump_probe.unwind.code.calls import call_before
from stackdump_probe.unwind.frame import End
from stackdump_probe.unwind.start import Mode
from stackdump_probe.unwind.step import Caller, Position, Surroundings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.unwind.program import Program

# DDI 0403 B1.5.5: what reset puts in lr. Schedulers start threads with it, or with 0.
RESET_LR = 0xFFFF_FFFF
NO_RETURN = (0, RESET_LR)


def end_at(caller: Caller, position: Position, mode: Mode, around: Surroundings) -> End | None:
    """Why `caller` is no frame to go on with, or None if it is one.

    An exception's return from handler mode is not for this function.
    """
    end = misplaced(caller, position)
    if end is not None:
        return end
    raw = caller.return_address
    if raw in NO_RETURN:
        return _outermost(raw, mode)
    if ExcReturn(raw).is_valid:
        return _corrupt(caller, "is an EXC_RETURN, but no exception is being handled")
    if not caller.is_exact and not raw & 1:
        return _corrupt(caller, "is no Thumb address")
    return _not_after_call(caller, mode, around)


def _outermost(raw: int, mode: Mode) -> End:
    if mode.exception:
        return End("corrupt", f"a handler would return to {raw:#010x}", raw)
    if raw == RESET_LR and not mode.on_psp:
        return End("reset", f"lr is {raw:#010x}, as reset leaves it")
    return End("thread_start", f"the thread was started with {raw:#010x} to return to")


def misplaced(caller: Caller, position: Position) -> End | None:
    """Frames lie one above the other; only a frame without a stack of its own may share sp."""
    sp = position.registers.get("sp")
    if caller.cfa & 3:
        return End("corrupt", f"the caller's sp {caller.cfa:#010x} is not aligned", caller.cfa)
    if sp is None or caller.cfa > sp:
        return None
    if caller.cfa < sp:
        reason = f"the caller's sp {caller.cfa:#010x} lies below this frame's {sp:#010x}"
        return End("corrupt", reason, caller.cfa)
    if caller.return_address & ~1 == position.pc:
        return End("corrupt", f"the frame at {position.pc:#010x} calls itself", position.pc)
    return None


def _not_after_call(caller: Caller, mode: Mode, around: Surroundings) -> End | None:
    if caller.is_exact:
        return None
    pc = caller.return_address & ~1
    is_code = around.program.is_code(pc - 2)
    try:
        call = call_before(pc, around.memory)
    except NotCaptured:
        return None if is_code else _corrupt(caller, "is outside code")
    if call is not None:
        return None  # code that is not in the ELF, such as a boot ROM's, may be in the dump
    if not is_code and not around.program.is_code(pc):
        return _corrupt(caller, "is outside code")
    return _exit_hook(pc, mode, around.program)


def _exit_hook(pc: int, mode: Mode, program: Program) -> End | None:
    """A thread starts with the address of its exit function in lr, which nothing called from."""
    function = program.symbols.function_at(pc)
    if function is None or function.address != pc or mode.exception:
        return None
    return End("thread_start", f"the thread returns to {function.name}, which ends it", pc)


def _corrupt(caller: Caller, why: str) -> End:
    where = "" if caller.saved_at is None else f", saved at {caller.saved_at:#010x},"
    raw, at = caller.return_address, caller.saved_at
    hint = (
        None if at is None else f"a watchpoint on {at:#010x} shows what overwrites the stack there"
    )
    return End("corrupt", f"the return address {raw:#010x}{where} {why}", raw, hint)


def is_stale(caller: Caller, position: Position, around: Surroundings) -> bool:
    """True for a lr that a call from this very function to another one has left.

    A function that never returns need not save lr, and no rule tells that it is not kept.
    """
    function_at = around.program.symbols.function_at
    back = caller.return_address & ~1
    function = function_at(position.lookup_pc)
    if caller.saved_at is not None or function is None or function_at(back - 1) != function:
        return False
    try:
        call = call_before(back, around.memory)
    except NotCaptured:
        return False
    return call is not None and call.target not in (None, function.address)


def follows_call(caller: Caller, memory: Memory) -> bool:
    """False if what stands before the return address is surely no call."""
    if caller.is_exact:
        return True
    try:
        return call_before(caller.return_address & ~1, memory) is not None
    except NotCaptured:
        return True


class Starts:
    """The functions that execution begins in: by the vector table, and by the ELF header."""

    def __init__(self, around: Surroundings) -> None:
        self._program = around.program
        self._resets = set(_reset_vectors(around))

    def reset_at(self, position: Position) -> str | None:
        """The name of the reset handler if the frame is in it."""
        return self._name_if(position, self._resets)

    def entry_at(self, position: Position) -> str | None:
        """The name of the function at the ELF's entry if the frame is in it."""
        return self._name_if(position, {self._program.entry & ~1})

    def _name_if(self, position: Position, starts: set[int]) -> str | None:
        function = self._program.symbols.function_at(position.lookup_pc)
        if function is None or function.address not in starts:
            return None
        return function.name


def _reset_vectors(around: Surroundings) -> list[int]:
    resets = []
    if around.program.vectors is not None:
        resets.append(around.program.vectors.reset & ~1)
    with suppress(NotCaptured):
        resets.append(around.memory.u32(around.memory.u32(VTOR) + 4) & ~1)
    return resets
