"""`looks` from command line to output, files and exit code."""

import json
from pathlib import Path

import pytest

from stackdump_probe.cli.main import run
from tests.schemas import validator
from tests.unit.cli import test_trace

GOLDEN = Path(__file__).parents[2] / "golden"
ELF = str(GOLDEN / "hang_gcc_o2" / "fw.elf")
DUMP = str(GOLDEN / "hang_gcc_o2" / "hang.dump")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")


def test_the_same_dump_twice_stands_still(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["looks", ELF, DUMP, DUMP]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("looks: 2: the same pc every time: 0x")
    assert "in flag_is_set (hang/sensor.c:" in out
    assert err == ""


def test_json_is_one_document_that_keeps_to_its_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["looks", ELF, DUMP, DUMP, DUMP, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    validator("looks").validate(document)
    assert [look["dump"] for look in document["looks"]] == [DUMP] * 3


def test_other_programs_are_looked_at_as_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["looks", ELF, DUMP, DUMP, "--also", ELF]) == 6
    assert "cannot be in one target" in capsys.readouterr().err


def test_pictures_are_written_beside_the_text() -> None:
    assert run(["looks", ELF, DUMP, "--flame", "out.svg", "--speedscope", "out.json"]) == 0
    assert Path("out.svg").read_text(encoding="utf-8").startswith("<svg ")
    assert json.loads(Path("out.json").read_text(encoding="utf-8"))["profiles"]


@pytest.mark.parametrize("option", ["--flame", "--speedscope"])
def test_a_picture_that_exists_is_kept_unless_forced(option: str) -> None:
    Path("out").write_bytes(b"kept")
    assert run(["looks", ELF, DUMP, option, "out"]) == 2
    assert Path("out").read_bytes() == b"kept"
    assert run(["looks", ELF, DUMP, option, "out", "--force"]) == 0
    assert Path("out").read_bytes() != b"kept"


@pytest.mark.parametrize("order", [["x.dump", "other.dump"], ["other.dump", "x.dump"]])
def test_one_dump_of_another_program_is_refused(
    order: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("fw.elf").write_bytes(test_trace.ELF)
    Path("x.dump").write_bytes(test_trace.DUMP)
    Path("other.dump").write_bytes(test_trace.OTHER_DUMP)
    assert run(["looks", "fw.elf", *order]) == 7
    assert "other.dump" in capsys.readouterr().err
    assert run(["looks", "fw.elf", *order, "--force"]) == 0
    out, err = capsys.readouterr()
    assert "is NOT the program" in out
    assert "warning: fw.elf" in err


def test_a_damaged_dump_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    Path("cut.dump").write_bytes(Path(DUMP).read_bytes()[:-3])
    assert run(["looks", ELF, DUMP, "cut.dump"]) == 6
    assert "cut.dump" in capsys.readouterr().err
