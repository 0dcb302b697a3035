"""What a test asks of the bench, past the probe that is under test."""

import time

from stackdump_probe.arch import debug
from stackdump_probe.capture.capture import Capture, Request, capture
from stackdump_probe.capture.pyocd_bench import find_probe
from stackdump_probe.capture.pyocd_probe import attached
from stackdump_probe.capture.targets import target_named
from stackdump_probe.simulator.bench import SimulatedProbe
from tests.live.programs import COUNTER


def take(target: str, request: Request | None = None) -> Capture:
    meant = target_named(target)
    with attached(find_probe(None), meant) as probe:
        return capture(probe, request or Request(), banks=meant.banks)


def counted(sim: SimulatedProbe) -> int:
    """The counter of the program, read past the probe."""
    octets = sim.machine.read_memory(sim.machine.model.ram[0][0] + COUNTER, 4)
    assert octets is not None
    return int.from_bytes(octets, "little")


def runs(sim: SimulatedProbe) -> bool:
    """True if QEMU says that it runs, and the program's counter grows."""
    before, deadline = counted(sim), time.monotonic() + 10
    while counted(sim) == before:
        if time.monotonic() > deadline:
            return False
    return sim.machine.is_running()


def controls(sim: SimulatedProbe) -> int | None:
    word = sim.core.read(debug.DHCSR)
    return None if word is None else word & 0xFFFF
