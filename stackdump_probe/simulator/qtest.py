"""A client of QEMU's qtest protocol: memory as the core sees it, whether it runs or not.

QEMU's gdb stub reads only what stands still, and drops writes to device registers.
"""

from types import MappingProxyType

from stackdump_probe.errors import SimulatorError
from stackdump_probe.simulator.channel import Channel

COMMAND_BY_SIZE = MappingProxyType({1: "writeb", 2: "writew", 4: "writel"})


class Qtest:
    """The way to memory and devices of one machine, running or not."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def write(self, address: int, content: bytes) -> None:
        """Write one, two or four bytes at once."""
        value = int.from_bytes(content, "little")
        self._ask(f"{COMMAND_BY_SIZE[len(content)]} {address:#x} {value:#x}")

    def read(self, address: int, size: int) -> bytes:
        """Return `size` bytes of flash or RAM; where nothing is, QEMU says 0."""
        said = self._ask(f"read {address:#x} {size:#x}")
        return bytes.fromhex(said.decode().removeprefix("0x"))

    def _ask(self, command: str) -> bytes:
        """What follows the OK."""
        self._channel.send(command.encode() + b"\n")
        verdict, _, said = self._channel.line().partition(b" ")
        if verdict != b"OK":
            raise SimulatorError(f"QEMU answers {verdict + b' ' + said!r} to {command!r}")
        return said
