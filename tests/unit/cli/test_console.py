"""What a terminal is sent, as rich makes it."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from stackdump_probe.cli.console import colored_console, print_styled
from stackdump_probe.report.theme import THEMES, Span
from tests.builders import a_register_record

LINE = (Span("x", "name"), Span(": "), Span("7", "value"))


@pytest.fixture(autouse=True)
def _xterm(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")


def printed(*parts: Span) -> str:
    stream = io.StringIO()
    print_styled([parts], THEMES["dark"], stream)
    return stream.getvalue()


def test_a_span_is_shown_in_its_color_and_nothing_else_is() -> None:
    # ECMA-48 8.3.117 SGR; 92 and 93 are bright green and yellow (ISO 8613-6 has 30-37 only).
    assert printed(*LINE) == "\x1b[92mx\x1b[0m: \x1b[93m7\x1b[0m\n"


def test_a_color_that_is_asked_for_comes_also_where_the_terminal_is_dumb(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("NO_COLOR", "1")
    assert colored_console(io.StringIO()).color_system == "standard"
    assert "\x1b[92mx\x1b[0m" in printed(*LINE)


def test_text_that_looks_like_markup_is_shown_as_it_is() -> None:
    assert printed(Span("[bold]:smile: 127.0.0.1[/bold]")) == "[bold]:smile: 127.0.0.1[/bold]\n"


def test_a_long_line_is_neither_wrapped_nor_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    assert printed(Span("word " * 50 + "end")) == "word " * 50 + "end\n"


@pytest.mark.parametrize("options", ["--color always", "--color never", "-h", "-h --color always"])
def test_a_reader_that_leaves_early_is_no_error(options: str, tmp_path: Path) -> None:
    path = tmp_path / "x.dump"
    path.write_bytes(a_register_record(0, 1, 2))
    command = [sys.executable, "-m", "stackdump_probe", "info", str(path), *options.split()]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")
