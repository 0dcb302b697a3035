"""Dumps of one program as GDB's remote protocol on standard input and output.

GDB runs it: `target remote | python -m tests.judge.server fw.elf hang.dump...`. It begins with
the first dump; `monitor N` goes on to dump N, counted from 0.
"""

import sys
from binascii import hexlify, unhexlify
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from elftools.elf.elffile import ELFFile

from stackdump_probe.arch.registers import CORE, SINGLES
from stackdump_probe.dump import Dump, decode
from stackdump_probe.errors import NotCaptured
from stackdump_probe.memory import Memory, Segment

# GDB manual, "ARM Features": m-profile, vfp (doubles only), m-system.
HEAD = '<?xml version="1.0"?><!DOCTYPE target SYSTEM "gdb-target.dtd">'
FEATURE = '<feature name="org.gnu.gdb.arm.{}">{}</feature>'
# GDB disassembles past the end of what it asks about; erased or not, it may read there.
MARGIN = bytes(0x1000)


def description(dump: Dump) -> bytes:
    """The registers in the order in which `g` lists them."""
    core = "".join(map(register, (*CORE, "xpsr")))
    features = [FEATURE.format("m-profile", core)]
    if "s0" in dump.registers:
        doubles = (register(f"d{n}", 'bitsize="64" type="ieee_double"') for n in range(16))
        features.append(FEATURE.format("vfp", "".join(doubles) + register("fpscr")))
    features.append(FEATURE.format("m-system", register("msp") + register("psp")))
    inside = "".join(features)
    return f'{HEAD}<target version="1.0"><architecture>arm</architecture>{inside}</target>'.encode()


def register(name: str, kind: str = 'bitsize="32"') -> str:
    """One register of the description."""
    return f'<reg name="{name}" {kind}/>'


def registers(dump: Dump) -> bytes:
    """The answer to `g`; what is not known is x."""
    floats = (*SINGLES, "fpscr") if "s0" in dump.registers else ()
    names = (*CORE, "xpsr", *floats, "msp", "psp")
    known = (dump.registers.get(name) for name in names)
    return b"".join(b"x" * 8 if w is None else hexlify(w.to_bytes(4, "little")) for w in known)


def flash(elf: Path) -> Memory:
    """What the ELF loads, where it loads it."""
    with elf.open("rb") as file:
        loads = [s for s in ELFFile(file).iter_segments("PT_LOAD") if s["p_filesz"]]
        loaded = [(s["p_paddr"], s.data()[: s["p_filesz"]]) for s in loads]
    margins = [(start + len(content), MARGIN) for start, content in loaded]
    return Memory(Segment(start, content, "elf") for start, content in (*loaded, *margins))


class Server:
    """Answers for one dump at a time."""

    def __init__(self, elf: Path, dumps: list[Path]) -> None:
        self._flash = flash(elf)
        self._dumps = dumps
        self._take(0)

    def _take(self, number: int) -> None:
        self._dump = decode(self._dumps[number].read_bytes())
        self._memory = self._dump.memory.over(self._flash)

    def answer(self, packet: bytes) -> bytes | None:
        """The answer to a packet; empty for one that is not supported, None to end."""
        match packet[:1]:
            case b"?":
                return b"S05"
            case b"g":
                return registers(self._dump)
            case b"m":
                return self._read(*numbers(packet[1:]))
            case b"H":
                return b"OK"
            case b"k" | b"D":
                return None
        if packet.startswith(b"qRcmd,"):
            self._take(int(unhexlify(packet.removeprefix(b"qRcmd,"))))
            return b"OK"
        if packet.startswith(b"qSupported"):
            return b"PacketSize=4000;qXfer:features:read+"
        if packet.startswith(b"qXfer:features:read:target.xml:"):
            return self._described(*numbers(packet.rpartition(b":")[2]))
        return b"1" if packet == b"qAttached" else b""

    def _read(self, address: int, size: int) -> bytes:
        try:
            return hexlify(self._memory.read(address, size))
        except NotCaptured:
            return b"E14"

    def _described(self, offset: int, size: int) -> bytes:
        text = description(self._dump)
        more = b"m" if offset + size < len(text) else b"l"
        return more + text[offset : offset + size]


def numbers(text: bytes) -> Iterator[int]:
    """Hexadecimal numbers with commas between them."""
    return (int(number, 16) for number in text.split(b","))


def packet_from(stream: BinaryIO) -> bytes | None:
    """The next packet; None at the end of the stream."""
    while (octet := stream.read(1)) not in (b"$", b""):
        pass
    packet = b""
    while (octet := stream.read(1)) not in (b"#", b""):
        packet += octet
    checksum = stream.read(2)
    return packet if checksum else None


def serve(server: Server, requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer until GDB goes away."""
    while (packet := packet_from(requests)) is not None:
        content = server.answer(packet)
        if content is None:
            return
        answers.write(b"+$" + content + b"#" + b"%02x" % (sum(content) & 0xFF))
        answers.flush()


if __name__ == "__main__":
    served = Server(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
    serve(served, sys.stdin.buffer, sys.stdout.buffer)
