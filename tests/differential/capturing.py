"""The dump of a halted machine: by our own capture through pyOCD, or read directly."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from stackdump_probe.arch.debug import C_DEBUGEN, C_HALT, DBGKEY, DHCSR, VTOR
from stackdump_probe.arch.registers import SINGLES, SPECIAL, Registers
from stackdump_probe.capture.capture import Request, capture
from stackdump_probe.capture.plan import Bank
from stackdump_probe.capture.pyocd_bench import find_probe
from stackdump_probe.capture.pyocd_probe import attached
from stackdump_probe.capture.targets import target_named
from stackdump_probe.dump import Dump
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.simulator.bench import simulated_usb_probe
from stackdump_probe.simulator.machines import machine_named
from stackdump_probe.simulator.qemu import Machine
from tests.differential.matrix import Target

Taken = Callable[[], Dump]
FPCCR = 0xE000EF34  # and FPCAR behind it
CONTROL_SPACE = ((VTOR - 8, 0x90), (FPCCR, 8))


@contextmanager
def captured(elf: Path, target: Target) -> Iterator[tuple[Machine, Taken]]:
    """The machine, halted at its reset, and what captures it through pyOCD, with all its RAM.

    Each capture is held against what is read directly.
    """
    request, banks = Request(ram="all"), (Bank(target.ram, target.ram_size),)
    with simulated_usb_probe(elf, target.machine, run_for=0) as bench:
        bench.core.write(DHCSR, DBGKEY | C_DEBUGEN | C_HALT)
        bench.machine.reset()
        with attached(find_probe(None), target_named("cortex_m")) as probe:

            def taken() -> Dump:
                dump = capture(probe, request, banks=banks).dump
                _assert_holds(dump, snapshot(bench.machine, target), target)
                return dump

            yield bench.machine, taken


@contextmanager
def read_directly(elf: Path, target: Target) -> Iterator[tuple[Machine, Taken]]:
    """The machine, halted at its reset, and what reads the same from it without a probe."""
    with Machine(machine_named(target.machine), elf) as machine:
        yield machine, lambda: snapshot(machine, target)


def snapshot(machine: Machine, target: Target) -> Dump:
    """What a capture holds, read past the probe."""
    known = {name: machine.read_register(name) for name in (*SINGLES, *SPECIAL)}
    words = {name: word for name, word in known.items() if word is not None}
    words |= machine.core_registers()
    spans = ((target.ram, target.ram_size), *CONTROL_SPACE)
    read = [(start, machine.read_memory(start, size)) for start, size in spans]
    segments = [Segment(start, content) for start, content in read if content is not None]
    return Dump(Registers(words), Memory(segments))


def _assert_holds(dump: Dump, direct: Dump, target: Target) -> None:
    assert direct.registers.words.items() <= dump.registers.words.items()
    span = target.ram, target.ram_size
    assert dump.memory.read(*span) == direct.memory.read(*span)
