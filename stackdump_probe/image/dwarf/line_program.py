"""The line number state machine (DWARF 5, 6.2): from a program's opcodes to rows."""

from collections.abc import Callable, Iterator
from itertools import islice
from operator import itemgetter

from stackdump_probe.errors import DwarfError
from stackdump_probe.image.dwarf.line_header import SECTION, FileEntry, LineHeader
from stackdump_probe.record import Record

Row = tuple[int, int, int, int, bool]
"""Address, file number, line (0: none), column (0: none), and whether it begins a statement.

Plain tuples, since a program makes thousands of them.
"""


class Sequence(Record):
    """Rows for the code from `start` up to `end`, lowest address first.

    `continued` are the indices of rows that differ from the one before only in the discriminator
    (6.2.2: several blocks of one line), not in file or line.
    """

    start: int
    end: int
    rows: list[Row]
    continued: frozenset[int] = frozenset()


class Lines(Record):
    """What a program says: its sequences, lowest start first, and files that it defined itself."""

    sequences: tuple[Sequence, ...]
    defined_files: tuple[FileEntry, ...]


class Part(Record):
    """The bytes from `begin` to `end` of a program, whose rows are at `start` and above."""

    start: int
    begin: int
    end: int


def run_line_program(
    header: LineHeader, wanted: Callable[[int, int], bool], part: Part | None = None
) -> Lines:
    """Run the program of `header`, keeping the sequences whose (start, end) is `wanted`.

    They come in the order of their starts. With a `part`, only that is run.

    Rows in the middle of a VLIW instruction are left out. A program that breaks off, or an
    opcode that does, raises DwarfError.
    """
    octets = iter(header.program[part.begin : part.end] if part else header.program)
    try:
        sequences, files = _run(header, octets, wanted)
    except StopIteration:
        end = header.program_offset + len(header.program)
        raise DwarfError("line number program cut short", section=SECTION, offset=end) from None
    sequences.sort(key=lambda sequence: sequence.start)
    return Lines(tuple(sequences), tuple(files))


def _run(
    header: LineHeader, octets: Iterator[int], wanted: Callable[[int, int], bool]
) -> tuple[list[Sequence], list[FileEntry]]:
    # Where an instruction holds several operations, `address` counts in units of an operation:
    # address times operations per instruction, plus op_index times the instruction's length.
    scale = header.maximum_operations
    step = header.minimum_instruction_length
    opcode_base = header.opcode_base
    advances, line_steps = _special_opcodes(header)
    const_add_pc = advances[255]
    sequences: list[Sequence] = []
    files: list[FileEntry] = []

    rows: list[Row] = []
    discriminated: set[int] = set()
    append = rows.append
    address, file, line, column, is_stmt = 0, 1, 1, 0, header.default_is_stmt
    for opcode in octets:
        if opcode >= opcode_base:
            address += advances[opcode]
            line += line_steps[opcode]
            append((address, file, line, column, is_stmt))
        elif opcode == 0x05:  # DW_LNS_set_column
            column = next(octets)
            if column >= 0x80:
                column = _uleb(column, octets)
        elif opcode == 0x03:  # DW_LNS_advance_line
            line += _sleb(next(octets), octets)
        elif opcode == 0x01:  # DW_LNS_copy
            append((address, file, line, column, is_stmt))
        elif opcode == 0x00:
            length = _uleb(next(octets), octets)
            operands = bytes(islice(octets, min(length, len(header.program))))
            if len(operands) < length:
                raise StopIteration
            match operands[:1]:
                case b"\x01":  # DW_LNE_end_sequence
                    sequence = _sequence(rows, address, discriminated, scale, step)
                    if sequence.start < sequence.end and wanted(sequence.start, sequence.end):
                        sequences.append(sequence)
                    rows, discriminated = [], set()
                    append = rows.append
                    address, file, line, column, is_stmt = 0, 1, 1, 0, header.default_is_stmt
                case b"\x02":  # DW_LNE_set_address
                    address = int.from_bytes(operands[1:], "little") * scale
                case b"\x03":  # DW_LNE_define_file
                    files.append(_defined_file(operands[1:]))
                case b"\x04" if any(operands[1:]):  # DW_LNE_set_discriminator, of the next row
                    discriminated.add(len(rows))
                case _:  # vendors' extensions
                    pass
        elif opcode == 0x02:  # DW_LNS_advance_pc
            address += _uleb(next(octets), octets) * step
        elif opcode == 0x06:  # DW_LNS_negate_stmt
            is_stmt = not is_stmt
        elif opcode == 0x04:  # DW_LNS_set_file
            file = _uleb(next(octets), octets)
        elif opcode == 0x08:  # DW_LNS_const_add_pc
            address += const_add_pc
        elif opcode == 0x09:  # DW_LNS_fixed_advance_pc
            operand = next(octets) | next(octets) << 8
            address = (_address(address, scale, step) + operand) * scale
        else:  # set_basic_block, set_prologue_end, set_epilogue_begin, set_isa, unknown ones
            for _ in range(header.operand_counts[opcode - 1]):
                _uleb(next(octets), octets)
    return sequences, files


def _special_opcodes(header: LineHeader) -> tuple[list[int], list[int]]:
    """By how much each opcode advances address and line (6.2.5.1); below opcode_base no matter."""
    adjusted = [(opcode - header.opcode_base) for opcode in range(256)]
    step, line_range = header.minimum_instruction_length, header.line_range
    advances = [opcode // line_range * step for opcode in adjusted]
    line_steps = [header.line_base + opcode % line_range for opcode in adjusted]
    return advances, line_steps


def _sequence(
    rows: list[Row], end: int, discriminated: set[int], scale: int, step: int
) -> Sequence:
    if scale > 1:
        rows = [
            (_address(scaled, scale, step), file, line, column, is_stmt)
            for scaled, file, line, column, is_stmt in rows
            if scaled // step % scale == 0  # op_index
        ]
        end = _address(end, scale, step)
        discriminated = set()
    rows.sort(key=itemgetter(0))  # one pass over what ought to be sorted
    return Sequence(rows[0][0] if rows else end, end, rows, _continued(rows, discriminated))


def _continued(rows: list[Row], discriminated: set[int]) -> frozenset[int]:
    """What follows a row of the same file and line, from the first discriminator of these on."""
    continued: set[int] = set()
    for first in sorted(discriminated):
        if _repeats(rows, first):
            continued.add(first)
        following = first + 1
        while following not in continued and _repeats(rows, following):
            continued.add(following)
            following += 1
    return frozenset(continued)


def _repeats(rows: list[Row], index: int) -> bool:
    return 0 < index < len(rows) and rows[index - 1][1:3] == rows[index][1:3]


def _address(scaled: int, scale: int, step: int) -> int:
    return scaled if scale == 1 else scaled // (scale * step) * step


def _defined_file(operands: bytes) -> FileEntry:
    name, _, numbers = operands.partition(b"\0")
    octets = iter(numbers)
    return FileEntry(name.decode("utf-8", "replace"), _uleb(next(octets), octets))


def _uleb(first: int, octets: Iterator[int]) -> int:
    if first < 0x80:
        return first
    value, shift = first & 0x7F, 7
    while (octet := next(octets)) & 0x80:
        value |= (octet & 0x7F) << shift
        shift = min(shift + 7, 63)
    return value | octet << shift


def _sleb(first: int, octets: Iterator[int]) -> int:
    if first < 0x80:
        return (first ^ 0x40) - 0x40
    value, shift = first & 0x7F, 7
    while (octet := next(octets)) & 0x80:
        value |= (octet & 0x7F) << shift
        shift = min(shift + 7, 63)
    value |= octet << shift
    return value - (1 << shift + 7) if octet & 0x40 else value
