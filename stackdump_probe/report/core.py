"""The core as the capture found it: which one, in which mode, in which exception."""

from __future__ import annotations

from collections.abc import Callable

from stackdump_probe.arch.cores import core_name
from stackdump_probe.arch.debug import CPUID
from stackdump_probe.arch.exceptions import ICSR, ICSR_VECTACTIVE, Xpsr
from stackdump_probe.arch.registers import BANKS, CORE, SINGLES, SPECIAL, Registers
from stackdump_probe.dump.model import Dump
from stackdump_probe.errors import NotCaptured
from stackdump_probe.memory import Memory
from stackdump_probe.report.model import CoreState
from stackdump_probe.unwind.security import halted_in_secure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.report.model import Security

# DDI 0553, BLXNS: IPSR is 1 while the handler of another exception calls Non-secure code.
_HIDDEN = "a Secure exception, its number hidden"


def core_state(dump: Dump, exception_name: Callable[[int], str]) -> CoreState:
    """What the dump says of the core; None for what it does not hold."""
    cpuid = word_at(dump.memory, CPUID)
    number = active_exception(dump.registers, dump.memory)
    return CoreState(
        cpuid=cpuid,
        name=None if cpuid is None else core_name(cpuid),
        mode=None if number is None else "handler" if number else "thread",
        exception=_HIDDEN if number == 1 else exception_name(number) if number else None,
        security=security(halted_in_secure(dump.memory)),
    )


def security(secure: bool | None) -> Security | None:
    """The state by the name that the report has for it."""
    return None if secure is None else "secure" if secure else "nonsecure"


def active_exception(registers: Registers, memory: Memory) -> int | None:
    """The number of the exception being handled, 0 in thread mode, None if the dump hides it.

    IPSR says so; where xPSR was not captured, ICSR.VECTACTIVE (DDI 0403 B3.2.4).
    """
    xpsr = registers.get("xpsr")
    if xpsr is not None:
        return Xpsr(xpsr).exception
    icsr = word_at(memory, ICSR)
    return None if icsr is None else icsr & ICSR_VECTACTIVE


def in_order(registers: Registers) -> dict[str, int]:
    """The known registers as manuals list them: core, special, floating-point."""
    names = (*CORE, *SPECIAL, *BANKS, *SINGLES)
    return {name: registers.words[name] for name in names if name in registers}


def word_at(memory: Memory, address: int) -> int | None:
    """The word at `address`, None if it was not captured."""
    try:
        return memory.u32(address)
    except NotCaptured:
        return None
