"""What the captured registers say of the context that the core was halted in."""

from __future__ import annotations

from stackdump_probe.arch.debug import DHCSR, S_LOCKUP
from stackdump_probe.arch.exceptions import (
    ICSR,
    ICSR_VECTACTIVE,
    LOCKUP_PCS,
    ExcReturn,
    Xpsr,
)
from stackdump_probe.arch.registers import Registers
from stackdump_probe.memory import Memory
from stackdump_probe.record import Record
from stackdump_probe.unwind.step import Position

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.unwind.program import Vectors

_VECTORS = 512  # DDI 0403 B1.5.3: IPSR has 9 bits


class Mode(Record):
    """`exception` is being handled, 0 in thread mode, None if nothing tells.

    `on_psp`: the process stack is in use; None if nothing tells.
    """

    exception: int | None
    on_psp: bool | None

    @property
    def may_be_handler(self) -> bool:
        """False if this is surely thread mode, which no exception can return from."""
        return self.exception != 0


def halted_mode(registers: Registers, memory: Memory) -> Mode:
    """The mode of the innermost frame: from xPSR, else from ICSR.VECTACTIVE."""
    exception: int | None = None
    xpsr = registers.get("xpsr")
    if xpsr is not None:
        exception = Xpsr(xpsr).exception
    elif memory.holds(ICSR, 4):
        exception = memory.u32(ICSR) & ICSR_VECTACTIVE
    if exception:
        return Mode(exception, False)
    control = registers.control
    return Mode(exception, None if control is None else bool(control & 2))


def innermost(registers: Registers) -> Position:
    """The frame that the core was halted in; raises RegisterUnknown without pc."""
    return Position(registers.updated(pc=registers["pc"] & ~1), "innermost", is_exact=True)


def exc_return_of_pc(registers: Registers) -> ExcReturn | None:
    """The EXC_RETURN that pc holds, if it does: the core was halted in the midst of a return.

    pc has lost bit 0 then; lr mostly has it still.
    """
    pc, lr = registers["pc"], registers.get("lr")
    word = lr if lr is not None and lr & ~1 == pc & ~1 else pc | 1
    exc_return = ExcReturn(word)
    return exc_return if exc_return.is_valid else None


def is_lockup(registers: Registers) -> bool:
    """True if pc shows that the core had locked up."""
    return registers["pc"] & ~1 in LOCKUP_PCS


def was_locked_up(memory: Memory) -> bool:
    """True if DHCSR, as it was before the halt, says that the core had locked up."""
    return memory.holds(DHCSR, 4) and bool(memory.u32(DHCSR) & S_LOCKUP)


def exceptions_of(handler: int, vectors: Vectors) -> list[int]:
    """The exceptions whose vector is `handler` (bit 0 clear), reset apart."""
    numbers = ((number, vectors.handler(number)) for number in range(2, _VECTORS))
    return [number for number, vector in numbers if vector is not None and vector & ~1 == handler]


def exception_of(handler: int, vectors: Vectors) -> int | None:
    """The one exception whose vector is `handler` (bit 0 clear); None if there are several."""
    numbers = exceptions_of(handler, vectors)
    return numbers[0] if len(numbers) == 1 else None
