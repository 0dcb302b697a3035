"""What a capture needs of a debug probe, and the block in which the core stands still."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal, Protocol

from stackdump_probe.capture.probe_facts import ProbeFacts
from stackdump_probe.record import Record

After = Literal["restore", "run", "halt"]


class Identity(Record):
    """What the debug port tells of the part without a look at its memory.

    `designer` and `part` are those of the ROM table of the core's access port, or of TARGETID
    where that table is Arm's own; the JEP106 continuation code of `designer` starts at bit 8. A
    designer without a part is that of an access port that only this vendor has.
    """

    dpidr: int | None = None
    designer: int | None = None
    part: int | None = None


class Probe(Protocol):
    """One core, reached through a debug probe.

    Every method raises ConnectError if the probe or the target no longer answers.
    """

    @property
    def was_halted(self) -> bool:
        """True if the core stood in Debug state when we came."""

    def identity(self) -> Identity:
        """What tells which part it is."""

    def halt(self) -> int:
        """Halt the core, wait for it, and return DHCSR as it was just before."""

    def check_halted(self) -> None:
        """Raise StateLost if the core has been reset or has run since it was halted."""

    def resume(self) -> None:
        """Let the core run, its debug controls as they were found; no effect on a running core."""

    def stay_halted(self) -> None:
        """Leave the core halted when the probe is let go."""

    def read(self, address: int, size: int) -> bytes:
        """Return exactly `size` bytes; raises RegionUnreadable if the target faults."""

    def core_registers(self, selectors: Sequence[int]) -> list[int]:
        """The words of these DCRSR selectors, in order; the core must be halted."""

    def set_for_now(self, address: int, bits: int) -> bool:
        """Set bits of a word until the probe is let go; False if they do not stay set.

        Raises RegionUnreadable if the target faults.
        """


class Watcher:
    """Hears what goes on between two transfers, and may end it; this one does nothing."""

    def check(self) -> None:
        """May raise Interrupted or ConnectError; never called while the target is put back."""

    def tell(self, remark: str) -> None:
        """A sentence that a person should read at once."""

    def met(self, facts: ProbeFacts) -> None:
        """The probe is open and tells this; the target has not been reached yet."""


@contextmanager
def halted(probe: Probe, *, after: After = "restore") -> Iterator[int]:
    """Halt the core for the block, and give DHCSR as it was before.

    Whatever happens in the block, afterwards the core runs again if it ran before. `after` asks
    for another state: "run" or "halt".
    """
    try:
        yield probe.halt()
    finally:
        if after == "halt":
            probe.stay_halted()
        elif after == "run" or not probe.was_halted:
            probe.resume()
