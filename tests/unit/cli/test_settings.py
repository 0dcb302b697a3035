"""Colors and warnings as asked for."""

import io
import sys

import pytest

from stackdump_probe.cli.settings import Settings


class ATerminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")


def test_only_a_terminal_gets_colors() -> None:
    assert Settings().colored(ATerminal())
    assert not Settings().colored(io.StringIO())


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert not Settings().colored(ATerminal())


def test_an_empty_no_color_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "")
    assert Settings().colored(ATerminal())


def test_a_dumb_terminal_gets_no_colors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert not Settings().colored(ATerminal())


def test_always_and_never_overrule_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert Settings(color="always").colored(io.StringIO())
    assert not Settings(color="never").colored(ATerminal())


def test_the_theme_is_none_without_colors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert Settings().theme("light") == "none"
    assert Settings(color="always").theme("light") == "light"


def test_warnings_go_to_standard_error_unless_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    Settings().warn("old probe")
    Settings(quiet=True).warn("not this")
    assert capsys.readouterr() == ("", "warning: old probe\n")
