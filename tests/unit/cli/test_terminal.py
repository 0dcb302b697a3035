"""How wide standard output is."""

import fcntl
import io
import os
import struct
import sys
import termios
from collections.abc import Iterator
from typing import TextIO

import pytest

from stackdump_probe.cli.settings import Settings
from stackdump_probe.cli.terminal import WIDTH_WITHOUT_TERMINAL, columns, write


@pytest.fixture
def terminal() -> Iterator[TextIO]:
    """A stream to a terminal of 61 columns."""
    leader, follower = os.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("4H", 24, 61, 0, 0))
    with os.fdopen(follower, "w") as stream:
        yield stream
    os.close(leader)


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")


def test_a_terminal_tells_its_width_and_takes_colors(
    terminal: TextIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", terminal)
    assert columns() == 61
    assert Settings().theme("dark") == "dark"


def test_columns_in_the_environment_overrule_the_terminal(
    terminal: TextIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("COLUMNS", "40")
    assert columns() == 40


@pytest.mark.parametrize("nonsense", ["", "0", "-3", "wide"])
def test_without_a_terminal_the_width_is_fixed(
    nonsense: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", nonsense)
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert columns() == WIDTH_WITHOUT_TERMINAL


def test_each_line_is_ended(capsys: pytest.CaptureFixture[str]) -> None:
    write(["one", "two"])
    assert capsys.readouterr().out == "one\ntwo\n"
