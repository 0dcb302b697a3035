"""Exception frames that no return address leads to, known by what they hold.

A handler that never returns need not keep EXC_RETURN: compilers leave out saving lr then, and
trampolines such as that of cortex-m-rt only branch on. A locked-up core has lost where it was.
"""

from collections.abc import Iterator

from stackdump_probe.arch.exceptions import ExcReturn
from stackdump_probe.arch.registers import Registers
from stackdump_probe.unwind.judgement import NO_RETURN
from stackdump_probe.unwind.step import Surroundings
from stackdump_probe.unwind.steps.exception import Interrupted, leave_exception

FARTHEST = 4096  # bytes of stack that are searched for an EXC_RETURN
# DDI 0403 B1.5.8: to a thread on the main stack, to a handler, to a thread on the process stack;
# each with a basic frame, then with an extended one.
_EXC_RETURNS = (0xFFFF_FFF9, 0xFFFF_FFF1, 0xFFFF_FFFD, 0xFFFF_FFE9, 0xFFFF_FFE1, 0xFFFF_FFED)


def entries_at(sp: int, registers: Registers, around: Surroundings) -> Iterator[ExcReturn]:
    """Yield what EXC_RETURN may have been for a handler that was entered with `sp`."""
    for word in _EXC_RETURNS:
        exc_return = ExcReturn(word)
        if exc_return.has_extended_frame and "s0" not in around.live:
            continue
        found = leave_exception(exc_return, registers.updated(sp=sp), around)
        if isinstance(found, Interrupted) and is_plausible(found, around):
            yield exc_return


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


def is_plausible(found: Interrupted, around: Surroundings) -> bool:
    """True if what was interrupted can have been running, and can return."""
    lr, is_code = found.registers["lr"], around.program.is_code
    returns = lr in NO_RETURN or ExcReturn(lr).is_valid or (lr & 1 and is_code(lr - 3))
    return found.xpsr.is_thumb and is_code(found.registers["pc"]) and bool(returns)
