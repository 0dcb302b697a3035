"""What unwinding yields: frames, and why there are no more."""

from __future__ import annotations

from stackdump_probe.arch.registers import Registers
from stackdump_probe.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Rule = Literal["innermost", "cfi", "exidx", "prologue", "leaf", "exception", "scan"]
    EndKind = Literal["reset", "thread_start", "no_memory", "no_rule", "corrupt", "lockup", "limit"]


class Frame(Record):
    """One physical frame, innermost first in a Backtrace; inline frames are no part of it.

    `registers` hold what is known of the register file at this frame's pc, bit 0 of pc cleared;
    a register that no inner frame saved is absent. `cfa` is the sp before the call that made this
    frame, None where it is not known. `rule` says how this frame was found. `lookup_pc` is the
    address to look code up by: pc itself if the core was stopped or interrupted there, pc - 1 if
    pc is a return address. An exception frame (`exception` is its number, 3 for HardFault, 0 if
    nothing tells which) stands between the handler and what it interrupted: its pc is the
    EXC_RETURN value, its cfa the sp of the interrupted code. `doubt` says why this frame, and with
    it those outside, is less certain than its rule promises. `secure` is the security state of its
    code, an exception's that of the handler; None where there is but one, or nothing tells.
    """

    registers: Registers
    cfa: int | None
    rule: Rule
    lookup_pc: int
    exception: int | None = None
    doubt: str | None = None
    secure: bool | None = None

    @property
    def pc(self) -> int:
        """Where this frame stands; for an exception frame its EXC_RETURN value."""
        return self.registers["pc"]


class End(Record):
    """Why the frames end; `address` is the word or code address that stopped it, if one did."""

    kind: EndKind
    reason: str
    address: int | None = None
    hint: str | None = None


class Backtrace(Record):
    """Frames, innermost first, at least one if the dump holds a pc."""

    frames: tuple[Frame, ...]
    end: End
    warnings: tuple[str, ...] = ()
