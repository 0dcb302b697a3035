"""Ctrl-C and its like as a wish that is granted between two transfers."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from stackdump_probe.errors import Interrupted

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


class StopRequest:
    """What the signals said so far."""

    def __init__(self) -> None:
        self.signal: str | None = None

    def check(self) -> None:
        """Raise Interrupted if we were told to stop."""
        if self.signal is not None:
            raise Interrupted(f"stopped by {self.signal}")

    def note(self, number: int, _frame: FrameType | None) -> None:
        """Take a signal: the first is remembered, the second interrupts wherever we are."""
        if self.signal is not None:
            raise KeyboardInterrupt
        self.signal = signal.Signals(number).name


@contextmanager
def stop_requests() -> Iterator[StopRequest]:
    """Collect SIGINT, SIGTERM and SIGHUP for the block, but for those that are ignored."""
    request = StopRequest()
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
