"""`trace` from command line to output and exit code."""

import json
from pathlib import Path

import pytest

from stackdump_probe.cli import trace as trace_module
from stackdump_probe.cli.main import run
from stackdump_probe.dump import encode
from tests.builders import a_dump, a_memory_record, a_register_record, an_elf, words
from tests.builders.dwarf import ADie, a_unit
from tests.builders.dwarf import debug_sections as written
from tests.builders.elves import ASymbol, code, constants, debug_sections
from tests.builders.type_dies import CPP14, INT, expression, language, variable
from tests.schemas import validator

FLASH, RAM = 0x0800_0000, 0x2000_0000
RESET = FLASH + 0x200
VECTORS = words(RAM + 0x1000, RESET | 1, *[0] * 14)
SECTIONS = (
    constants(VECTORS, at=FLASH, name=".isr_vector"),
    code(b"\x00\xbf" * 0x20, at=RESET),
)
ELF = an_elf(
    *SECTIONS,
    symbols=(ASymbol("Reset_Handler", RESET | 1, 0x40, section=".text"),),
    entry=RESET | 1,
)
REGISTERS = {**{f"r{number}": number for number in range(13)}, "lr": 0xFFFF_FFFF}
DUMP = encode(a_dump({FLASH: VECTORS}, **REGISTERS, sp=RAM + 0x800, pc=RESET + 4, xpsr=0x0100_0000))
OTHER_DUMP = encode(a_dump({FLASH: VECTORS[::-1]}, pc=RESET + 4))


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    for name, content in (("fw.elf", ELF), ("x.dump", DUMP), ("other.dump", OTHER_DUMP)):
        Path(name).write_bytes(content)


def test_a_trace_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trace", "fw.elf", "x.dump"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "core:  thread mode",
        "elf:   fw.elf is the program in the dump: 64 flash bytes at 0x08000000 equal",
        "",
        " 0: Reset_Handler",
        "end: reached Reset_Handler",
    ]
    assert err == ""


def test_verbose_shows_registers_and_rules(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trace", "fw.elf", "x.dump", "-v"]) == 0
    out = capsys.readouterr().out
    assert "xpsr   0x01000000" in out
    assert "rule innermost" in out


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), ["mine"]),
        (("--all-statics",), ["_ZTV5Valve", "mine"]),
        (("--no-statics",), []),
    ],
)
def test_statics_that_nobody_wrote_show_only_when_asked_for_and_none_if_so_wanted(
    options: tuple[str, ...], expected: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    statics = (a_static("_ZTV5Valve", FLASH), a_static("mine", FLASH + 4))
    unit = a_unit(INT, *statics, top=language(CPP14))
    Path("cpp.elf").write_bytes(an_elf(*SECTIONS, *debug_sections(written(unit)), entry=RESET | 1))
    assert run(["trace", "--json", "cpp.elf", "x.dump", *options]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in document["statics"]] == expected
    assert run(["trace", "cpp.elf", "x.dump", *options]) == 0
    out = capsys.readouterr().out
    assert [name for name in ("_ZTV5Valve", "mine") if name in out] == expected


@pytest.mark.parametrize("how", ["--json", "--json-lines"])
def test_other_programs_are_named_with_their_statics(
    how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    boot = FLASH - 0x4000
    unit = a_unit(INT, a_static("reason", boot), top=language(CPP14))
    Path("boot.elf").write_bytes(
        an_elf(code(bytes(64), at=boot), *debug_sections(written(unit)), entry=boot | 1)
    )
    assert run(["trace", how, "fw.elf", "x.dump", "--also", "boot.elf"]) == 0
    document = json.loads(capsys.readouterr().out)
    validator("trace").validate(document)
    [other] = document["also"]
    assert (other["path"], other["build_id"]) == ("boot.elf", None)
    assert other["elf_match"]["verdict"] == "unknown"
    assert [(each["name"], each["value"]) for each in other["statics"]] == [("reason", "0")]
    assert run(["trace", how, "fw.elf", "x.dump"]) == 0
    assert "also" not in json.loads(capsys.readouterr().out)


def test_a_program_that_cannot_lie_beside_the_other_is_code_6(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["trace", "fw.elf", "x.dump", "--also", "fw.elf"]) == 6
    assert "both fill 0x08000000" in capsys.readouterr().err


def a_static(name: str, address: int) -> ADie:
    return variable(name, "int", expression(b"\x03" + words(address)))


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_a_theme_colors_the_trace(theme: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trace", "fw.elf", "x.dump", "--color", "always", "-t", theme]) == 0
    assert "\x1b[" in capsys.readouterr().out


def test_theme_none_has_no_colors(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trace", "fw.elf", "x.dump", "--color", "always", "-t", "none"]) == 0
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize("color", ["auto", "always", "never"])
def test_json_is_one_document_and_nothing_else(
    color: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["trace", "--json", "fw.elf", "x.dump", "-v", "--color", color]) == 0
    assert json.loads(capsys.readouterr().out)["schema"] == "stackdump-probe/trace/1"


def test_several_dumps_are_traced_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    Path("memory.dump").write_bytes(a_memory_record(FLASH, VECTORS))
    Path("registers.dump").write_bytes(a_register_record(0, *[0] * 15, RESET + 4))
    assert run(["trace", "--json", "fw.elf", "memory.dump", "registers.dump"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["dumps"] == ["memory.dump", "registers.dump"]
    assert document["threads"][0]["frames"][0]["function"] == "Reset_Handler"


def test_a_directory_gives_the_elf_that_was_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trace", "--json", ".", "x.dump"]) == 0
    assert json.loads(capsys.readouterr().out)["elf"]["path"] == "./fw.elf"


def test_another_program_is_code_7_and_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trace", "fw.elf", "other.dump"]) == 7
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: fw.elf is not the program in the dump: the flash byte at ")


def test_another_program_is_traced_by_force_with_a_warning(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["trace", "--force", "--json", "fw.elf", "other.dump"]) == 0
    out, err = capsys.readouterr()
    document = json.loads(out)
    assert document["elf_match"]["verdict"] == "mismatch"
    assert "not the program in the dump" in document["warnings"][0]
    assert err.startswith("warning: fw.elf: ")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("fw.elf gone.dump", "gone.dump: No such file or directory"),
        ("gone.elf x.dump", "gone.elf: No such file or directory"),
        ("x.dump x.dump", "x.dump: not an ELF file"),
        ("fw.elf fw.elf", "fw.elf: record identifier 127 is neither"),
        ("cut.elf x.dump", "cut.elf: "),
        ("fw.elf cut.dump", "cut.dump: "),
    ],
)
def test_bad_input_is_code_6_and_one_line(
    line: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("cut.elf").write_bytes(ELF[:60])
    Path("cut.dump").write_bytes(DUMP[:-1])
    assert run(["trace", *line.split()]) == 6
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"error: {said}")


def test_a_defect_of_ours_is_code_1_and_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_options: object) -> None:
        raise AssertionError("not as expected")

    monkeypatch.delenv("STACKDUMP_DEBUG", raising=False)
    monkeypatch.setattr(trace_module, "build_report", broken)
    assert run(["trace", "fw.elf", "x.dump"]) == 1
    err = capsys.readouterr().err
    assert err.startswith("error: internal defect: AssertionError: not as expected\nhint: ")


def test_a_trace_that_ends_early_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    Path("bare.dump").write_bytes(a_register_record(0, *[0] * 13, RAM, 0, RAM))
    assert run(["trace", "fw.elf", "bare.dump"]) == 0
    assert "\nend: " in capsys.readouterr().out
