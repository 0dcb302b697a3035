"""A core without a processor, behind unmodified pyOCD and the simulator's CMSIS-DAP probe."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from stackdump_probe.arch import debug
from stackdump_probe.capture.link import Link, Terms
from stackdump_probe.capture.probe import Watcher
from stackdump_probe.capture.pyocd_bench import find_probe
from stackdump_probe.simulator.bench import plugged_in
from stackdump_probe.simulator.core_debug import CoreDebug
from stackdump_probe.simulator.dap import DebugPort
from stackdump_probe.simulator.interposer import Interposer
from tests.builders.probes import CORTEX_M4
from tests.unit.simulator.fakes import FakeTarget

RAM = 0x2000_0000
SYSTEM_CONTROL = 0xE000_E000
UNHURRIED = Terms(answer_within=2.0, replug_within=1.0)  # for a busy machine


class APart(FakeTarget):
    """A part with a system control space beside its RAM."""

    def read_memory(self, address: int, size: int) -> bytes | None:
        if address == debug.CPUID:
            return CORTEX_M4.to_bytes(4, "little")
        if SYSTEM_CONTROL <= address < SYSTEM_CONTROL + 0x1000:
            return bytes(size)
        return super().read_memory(address, size)


@dataclass
class ABench:
    """What is on it, and what the user was told."""

    target: APart
    core: CoreDebug
    port: DebugPort
    probe: Any
    told: list[str]

    def link(self, terms: Terms = UNHURRIED) -> Link:
        """A connection that is not open yet."""
        return Link(self.probe, "cortex_m", terms, Telling(self.told), terms.core)


class Telling(Watcher):
    """Keeps what it is told; `check` raises what stands in `stop`."""

    def __init__(self, told: list[str]) -> None:
        self._told = told

    def tell(self, remark: str) -> None:
        self._told.append(remark)


@contextmanager
def a_bench(
    interposer: Interposer | None = None,
    *,
    as_found: Mapping[int, int] = MappingProxyType({}),
    packet_size: int = 512,
) -> Iterator[ABench]:
    """The probe is the only USB device of this process."""
    target = APart(ram=bytearray(range(256)))
    with plugged_in(
        target, "T1", interposer=interposer, as_found=as_found, packet_size=packet_size
    ) as (core, port):
        yield ABench(target, core, port, find_probe(None), [])
