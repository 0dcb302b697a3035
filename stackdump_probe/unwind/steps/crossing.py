"""One step from a function to its caller in the other security state of Armv8-M.

Secure code calls with BLXNS, which leaves the return state on the Secure stack and FNC_RETURN in
lr. Non-secure code calls an SG instruction, which clears bit 0 of lr; BXNS returns there. DDI 0553,
pseudocode of BLXNS, SG and FunctionReturn.
"""

from stackdump_probe.arch.exceptions import FNC_RETURN, FNC_RETURNS, Xpsr
from stackdump_probe.arch.registers import Registers
from stackdump_probe.errors import NotCaptured
from stackdump_probe.memory import Memory
from stackdump_probe.record import Record
from stackdump_probe.unwind.code.calls import call_before
from stackdump_probe.unwind.ends import not_captured
from stackdump_probe.unwind.frame import End
from stackdump_probe.unwind.security import (
    in_other_state,
    left_stack,
    selects_psp,
    stack_unknown,
)
from stackdump_probe.unwind.start import Mode
from stackdump_probe.unwind.step import Caller, Lost, Position, Surroundings

RETURN_STATE_SIZE = 8  # return address, partial RETPSR
BLXNS, BLXNS_MASK = 0x4784, 0xFF87
ENTRY_PREFIX = "__acle_se_"  # ACLE (101028) 8.4.3: the symbol of an entry function behind its SG


class Crossed(Record):
    """The caller's `position`, with its `mode` and surroundings."""

    position: Position
    mode: Mode
    around: Surroundings


def leave_state(
    found: Caller, here: Position, mode: Mode, around: Surroundings
) -> Crossed | End | None:
    """The caller in the other state; None if `found` is in this one."""
    if found.is_exact:
        return None
    if found.return_address in FNC_RETURNS and not around.secure:
        return _to_secure(found, mode, around)
    if around.secure and not found.return_address & 1 and _is_entered(found, here, around):
        return _to_nonsecure(found, mode, around)
    return None


def of_outermost(found: Caller | Lost, here: Position, around: Surroundings) -> Caller | None:
    """What the reset handler of a Non-secure image returns to; None in another state.

    A function that never returns need not keep lr. What BLXNS has stacked is there all the same.
    """
    sp = here.registers.get("sp")
    if around.secure is not False or sp is None:
        return None
    if isinstance(found, Caller) and found.return_address in FNC_RETURNS:
        return found
    return Caller(Registers(), FNC_RETURN, sp, "exception")


def _to_secure(found: Caller, mode: Mode, around: Surroundings) -> Crossed | End:
    what = "called from Secure code"
    entered = _entered(found, mode, around)
    sp = None if entered is None else _stack_pointer(entered, mode)
    if entered is None or not sp:
        return stack_unknown(what, secure=True)
    if not around.memory.holds(sp, RETURN_STATE_SIZE):
        return not_captured(sp, around.memory, f"{what}: the return state on its stack")
    back, retpsr = around.memory.u32(sp), Xpsr(around.memory.u32(sp + 4))
    # FunctionReturn checks that: a handler's number is hidden behind 1 from Non-secure code.
    fits = retpsr.exception == 0 if mode.exception == 0 else mode.exception == 1
    # What is not known may be code of another image; FNC_RETURN has told that it was called.
    is_call = _follows_blxns(back, around.memory)
    is_called = is_call or (is_call is None and found.rule != "exception")
    if not back & 1 or not fits or not is_called:
        return End("corrupt", f"{what}, but there is no return state at {sp:#010x}", sp)
    return _crossed(found, back & ~1, sp + RETURN_STATE_SIZE, retpsr.exception, entered)


def _to_nonsecure(found: Caller, mode: Mode, around: Surroundings) -> Crossed | End:
    what = f"called from Non-secure code at {found.return_address:#010x}"
    entered = _entered(found, mode, around)
    sp = None if entered is None else _stack_pointer(entered, mode)
    if entered is None or not sp:
        return stack_unknown(what, secure=False)
    return _crossed(found, found.return_address, sp, mode.exception or 0, entered)


def _entered(found: Caller, mode: Mode, around: Surroundings) -> Surroundings | None:
    """The other state, as it is once the function has returned."""
    if around.secure is None or mode.exception is None:
        return None
    on_psp = False if mode.exception else mode.on_psp
    return in_other_state(left_stack(around, found.cfa, on_psp=on_psp))


def _stack_pointer(around: Surroundings, mode: Mode) -> int | None:
    """LookUpSP: handlers are on the main stack, threads where CONTROL.SPSEL says."""
    on_psp = False if mode.exception else selects_psp(around)
    return None if on_psp is None else around.live.get("psp" if on_psp else "msp")


def _crossed(found: Caller, pc: int, sp: int, exception: int, around: Surroundings) -> Crossed:
    registers = found.registers.updated(sp=sp, pc=pc)
    on_psp = False if exception else selects_psp(around)
    return Crossed(Position(registers, found.rule, is_exact=False), Mode(exception, on_psp), around)


def _is_entered(found: Caller, here: Position, around: Surroundings) -> bool:
    """True if Non-secure code can have called: a call is there, or this is an entry function."""
    function = around.program.symbols.function_at(here.lookup_pc)
    if function is not None and function.name.startswith(ENTRY_PREFIX):
        return True
    try:
        return call_before(found.return_address, around.memory) is not None
    except NotCaptured:
        return False


def _follows_blxns(back: int, memory: Memory) -> bool | None:
    """None if the code there is not known."""
    at = (back & ~1) - 2
    return memory.u16(at) & BLXNS_MASK == BLXNS if memory.holds(at, 2) else None
