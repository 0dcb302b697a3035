"""What an error of pyOCD or of USB means, and what to do about it."""

import errno
from collections.abc import Iterator

from stackdump_probe.capture.choosing import PERMISSION_HINT
from stackdump_probe.errors import CaptureError, ConnectError, ProbePermission

_WIRING = "is the target powered, and are SWDIO, SWCLK and GND connected? Try a lower --frequency"
_LOCKED = "the part may be read-protected (unlocking erases it), held in reset, or in deep sleep"
_BUSY = "another program has it open: a debugger, an IDE, a gdb server?"
_GONE = "was it unplugged? Plug it in again"

# A part of pyOCD's message -> what happened in our words, and the hint.
_BY_MESSAGE: tuple[tuple[str, str, str], ...] = (
    ("Target not detected", "the target does not answer", _WIRING),
    ("No cores were discovered", "the target answers, but shows no core", _LOCKED),
    ("Unable to claim interface", "the probe is in use", _BUSY),
    ("Timeout reading from probe", "the probe does not answer", _GONE),
    ("read thread exited", "the probe does not answer any more", _GONE),
)
_BY_ERRNO: dict[int, tuple[str, str]] = {
    errno.EBUSY: ("the probe is in use", _BUSY),
    errno.ENODEV: ("the probe is gone", _GONE),
    errno.EIO: ("the probe does not answer any more", _GONE),
    errno.EPIPE: ("the probe does not answer any more", _GONE),
    errno.ETIMEDOUT: ("the probe does not answer", _GONE),
}


def explained(error: BaseException, doing: str) -> CaptureError:
    """Our error for a foreign one that came up while `doing` something."""
    for cause in _causes(error):
        number = getattr(cause, "errno", None)
        if number == errno.EACCES:
            return ProbePermission("the probe may not be opened by this user", hint=PERMISSION_HINT)
        if number in _BY_ERRNO:
            what, hint = _BY_ERRNO[number]
            return ConnectError(f"cannot {doing}: {what}", hint=hint)
    for part, what, hint in _BY_MESSAGE:
        if part in str(error):
            return ConnectError(f"cannot {doing}: {what}", hint=hint)
    return ConnectError(f"cannot {doing}: {error}", hint=_hint_for(error))


def _hint_for(error: BaseException) -> str | None:
    return _WIRING if "Transfer" in type(error).__name__ else None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what caused it, at most ten deep."""
    for _ in range(10):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__
