"""Exception frames that no return address leads to, known by what they hold.

A handler that never returns need not keep EXC_RETURN: compilers leave out saving lr then, and
trampolines such as that of cortex-m-rt only branch on. A locked-up core has lost where it was.
"""

from collections.abc import Callable, Iterator

from stackdump_probe.arch.exceptions import FNC_RETURNS, ExcReturn
from stackdump_probe.arch.registers import Registers
from stackdump_probe.record import replace
from stackdump_probe.unwind.frame import End
from stackdump_probe.unwind.judgement import NO_RETURN, RESET_LR, follows_call
from stackdump_probe.unwind.step import Caller, Lost, Position, Surroundings
from stackdump_probe.unwind.steps.exception import Interrupted, leave_exception

_MOST_LEAVES = 4  # functions that keep their return address in a register
FARTHEST = 4096  # bytes of stack that are searched for an EXC_RETURN
# DDI 0403 B1.5.8: to a thread on the main stack, to a handler, to a thread on the process stack;
# each with a basic frame, then with an extended one.
_EXC_RETURNS = (0xFFFF_FFF9, 0xFFFF_FFF1, 0xFFFF_FFFD, 0xFFFF_FFE9, 0xFFFF_FFE1, 0xFFFF_FFED)

Step = Callable[[Position], Caller | Lost]


def entries_at(sp: int, registers: Registers, around: Surroundings) -> Iterator[ExcReturn]:
    """Yield what EXC_RETURN may have been for a handler that was entered with `sp`."""
    for exc_return in _candidates(around.secure):
        if exc_return.has_extended_frame and "s0" not in around.live:
            continue
        found = leave_exception(exc_return, registers.updated(sp=sp), around)
        if isinstance(found, Interrupted) and is_plausible(found, around):
            yield exc_return


def _candidates(secure: bool | None) -> Iterator[ExcReturn]:
    """Yield those of a handler in this security state, its own state's code first."""
    yield from (ExcReturn(word & (~0x41 if secure is False else ~0)) for word in _EXC_RETURNS)
    if secure is not None:
        yield from (ExcReturn(word & (~0x40 if secure else ~0x01)) for word in _EXC_RETURNS)


def entry_above(sp: int, around: Surroundings) -> tuple[ExcReturn, int] | None:
    """The nearest EXC_RETURN that a handler has pushed, and the sp that it was entered with."""
    for place in range(sp & ~3, sp + FARTHEST, 4):
        if not around.memory.holds(place, 4):
            return None
        exc_return = ExcReturn(around.memory.u32(place))
        if not exc_return.is_valid:
            continue
        found = leave_exception(exc_return, Registers({"sp": place + 4}), around)
        if isinstance(found, Interrupted) and is_plausible(found, around):
            return exc_return, place + 4
    return None


def leads_on(entry: ExcReturn, sp: int, around: Surroundings, step: Step) -> bool:
    """True if the frame that `entry` stands for is that of code which a call led to."""
    found = leave_exception(entry, Registers({"sp": sp}), around)
    if not isinstance(found, Interrupted):
        return False
    caller = step(Position(found.registers, "exception", is_exact=True))
    return isinstance(caller, Caller) and _was_called(caller, around)


def of_one_length(
    shorter: Interrupted, longer: Interrupted, around: Surroundings, step: Step
) -> tuple[Interrupted | Lost, str | None]:
    """The one of two readings of a frame that is borne out by what it leads to, and the doubt.

    Secure code was interrupted, and whether its s16-s31 are in the frame stands in FPCCR.TS, which
    is hidden while Non-secure code runs.
    """
    fitting = [each for each in (shorter, longer) if _is_borne_out(each, around, step)]
    what = "FPCCR of Secure state is not in the dump, so the frame may have s16-s31 in it or not"
    if len(fitting) != 1:
        return Lost(End("no_memory", f"Secure code was interrupted: {what}")), None
    return replace(fitting[0], longer=None), f"{what}: only one of the two leads to a caller"


def _is_borne_out(found: Interrupted, around: Surroundings, step: Step) -> bool:
    """True if the stack above the frame holds the return address of a call."""
    registers, is_exact = found.registers, True
    for _ in range(_MOST_LEAVES):
        caller = step(Position(registers, "exception", is_exact))
        if not isinstance(caller, Caller) or not _was_called(caller, around):
            return False
        if caller.saved_at is not None:
            return True
        registers = caller.registers.updated(pc=caller.return_address & ~1)
        is_exact = caller.is_exact
    return False


def _was_called(caller: Caller, around: Surroundings) -> bool:
    raw = caller.return_address
    if raw == RESET_LR or ExcReturn(raw).is_valid:
        return True
    return raw != 0 and follows_call(caller, around.memory)


def is_plausible(found: Interrupted, around: Surroundings) -> bool:
    """True if what was interrupted can have been running, and can return."""
    lr, is_code = found.registers["lr"], around.program.is_code
    returns = lr in (*NO_RETURN, *FNC_RETURNS) or ExcReturn(lr).is_valid
    is_thumb = lr & 1 or found.around.secure  # an entry function returns to Non-secure code
    returns = returns or (bool(is_thumb) and is_code((lr & ~1) - 2))
    return found.xpsr.is_thumb and is_code(found.registers["pc"]) and returns
