"""The debug controls of a target as they were before pyOCD came, and how to put them back."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from stackdump_probe.arch import debug
from stackdump_probe.capture.explain import failures_of_pyocd
from stackdump_probe.errors import ConnectError
from stackdump_probe.record import Record

KEPT = debug.C_MASKINTS | debug.C_SNAPSTALL  # DHCSR control bits that a halt leaves alone
OF_US = debug.DEMCR_TRCENA | debug.DEMCR_VC_CORERESET  # what pyOCD may change in DEMCR
CAUSED = debug.DFSR_HALTED | debug.DFSR_VCATCH  # the debug events that come from us
AGAIN = 2  # looks whether a core is behind a port: one fault may have come of a bad line
LOOKS = 10  # at DHCSR until the core, which may be clocked slowly, has left Debug state


class CoreWords(Record):
    """The debug registers of one core, as found."""

    dhcsr: int
    dcrdr: int
    dfsr: int


class AsFound:
    """What has to be as it was when the probe is let go.

    What was seen first counts: a later connection finds what an earlier one has left. Access
    ports and cores are known by address and number, which outlive a connection.
    """

    def __init__(self) -> None:
        self.demcr: dict[Any, int] = {}  # by the address of an access port
        self.cores: dict[int, CoreWords] = {}
        self.words: dict[int, int] = {}  # by address: what we set for a while
        self.stay_halted: set[int] = set()  # cores that are not to run when we leave
        self.is_due = False  # something may be other than it was

    def remember_port(self, port: Any) -> None:
        """Note DEMCR of the core behind an access port, if there is one."""
        from pyocd.core import exceptions

        for _ in range(AGAIN):
            with suppress(exceptions.TransferFaultError):
                self.demcr.setdefault(port.address, port.read32(debug.DEMCR))
                self.is_due = True
                return
        # no core behind it, so nothing of a core will be changed

    def remember_core(self, core: Any) -> None:
        """Note the debug registers of a core before debug is enabled."""
        self.is_due = True
        if core.core_number in self.cores:
            return
        words = CoreWords(*map(core.read32, (debug.DHCSR, debug.DCRDR, debug.DFSR)))
        self.cores[core.core_number] = words
        if words.dhcsr & debug.S_HALT:
            self.stay_halted.add(core.core_number)

    def put_back(self, target: Any) -> list[Exception]:
        """Let every core run that is not to stay halted, then restore the rest.

        Every step is tried; what failed is returned.
        """
        failures: list[Exception] = []
        expected: tuple[type[Exception], ...] = (*failures_of_pyocd(), ConnectError)
        for step in self._steps(target):
            try:
                step()
            except expected as error:
                failures.append(error)
        self.is_due = self.is_due and bool(failures)
        return failures

    def _steps(self, target: Any) -> Iterator[Callable[[], None]]:
        for number, words in self.cores.items():
            leave = _leave_halted if number in self.stay_halted else let_run
            yield partial(_apply, leave, target.cores, number, words)
        for address, word in reversed(self.words.items()):
            yield partial(_write, target.cores, min(self.cores, default=0), address, word)
        for port, demcr in self.demcr.items():
            yield partial(_apply, _restore, target.aps, port, demcr)


def _apply(
    step: Callable[[Any, Any], None], parts: Mapping[Any, Any], key: Any, found: Any
) -> None:
    """Do a step with a part that this connection may have failed to find."""
    step(parts[key], found)


def let_run(core: Any, words: CoreWords) -> None:
    """Leave Debug state if the core is in it, then put its debug registers as they were."""
    controls = running_controls(words.dhcsr)
    core.write32(debug.DHCSR, debug.DBGKEY | debug.C_DEBUGEN | controls & KEPT)
    core.write32(debug.DCRDR, words.dcrdr)
    if caused := CAUSED & ~words.dfsr:
        core.write32(debug.DFSR, caused)  # write one to clear: ours, not theirs
    core.write32(debug.DHCSR, debug.DBGKEY | controls)
    for _ in range(LOOKS):
        if not core.read32(debug.DHCSR) & debug.S_HALT or controls & debug.C_DEBUGEN:
            return  # or whoever enabled debug may have a breakpoint there
    raise ConnectError("the core does not run on")


def _leave_halted(core: Any, words: CoreWords) -> None:
    core.write32(debug.DCRDR, words.dcrdr)
    core.flush()


def running_controls(dhcsr: int) -> int:
    """The control bits to write so that DHCSR is as `dhcsr` was, but not halted.

    Without C_DEBUGEN the others are unknown (DDI 0403 C1.6.2) and are written as 0.
    """
    kept = debug.C_DEBUGEN | KEPT
    return dhcsr & kept if dhcsr & debug.C_DEBUGEN else 0


def _write(cores: Mapping[int, Any], number: int, address: int, word: int) -> None:
    cores[number].write32(address, word)
    cores[number].flush()


def _restore(port: Any, demcr: int) -> None:
    now = port.read32(debug.DEMCR)
    if (now ^ demcr) & OF_US:
        port.write32(debug.DEMCR, now & ~OF_US | demcr & OF_US)
        port.dp.flush()
