import errno

import pytest

from stackdump_probe.capture.explain import explained, failures_of_pyocd, is_about_the_target
from stackdump_probe.errors import ConnectError, ProbePermission, SimulatorError


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


def test_missing_permission_is_found_behind_what_pyocd_says() -> None:
    error = caused(RuntimeError("Unable to open"), OSError(errno.EACCES, "Access denied"))
    assert isinstance(explained(error, "connect"), ProbePermission)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EBUSY, "in use"),
        (errno.ENODEV, "is gone"),
        (errno.EIO, "does not answer any more"),
        (errno.ETIMEDOUT, "does not answer"),
    ],
)
def test_usb_errors_by_number(number: int, words: str) -> None:
    found = explained(OSError(number, "text of the system"), "read the target")
    assert isinstance(found, ConnectError)
    assert words in str(found)
    assert found.hint


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("Target not detected. Check connection", "the target does not answer"),
        ("No cores were discovered!", "shows no core"),
        ("Unable to claim interface for probe 1", "in use"),
        ("Timeout reading from probe 1", "the probe does not answer"),
    ],
)
def test_messages_of_pyocd_in_our_words(message: str, words: str) -> None:
    found = explained(RuntimeError(message), "connect")
    assert words in str(found)
    assert found.hint


def test_an_unknown_error_keeps_its_words() -> None:
    assert str(explained(RuntimeError("odd"), "connect")) == "cannot connect: odd"


def test_a_circle_of_causes_ends() -> None:
    error = RuntimeError("a")
    caused(error, caused(RuntimeError("b"), error))
    assert "a" in str(explained(error, "connect"))


def test_errors_of_a_driver_that_pyocd_lets_through_are_among_its_failures() -> None:
    from pyocd.probe.pydapaccess import DAPAccess

    error = DAPAccess.DeviceError("Probe 1 read thread exited unexpectedly")
    assert isinstance(error, failures_of_pyocd())
    assert not is_about_the_target(error)
    assert "the probe does not answer any more" in str(explained(error, "connect"))


@pytest.mark.parametrize(
    ("make", "is_about"),
    [
        ("TransferError", True),
        ("TransferTimeoutError", True),
        ("ProbeError", False),
        ("ProbeDisconnected", False),
    ],
)
def test_whether_the_target_or_the_probe_failed(make: str, is_about: bool) -> None:
    from pyocd.core import exceptions

    assert is_about_the_target(getattr(exceptions, make)()) == is_about


def test_an_error_of_the_target_that_comes_of_usb_is_one_of_the_probe() -> None:
    from pyocd.core import exceptions

    error = caused(exceptions.TransferError("lost"), OSError(errno.EPIPE, "Pipe error"))
    assert not is_about_the_target(error)


def test_a_probe_that_is_silent_is_not_blamed_on_the_target() -> None:
    from pyocd.core import exceptions

    silent = exceptions.ProbeError("Timeout reading from probe 1")
    error = caused(exceptions.Error("Target not detected. Check connection"), silent)
    assert str(explained(error, "connect")) == "cannot connect: the probe does not answer"


def test_what_a_probe_of_ours_says_is_kept_with_its_hint() -> None:
    ours = caused(
        SimulatorError("QEMU has ended", hint="the core is in lockup"), OSError(errno.EPIPE, "Pipe")
    )
    found = explained(caused(RuntimeError("read failed"), ours), "connect")
    assert str(found) == "cannot connect: QEMU has ended"
    assert found.hint == "the core is in lockup"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (AttributeError("'NoneType' object has no attribute 'write'"), "does not answer any more"),
        (IndexError("index out of range"), "the probe's answers make no sense"),
    ],
)
def test_what_comes_of_a_probe_that_is_closed_or_talks_nonsense(
    error: Exception, words: str
) -> None:
    assert words in str(explained(error, "connect"))
