"""A dump as an ELF core file, which GDB opens by itself, without a server that costs time.

GDB's own `generate-core-file` writes the same notes for a bare-metal Arm target.
"""

from struct import pack

from stackdump_probe.arch.registers import CORE, SINGLES
from stackdump_probe.dump import Dump
from tests.judge.server import FEATURE, HEAD, register

HEADER_SIZE, SEGMENT_SIZE = 52, 32
ET_CORE, EM_ARM, PT_LOAD, PT_NOTE, READ_WRITE = 4, 40, 1, 4, 6
NT_PRSTATUS, NT_ARM_VFP, NT_GDB_TDESC = 1, 0x400, 0xFF000000
SIGTRAP = 5


def core_file(dump: Dump) -> bytes:
    """Registers and memory of a dump; what GDB is to know of the registers is in it, too."""
    notes = _notes(dump)
    segments = [(0, PT_NOTE, notes)]
    segments += [(each.start, PT_LOAD, bytes(each.content)) for each in dump.memory.segments]
    headers, contents, at = b"", b"", HEADER_SIZE + SEGMENT_SIZE * len(segments)
    for start, kind, content in segments:
        size = len(content)
        in_memory = size if kind == PT_LOAD else 0
        headers += pack("<8I", kind, at, start, start, size, in_memory, READ_WRITE, 1)
        contents, at = contents + content, at + size
    counts = (HEADER_SIZE, SEGMENT_SIZE, len(segments), 0, 0, 0)
    numbers = (ET_CORE, EM_ARM, 1, 0, HEADER_SIZE, 0, 0x05000000, *counts)
    return b"\x7fELF\1\1\1".ljust(16, b"\0") + pack("<2H5I6H", *numbers) + headers + contents


def _notes(dump: Dump) -> bytes:
    words = [dump.registers.get(name) or 0 for name in (*CORE, "xpsr")]
    # struct elf_prstatus of Arm: pr_cursig at 12, pr_pid at 24, pr_reg from 72 to 144.
    status = pack("<3IHH8x", SIGTRAP, 0, 0, SIGTRAP, 0) + pack("<I44x17I2I", 1, *words, 0, 0)
    notes = _note("CORE", NT_PRSTATUS, status) + _note("GDB", NT_GDB_TDESC, _description(dump))
    if "s0" not in dump.registers:
        return notes
    singles = [dump.registers.get(name) or 0 for name in SINGLES]
    floats = pack("<32I128xI", *singles, dump.registers.get("fpscr") or 0)
    return notes + _note("LINUX", NT_ARM_VFP, floats)


def _note(owner: str, kind: int, content: bytes) -> bytes:
    name = owner.encode() + b"\0"
    head = pack("<3I", len(name), len(content), kind)
    return head + _padded(name) + _padded(content)


def _padded(octets: bytes) -> bytes:
    return octets + bytes(-len(octets) % 4)


def _description(dump: Dump) -> bytes:
    """GDB manual, "ARM Features": m-profile, vfp."""
    features = [FEATURE.format("m-profile", "".join(map(register, (*CORE, "xpsr"))))]
    if "s0" in dump.registers:
        doubles = (register(f"d{n}", 'bitsize="64" type="ieee_double"') for n in range(16))
        features.append(FEATURE.format("vfp", "".join(doubles) + register("fpscr")))
    inside = "".join(features)
    text = f'{HEAD}<target version="1.0"><architecture>arm</architecture>{inside}</target>'
    return text.encode() + b"\0"
