"""The whole bench: firmware in QEMU behind a CMSIS-DAP probe that is plugged into this process."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from types import MappingProxyType

from stackdump_probe.record import Record
from stackdump_probe.simulator.choose import model_for
from stackdump_probe.simulator.cmsis_dap import PACKET_SIZE, CmsisDap
from stackdump_probe.simulator.core_debug import CoreDebug
from stackdump_probe.simulator.dap import DebugPort
from stackdump_probe.simulator.interposer import Interposer
from stackdump_probe.simulator.machines import machine_named
from stackdump_probe.simulator.qemu import Machine
from stackdump_probe.simulator.target import Target


class SimulatedProbe(Record):
    """A plugged-in probe: the machine behind it, its debug hardware, and the probe's id."""

    machine: Machine
    core: CoreDebug
    port: DebugPort
    unique_id: str


@contextmanager
def simulated_usb_probe(
    elf: Path,
    machine: str | None = None,
    *,
    run_for: float = 0.2,
    interposer: Interposer | None = None,
    as_found: Mapping[int, int] = MappingProxyType({}),
    packet_size: int = PACKET_SIZE,
    debug_port: type[DebugPort] = DebugPort,
) -> Iterator[SimulatedProbe]:
    """Run `elf` in QEMU for `run_for` seconds, then offer it as the only USB device there is.

    `machine` is one of MACHINES; None chooses as `model_for` does. A `packet_size` of 64 makes it a
    full-speed probe, DebugPortV3 for `debug_port` a part of ADIv6.

    Everything in this process that looks for USB devices through libusb_package, as pyOCD does,
    finds this probe and no other until the block ends. The firmware runs on meanwhile.
    """
    model = machine_named(machine) if machine else model_for(elf.read_bytes())
    unique_id = f"QEMU-{model.name}"
    with Machine(model, elf) as running:
        running.resume()
        sleep(run_for)
        with plugged_in(
            running,
            unique_id,
            interposer=interposer,
            as_found=as_found,
            packet_size=packet_size,
            debug_port=debug_port,
        ) as (core, port):
            yield SimulatedProbe(running, core, port, unique_id)


@contextmanager
def plugged_in(
    target: Target,
    unique_id: str,
    *,
    interposer: Interposer | None = None,
    as_found: Mapping[int, int] = MappingProxyType({}),
    packet_size: int = PACKET_SIZE,
    debug_port: type[DebugPort] = DebugPort,
) -> Iterator[tuple[CoreDebug, DebugPort]]:
    """Offer a probe with `target` behind it as the only USB device of this process."""
    import libusb_package

    from stackdump_probe.simulator.usb_device import UsbBackend

    core = CoreDebug(target, interposer=interposer, as_found=as_found)
    port = debug_port(target, core, interposer=interposer)
    probe = CmsisDap(
        port, serial=unique_id, reset=core.reset, interposer=interposer, packet_size=packet_size
    )
    backend = UsbBackend(probe, serial=unique_id, interposer=interposer)
    before = libusb_package.get_libusb1_backend
    libusb_package.get_libusb1_backend = lambda: backend
    try:
        yield core, port
    finally:
        libusb_package.get_libusb1_backend = before
