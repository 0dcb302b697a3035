"""A part with two cores, each behind an access port of its own, through unmodified pyOCD."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from stackdump_probe.arch import debug
from stackdump_probe.cli.main import run
from stackdump_probe.dump import decode
from stackdump_probe.record import Record
from stackdump_probe.simulator.bench import SimulatedProbe, simulated_usb_probe
from stackdump_probe.simulator.core_debug import CoreDebug
from stackdump_probe.simulator.machines import MACHINES
from stackdump_probe.simulator.qemu import Machine
from tests.live.programs import counting_on
from tests.live.watching import controls, runs
from tests.schemas import validator

GOLDEN = Path(__file__).parents[1] / "golden"
HANG = GOLDEN / "hang_gcc_o2" / "fw.elf"
LINE = ["capture", "-o", "x.dump", "--core", "all"]


class TwoCores(Record):
    """A Cortex-M4 in a program that hangs, and a Cortex-M3 that counts."""

    first: SimulatedProbe
    second: SimulatedProbe
    elf: Path


@pytest.fixture
def cores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TwoCores]:
    monkeypatch.chdir(tmp_path)
    model = MACHINES["mps2-an385"]
    counting = counting_on(model, tmp_path)
    with simulated_usb_probe(HANG, run_for=0.5) as first, Machine(model, counting) as machine:
        machine.resume()
        core = CoreDebug(machine)
        first.port.add_core(machine, core)
        yield TwoCores(first, SimulatedProbe(machine, core, first.port, first.unique_id), counting)


def cpuid(path: str) -> int:
    return decode(Path(path).read_bytes()).memory.u32(debug.CPUID) >> 4 & 0xFFF


def both_run(cores: TwoCores) -> bool:
    return (
        cores.first.machine.is_running()
        and runs(cores.second)
        and controls(cores.first) == controls(cores.second) == 0
    )


@pytest.mark.parametrize("target", ["cortex_m", "auto"])
def test_each_core_has_a_dump_of_its_own(
    target: str, cores: TwoCores, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*LINE, "-t", target]) == 0
    assert sorted(path.name for path in Path().glob("*.dump")) == ["x-core0.dump", "x-core1.dump"]
    assert (cpuid("x-core0.dump"), cpuid("x-core1.dump")) == (0xC24, 0xC23)
    assert both_run(cores)
    said = capsys.readouterr().err
    assert "core 0: Cortex-M4" in said
    assert "core 1: Cortex-M3" in said


def test_one_core_can_be_named(cores: TwoCores) -> None:
    assert run(["capture", "-t", "cortex_m", "-o", "x.dump", "--core", "1"]) == 0
    assert cpuid("x.dump") == 0xC23
    assert decode(Path("x.dump").read_bytes()).registers["r4"] == 44
    assert both_run(cores)


def test_an_elf_is_the_program_of_its_core_only(
    cores: TwoCores, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*LINE, "-t", "cortex_m", "--elf", str(HANG)]) == 0
    shown = capsys.readouterr()
    assert "wait_flag" in shown.out
    assert "core 1: " in shown.err
    assert "is not the program in the dump" in shown.err
    assert both_run(cores)


def test_an_elf_of_no_core_ends_with_7(cores: TwoCores) -> None:
    other = str(GOLDEN / "relay_gcc_og" / "fw.elf")
    assert run([*LINE, "-t", "cortex_m", "--elf", other]) == 7
    assert both_run(cores)


def test_a_directory_has_the_program_of_each_core(
    cores: TwoCores, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    builds = tmp_path / "builds"
    builds.mkdir()
    for name, elf in (("m4.elf", HANG), ("m3.elf", cores.elf)):
        (builds / name).write_bytes(elf.read_bytes())
    assert run([*LINE, "-t", "cortex_m", "--elf", "builds"]) == 0
    out = capsys.readouterr().out
    assert out.index("m4.elf is the program") < out.index("m3.elf is the program")
    assert both_run(cores)


def test_a_core_that_is_not_there_does_not_keep_the_others_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The table says that an STM32H745 has two; the one here shows its first only."""
    monkeypatch.chdir(tmp_path)
    with simulated_usb_probe(HANG) as sim:
        assert run([*LINE, "-t", "stm32h745"]) == 5
        assert sim.machine.is_running()
    assert cpuid("x-core0.dump") == 0xC24
    assert not Path("x-core1.dump").exists()
    assert "the target has no core 1" in capsys.readouterr().err


def test_all_cores_can_be_left_halted(cores: TwoCores, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*LINE, "-t", "cortex_m", "--after", "halt"]) == 0
    assert (cores.first.machine.is_halted, cores.second.machine.is_halted) == (True, True)
    assert capsys.readouterr().err.count("the core is left halted") == 2
    assert run([*LINE, "-t", "cortex_m", "--after", "run", "--force"]) == 0
    assert cores.first.machine.is_running()
    assert runs(cores.second)


def test_the_traces_of_all_cores_are_one_document(
    cores: TwoCores, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    builds = tmp_path / "builds"
    builds.mkdir()
    for name, elf in (("m4.elf", HANG), ("m3.elf", cores.elf)):
        (builds / name).write_bytes(elf.read_bytes())
    assert run([*LINE, "-t", "cortex_m", "--elf", "builds", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert validator("cores").is_valid(document)
    traces = [core["document"] for core in document["cores"]]
    assert all(validator("trace").is_valid(trace) for trace in traces)
    assert [trace["core"]["name"] for trace in traces] == ["Cortex-M4", "Cortex-M3"]
    assert [core["name"] for core in document["cores"]] == ["Cortex-M4", "Cortex-M3"]
    assert [trace["dumps"] for trace in traces] == [["x-core0.dump"], ["x-core1.dump"]]
    assert both_run(cores)


def test_several_looks_are_taken_of_each_core(
    cores: TwoCores, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*LINE, "-t", "cortex_m", "--count", "2", "--interval", "1ms"]) == 0
    names = sorted(path.name for path in Path().glob("*.dump"))
    assert names == [f"x-core{core}-0{look}.dump" for core in (0, 1) for look in (1, 2)]
    assert "saved 2 looks: x-core1-01.dump to x-core1-02.dump" in capsys.readouterr().err
    assert both_run(cores)


def test_what_is_no_core_is_wrong_usage() -> None:
    assert run(["capture", "-t", "cortex_m", "--core", "first"]) == 2
