"""Stand-ins: a part without a processor, and a QEMU that has said everything beforehand."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from stackdump_probe.simulator.channel import Channel
from stackdump_probe.simulator.machines import MachineModel, machine_named


@dataclass
class FakeTarget:
    """A part whose memory is `ram` at `base`; it notes what it is told in `told`."""

    model: MachineModel = field(default_factory=lambda: machine_named("netduinoplus2"))
    base: int = 0x20000000
    ram: bytearray = field(default_factory=lambda: bytearray(64))
    registers: dict[str, int] = field(default_factory=dict)
    is_halted: bool = False
    asleep: bool = False
    secure: bool = False
    told: list[str] = field(default_factory=list)

    def halt(self) -> None:
        self.told.append("halt")
        self.is_halted = True

    def resume(self) -> None:
        self.told.append("resume")
        self.is_halted = False

    def step(self) -> None:
        self.told.append("step")

    def reset(self) -> None:
        self.told.append("reset")

    def is_asleep(self) -> bool:
        return self.asleep

    def is_secure(self) -> bool:
        return self.secure

    def read_memory(self, address: int, size: int) -> bytes | None:
        at = address - self.base
        if not 0 <= at <= len(self.ram) - size:
            return None
        return bytes(self.ram[at : at + size])

    def write_memory(self, address: int, content: bytes) -> bool:
        at = address - self.base
        if not 0 <= at <= len(self.ram) - len(content):
            return False
        self.ram[at : at + len(content)] = content
        return True

    def read_register(self, name: str) -> int | None:
        return self.registers.get(name)

    def write_register(self, name: str, value: int) -> bool:
        self.registers[name] = value
        return True


class FakeQemu:
    """A QEMU that has said all its answers already, and hears what it is sent."""

    def __init__(self, said: bytes, *, ends: bool) -> None:
        ours, self._theirs = socket.socketpair()
        self.channel = Channel(ours, timeout=0.01)
        self._theirs.sendall(said)
        self._ends = ends
        if ends:
            self._theirs.close()

    def heard(self) -> bytes:
        """Everything that it was sent; the channel is closed."""
        self.channel.close()
        octets = b""
        while part := self._theirs.recv(65536):
            octets += part
        return octets

    def close(self) -> None:
        self.channel.close()
        self._theirs.close()


@contextmanager
def a_qemu(*said: bytes, ends: bool = False) -> Iterator[FakeQemu]:
    """A QEMU with these answers in its mouth; with `ends` it has ended after them."""
    qemu = FakeQemu(b"".join(said), ends=ends)
    try:
        yield qemu
    finally:
        qemu.close()
