"""The simulator itself: what a debugger sees of QEMU, and that nothing is left behind."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import libusb_package
import pytest
from pyocd.core import exceptions
from pyocd.core.session import Session
from pyocd.core.target import Target
from pyocd.probe.aggregator import PROBE_CLASSES, DebugProbeAggregator

from stackdump_probe.cli.demo import FOLDER
from stackdump_probe.cli.main import run
from stackdump_probe.errors import SimulatorError
from stackdump_probe.simulator.bench import simulated_usb_probe
from stackdump_probe.simulator.machines import MACHINES, MachineModel
from stackdump_probe.simulator.plugin import QemuProbe
from stackdump_probe.simulator.qemu import Machine
from tests.builders import an_elf, halfwords, words
from tests.builders.elves import code

SYST_RVR, CPUID, SHPR3 = 0xE000E014, 0xE000ED00, 0xE000ED20
# Arm's part number of each core, CPUID bits 15:4 (the TRMs, "CPUID").
PART = {
    "Cortex-M0": 0xC20,
    "Cortex-M3": 0xC23,
    "Cortex-M4": 0xC24,
    "Cortex-M7": 0xC27,
    "Cortex-M33": 0xD21,
    "Cortex-M55": 0xD22,
}
PROCESS_STACK, MAIN_STACK = 0x1000, 0x2000  # from the start of RAM
PATIENCE = 20.0  # seconds


def program(model: MachineModel, loop: tuple[int, ...]) -> bytes:
    """An ELF that goes to the process stack, sets PRIMASK, and repeats the halfwords of `loop`.

    Thumb of Armv6-M (DDI 0419 A6.7): ldr r0, =stack; msr psp, r0; movs r0, #2; msr control, r0;
    isb; movs r4, #44; cpsid i; loop...; b loop
    """
    flash, ram = model.code.start, model.ram[0][0]
    start = flash + 0x400
    vectors = words(ram + MAIN_STACK, *[start | 1] * 15).ljust(0x400, b"\0")
    branch = 0xE000 | (-len(loop) - 2) & 0x7FF
    entry = (0x4807, 0xF380, 0x8809, 0x2002, 0xF380, 0x8814, 0xF3BF, 0x8F6F, 0x242C, 0xB672)
    instructions = halfwords(*entry, *loop, branch).ljust(0x20, b"\0")
    literals = words(ram + PROCESS_STACK)
    return an_elf(code(vectors + instructions + literals, at=flash), entry=start | 1)


COUNTS = (0x3101,)  # adds r1, #1
SLEEPS = (0xBF30, 0x3101)  # wfi; adds r1, #1
BAD_VECTORS = an_elf(code(words(0x20001000, 0x08000101) + bytes(0x400), at=0x08000000))


def a_machine(folder: Path, loop: tuple[int, ...], name: str = "netduinoplus2") -> Machine:
    elf = folder / "fw.elf"
    elf.write_bytes(program(MACHINES[name], loop))
    return Machine(MACHINES[name], elf)


def eventually(condition: Any) -> bool:
    """True as soon as `condition` is; False if that takes longer than anyone would wait."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def halted_in_loop(machine: Machine) -> bool:
    """Let the machine run for a moment, and halt it; True if it has come to its loop."""
    machine.resume()
    machine.halt()
    return machine.read_register("r4") == 44


def exists(process: int) -> bool:
    """True if there is such a process, and it is no zombie."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False


@pytest.fixture
def session(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Session]:
    """pyOCD attached by plugin to the machine named by the parameter."""
    monkeypatch.setitem(PROBE_CLASSES, "qemu", QemuProbe)  # also where we are not installed
    model = MACHINES[request.param]
    (tmp_path / "fw.elf").write_bytes(program(model, COUNTS))
    text = f"qemu:{tmp_path}/fw.elf?machine={model.name}&run=200ms"
    (probe,) = DebugProbeAggregator.get_all_connected_probes(text)
    with Session(
        probe,
        connect_mode="attach",
        auto_unlock=False,
        no_config=True,
        user_script=os.devnull,
        project_dir=str(Path.cwd()),
        target_override="cortex_m",
        **{"warning.cortex_m_default": False},
    ) as attached:
        yield attached


def test_a_machine_runs_to_an_address(tmp_path: Path) -> None:
    with a_machine(tmp_path, COUNTS) as machine:
        assert eventually(lambda: halted_in_loop(machine))
        loop = machine.read_register("pc") or 0
        counted = machine.read_register("r1") or 0
        assert machine.run_to([loop])
        assert machine.read_register("pc") == loop
        assert machine.read_register("r1") == counted + 1


def test_a_machine_that_never_comes_to_an_address_is_halted(tmp_path: Path) -> None:
    with a_machine(tmp_path, COUNTS) as machine:
        assert eventually(lambda: halted_in_loop(machine))
        assert not machine.run_to([0x08000000], patience=0.01)
        counted = machine.read_register("r1")
        assert machine.is_halted
        assert machine.read_register("r1") == counted


@pytest.mark.parametrize("session", MACHINES, indirect=True)
def test_unmodified_pyocd_debugs_every_machine_by_plugin(
    session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    machine, core = session.probe._machine, session.target.cores[0]
    assert core.get_state() is Target.State.RUNNING
    core.halt()
    assert core.get_state() is Target.State.HALTED
    ram = machine.model.ram[0][0]
    assert core.read_core_register("r4") == 44
    assert core.read_core_register("sp") == core.read_core_register("psp") == ram + PROCESS_STACK
    assert core.read_core_register("msp") == ram + MAIN_STACK
    assert core.read_core_register("control") == 2
    assert core.read_core_register("primask") == 1
    assert core.read32(CPUID) >> 4 & 0xFFF == PART[machine.model.core]
    assert bytes(core.read_memory_block8(ram, 0x2003)) == machine.read_memory(ram, 0x2003)
    core.resume()
    assert core.get_state() is Target.State.RUNNING
    assert machine.is_running()
    assert [record.message for record in caplog.records] == []


@pytest.mark.parametrize("session", ["netduinoplus2"], indirect=True)
def test_what_a_debugger_writes_is_there(session: Session) -> None:
    core = session.target.cores[0]
    core.halt()
    ram = session.probe._machine.model.ram[0][0]
    core.write_memory_block8(ram + 1, b"dump")
    core.write32(SYST_RVR, 0x123456)
    core.write8(SHPR3 + 3, 0x40)
    core.write_core_register("r5", 0x55)
    assert bytes(core.read_memory_block8(ram, 6)) == b"\0dump\0"
    assert core.read32(SYST_RVR) == 0x123456
    assert core.read32(SHPR3) == 0x40000000
    assert core.read_core_register("r5") == 0x55


@pytest.mark.parametrize("session", ["netduinoplus2"], indirect=True)
def test_a_read_beyond_memory_faults_and_the_next_one_does_not(session: Session) -> None:
    core, (ram, size) = session.target.cores[0], session.probe._machine.model.ram[0]
    with pytest.raises(exceptions.TransferFaultError):
        core.read_memory_block32(ram + size - 8, 4)
    assert len(core.read_memory_block32(ram + size - 8, 2)) == 2


@pytest.mark.parametrize("session", ["netduinoplus2"], indirect=True)
def test_a_step_executes_one_instruction(session: Session) -> None:
    core = session.target.cores[0]
    core.halt()
    start = session.probe._machine.model.code.start + 0x414
    core.write_core_register("pc", start)
    before = core.read_core_register("r1")
    core.step()
    assert core.read_core_register("r1") == (before + 1) & 0xFFFFFFFF
    assert core.read_core_register("pc") == start + 2


@pytest.mark.parametrize("session", ["netduinoplus2"], indirect=True)
def test_reset_and_halt_stops_at_the_first_instruction(session: Session) -> None:
    core = session.target.cores[0]
    core.reset_and_halt()
    assert core.get_state() is Target.State.HALTED
    assert core.read_core_register("pc") == session.probe._machine.model.code.start + 0x400
    assert core.read_core_register("psp") == 0


@pytest.mark.parametrize("name", MACHINES)
def test_a_sleeping_core_says_so_and_is_woken_by_a_halt(name: str, tmp_path: Path) -> None:
    with a_machine(tmp_path, SLEEPS, name) as machine:
        machine.resume()
        assert eventually(machine.is_asleep)
        assert machine.is_running()
        machine.halt()
        wait = machine.model.code.start + 0x414
        assert not machine.is_asleep()
        assert machine.read_register("pc") == wait + 2
        assert machine.read_register("psp") == machine.model.ram[0][0] + PROCESS_STACK
        assert machine.read_register("cfbp") == 0x02000001
        assert machine.read_register("r1") == 0
        machine.step()  # away from behind the WFI, where a core that has yet to run looks asleep
        assert machine.read_register("r1") == 1
        machine.resume()
        assert eventually(machine.is_asleep)
        machine.halt()
        assert machine.read_register("pc") == wait + 2
        assert machine.read_register("r1") == 1


def test_reading_while_it_runs_leaves_it_running(tmp_path: Path) -> None:
    with a_machine(tmp_path, COUNTS) as machine:
        machine.resume()
        for _ in range(20):
            assert machine.read_memory(CPUID, 4) == b"\x40\xc2\x0f\x41"
            assert machine.is_running()


def test_registers_are_right_however_often_a_running_core_is_halted(tmp_path: Path) -> None:
    with a_machine(tmp_path, COUNTS) as machine:
        assert eventually(lambda: halted_in_loop(machine))
        for _ in range(50):
            assert halted_in_loop(machine)
            assert machine.read_register("psp") == machine.read_register("sp")
            assert machine.read_register("msp") == 0x20000000 + MAIN_STACK


def test_the_security_state_and_stack_limits_of_armv8m(tmp_path: Path) -> None:
    with a_machine(tmp_path, COUNTS, "mps2-an505") as machine:
        assert eventually(lambda: halted_in_loop(machine))
        assert machine.is_secure()
        assert machine.read_register("msplim_s") == 0
        assert machine.read_register("msp_ns") == 0


def test_a_core_in_lockup_ends_qemu_and_the_error_says_why(tmp_path: Path) -> None:
    elf = tmp_path / "fw.elf"
    elf.write_bytes(BAD_VECTORS)
    with Machine(MACHINES["netduinoplus2"], elf) as machine:
        machine.resume()
        with pytest.raises(SimulatorError, match="Lockup"):
            eventually(lambda: not machine.is_running())


def test_a_file_that_qemu_cannot_load_is_an_error_with_its_words(tmp_path: Path) -> None:
    with pytest.raises(SimulatorError, match=r"none\.elf: No such file"):
        Machine(MACHINES["netduinoplus2"], tmp_path / "none.elf")


def test_a_write_where_nothing_is_fails(tmp_path: Path) -> None:
    with a_machine(tmp_path, COUNTS) as machine:
        assert not machine.write_memory(0x60000000, b"\0\0\0\0")
        assert machine.read_memory(0x60000000, 4) is None


def test_two_machines_do_not_meet(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with (
        a_machine(tmp_path, COUNTS) as one,
        a_machine(tmp_path / "other", COUNTS, "microbit") as other,
    ):
        one.resume()
        assert one.is_running()
        assert not other.is_running()
        assert other.read_memory(CPUID, 4) == b"\x00\xc2\x0c\x41"


def test_the_real_usb_bus_is_back_after_the_bench(tmp_path: Path) -> None:
    elf = tmp_path / "fw.elf"
    elf.write_bytes(program(MACHINES["microbit"], COUNTS))
    before = libusb_package.get_libusb1_backend
    with simulated_usb_probe(elf, run_for=0) as probe:
        assert probe.machine.model.name == "microbit"
        assert libusb_package.get_libusb1_backend is not before
    assert libusb_package.get_libusb1_backend is before


def test_an_elf_in_qemu_is_captured_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(PROBE_CLASSES, "qemu", QemuProbe)
    monkeypatch.chdir(tmp_path)
    shutil.copy(FOLDER / "fault.elf", "fw.elf")
    line = ["capture", "--probe", "qemu:fw.elf", "--target", "stm32f4", "--elf", "fw.elf"]
    assert run([*line, "-o", "x.dump"]) == 0
    assert " 2: HardFault (exception)\n" in capsys.readouterr().out


def test_a_closed_machine_answers_no_more(tmp_path: Path) -> None:
    machine = a_machine(tmp_path, COUNTS)
    machine.close()
    with pytest.raises(SimulatorError, match="it was closed"):
        machine.read_memory(CPUID, 4)


def test_closing_ends_the_process(tmp_path: Path) -> None:
    with a_machine(tmp_path, COUNTS) as machine:
        process = machine.process_id
        assert exists(process)
    assert not exists(process)
    machine.close()


def test_the_machine_dies_with_a_killed_parent(tmp_path: Path) -> None:
    (tmp_path / "fw.elf").write_bytes(program(MACHINES["netduinoplus2"], COUNTS))
    script = (
        "import sys, time; from pathlib import Path\n"
        "from stackdump_probe.simulator.machines import MACHINES\n"
        "from stackdump_probe.simulator.qemu import Machine\n"
        "machine = Machine(MACHINES['netduinoplus2'], Path(sys.argv[1]))\n"
        "print(machine.process_id, flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "fw.elf")], stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        process = int(parent.stdout.readline())
        assert exists(process)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        assert eventually(lambda: not exists(process))
