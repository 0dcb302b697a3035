"""`trace --json-lines`: a document for each dump, in their order, whatever becomes of them."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from stackdump_probe.cli import json_lines
from stackdump_probe.cli.files import read_dumps
from stackdump_probe.cli.main import run
from stackdump_probe.cli.open_image import Programs
from tests.schemas import validator

GOLDEN = Path(__file__).parents[2] / "golden"
CASE = GOLDEN / "hang_gcc_o2"
ELF, DUMP = str(CASE / "fw.elf"), (CASE / "hang.dump").read_bytes()
OTHER = (GOLDEN / "hang_gcc_os" / "hang.dump").read_bytes()


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture(params=[1, 3], ids=["one process", "three processes"])
def _on_cores(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "cores", lambda: request.param)


def some_dumps(**contents: bytes) -> list[str]:
    """Files of these names."""
    for name, content in contents.items():
        Path(name).write_bytes(content)
    return list(contents)


def documents(text: str) -> list[dict[str, Any]]:
    """What the lines hold."""
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.usefixtures("_on_cores")
def test_each_dump_has_the_document_that_it_has_alone(capsys: pytest.CaptureFixture[str]) -> None:
    names = some_dumps(**{f"dump{number}": DUMP for number in range(8)})
    assert run(["trace", ELF, *names, "--json-lines"]) == 0
    together = documents(capsys.readouterr().out)
    for name, document in zip(names, together, strict=True):
        assert run(["trace", ELF, name, "--json"]) == 0
        assert document == json.loads(capsys.readouterr().out)


@pytest.mark.usefixtures("_on_cores")
def test_a_bad_dump_has_its_error_on_its_line_and_stops_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    names = some_dumps(a=DUMP, b=DUMP[:-3], c=DUMP, d=OTHER, e=DUMP, f=DUMP)
    assert run(["trace", ELF, *names, "missing", "--json-lines"]) == 6
    out, err = capsys.readouterr()
    found = documents(out)
    assert [document["dumps"] for document in found] == [[name] for name in (*names, "missing")]
    codes = [document.get("error", {}).get("exit_code", 0) for document in found]
    assert codes == [0, 6, 0, 7, 0, 0, 6]
    assert found[-1]["error"]["message"] == "missing: No such file or directory"
    for document in found:
        validator("error" if "error" in document else "trace").validate(document)
    assert err == "warning: 3 of 7 dumps are not traced: their lines say why\n"


def test_the_exit_code_is_that_of_the_first_dump_that_fails(
    capsys: pytest.CaptureFixture[str],
) -> None:
    names = some_dumps(a=DUMP, b=OTHER, c=b"no dump")
    assert run(["trace", ELF, *names, "--json-lines", "--quiet"]) == 7
    assert capsys.readouterr().err == ""


def test_force_traces_the_dump_of_another_program(capsys: pytest.CaptureFixture[str]) -> None:
    names = some_dumps(a=DUMP, b=OTHER)
    assert run(["trace", ELF, *names, "--json-lines", "--force"]) == 0
    [_, forced] = documents(capsys.readouterr().out)
    assert forced["elf_match"]["verdict"] == "mismatch"


def test_an_elf_that_cannot_be_read_is_one_error(capsys: pytest.CaptureFixture[str]) -> None:
    names = some_dumps(a=DUMP, b=DUMP)
    assert run(["trace", "missing.elf", *names, "--json-lines"]) == 6
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "error: missing.elf: No such file or directory\n"


@pytest.mark.usefixtures("_on_cores")
def test_of_a_directory_each_dump_takes_its_own_program(
    capsys: pytest.CaptureFixture[str],
) -> None:
    names = some_dumps(a=DUMP, b=OTHER, c=b"no dump", d=DUMP, e=OTHER)
    programs = Path("programs")
    programs.mkdir()
    for case in ("hang_gcc_o2", "hang_gcc_os"):
        (programs / f"{case}.elf").write_bytes((GOLDEN / case / "fw.elf").read_bytes())
    assert run(["trace", "programs", *names, "--json-lines"]) == 6
    found = documents(capsys.readouterr().out)
    first, second = (f"programs/hang_gcc_{level}.elf" for level in ("o2", "os"))
    paths = [document.get("elf", {}).get("path") for document in found]
    assert paths == [first, second, None, first, second]


def test_a_process_that_dies_costs_one_dump(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def reads(paths: list[str]) -> Any:
        if paths == ["deadly"]:
            os.kill(os.getpid(), signal.SIGKILL)
        return read_dumps(paths)

    monkeypatch.setattr(json_lines, "cores", lambda: 2)
    monkeypatch.setattr(json_lines, "read_dumps", reads)
    names = some_dumps(a=DUMP, b=DUMP, deadly=DUMP, d=DUMP, e=DUMP, f=DUMP)
    assert run(["trace", ELF, *names, "--json-lines"]) == 1
    found = documents(capsys.readouterr().out)
    assert [document["dumps"] for document in found] == [[name] for name in names]
    assert [document["dumps"] for document in found if "error" in document] == [["deadly"]]
    assert "ended (signal 9)" in found[2]["error"]["message"]


@pytest.mark.parametrize("possible", [0, 1])
def test_without_further_processes_all_are_traced_here(
    possible: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    forks = [os.fork] * possible
    monkeypatch.setattr(json_lines, "cores", lambda: 3)
    monkeypatch.setattr(os, "fork", lambda: forks.pop()() if forks else _refused())
    names = some_dumps(**{f"dump{number}": DUMP for number in range(5)})
    assert run(["trace", ELF, *names, "--json-lines"]) == 0
    told = [document["dumps"] for document in documents(capsys.readouterr().out)]
    assert told == [[name] for name in names]


def _refused() -> int:
    raise BlockingIOError("no more processes")


def test_a_reader_that_leaves_ends_every_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "cores", lambda: 2)
    names = some_dumps(**{f"dump{number}": DUMP for number in range(40)})
    taken = json_lines.lines(json_lines.Tracer(Programs(ELF), "own"), names)
    assert next(taken).code == next(taken).code == 0
    taken.close()
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_a_defect_of_ours_costs_one_dump(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> str:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(json_lines, "to_json", broken)
    assert run(["trace", ELF, *some_dumps(a=DUMP), "--json-lines"]) == 1
    [document] = documents(capsys.readouterr().out)
    assert document["error"]["message"] == "internal defect: ZeroDivisionError: oh"
