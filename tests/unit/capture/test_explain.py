import errno

import pytest

from stackdump_probe.capture.explain import explained
from stackdump_probe.errors import ConnectError, ProbePermission


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
