"""Ctrl-C and its like, and a time that is up, as a wish that is granted between two transfers."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic, sleep
from types import FrameType

from stackdump_probe.errors import ConnectError, Interrupted

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
PATIENT_WITH = 2  # signals; one more ends us wherever we are
IMPATIENT = b"letting the target go first; once more leaves it as it is\n"
STANDARD_ERROR = 2
LOOK_EVERY = 0.05  # seconds


class StopRequest:
    """What the signals said so far, and whether the time is up."""

    def __init__(self, patience: float | None = None) -> None:
        self.signal: str | None = None
        self._count = 0
        self._patience = patience
        self._began = monotonic()

    def check(self) -> None:
        """Raise Interrupted if we were told to stop, ConnectError if it takes too long."""
        if self.signal is not None:
            raise Interrupted(f"stopped by {self.signal}")
        if self._patience is not None and monotonic() - self._began > self._patience:
            raise ConnectError(
                f"not done within {self._patience:g} s",
                hint="give it more --timeout, or have it read less: see --ram",
            )

    def wait(self, seconds: float) -> None:
        """Let so much time pass, unless `check` ends it."""
        until = monotonic() + seconds
        while (left := until - monotonic()) > 0:
            self.check()
            sleep(min(left, LOOK_EVERY))
        self.check()

    def note(self, number: int, _frame: FrameType | None) -> None:
        """Take a signal: the first is remembered, a third interrupts wherever we are."""
        self.signal = self.signal or signal.Signals(number).name
        self._count += 1
        if self._count > PATIENT_WITH:
            raise KeyboardInterrupt
        if self._count == PATIENT_WITH:
            with suppress(OSError):  # the terminal may be what has gone
                os.write(STANDARD_ERROR, IMPATIENT)


@contextmanager
def stop_requests(patience: float | None = None) -> Iterator[StopRequest]:
    """Collect SIGINT, SIGTERM and SIGHUP for the block, but for those that are ignored.

    `patience` is how many seconds the block has until `check` ends it.
    """
    request = StopRequest(patience)
    numbers = [getattr(signal, name) for name in SIGNALS if hasattr(signal, name)]
    before = {
        number: signal.signal(number, request.note)
        for number in numbers
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
