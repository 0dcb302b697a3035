"""The core stands still for no more than must be of one moment."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from stackdump_probe.simulator.bench import simulated_usb_probe
from stackdump_probe.simulator.machines import MACHINES
from tests.halt_time.counting import FULL_SPEED, Meter, Traffic, attach_meter, by_capture, by_pyocd
from tests.live.programs import MAIN_STACK, PROCESS_STACK, counting_on

RAM = 0x2000_0000
SYSTEM_CONTROL = range(0xE000_E000, 0xE000_F000)
REGION = ("--region", f"{RAM:#x}:0x8000")


@pytest.fixture(scope="module")
def meter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Meter]:
    meter = Meter()
    program = counting_on(MACHINES["netduinoplus2"], tmp_path_factory.mktemp("bench"))
    with simulated_usb_probe(program, interposer=meter, packet_size=FULL_SPEED) as sim:
        attach_meter(meter, sim)
        yield meter


def test_a_packet_takes_a_frame_and_a_transfer_48_cycles() -> None:
    assert Traffic(10, 0).seconds == pytest.approx(0.010)
    assert Traffic(0, 1000).seconds == pytest.approx(1000 * 48 / 4e6)


def test_a_capture_keeps_the_core_still_for_less_than_pyocds_own_commands(
    meter: Meter, tmp_path: Path
) -> None:
    ours, _ = by_capture(meter, tmp_path)
    size = MAIN_STACK - PROCESS_STACK
    theirs, _ = by_pyocd(meter, tmp_path, RAM + PROCESS_STACK, size)
    assert size // 4 < ours.transfers < theirs.transfers
    assert ours.packets < theirs.packets


def test_the_core_stands_still_for_nothing_but_its_registers_and_stacks(
    meter: Meter, tmp_path: Path
) -> None:
    """What tells part and program, the watchdogs, and what --verify reads is not of one moment."""
    elf = counting_on(MACHINES["netduinoplus2"], tmp_path)
    by_capture(meter, tmp_path, "--elf", str(elf), "--verify", "--no-trace", "--ram", "stack")
    stacks = range(RAM + PROCESS_STACK, RAM + MAIN_STACK)
    assert meter.noted
    assert [hex(at) for at in meter.noted if at not in SYSTEM_CONTROL and at not in stacks] == []


def test_a_look_keeps_the_core_still_no_longer_than_a_capture(meter: Meter, tmp_path: Path) -> None:
    once, _ = by_capture(meter, tmp_path)
    looks, _ = by_capture(meter, tmp_path, "--count", "3", "--interval", "1ms")
    assert looks.shared_by(3) == once


def test_with_resume_early_more_ram_keeps_the_core_still_no_longer(
    meter: Meter, tmp_path: Path
) -> None:
    stack_only, _ = by_capture(meter, tmp_path)
    early, running = by_capture(meter, tmp_path, *REGION, "--resume-early")
    at_once, _ = by_capture(meter, tmp_path, *REGION)
    assert early == stack_only
    assert running.transfers > 0x7000 // 4
    assert at_once.transfers > early.transfers + 0x7000 // 4
