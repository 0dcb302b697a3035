"""A target is left as it was found, in every register that a debugger could have changed."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from stackdump_probe.arch import debug
from stackdump_probe.capture.capture import Request
from stackdump_probe.cli.main import run
from stackdump_probe.dump import decode
from stackdump_probe.simulator.bench import SimulatedProbe, simulated_usb_probe
from stackdump_probe.simulator.core_debug import (
    CYCCNTENA,
    DWT_CTRL,
    DWT_CYCCNT,
    FP_COMPARATORS,
    FP_CTRL,
)
from stackdump_probe.simulator.machines import ITM, MACHINES, TPIU
from tests.live.programs import counting_on
from tests.live.watching import controls, debug_registers, runs, take

VECTOR_CATCH = 0x7F1  # DEMCR: VC_CORERESET, VC_MMERR to VC_HARDERR (DDI 0403 C1.6.5)
APB1_FZ = 0xE0042008  # DBGMCU of the STM32F4 (RM0090 38.16.4)
WDG_STOP = 0b11 << 11

# A program that uses what a debugger would take for itself: cycle counter, watchpoint, breakpoint,
# trace.
OF_THE_PROGRAM = {
    debug.DEMCR: debug.DEMCR_TRCENA,
    DWT_CTRL: 0x4000_0000 | CYCCNTENA,
    0xE000_1020: 0x2000_0100,
    0xE000_1028: 5,
    FP_CTRL: 0x261,
    FP_COMPARATORS: 0x4800_0101,
    ITM + 0xE00: 0xF,
    ITM + 0xE80: 0x1_0001,
    TPIU + 0xF0: 2,
    APB1_FZ: 1,
}


@pytest.fixture(scope="module")
def sim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedProbe]:
    program = counting_on(MACHINES["netduinoplus2"], tmp_path_factory.mktemp("bench"))
    with simulated_usb_probe(program, as_found=OF_THE_PROGRAM) as sim:
        yield sim


@pytest.fixture
def writes(sim: SimulatedProbe, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Everything that is written to the target from now on."""
    seen: list[tuple[int, int]] = []
    write_register, write_memory = sim.core.write, sim.machine.write_memory

    def register(address: int, word: int) -> bool:
        seen.append((address, word))
        return write_register(address, word)

    def memory(address: int, content: bytes) -> bool:
        seen.append((address, int.from_bytes(content, "little")))
        return write_memory(address, content)

    monkeypatch.setattr(sim.core, "write", register)
    monkeypatch.setattr(sim.machine, "write_memory", memory)
    return seen


@pytest.mark.parametrize(
    "request_",
    [Request(), Request(ram="all"), Request(ram="all", resumes_early=True)],
    ids=["stack", "all", "resume early"],
)
def test_every_debug_register_is_as_it_was(sim: SimulatedProbe, request_: Request) -> None:
    before = debug_registers(sim)
    assert take("stm32f4", request_).left == "running"
    assert debug_registers(sim) == before
    assert {address: before[address] for address in OF_THE_PROGRAM if address < APB1_FZ} == {
        address: word for address, word in OF_THE_PROGRAM.items() if address < APB1_FZ
    }
    assert runs(sim)


def test_only_the_registers_of_core_debug_are_written_and_no_vector_is_caught(
    writes: list[tuple[int, int]],
) -> None:
    take("stm32f4", Request(ram="all"))
    written = {address for address, _word in writes}
    assert written <= {debug.DHCSR, debug.DCRSR, debug.DCRDR, debug.DEMCR, debug.DFSR}
    assert debug.DHCSR in written
    assert not any(word & VECTOR_CATCH for address, word in writes if address == debug.DEMCR)


def test_the_target_is_not_reset(sim: SimulatedProbe, monkeypatch: pytest.MonkeyPatch) -> None:
    resets: list[str] = []
    monkeypatch.setattr(sim.machine, "reset", lambda: resets.append("reset"))
    assert take("stm32f4").dump.registers["r4"] == 44
    assert resets == []


def test_a_delay_that_counts_cycles_goes_on(sim: SimulatedProbe) -> None:
    def delay(cycles: int) -> bool:
        """What a program does that waits for DWT_CYCCNT."""
        start, deadline = sim.core.read(DWT_CYCCNT) or 0, time.monotonic() + 10
        while ((sim.core.read(DWT_CYCCNT) or 0) - start) & 0xFFFF_FFFF < cycles:
            if time.monotonic() > deadline:
                return False
        return True

    assert delay(1_000_000)
    take("stm32f4")
    assert delay(1_000_000)


def test_cycles_are_counted_on_while_trace_was_off_before(tmp_path: Path) -> None:
    with simulated_usb_probe(counting_on(MACHINES["netduinoplus2"], tmp_path)) as other:
        take("stm32f4")
        assert other.core.read(debug.DEMCR) == 0
        assert other.core.read(DWT_CTRL) == MACHINES["netduinoplus2"].dwt_ctrl


def test_a_core_that_was_halted_is_left_with_its_debug_registers(sim: SimulatedProbe) -> None:
    sim.core.write(debug.DHCSR, debug.DBGKEY | debug.C_DEBUGEN | debug.C_HALT)
    sim.core.write(debug.DCRDR, 0x1234_5678)
    try:
        before = debug_registers(sim)
        assert take("stm32f4").left == "halted"
        assert debug_registers(sim) == before
        assert sim.machine.is_halted
    finally:
        sim.core.write(debug.DHCSR, debug.DBGKEY)
        sim.core.write(debug.DFSR, 0x1F)


@pytest.mark.parametrize("target", ["stm32f4", "cortex_m", "stm32f103"])
def test_frozen_watchdogs_count_again_afterwards(
    target: str, sim: SimulatedProbe, writes: list[tuple[int, int]], tmp_path: Path
) -> None:
    """Those of the part, whatever it is called by."""
    line = ["capture", "-t", target, "--freeze-watchdog", "-o", str(tmp_path / "x.dump")]
    assert run(line) == 0
    assert [word for address, word in writes if address == APB1_FZ] == [1 | WDG_STOP, 1]
    halts = [at for at, write in enumerate(writes) if write[0] == debug.DHCSR and write[1] & 2]
    assert writes.index((APB1_FZ, 1 | WDG_STOP)) < halts[0]
    assert sim.core.read(APB1_FZ) == 1


def test_the_summary_says_for_how_long_the_core_stood_still(
    sim: SimulatedProbe, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["capture", "-t", "stm32f4", "-o", str(tmp_path / "x.dump")]) == 0
    assert re.search(r"the core stood still for \d+ ms and runs on", capsys.readouterr().err)
    assert controls(sim) == 0


@pytest.mark.parametrize("option", ["--reset", "--under-reset"])
def test_a_reset_is_done_for_those_who_ask(
    sim: SimulatedProbe, option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resets: list[str] = []
    reset = sim.machine.reset

    def seen() -> None:
        resets.append("reset")
        reset()

    monkeypatch.setattr(sim.machine, "reset", seen)
    dump = tmp_path / "x.dump"
    assert run(["capture", "-t", "stm32f4", option, "-o", str(dump)]) == 0
    start = sim.machine.model.code.start + 0x400
    assert decode(dump.read_bytes()).registers["pc"] == start
    assert resets == ["reset"]
    assert runs(sim)
    assert sim.core.read(debug.DEMCR) == debug.DEMCR_TRCENA


def test_a_time_that_is_up_ends_the_capture_and_the_target_runs(
    sim: SimulatedProbe, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = debug_registers(sim)
    line = ["capture", "-t", "stm32f4", "--timeout", "1ms", "-o", str(tmp_path / "x.dump")]
    assert run(line) == 5
    assert "not done within 0.001 s" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    assert debug_registers(sim) == before
    assert runs(sim)
