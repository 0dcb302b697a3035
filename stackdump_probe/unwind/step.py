"""What a step from a frame to its caller is given, and what it gives.

A step is a function of a Position and its Surroundings. It answers Caller, Lost if it knows why
there is none, or None if it has no rule for this pc. Steps are tried in order, the surest first.
"""

from __future__ import annotations

from collections.abc import Callable

from stackdump_probe.arch.registers import Registers
from stackdump_probe.memory import Memory
from stackdump_probe.record import Record
from stackdump_probe.unwind.frame import End

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.unwind.frame import Rule
    from stackdump_probe.unwind.program import Program


class Surroundings(Record):
    """Memory, the program, and the registers as captured.

    They are the same for all frames but those in another program, and those in the other security
    state: `live` are those that a capture in the state of the frame would have shown; None for
    `secure` if nothing tells it.
    """

    memory: Memory
    program: Program
    live: Registers
    secure: bool | None = None


class Position(Record):
    """A frame that is to be left.

    `is_exact`: the core was stopped or interrupted at this pc, so lr may still hold the return
    address; else pc is itself a return address. `rule` says how the frame was found, `doubt` why
    it is less certain than that.
    """

    registers: Registers
    rule: Rule
    is_exact: bool
    doubt: str | None = None

    @property
    def pc(self) -> int:
        """Where the frame stands, bit 0 clear."""
        return self.registers["pc"]

    @property
    def lookup_pc(self) -> int:
        """The address to look code up by: a return address may be that of the next function."""
        return self.pc if self.is_exact else self.pc - 1


class Caller(Record):
    """The caller's `registers` without pc, and the `return_address` as it was found, with bit 0.

    `cfa` is the sp before the call. `is_exact`: the return address is that of an interrupted
    instruction. `saved_at` is where the return address was saved, None if in a register.
    """

    registers: Registers
    return_address: int
    cfa: int
    rule: Rule
    is_exact: bool = False
    saved_at: int | None = None


class Lost(Record):
    """There is no caller to be had; `is_final` says that no other step need be tried."""

    end: End
    cfa: int | None = None
    is_final: bool = True


Step = Callable[[Position, Surroundings], Caller | Lost | None]
