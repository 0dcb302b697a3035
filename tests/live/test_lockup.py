"""Firmware that locks up. QEMU ends at the very instruction, so it is captured right before.

What lockup changes from there on is what the manual says (Armv7-M ARM, DDI 0403, B1.5.15; DDI 0419
B1.5.12): pc reads 0xFFFFFFFE, on later cores 0xEFFFFFFE, DHCSR.S_LOCKUP is set, nothing is stacked.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from stackdump_probe.arch.debug import C_DEBUGEN, C_HALT, DBGKEY, DHCSR, S_LOCKUP
from stackdump_probe.capture.capture import Request, capture
from stackdump_probe.capture.plan import Bank
from stackdump_probe.capture.pyocd_bench import find_probe
from stackdump_probe.capture.pyocd_probe import attached
from stackdump_probe.capture.targets import target_named
from stackdump_probe.errors import SimulatorError
from stackdump_probe.image.elf import Image
from stackdump_probe.report.build import build_report
from stackdump_probe.report.model import Report
from stackdump_probe.simulator.bench import plugged_in
from stackdump_probe.simulator.interposer import Interposer
from stackdump_probe.simulator.machines import machine_named
from stackdump_probe.simulator.qemu import Machine
from tests.differential.matrix import TARGETS, CoreName
from tests.differential.programs import labels
from tests.live.building import RAM_SIZE, built

SOURCE = Path(__file__).parent / "firmware" / "lockup.c"
CALLERS = ["trespass", "work", "work", "work", "work", "run", "Reset_Handler"]


class LockedUp:
    """The machine as lockup leaves it; all else is the machine's own."""

    def __init__(self, machine: Machine, pc: int) -> None:
        self._machine = machine
        self._pc = pc

    def __getattr__(self, name: str) -> Any:
        return getattr(self._machine, name)

    def read_register(self, name: str) -> int | None:
        return self._pc if name == "pc" else self._machine.read_register(name)


class TellsLockup(Interposer):
    """DHCSR as a core in lockup has it."""

    def core_read(self, address: int, word: int) -> int:
        return word | S_LOCKUP if address == DHCSR else word


@contextmanager
def right_before(elf: Path, core: CoreName) -> Iterator[Machine]:
    """The machine, about to execute what locks it up."""
    with Machine(machine_named(TARGETS[core].machine), elf) as machine:
        machine.reset()
        assert machine.run_to({labels(elf)["locks_up"]})
        yield machine
        with pytest.raises(SimulatorError, match="Lockup"):
            machine.run_to({0})


def traced(core: CoreName, folder: Path, *how: str) -> Report:
    elf, ram = built(SOURCE, core, folder, *how), TARGETS[core].ram
    pc = 0xFFFFFFFE if core == "m0" else 0xEFFFFFFE
    with right_before(elf, core) as machine:
        target: Any = LockedUp(machine, pc)
        with plugged_in(target, "LOCKED", interposer=TellsLockup()) as (debug, _):
            debug.write(DHCSR, DBGKEY | C_DEBUGEN | C_HALT)
            with attached(find_probe(None), target_named("cortex_m")) as probe:
                dump = capture(probe, Request(), banks=(Bank(ram, RAM_SIZE),)).dump
    image = Image.from_bytes(elf.read_bytes())
    return build_report(dump, image, elf_path="fw.elf", dumps=["x.dump"])


@pytest.mark.parametrize("core", ["m0", "m3", "m33"])
@pytest.mark.parametrize("stack", [(), ("-DON_PSP",)])
def test_a_lockup_on_entry_to_hardfault_shows_what_was_interrupted(
    core: CoreName, stack: tuple[str, ...], tmp_path: Path
) -> None:
    report = traced(core, tmp_path, *stack)
    lockup, entry, *frames = report.threads[0].frames
    assert lockup.function is None
    assert (entry.function, entry.rule, entry.doubt) == ("HardFault", "exception", None)
    assert [frame.function for frame in frames] == CALLERS
    assert report.threads[0].end.kind == "reset"
    assert "the core was in lockup before it was halted" in report.warnings


@pytest.mark.parametrize("core", ["m0", "m3", "m33"])
@pytest.mark.parametrize("stack", [(), ("-DON_PSP",)])
def test_a_lockup_deep_in_hardfault_finds_the_exc_return_that_it_pushed(
    core: CoreName, stack: tuple[str, ...], tmp_path: Path
) -> None:
    report = traced(core, tmp_path, "-DDEEP", *stack)
    _, entry, *frames = report.threads[0].frames
    assert (entry.function, entry.rule) == ("HardFault", "scan")
    assert entry.doubt is not None
    assert [frame.function for frame in frames] == CALLERS
    assert report.threads[0].end.kind == "reset"
