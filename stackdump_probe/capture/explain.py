"""What an error of pyOCD or of USB means, and what to do about it."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from stackdump_probe.capture.host import permission_hint
from stackdump_probe.errors import CaptureError, ConnectError, ProbePermission, SimulatorError

_WIRING = "is the target powered, and are SWDIO, SWCLK and GND connected? Try a lower --frequency"
_LOCKED = "the part may be read-protected (unlocking erases it), held in reset, or in deep sleep"
_BUSY_TARGET = "its bus may hang: does it wait for a memory or a clock that is off?"
_BUSY = "another program has it open: a debugger, an IDE, a gdb server?"
_GONE = "was it unplugged? Plug it in again"
_UPDATE = "update it with ST's STM32CubeProgrammer (or STSW-LINK007)"
CABLE = "try another USB cable or port, without a hub; does the probe's firmware want an update?"

# What pyOCD raises where a probe's answer is not what CMSIS-DAP promises: it is short, or belongs
# to another command. A probe that was closed has lost its endpoints (AttributeError).
_BY_SENSELESS_ANSWER = (AssertionError, AttributeError, LookupError, TypeError, ValueError)

# A part of pyOCD's message, or of its error's name -> what happened in our words, and the hint.
# What the probe does wrong may stand behind what the target seems to do.
_BY_CAUSE: tuple[tuple[str, str, str], ...] = (
    ("Unable to claim interface", "the probe is in use", _BUSY),
    ("Timeout reading from probe", "the probe does not answer", _GONE),
    ("read thread exited", "the probe does not answer any more", _GONE),
    ("older firmware version", "the firmware of the ST-Link is too old", _UPDATE),
)
_NOT_DETECTED = "Target not detected"
_BY_MESSAGE: tuple[tuple[str, str, str], ...] = (
    (_NOT_DETECTED, "the target does not answer", _WIRING),
    ("No cores were discovered", "the target answers, but shows no core", _LOCKED),
    ("TransferTimeoutError", "the target is always busy", _BUSY_TARGET),
    ("TransferProtocolError", "what the target answers arrives damaged", _WIRING),
    ("TransferFaultError", "the debug port refuses the access", _LOCKED),
    ("TransferError", "the target does not answer", _WIRING),
)
_BY_ERRNO: dict[int, tuple[str, str]] = {
    errno.EBUSY: ("the probe is in use", _BUSY),
    errno.ENODEV: ("the probe is gone", _GONE),
    errno.EIO: ("the probe does not answer any more", _GONE),
    errno.EPIPE: ("the probe does not answer any more", _GONE),
    errno.ETIMEDOUT: ("the probe does not answer", _GONE),
}


def failures_of_pyocd() -> tuple[type[Exception], ...]:
    """Everything that pyOCD and the libraries below it are known to raise.

    pyOCD's own errors are RuntimeErrors; so is what comes of a ROM table that points to itself.
    Those of its drivers mostly become such, but not on every way.
    """
    from pyocd.probe.jlink_probe import JLinkException
    from pyocd.probe.pydapaccess import DAPAccess

    return (RuntimeError, OSError, DAPAccess.Error, JLinkException, *_BY_SENSELESS_ANSWER)


def is_about_the_target(error: BaseException) -> bool:
    """True if the probe works, and the target behind it does not answer, or wrongly."""
    from pyocd.core import exceptions

    causes = tuple(_causes(error))
    by_probe = any(isinstance(cause, exceptions.ProbeError | OSError) for cause in causes)
    return isinstance(causes[0], exceptions.Error) and not by_probe


def is_busy(error: BaseException) -> bool:
    """True if the target said WAIT for as long as the probe asked."""
    from pyocd.core import exceptions

    return isinstance(error, exceptions.TransferTimeoutError)


def is_silent(error: BaseException | None) -> bool:
    """True if nothing on the wire acknowledged when it was connected to."""
    return error is not None and is_about_the_target(error) and _NOT_DETECTED in str(error)


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Raise our errors for those of pyOCD that come up in the block."""
    try:
        yield
    except failures_of_pyocd() as error:
        raise explained(error, doing) from error


def explained(error: BaseException, doing: str) -> CaptureError:
    """Our error for a foreign one that came up while `doing` something."""
    for cause in _causes(error):
        if isinstance(cause, SimulatorError):
            return ConnectError(f"cannot {doing}: {cause}", hint=cause.hint)
        number = getattr(cause, "errno", None)
        if number == errno.EACCES:
            return ProbePermission(
                "the probe may not be opened by this user", hint=permission_hint()
            )
        if number in _BY_ERRNO:
            return _because(doing, *_BY_ERRNO[number])
        for part, what, hint in _BY_CAUSE:
            if part in str(cause):
                return _because(doing, what, hint)
    for part, what, hint in _BY_MESSAGE:
        if part in f"{type(error).__name__} {error}":
            return _because(doing, what, hint)
    if isinstance(error, AttributeError):
        return _because(doing, "the probe does not answer any more", _GONE)
    if isinstance(error, _BY_SENSELESS_ANSWER):
        return _because(doing, "the probe's answers make no sense", CABLE)
    return _because(doing, str(error))


def _because(doing: str, what: str, hint: str | None = None) -> ConnectError:
    return ConnectError(f"cannot {doing}: {what}", hint=hint)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what caused it, at most ten deep."""
    for _ in range(10):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__
