"""What a step from a frame to its caller is given, and what it gives.

A step is a function of a Position and its Surroundings. It answers Caller, Lost if it knows why
there is none, or None if it has no rule for this pc. Steps are tried in order, the surest first.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from stackdump_probe.arch.registers import Registers
from stackdump_probe.image.frames.cfi_rules import Row
from stackdump_probe.memory import Memory
from stackdump_probe.record import record
from stackdump_probe.unwind.frame import End, Rule

if TYPE_CHECKING:
    from stackdump_probe.image.frames.exidx import Entry


class FunctionSymbol(Protocol):
    """A function of the symbol table, bit 0 of its address clear; `size` may be 0, not known."""

    @property
    def name(self) -> str: ...
    @property
    def address(self) -> int: ...
    @property
    def size(self) -> int: ...


class Symbols(Protocol):
    """The symbol table."""

    def function_at(self, address: int) -> FunctionSymbol | None:
        """The function that covers `address`."""


class Vectors(Protocol):
    """The vector table."""

    @property
    def reset(self) -> int: ...
    def handler(self, number: int) -> int | None:
        """The address of the handler of exception `number`, bit 0 set."""


class CallFrames(Protocol):
    """The call frame information."""

    def row_at(self, pc: int) -> Row | None:
        """The rules at `pc`; raises DwarfError."""


class ExceptionIndex(Protocol):
    """The exception tables of the Arm ABI."""

    def entry_at(self, pc: int) -> "Entry | None":
        """The entry that covers `pc`; raises DwarfError."""


class Program(Protocol):
    """What unwinding asks of an Image, or of several; `entry` and `vectors` are those of one."""

    @property
    def entry(self) -> int: ...
    @property
    def cfi(self) -> CallFrames: ...
    @property
    def exidx(self) -> ExceptionIndex: ...
    @property
    def symbols(self) -> Symbols: ...
    @property
    def vectors(self) -> Vectors | None: ...
    def is_code(self, address: int) -> bool:
        """True if instructions may be at `address`."""

    def at(self, address: int) -> "Program":
        """Of several programs in one memory the one that `address` is in."""


@record
class Surroundings:
    """Memory, the program, and the registers as captured.

    They are the same for all frames but those in another program, and those in the other security
    state: `live` are those that a capture in the state of the frame would have shown; None for
    `secure` if nothing tells it.
    """

    memory: Memory
    program: Program
    live: Registers
    secure: bool | None = None


@record
class Position:
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


@record
class Caller:
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


@record
class Lost:
    """There is no caller to be had; `is_final` says that no other step need be tried."""

    end: End
    cfa: int | None = None
    is_final: bool = True


Step = Callable[[Position, Surroundings], Caller | Lost | None]
