"""Dump <-> bytes. The format, record by record, stands in docs/dump-format.md."""

from collections.abc import Iterator
from itertools import groupby
from struct import Struct

from stackdump_probe.arch.registers import BANKS, CORE, SINGLES, SPECIAL, Registers
from stackdump_probe.dump.model import Dump
from stackdump_probe.errors import DumpFormatError
from stackdump_probe.memory import Memory, Segment

MEMORY_RECORD, REGISTER_RECORD = 1, 2
_MEMORY_HEADER = Struct("<BQQ")  # identifier, start address, length
_REGISTER_HEADER = Struct("<BHH")  # identifier, first DWARF register number, count

CUT_SHORT = "the file ends too early: fetch it once more"
REMARKS = 1 << 56  # address of what `remarks.py` writes; no target's memory reaches that far

# The first DWARF number of each group of registers, in record order.
FIRST_CORE, FIRST_SINGLE, FIRST_SPECIAL, FIRST_OF_BANKS = 0, 64, 3072, 3104
OLD_FIRST_SINGLE = 256  # older Rust captures named s0-s31 so
_GROUPS = (
    (FIRST_CORE, CORE),
    (FIRST_SINGLE, SINGLES),
    (FIRST_SPECIAL, SPECIAL),
    (FIRST_OF_BANKS, BANKS),
)
_NAME_BY_NUMBER = {
    first + index: name
    for first, names in (*_GROUPS, (OLD_FIRST_SINGLE, SINGLES))
    for index, name in enumerate(names)
}


def decode(data: bytes) -> Dump:
    """Read every record of a dump file; an unknown or cut record raises DumpFormatError.

    Where regions or registers overlap, the first written wins. Registers that have no DWARF
    number known to us are left out, which `Dump.notes` says, as it does what the capture remarked.
    """
    words: dict[str, int] = {}
    segments: list[Segment] = []
    notes: list[str] = []
    remarks: list[bytes | memoryview] = []
    at = 0
    while at < len(data):
        match data[at]:
            case 1:
                segment, at = _memory_region(data, at)
                if segment.start == REMARKS:
                    remarks.append(segment.content)
                else:
                    segments.append(segment)
            case 2:
                first, values, at = _register_values(data, at)
                words = {**_named(first, values), **words}
                notes.extend(_left_out(first, len(values)))
            case identifier:
                raise DumpFormatError(
                    f"record identifier {identifier} is neither memory (1) nor registers (2)",
                    offset=at,
                    hint="is this file a Stackdump dump?",
                )
    memory = Memory(segments)
    if remarks:
        from stackdump_probe.dump.remarks import with_remarks

        memory, remarked = with_remarks(memory, b"".join(remarks))
        notes[:0] = remarked
    return Dump(Registers(words), memory, tuple(notes))


def encode(dump: Dump) -> bytes:
    """The bytes of a dump file: registers first, then memory, lowest address first."""
    records = (*_register_records(dump.registers), *_memory_records(dump.memory))
    return b"".join((*records, *_remarks_record(dump)))


def _memory_region(data: bytes, at: int) -> tuple[Segment, int]:
    _identifier, start, length = _header(_MEMORY_HEADER, data, at, "memory")
    content = at + _MEMORY_HEADER.size
    left = len(data) - content
    if length > left:
        raise _cut(f"memory region at {start:#010x} needs {length} bytes, {left} left", at)
    return Segment(start, data[content : content + length]), content + length


def _register_values(data: bytes, at: int) -> tuple[int, tuple[int, ...], int]:
    _identifier, first, count = _header(_REGISTER_HEADER, data, at, "register")
    content = at + _REGISTER_HEADER.size
    left = len(data) - content
    if count * 4 > left:
        raise _cut(f"{count} registers need {count * 4} bytes, {left} left", at)
    values = Struct(f"<{count}I").unpack_from(data, content)
    return first, values, content + count * 4


def _header(header: Struct, data: bytes, at: int, what: str) -> tuple[int, int, int]:
    left = len(data) - at
    if left < header.size:
        raise _cut(f"{what} record header cut: {left} bytes left", at)
    identifier, first, length = header.unpack_from(data, at)
    return identifier, first, length


def _cut(message: str, at: int) -> DumpFormatError:
    return DumpFormatError(message, offset=at, hint=CUT_SHORT)


def _named(first: int, values: tuple[int, ...]) -> dict[str, int]:
    numbered = ((first + index, value) for index, value in enumerate(values))
    return {_NAME_BY_NUMBER[n]: value for n, value in numbered if n in _NAME_BY_NUMBER}


def _left_out(first: int, count: int) -> Iterator[str]:
    unknown = [n for n in range(first, first + count) if n not in _NAME_BY_NUMBER]
    if unknown:
        yield f"{len(unknown)} registers from DWARF number {unknown[0]} on have no known name"


def _register_records(registers: Registers) -> Iterator[bytes]:
    for first, names in _GROUPS:
        for numbers in _known_runs(registers, names):
            values = [registers.words[names[number]] for number in numbers]
            head = _REGISTER_HEADER.pack(REGISTER_RECORD, first + numbers[0], len(values))
            yield head + Struct(f"<{len(values)}I").pack(*values)


def _known_runs(registers: Registers, names: tuple[str, ...]) -> Iterator[list[int]]:
    """Yield the runs of neighbouring indices into `names` whose values are known."""
    numbered = enumerate(name in registers for name in names)
    for known, run in groupby(numbered, key=lambda item: item[1]):
        if known:
            yield [index for index, _known in run]


def _memory_records(memory: Memory) -> Iterator[bytes]:
    for start, end in memory.spans():
        yield _MEMORY_HEADER.pack(MEMORY_RECORD, start, end - start)
        yield memory.read(start, end - start)


def _remarks_record(dump: Dump) -> Iterator[bytes]:
    from stackdump_probe.dump.remarks import encode_remarks

    content = encode_remarks(dump.memory, dump.notes)
    if content:
        yield _MEMORY_HEADER.pack(MEMORY_RECORD, REMARKS, len(content)) + content
