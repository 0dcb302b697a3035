"""Whole command lines, in this process."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from stackdump_probe import __version__
from stackdump_probe.cli import main
from tests.builders import a_memory_record, a_register_record


@pytest.fixture
def dump(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COLUMNS", "500")  # its path takes one line, however long
    path = tmp_path / "x.dump"
    path.write_bytes(a_register_record(0, 1, 2) + a_memory_record(0x2000_0000, bytes(16)))
    return str(path)


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["--version"]) == 0
    assert capsys.readouterr().out == f"stackdump-probe {__version__}\n"


def test_version_with_other_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["-v", "--color", "never", "--version"]) == 0
    assert capsys.readouterr().out == f"stackdump-probe {__version__}\n"


def test_no_command_shows_the_help_and_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run([]) == 2
    assert "Usage: stackdump-probe" in capsys.readouterr().out


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(f"\n  {name} " in out for name in main.COMMANDS)


def test_help_says_of_each_command_what_it_does_in_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main.run(["--help"]) == 0
    _head, commands = capsys.readouterr().out.split("Commands:\n")
    assert len(commands.splitlines()) == len(main.COMMANDS)
    assert "..." not in commands


def test_help_shows_what_a_command_takes_as_it_declares_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main.run(["trace", "-h"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Usage: stackdump-probe trace [OPTIONS] FW.elf|DIR DUMP..."
    assert "  FW.elf|DIR  the program, or a directory that holds it" in lines
    assert "  DUMP...     dump files: of one capture, or of many with --json-lines" in lines
    assert "  --json                          one JSON document" in lines
    assert "  -t, --theme dark|light|none     colors for a terminal  [default: dark]" in lines


@pytest.mark.parametrize("command", main.COMMANDS)
def test_help_names_no_type_of_python(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run([command, "--help"]) == 0
    assert not {"<bool>", "<str>", "<int>", "[]"} & set(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    "line",
    ["bogus", "trace", "trace a", "info", "info --bogus x", "--bogus", "info x --color red"],
)
def test_wrong_usage_gives_one_line_and_code_2(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(line.split()) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert err.splitlines()[1:] == [each for each in err.splitlines() if each.startswith("hint: ")]


def test_common_options_may_stand_before_the_command(
    dump: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(["-q", "--color", "always", "info", dump]) == 0
    assert "\x1b[" in capsys.readouterr().out


def test_info_tells_ranges_and_registers(dump: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["info", dump]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"file:  {dump}",
        "",
        "registers: 2",
        "r0     0x00000001  r1     0x00000002",
        "",
        "memory: 1 ranges, 16 bytes",
        "0x20000000 - 0x2000000f        16  SRAM",
    ]


@pytest.mark.parametrize("color", ["auto", "always", "never"])
def test_json_is_one_document_whatever_the_color(
    dump: str, color: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(["info", dump, "--json", "--color", color]) == 0
    assert json.loads(capsys.readouterr().out)["dumps"] == [dump]


def test_a_missing_dump_is_code_6(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["info", "/nonexistent/x.dump"]) == 6
    assert capsys.readouterr() == (
        "",
        "error: /nonexistent/x.dump: No such file or directory\n",
    )


def test_a_reader_that_leaves_early_is_no_error(dump: str) -> None:
    command = [sys.executable, "-m", "stackdump_probe", "info", *[dump] * 40_00, "--json"]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


FULL = "/dev/full"


@pytest.mark.skipif(not Path(FULL).exists(), reason="a full device is part of Linux")
@pytest.mark.parametrize("line", [["--version"], ["--help"], ["info", "DUMP"]])
def test_output_that_finds_no_room_is_an_error(line: list[str], dump: str) -> None:
    command = [sys.executable, "-m", "stackdump_probe", *[dump if x == "DUMP" else x for x in line]]
    with Path(FULL).open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (2, b"error: No space left on device\n")


@pytest.mark.skipif(os.name != "posix", reason="the line of a POSIX shell")
@pytest.mark.parametrize(
    ("closed", "told"),
    [(">&-", (0, b"", b"")), ("2>&-", (6, b"", b"")), ("<&-", (6, b"", b"error"))],
)
def test_a_stream_may_be_closed(closed: str, told: tuple[int, bytes, bytes], dump: str) -> None:
    path = dump if told[0] == 0 else f"{dump}.not"
    line = f'"$0" -m stackdump_probe info "$1" {closed}'
    done = subprocess.run(
        ["sh", "-c", line, sys.executable, path], capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr[:5]) == told


def test_a_terminal_encoding_that_lacks_a_character_gets_an_escape(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "stackdump_probe", "info", str(tmp_path / "gefährlich")]
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert done.returncode == 6
    assert rb"gef\xe4hrlich" in done.stderr


def test_neither_a_trace_nor_the_version_loads_typer_or_rich(dump: str) -> None:
    program = (
        "import sys; from stackdump_probe.cli.main import run; run(['--version']);"
        f"run(['info', {dump!r}]); run(['info', {dump!r}, '--color', 'always']);"
        "print([name for name in ('typer', 'rich', 'pyocd', 'elftools', 'usb', 'json') "
        "if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.splitlines()[-1] == b"[]"
