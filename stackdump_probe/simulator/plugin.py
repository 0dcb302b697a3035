"""`--probe qemu:fw.elf`: firmware in QEMU as a debug probe of pyOCD, by its plugin entry point.

Only pyOCD imports this module.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import sleep
from typing import Any

from pyocd.core import exceptions
from pyocd.core.plugin import Plugin
from pyocd.probe.debug_probe import DebugProbe

from stackdump_probe.errors import SimulatorError
from stackdump_probe.simulator.core_debug import CoreDebug
from stackdump_probe.simulator.dap import DebugPort
from stackdump_probe.simulator.interposer import Access, Ack, Reply
from stackdump_probe.simulator.probe_id import ProbeId, parse_probe_id
from stackdump_probe.simulator.qemu import Machine

REGISTER_MASK = 0xC


class QemuProbe(DebugProbe):  # type: ignore[misc]  # pyOCD is not followed
    """A probe whose target is started by `open` and ends with `close`."""

    def __init__(self, wanted: ProbeId) -> None:
        super().__init__()
        self._wanted = wanted
        self._machine: Machine | None = None
        self._core: CoreDebug | None = None
        self._port: DebugPort | None = None
        self._protocol: DebugProbe.Protocol | None = None
        self._is_reset_asserted = False

    @classmethod
    def get_all_connected_probes(
        cls, unique_id: str | None = None, is_explicit: bool = False
    ) -> Sequence[DebugProbe]:
        """None: such a probe exists only for who names its ELF."""
        del unique_id, is_explicit
        return []

    @classmethod
    def get_probe_with_id(cls, unique_id: str, is_explicit: bool = False) -> DebugProbe | None:
        """The probe of `qemu:ELF`, with the path made absolute while the directory is known."""
        if not is_explicit:
            return None
        with _as_probe_error():
            return cls(parse_probe_id(unique_id, Path.cwd()))

    @property
    def vendor_name(self) -> str:
        return "QEMU"

    @property
    def product_name(self) -> str:
        return f"running {self._wanted.elf.name}"

    @property
    def unique_id(self) -> str:
        return self._wanted.text

    @property
    def supported_wire_protocols(self) -> Collection[DebugProbe.Protocol]:
        return (DebugProbe.Protocol.DEFAULT, DebugProbe.Protocol.SWD)

    @property
    def wire_protocol(self) -> DebugProbe.Protocol | None:
        return self._protocol

    @property
    def is_open(self) -> bool:
        return self._port is not None

    @property
    def capabilities(self) -> set[DebugProbe.Capability]:
        return {
            DebugProbe.Capability.SWJ_SEQUENCE,
            DebugProbe.Capability.BANKED_DP_REGISTERS,
            DebugProbe.Capability.APv2_ADDRESSES,
        }

    def open(self) -> None:
        """Start QEMU and let the firmware run for a while, as on a board that was powered up."""
        with _as_probe_error(), ExitStack() as opened:
            machine = opened.enter_context(Machine(self._wanted.model(), self._wanted.elf))
            machine.resume()
            sleep(self._wanted.run_for)
            self._core = CoreDebug(machine)
            self._port = DebugPort(machine, self._core)
            self._machine = machine
            opened.pop_all()

    def close(self) -> None:
        """End QEMU."""
        if self._machine is not None:
            self._machine.close()
        self._machine = self._core = self._port = None

    def connect(self, protocol: DebugProbe.Protocol | None = None) -> None:
        del protocol
        self._protocol = DebugProbe.Protocol.SWD

    def disconnect(self) -> None:
        self._protocol = None

    def set_clock(self, frequency: float) -> None:
        """Nothing depends on it."""

    def swj_sequence(self, length: int, bits: int) -> None:
        """The port is always in SWD mode."""

    def reset(self) -> None:
        self.assert_reset(True)
        self.assert_reset(False)

    def assert_reset(self, asserted: bool) -> None:
        if self._is_reset_asserted and not asserted and self._core is not None:
            with _as_probe_error():
                self._core.reset()
        self._is_reset_asserted = asserted

    def is_reset_asserted(self) -> bool:
        return self._is_reset_asserted

    def read_dp(self, addr: int, now: bool = True) -> Any:
        return self._read(Access(False, True, addr & REGISTER_MASK), now)

    def write_dp(self, addr: int, data: int) -> None:
        self._transfer(Access(False, False, addr & REGISTER_MASK, data))

    def read_ap(self, addr: int, now: bool = True) -> Any:
        return self._read(Access(True, True, addr & REGISTER_MASK), now)

    def write_ap(self, addr: int, data: int) -> None:
        self._transfer(Access(True, False, addr & REGISTER_MASK, data))

    def read_ap_multiple(self, addr: int, count: int = 1, now: bool = True) -> Any:
        """The words, or, if not `now`, a function that returns them or raises."""
        access = Access(True, True, addr & REGISTER_MASK)
        with _as_probe_error():
            reply, words = self._opened().read_block(access, count)
        return _result(reply, words, now)

    def write_ap_multiple(self, addr: int, values: Sequence[int]) -> None:
        access = Access(True, False, addr & REGISTER_MASK)
        with _as_probe_error():
            reply, _ = self._opened().write_block(access, values)
        _check(reply)

    def _read(self, access: Access, now: bool) -> Any:
        with _as_probe_error():
            reply = self._opened().access(access)
        return _result(reply, reply.word, now)

    def _transfer(self, access: Access) -> None:
        with _as_probe_error():
            reply = self._opened().access(access)
        _check(reply)

    def _opened(self) -> DebugPort:
        if self._port is None:
            raise SimulatorError("the probe is not open")
        return self._port


class QemuProbePlugin(Plugin):  # type: ignore[misc]
    """What pyOCD finds under its entry point; `name` is the prefix of unique ids."""

    def load(self) -> type[QemuProbe]:
        return QemuProbe

    @property
    def name(self) -> str:
        return "qemu"

    @property
    def description(self) -> str:
        return "Firmware in QEMU as a debug probe: qemu:fw.elf"


def _result(reply: Reply, value: object, now: bool) -> object | Callable[[], object]:
    def deferred() -> object:
        _check(reply)
        return value

    return deferred() if now else deferred


def _check(reply: Reply) -> None:
    match reply.ack:
        case Ack.OK:
            return
        case Ack.FAULT:
            raise exceptions.TransferFaultError()
        case Ack.WAIT:
            raise exceptions.TransferTimeoutError()
        case _:
            raise exceptions.TransferError("no acknowledge")


@contextmanager
def _as_probe_error() -> Iterator[None]:
    try:
        yield
    except SimulatorError as error:
        said = f"{error} ({error.hint})" if error.hint else str(error)
        raise exceptions.ProbeError(said) from error
