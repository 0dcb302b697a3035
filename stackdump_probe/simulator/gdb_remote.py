"""A client of the gdb remote serial protocol, as far as QEMU's stub needs it.

"Debugging with GDB", appendix E. Packets are `$payload#checksum`, each acknowledged by `+`: here
together with the next request, which saves QEMU and us a turn.
"""

import re
from struct import iter_unpack
from time import monotonic

from stackdump_probe.arch.registers import CORE
from stackdump_probe.errors import SimulatorError
from stackdump_probe.simulator.channel import Channel

# QEMU refuses to read more than half its packet of 4096 bytes (gdbstub.c, handle_read_mem).
LONGEST_READ = 2048
INTERRUPT = b"\x03"
STEP_ATTEMPTS = 8
LISTED = (*CORE, "xpsr")
REGISTER = re.compile(rb"<reg\s([^>]*)>")
ATTRIBUTE = re.compile(rb'(\w+)="([^"]*)"')
INCLUDE = re.compile(rb'<xi:include href="([^"]+)"')


class GdbRemote:
    """The stub of one machine."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._unread = b""
        self._numbers: dict[str, int] | None = None

    def interrupt(self) -> None:
        """Stop the running machine and wait until it stands."""
        self._channel.send(INTERRUPT)
        self._stopped()

    def resume(self) -> None:
        """Let the machine run on; it answers when it stops next."""
        self._send(b"c")

    def stops_within(self, seconds: float) -> bool:
        """Wait for the running machine to stop by itself; False if it still runs after that."""
        deadline = monotonic() + seconds
        while split_packet(self._unread) is None:
            if not self._channel.has_more_within(max(deadline - monotonic(), 0)):
                return False
            self._unread += self._channel.receive()
        self._stopped()
        return True

    def set_breakpoint(self, address: int) -> None:
        """Stop before the instruction at `address` is executed."""
        self._expect_ok(b"Z1,%x,2" % address)

    def clear_breakpoint(self, address: int) -> None:
        """Take away what `set_breakpoint` set."""
        self._expect_ok(b"z1,%x,2" % address)

    def step(self) -> None:
        """Execute one instruction; no interrupt is taken meanwhile (QEMU's default).

        With an interrupt pending, QEMU 7.2 sometimes reports a step that it has not made: it is
        made again while the pc does not move, which to a branch to itself is no difference.
        """
        before = self.read_register("pc")
        for _ in range(STEP_ATTEMPTS):
            self._send(b"s")
            self._stopped()
            if self.read_register("pc") != before:
                return

    def read_register(self, name: str) -> int:
        """The value of a register that the stub names; KeyError if it has none of that name."""
        octets = bytes.fromhex(self._ask(b"p%x" % self.numbers[name]).decode())
        return int.from_bytes(octets, "little")

    def read_core(self) -> dict[str, int]:
        """r0 to pc and xPSR in one request: `g` lists them first, on every machine."""
        words = iter_unpack("<I", bytes.fromhex(self._ask(b"g").decode())[: 4 * len(LISTED)])
        return {name: word for name, (word,) in zip(LISTED, words, strict=True)}

    def write_register(self, name: str, value: int, *, size: int = 4) -> None:
        """Put `value` into a register of `size` bytes."""
        octets = value.to_bytes(size, "little").hex().encode()
        self._expect_ok(b"P%x=%s" % (self.numbers[name], octets))

    def read_memory(self, address: int, size: int) -> bytes | None:
        """Return exactly `size` bytes, or None if any of them lies on no memory."""
        parts = []
        for at in range(address, address + size, LONGEST_READ):
            count = min(LONGEST_READ, address + size - at)
            reply = self._ask(b"m%x,%x" % (at, count))
            if reply.startswith(b"E"):
                return None
            parts.append(bytes.fromhex(reply.decode()))
        return b"".join(parts)

    def write_memory(self, address: int, content: bytes) -> bool:
        """Write RAM or ROM; False if there is no memory. Device registers ignore it."""
        reply = self._ask(b"M%x,%x:%s" % (address, len(content), content.hex().encode()))
        return reply == b"OK"

    @property
    def numbers(self) -> dict[str, int]:
        """The stub's register numbers by name, as its target description gives them."""
        if self._numbers is None:
            top = self._document("target.xml")
            parts = [self._document(name.decode()) for name in INCLUDE.findall(top)]
            self._numbers = register_numbers([top, *parts])
        return self._numbers

    def _document(self, name: str) -> bytes:
        content = b""
        while True:
            span = b"%x,ff0" % len(content)
            reply = self._ask(b"qXfer:features:read:%s:%s" % (name.encode(), span))
            content += reply[1:]
            if not reply.startswith(b"m"):
                return content

    def _expect_ok(self, payload: bytes) -> None:
        reply = self._ask(payload)
        if reply != b"OK":
            raise SimulatorError(f"QEMU answers {reply!r} to {payload!r}")

    def _ask(self, payload: bytes) -> bytes:
        self._send(payload)
        return self._receive()

    def _send(self, payload: bytes) -> None:
        self._channel.send(b"+" + packet(payload))

    def _stopped(self) -> None:
        while not (reply := self._receive()).startswith((b"T", b"S")):
            if reply.startswith((b"W", b"X")):
                raise SimulatorError("QEMU has ended")

    def _receive(self) -> bytes:
        """The payload of the next packet."""
        while (found := split_packet(self._unread)) is None:
            self._unread += self._channel.receive()
        payload, self._unread = found
        return payload


def packet(payload: bytes) -> bytes:
    """`payload` framed, with its checksum."""
    return b"$%s#%02x" % (payload, sum(payload) & 0xFF)


def split_packet(stream: bytes) -> tuple[bytes, bytes] | None:
    """The first packet's payload and what follows it; None while it is not all there.

    Acknowledgements before it are passed over; a wrong checksum raises SimulatorError.
    """
    start = stream.find(b"$")
    end = stream.find(b"#", start)
    if start < 0 or end < 0 or len(stream) < end + 3:
        return None
    body = stream[start + 1 : end]
    if stream[end + 1 : end + 3] != b"%02x" % (sum(body) & 0xFF):
        raise SimulatorError(f"QEMU sent a damaged packet {body[:40]!r}")
    return _unescaped(body), stream[end + 3 :]


def _unescaped(body: bytes) -> bytes:
    first, *others = body.split(b"}")
    return first + b"".join(bytes([part[0] ^ 0x20]) + part[1:] for part in others if part)


def register_numbers(documents: list[bytes]) -> dict[str, int]:
    """Number the registers in the order of `documents`, as a target description is to be read."""
    numbers: dict[str, int] = {}
    following = 0
    for document in documents:
        for attributes in map(dict, map(ATTRIBUTE.findall, REGISTER.findall(document))):
            number = int(attributes.get(b"regnum", following))
            numbers.setdefault(attributes[b"name"].decode(), number)
            following = number + 1
    return numbers
