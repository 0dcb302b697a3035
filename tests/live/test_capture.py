"""Captures through unmodified pyOCD from firmware that really runs."""

import resource
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stackdump_probe.arch import debug
from stackdump_probe.arch.registers import CORE, SPECIAL
from stackdump_probe.capture.capture import Request
from stackdump_probe.capture.link import Terms
from stackdump_probe.capture.plan import Region
from stackdump_probe.capture.pyocd_bench import find_probe, probes_plugged_in
from stackdump_probe.capture.pyocd_probe import attached
from stackdump_probe.capture.targets import target_named
from stackdump_probe.cli import trace
from stackdump_probe.cli.main import run
from stackdump_probe.dump import decode
from stackdump_probe.errors import ConnectError
from stackdump_probe.simulator.bench import SimulatedProbe, simulated_usb_probe
from stackdump_probe.simulator.core_debug import DWT_CTRL, FP_COMPARATORS, FP_CTRL
from stackdump_probe.simulator.machines import MACHINES
from tests.live.gdb_view import gdb_view
from tests.live.programs import MAIN_STACK, PROCESS_STACK, counting_on
from tests.live.watching import controls, debug_registers, runs, take

GOLDEN = Path(__file__).parents[1] / "golden"
ITM_TER = 0xE0000E00
DWT_FUNCTION0 = 0xE0001028
UNTOUCHED = (debug.DEMCR, DWT_CTRL, DWT_FUNCTION0, FP_CTRL, FP_COMPARATORS, ITM_TER)
TARGET_BY_MACHINE = {"microbit": "nrf51", "netduinoplus2": "stm32f4"}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedProbe]:
    """An STM32F405 that counts."""
    model = MACHINES["netduinoplus2"]
    program = counting_on(model, tmp_path_factory.mktemp("bench"))
    with simulated_usb_probe(program, model.name) as sim:
        yield sim


@pytest.mark.parametrize("machine", MACHINES)
def test_registers_and_memory_are_those_that_gdb_reads(machine: str, tmp_path: Path) -> None:
    model = MACHINES[machine]
    ram, size = model.ram[0][0], 0x4000
    with simulated_usb_probe(counting_on(model, tmp_path), machine) as sim:
        request = Request(regions=(Region(ram, size),), after="halt")
        taken = take(TARGET_BY_MACHINE.get(machine, "cortex_m"), request)
        has_fpu = "s0" in taken.dump.registers
        doubles = [f"d{n}" for n in range(16)] if has_fpu else []
        names = [*CORE, "xpsr", *doubles, *(["fpscr"] if has_fpu else [])]
        seen, (memory,) = gdb_view(sim.machine, names, [(ram, size)], tmp_path)
    words = dict(taken.dump.registers.words)
    for n in range(16 if has_fpu else 0):
        words[f"d{n}"] = words[f"s{2 * n + 1}"] << 32 | words[f"s{2 * n}"]
    assert {name: words[name] for name in names} == seen
    assert taken.dump.memory.read(ram, size) == memory
    assert set(SPECIAL) <= set(words)
    assert has_fpu == (model.fp_arch > 0)


def test_in_thread_mode_on_the_process_stack_both_stacks_are_there(bench: SimulatedProbe) -> None:
    dump = take("stm32f4").dump
    ram = bench.machine.model.ram[0][0]
    assert dump.registers["r4"] == 44
    assert dump.registers["sp"] == dump.registers["psp"] == ram + PROCESS_STACK
    assert dump.registers["msp"] == ram + MAIN_STACK
    assert dump.registers.control == 2
    assert dump.memory.holds(ram + PROCESS_STACK, MAIN_STACK - PROCESS_STACK)


def test_the_target_runs_on_with_everything_as_it_was(bench: SimulatedProbe) -> None:
    before = [bench.core.read(address) for address in UNTOUCHED]
    taken = take("stm32f4", Request(ram="all"))
    assert taken.left == "running"
    assert runs(bench)
    assert controls(bench) == 0
    assert [bench.core.read(address) for address in UNTOUCHED] == before


def test_trace_and_breakpoints_of_the_firmware_itself_stay(tmp_path: Path) -> None:
    model = MACHINES["netduinoplus2"]
    as_found = {
        debug.DEMCR: debug.DEMCR_TRCENA | 1 << 10,
        DWT_CTRL: 0x4000_0001,
        DWT_FUNCTION0: 5,
        FP_CTRL: 0x261,
        FP_COMPARATORS: 0x4800_0101,
        ITM_TER: 0xF,
    }
    with simulated_usb_probe(counting_on(model, tmp_path), as_found=as_found) as sim:
        take("stm32f4")
        assert {address: sim.core.read(address) for address in UNTOUCHED} == as_found
        assert runs(sim)


def test_a_core_that_was_halted_stays_halted(bench: SimulatedProbe) -> None:
    bench.core.write(debug.DHCSR, debug.DBGKEY | debug.C_DEBUGEN | debug.C_HALT)
    try:
        taken = take("stm32f4")
        assert taken.left == "halted"
        assert taken.dump.memory.u32(debug.DHCSR) & debug.S_HALT
        assert bench.machine.is_halted
        assert controls(bench) == debug.C_DEBUGEN | debug.C_HALT
        assert take("stm32f4", Request(after="run")).left == "running"
        assert runs(bench)
    finally:
        bench.core.write(debug.DHCSR, debug.DBGKEY)


def test_a_core_can_be_left_halted(bench: SimulatedProbe) -> None:
    try:
        assert take("stm32f4", Request(after="halt")).left == "halted"
        assert bench.machine.is_halted
        assert controls(bench) == debug.C_DEBUGEN | debug.C_HALT
    finally:
        bench.core.write(debug.DHCSR, debug.DBGKEY)


def test_a_debugger_that_had_debug_enabled_finds_it_so(bench: SimulatedProbe) -> None:
    bench.core.write(debug.DHCSR, debug.DBGKEY | debug.C_DEBUGEN | debug.C_MASKINTS)
    try:
        take("stm32f4")
        assert controls(bench) == debug.C_DEBUGEN | debug.C_MASKINTS
        assert runs(bench)
    finally:
        bench.core.write(debug.DHCSR, debug.DBGKEY)


def test_a_region_where_nothing_is_costs_only_itself(bench: SimulatedProbe) -> None:
    taken = take("stm32f4", Request(regions=(Region(0x6000_0000, 64, "asked"),)))
    assert taken.warnings == ("64 bytes from 0x60000000 cannot be read (asked)",)
    assert taken.dump.registers["r4"] == 44
    assert runs(bench)


def test_ram_all_ends_where_the_part_has_no_more(bench: SimulatedProbe) -> None:
    start, size = bench.machine.model.ram[0]
    dump = take("stm32f4", Request(ram="all")).dump
    assert dump.memory.holds(start, size)
    assert not dump.memory.holds(start + size)


def test_a_core_that_does_not_exist(bench: SimulatedProbe) -> None:
    with (
        pytest.raises(ConnectError, match="no core 3"),
        attached(find_probe(None), target_named("stm32f4"), Terms(core=3)),
    ):
        pass
    assert runs(bench)
    assert controls(bench) == 0


def test_a_probe_type_that_nobody_knows(
    bench: SimulatedProbe, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["capture", "-t", "stm32f4", "--probe", "wand:1"]) == 3
    assert "unknown debug probe type" in capsys.readouterr().err
    assert runs(bench)


def test_the_probe_is_listed(bench: SimulatedProbe) -> None:
    (probe,) = probes_plugged_in()
    assert (probe.uid, probe.access) == (bench.unique_id, "ready")


def test_a_pyocd_script_in_the_working_directory_is_not_run(
    bench: SimulatedProbe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyocd_user.py").write_text("open('was_run', 'w')\n")
    (tmp_path / "pyocd.yaml").write_text("connect_mode: under-reset\n")
    monkeypatch.chdir(tmp_path)
    take("stm32f4")
    assert not (tmp_path / "was_run").exists()
    assert Path.cwd() == tmp_path
    assert runs(bench)


# The exceptions that a stop of these programs falls in; SysTick may run beside the hang.
HANGS = [("fault_gcc_o0", {3}), ("nested_gcc_og", {16 + 28}), ("hang_gcc_o0", {0, 15})]


@pytest.mark.parametrize(("case", "exceptions"), HANGS)
def test_the_trace_of_a_capture_is_the_trace_of_its_file(
    case: str, exceptions: set[int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elf, dump = GOLDEN / case / "fw.elf", tmp_path / "x.dump"
    with simulated_usb_probe(elf, run_for=0.5) as sim:
        line = ["capture", "--target", "stm32f4", "--elf", str(elf), "--output", str(dump)]
        assert run(line) == 0
        captured = capsys.readouterr()
        assert sim.machine.is_running()
    assert run(["trace", str(elf), str(dump)]) == 0
    assert captured.out == capsys.readouterr().out
    assert captured.out.count("\n") > 5
    assert "runs on" in captured.err
    assert decode(dump.read_bytes()).registers["xpsr"] & 0x1FF in exceptions


def no_write(folder: Path) -> Path:
    return folder / "none" / "x.dump"


def existing(folder: Path) -> Path:
    (folder / "x.dump").write_bytes(b"kept")
    return folder / "x.dump"


@pytest.mark.parametrize("output", [no_write, existing])
def test_an_output_that_cannot_be_is_refused_before_the_target_is_touched(
    output: Callable[[Path], Path], bench: SimulatedProbe, tmp_path: Path
) -> None:
    reads = bench.core.read(debug.DFSR)
    assert run(["capture", "-t", "stm32f4", "-o", str(output(tmp_path))]) == 2
    assert bench.core.read(debug.DFSR) == reads
    assert [path.read_bytes() for path in tmp_path.iterdir()] in ([], [b"kept"])


def test_a_disk_without_room_is_told_before_the_target_is_touched(
    bench: SimulatedProbe, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = debug_registers(bench)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        code = run(["capture", "-t", "stm32f4", "-o", str(tmp_path / "x.dump")])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert code == 2
    assert f"cannot write {tmp_path / 'x.dump'}: File too large" in capsys.readouterr().err
    assert debug_registers(bench) == before
    assert list(tmp_path.iterdir()) == []


def test_the_dump_is_there_before_its_trace_and_whatever_becomes_of_it(
    bench: SimulatedProbe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dump, seen = tmp_path / "x.dump", []

    def fail(*_given: object, **_named: object) -> None:
        seen.append((dump.exists(), bench.machine.is_running()))
        raise RuntimeError("a defect in the trace")

    monkeypatch.setattr(trace, "trace", fail)
    elf = bench.machine.elf
    assert run(["capture", "-t", "stm32f4", "--elf", str(elf), "-o", str(dump)]) == 1
    assert seen == [(True, True)]
    assert decode(dump.read_bytes()).registers["r4"] == 44


def test_several_captures_of_the_same_second_and_target_do_not_overwrite(
    bench: SimulatedProbe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    codes = [run(["capture", "--chip", "STM32F405RG"]) for _ in range(2)]
    assert len(list(tmp_path.glob("stm32f405rg-*.dump"))) == codes.count(0)
    assert set(codes) <= {0, 2}
    assert runs(bench)
