"""Errors to one line on standard error and the exit codes of the contract."""

import pytest
import typer

from stackdump_probe import errors
from stackdump_probe.cli.failures import failure_of, tell

CODES: list[tuple[BaseException, int]] = [
    (errors.UsageError("two ways of the same"), 2),
    (errors.UnknownTarget("stm32x", nearest=["stm32f4"]), 2),
    (errors.OutputError("x.dump exists"), 2),
    (errors.NoProbe("no probe"), 3),
    (errors.ProbePermission("may not open"), 4),
    (errors.ConnectError("no answer"), 5),
    (errors.RegionUnreadable(0x2000_0000, 4, "bus fault"), 5),
    (errors.SimulatorError("no qemu"), 5),
    (errors.DumpFormatError("cut", offset=3), 6),
    (errors.InputError("x.dump: No such file or directory"), 6),
    (errors.DwarfError("cut", section=".debug_info", offset=3), 6),
    (errors.ProgramMismatch("not the program"), 7),
    (errors.Interrupted("told to stop"), 130),
    (KeyboardInterrupt(), 130),
    (typer.Abort(), 130),
    (PermissionError(13, "Permission denied", "out.dump"), 2),
]


@pytest.mark.parametrize(("error", "code"), CODES, ids=lambda each: type(each).__name__)
def test_each_error_has_its_exit_code_and_one_line(
    error: BaseException, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tell(error) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert [line for line in err.splitlines() if not line.startswith("hint: ")] == [
        err.splitlines()[0]
    ]


def test_a_hint_follows_on_its_own_line(capsys: pytest.CaptureFixture[str]) -> None:
    tell(errors.UnknownTarget("stm32x", nearest=["stm32f4"]))
    assert capsys.readouterr().err == (
        "error: unknown target 'stm32x'\nhint: did you mean stm32f4?\n"
    )


def test_an_error_of_the_system_names_its_file(capsys: pytest.CaptureFixture[str]) -> None:
    tell(PermissionError(13, "Permission denied", "out.dump"))
    assert capsys.readouterr().err == "error: out.dump: Permission denied\n"


def test_a_file_name_cannot_control_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    tell(errors.InputError("a\x1b[2J\nb: cut"))
    assert capsys.readouterr().err == "error: a\\x1b[2J b: cut\n"


def test_a_defect_asks_to_be_reported(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STACKDUMP_DEBUG", raising=False)
    assert tell(ValueError("oops")) == 1
    assert capsys.readouterr().err == (
        "error: internal defect: ValueError: oops\n"
        "hint: please report this with the output of the same command under STACKDUMP_DEBUG=1\n"
    )


def test_a_defect_shows_its_traceback_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STACKDUMP_DEBUG", "1")
    with pytest.raises(ValueError, match="oops"):
        tell(ValueError("oops"))


def test_an_exit_on_purpose_is_left_alone() -> None:
    with pytest.raises(SystemExit):
        tell(SystemExit(3))


def test_wrong_usage_points_to_the_help_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert tell(errors.UsageError("two ways of the same"), "capture") == 2
    hint = capsys.readouterr().err.splitlines()[1]
    assert hint == "hint: stackdump-probe capture --help says what it takes"


def test_what_a_mismatch_lists_stands_on_lines_of_its_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    listed = ["a: other\n", "and 1 more"]
    error = errors.ProgramMismatch("none matches", hint="name it", candidates=listed)
    assert tell(error) == 7
    assert capsys.readouterr().err.splitlines() == [
        "error: none matches",
        "  a: other",
        "  and 1 more",
        "hint: name it",
    ]
    assert failure_of(error).whole_message == "none matches: a: other; and 1 more"
