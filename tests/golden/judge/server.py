"""A dump as GDB's remote protocol on standard input and output.

GDB runs it: `target remote | python -m tests.golden.judge.server fw.elf hang.dump`.
"""

import sys
from binascii import hexlify
from pathlib import Path
from typing import BinaryIO

from elftools.elf.elffile import ELFFile

from stackdump_probe.arch.registers import CORE, SINGLES
from stackdump_probe.dump import Dump, decode
from stackdump_probe.errors import NotCaptured
from stackdump_probe.memory import Memory, Segment

# GDB manual, "ARM Features": m-profile, vfp (doubles only), m-system.
DESCRIPTION = """<?xml version="1.0"?><!DOCTYPE target SYSTEM "gdb-target.dtd">
<target version="1.0"><architecture>arm</architecture>
<feature name="org.gnu.gdb.arm.m-profile">{core}</feature>
<feature name="org.gnu.gdb.arm.vfp">{doubles}<reg name="fpscr" bitsize="32"/></feature>
<feature name="org.gnu.gdb.arm.m-system">
<reg name="msp" bitsize="32"/><reg name="psp" bitsize="32"/></feature>
</target>"""


def description() -> bytes:
    """The registers in the order in which `g` lists them."""
    core = "".join(f'<reg name="{name}" bitsize="32"/>' for name in (*CORE, "xpsr"))
    doubles = "".join(
        f'<reg name="d{n}" bitsize="64" type="ieee_double"/>' for n in range(len(SINGLES) // 2)
    )
    return DESCRIPTION.format(core=core, doubles=doubles).encode()


def registers(dump: Dump) -> bytes:
    """The answer to `g`; what is not known is x."""
    names = (*CORE, "xpsr", *SINGLES, "fpscr", "msp", "psp")
    known = (dump.registers.get(name) for name in names)
    return b"".join(b"x" * 8 if w is None else hexlify(w.to_bytes(4, "little")) for w in known)


def flash(elf: Path) -> Memory:
    """What the ELF loads, where it loads it."""
    with elf.open("rb") as file:
        loads = [s for s in ELFFile(file).iter_segments("PT_LOAD") if s["p_filesz"]]
        return Memory(Segment(s["p_paddr"], s.data()[: s["p_filesz"]], "elf") for s in loads)


def answer(packet: bytes, dump: Dump, memory: Memory) -> bytes | None:
    """The answer to a packet; empty for one that is not supported, None to end."""
    match packet[:1]:
        case b"?":
            return b"S05"
        case b"g":
            return registers(dump)
        case b"m":
            address, size = (int(number, 16) for number in packet[1:].split(b","))
            try:
                return hexlify(memory.read(address, size))
            except NotCaptured:
                return b"E14"
        case b"H":
            return b"OK"
        case b"k" | b"D":
            return None
    if packet.startswith(b"qSupported"):
        return b"PacketSize=4000;qXfer:features:read+"
    if packet.startswith(b"qXfer:features:read:target.xml:"):
        offset, size = (int(number, 16) for number in packet.rsplit(b":", 1)[1].split(b","))
        text = description()
        more = b"m" if offset + size < len(text) else b"l"
        return more + text[offset : offset + size]
    return b"1" if packet == b"qAttached" else b""


def packet_from(stream: BinaryIO) -> bytes | None:
    """The next packet; None at the end of the stream."""
    while (octet := stream.read(1)) not in (b"$", b""):
        pass
    packet = b""
    while (octet := stream.read(1)) not in (b"#", b""):
        packet += octet
    checksum = stream.read(2)
    return packet if checksum else None


def serve(elf: Path, dump: Dump, requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer until GDB goes away."""
    memory = dump.memory.over(flash(elf))
    while (packet := packet_from(requests)) is not None:
        content = answer(packet, dump, memory)
        if content is None:
            return
        answers.write(b"+$" + content + b"#" + b"%02x" % (sum(content) & 0xFF))
        answers.flush()


if __name__ == "__main__":
    serve(
        Path(sys.argv[1]),
        decode(Path(sys.argv[2]).read_bytes()),
        sys.stdin.buffer,
        sys.stdout.buffer,
    )
