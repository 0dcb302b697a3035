"""What a test asks of the bench, past the probe that is under test."""

import time

from stackdump_probe.arch import debug
from stackdump_probe.capture.capture import Capture, Request, capture
from stackdump_probe.capture.pyocd_bench import find_probe
from stackdump_probe.capture.pyocd_probe import attached
from stackdump_probe.capture.targets import target_named
from stackdump_probe.simulator.bench import SimulatedProbe
from stackdump_probe.simulator.core_debug import DWT_CYCCNT
from stackdump_probe.simulator.machines import DWT, FPB, ITM, TPIU
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
    if sim.machine.is_halted:
        return False
    before, deadline = counted(sim), time.monotonic() + 10
    while counted(sim) == before:
        if time.monotonic() > deadline:
            return False
    return sim.machine.is_running()


def controls(sim: SimulatedProbe) -> int | None:
    word = sim.core.read(debug.DHCSR)
    return None if word is None else word & 0xFFFF


def debug_registers(sim: SimulatedProbe) -> dict[int, int]:
    """All debug registers by address, but for the count of cycles; status bits of DHCSR left out.

    Debug registers proper (DDI 0403 C1.6), ITM (C1.7), DWT (C1.8), TPIU (C1.10), FPB (C1.11).
    """
    spaces = (ITM, DWT, FPB, TPIU)
    addresses = [debug.DFSR, debug.DCRDR, debug.DEMCR]
    addresses += [base + offset for base in spaces for offset in range(0, 0xF00, 4)]
    addresses.remove(DWT_CYCCNT)
    found = {address: sim.core.read(address) for address in addresses}
    words = {address: word for address, word in found.items() if word is not None}
    return {**words, debug.DHCSR: controls(sim) or 0}
