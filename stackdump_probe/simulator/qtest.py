"""A client of QEMU's qtest protocol: writes to device registers, as the core would make them.

QEMU's gdb stub agrees to such writes and drops them.
"""

from types import MappingProxyType

from stackdump_probe.errors import SimulatorError
from stackdump_probe.simulator.channel import Channel

COMMAND_BY_SIZE = MappingProxyType({1: "writeb", 2: "writew", 4: "writel"})


class Qtest:
    """The way to the devices of one machine, running or not."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def write(self, address: int, content: bytes) -> None:
        """Write one, two or four bytes at once."""
        value = int.from_bytes(content, "little")
        self._channel.send(f"{COMMAND_BY_SIZE[len(content)]} {address:#x} {value:#x}\n".encode())
        reply = self._channel.line()
        if reply != b"OK":
            raise SimulatorError(f"QEMU answers {reply!r} to a write at {address:#010x}")
