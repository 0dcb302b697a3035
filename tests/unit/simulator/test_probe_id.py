from pathlib import Path

import pytest

from stackdump_probe.errors import SimulatorError
from stackdump_probe.simulator.probe_id import ProbeId, parse_probe_id
from tests.builders.elves import an_elf, code

HERE = Path("/work bench")


def test_a_path_is_taken_from_the_directory() -> None:
    found = parse_probe_id("build/fw.elf", HERE)
    assert found == ProbeId("build/fw.elf", HERE / "build/fw.elf", None, 0.5)


def test_an_absolute_path_stays() -> None:
    assert parse_probe_id("/fw.elf", HERE).elf == Path("/fw.elf")


@pytest.mark.parametrize(("text", "seconds"), [("500ms", 0.5), ("2s", 2.0), ("1.5s", 1.5)])
def test_machine_and_time_may_be_named(text: str, seconds: float) -> None:
    found = parse_probe_id(f"fw.elf?machine=microbit&run={text}", HERE)
    assert (found.elf, found.machine, found.run_for) == (HERE / "fw.elf", "microbit", seconds)
    assert found.model().core == "Cortex-M0"


@pytest.mark.parametrize("query", ["run=soon", "run=5", "speed=2", "machine"])
def test_what_is_not_understood_is_said(query: str) -> None:
    if query == "machine":
        with pytest.raises(SimulatorError, match="no machine ''"):
            parse_probe_id(f"fw.elf?{query}", HERE).model()
        return
    with pytest.raises(SimulatorError, match="not understood") as refusal:
        parse_probe_id(f"fw.elf?{query}", HERE)
    assert "qemu:fw.elf" in str(refusal.value.hint)


def test_a_run_has_an_end() -> None:
    assert parse_probe_id("fw.elf?run=99999999s", HERE).run_for == 3600


def test_an_id_needs_an_elf() -> None:
    with pytest.raises(SimulatorError, match="needs an ELF"):
        parse_probe_id("?machine=microbit", HERE)


def test_the_program_chooses_its_machine(tmp_path: Path) -> None:
    (tmp_path / "fw.elf").write_bytes(an_elf(code(bytes(8), at=0x08000000)))
    assert parse_probe_id("fw.elf", tmp_path).model().name == "netduinoplus2"


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(SimulatorError, match=r"fw\.elf: No such file"):
        parse_probe_id("fw.elf", tmp_path).model()


def test_a_file_that_is_no_elf_is_said(tmp_path: Path) -> None:
    (tmp_path / "fw.elf").write_bytes(b"MZ")
    with pytest.raises(SimulatorError, match=r"fw\.elf: "):
        parse_probe_id("fw.elf", tmp_path).model()
