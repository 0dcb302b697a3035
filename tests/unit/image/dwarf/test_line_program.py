import pytest

from stackdump_probe.errors import DwarfError
from stackdump_probe.image.dwarf.line_header import FileEntry
from stackdump_probe.image.dwarf.line_program import Lines, Row, run_line_program
from stackdump_probe.record import replace
from tests.builders.lines import (
    CONST_ADD_PC,
    COPY,
    END_SEQUENCE,
    NEGATE_STMT,
    SET_BASIC_BLOCK,
    SET_EPILOGUE_BEGIN,
    SET_PROLOGUE_END,
    ALineProgram,
    advance_line,
    advance_pc,
    discriminator,
    extended,
    fixed_advance_pc,
    set_address,
    set_column,
    set_file,
)
from tests.builders.octets import octets, uleb

PLAIN = ALineProgram()
COUNTS_OF_2 = PLAIN.operand_counts[:9]
TAIL = advance_pc(0x10) + END_SEQUENCE


def run(program: ALineProgram) -> Lines:
    return run_line_program(program.header(), lambda _start, _end: True)


def rows(*operations: bytes, header: ALineProgram = PLAIN) -> list[Row]:
    """The rows of a program of one sequence from 0x100 on."""
    program = set_address(0x100) + b"".join(operations) + TAIL
    (sequence,) = run(replace(header, program=program)).sequences
    return sequence.rows


def test_the_registers_begin_as_the_standard_says() -> None:
    assert rows(COPY) == [(0x100, 1, 1, 0, True)]
    assert rows(COPY, header=ALineProgram(default_is_stmt=0)) == [(0x100, 1, 1, 0, False)]


def test_the_registers_begin_anew_after_a_sequence() -> None:
    changed = set_address(0x100) + set_file(2) + advance_line(6) + set_column(3) + NEGATE_STMT
    program = changed + COPY + TAIL + set_address(0x200) + COPY + TAIL
    first, second = run(ALineProgram(program)).sequences
    assert first.rows == [(0x100, 2, 7, 3, False)]
    assert second.rows == [(0x200, 1, 1, 0, True)]
    assert (second.start, second.end) == (0x200, 0x210)


def test_each_opcode_changes_its_register() -> None:
    assert rows(advance_pc(0x1234), COPY) == [(0x1334, 1, 1, 0, True)]
    assert rows(advance_line(300), COPY) == [(0x100, 1, 301, 0, True)]
    assert rows(advance_line(300), advance_line(-299), COPY) == [(0x100, 1, 2, 0, True)]
    assert rows(set_file(200), COPY) == [(0x100, 200, 1, 0, True)]
    assert rows(set_column(200), COPY) == [(0x100, 1, 1, 200, True)]
    assert rows(NEGATE_STMT, COPY) == [(0x100, 1, 1, 0, False)]
    assert rows(fixed_advance_pc(0x8765), COPY) == [(0x8865, 1, 1, 0, True)]
    assert rows(CONST_ADD_PC, COPY) == [(0x100 + (255 - 13) // 14, 1, 1, 0, True)]


def test_a_special_opcode_advances_address_and_line_and_makes_a_row() -> None:
    # DWARF 5, 6.2.5.1: opcode = (line advance - line_base) + line_range * advance + opcode_base
    opcode = (3 - -5) + 14 * 4 + 13
    assert rows(octets(opcode)) == [(0x104, 1, 4, 0, True)]
    opcode = (-1 - -3) + 12 * 2 + 10
    other = ALineProgram(line_base=-3, line_range=12, opcode_base=10, operand_counts=COUNTS_OF_2)
    assert rows(advance_line(4), octets(opcode), header=other)[0] == (0x102, 1, 4, 0, True)


def test_advances_count_instructions() -> None:
    halfwords = ALineProgram(minimum_instruction_length=2)
    opcode = (1 - -5) + 14 * 3 + 13
    assert rows(octets(opcode), header=halfwords) == [(0x106, 1, 2, 0, True)]
    assert rows(advance_pc(5), COPY, header=halfwords) == [(0x10A, 1, 1, 0, True)]
    assert rows(CONST_ADD_PC, COPY, header=halfwords) == [(0x122, 1, 1, 0, True)]
    assert rows(fixed_advance_pc(5), COPY, header=halfwords) == [(0x105, 1, 1, 0, True)]


def test_rows_within_a_vliw_instruction_are_left_out() -> None:
    # Four operations to an instruction of 8 bytes (DWARF 5, 6.2.5.1).
    vliw = ALineProgram(minimum_instruction_length=8, maximum_operations=4)
    assert rows(advance_pc(3), COPY, advance_pc(1), COPY, header=vliw) == [(0x108, 1, 1, 0, True)]
    assert rows(advance_pc(6), COPY, fixed_advance_pc(8), COPY, header=vliw) == [
        (0x110, 1, 1, 0, True)
    ]
    assert rows(advance_pc(8), COPY, advance_pc(4), COPY, header=vliw) == [
        (0x110, 1, 1, 0, True),
        (0x118, 1, 1, 0, True),
    ]


@pytest.mark.parametrize(
    "operation",
    [
        SET_BASIC_BLOCK,
        SET_PROLOGUE_END,
        SET_EPILOGUE_BEGIN,
        octets(12) + uleb(300),  # DW_LNS_set_isa
        discriminator(300),
        extended(0x80, b"\x01\x02\x03"),  # DW_LNE_lo_user
        extended(0x42),
        octets(0, 0),
    ],
)
def test_what_no_row_shows_is_passed_over(operation: bytes) -> None:
    assert rows(operation, COPY) == [(0x100, 1, 1, 0, True)]


def test_an_unknown_standard_opcode_takes_the_operands_that_the_header_says() -> None:
    counts = bytes((0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1, 2))
    header = ALineProgram(opcode_base=14, operand_counts=counts)
    unknown = octets(13) + uleb(300) + uleb(0x4000)
    assert rows(unknown, COPY, header=header) == [(0x100, 1, 1, 0, True)]


def test_standard_opcodes_that_the_header_leaves_out_are_special_ones() -> None:
    header = ALineProgram(version=2, opcode_base=10, operand_counts=COUNTS_OF_2)
    assert rows(octets(10), header=header) == [(0x100, 1, -4, 0, True)]


@pytest.mark.parametrize("size", [2, 4, 8])
def test_an_address_has_the_size_that_its_opcode_says(size: int) -> None:
    program = set_address(0x1234, size) + COPY + TAIL
    assert run(ALineProgram(program)).sequences[0].start == 0x1234


def test_a_program_may_define_files() -> None:
    program = extended(3, b"late.c\0", uleb(1), octets(0, 0))
    assert run(ALineProgram(program)).defined_files == (FileEntry("late.c", 1),)


def test_sequences_that_are_not_wanted_are_left_out() -> None:
    program = set_address(0) + COPY + TAIL + set_address(0x200) + COPY + TAIL
    asked = []

    def wanted(start: int, end: int) -> bool:
        asked.append((start, end))
        return start != 0

    kept = run_line_program(ALineProgram(program).header(), wanted).sequences
    assert [sequence.start for sequence in kept] == [0x200]
    assert asked == [(0, 0x10), (0x200, 0x210)]


def test_an_empty_sequence_is_left_out() -> None:
    program = set_address(0x100) + END_SEQUENCE + set_address(0x100) + COPY + END_SEQUENCE
    assert run(ALineProgram(program)).sequences == ()


def test_rows_that_go_back_are_sorted() -> None:
    assert rows(advance_pc(4), COPY, set_address(0x102), COPY) == [
        (0x102, 1, 1, 0, True),
        (0x104, 1, 1, 0, True),
    ]


def test_rows_continue_a_line_from_its_first_discriminator_on() -> None:
    step = octets((0 - -5) + 14 * 2 + 13)  # two bytes on, same line
    program = set_address(0x100) + COPY + step + discriminator(1) + step + step
    program += advance_line(1) + step + discriminator(2) + step + discriminator(0) + step + TAIL
    (sequence,) = run(ALineProgram(program)).sequences
    assert len(sequence.rows) == 7
    assert sequence.continued == {2, 3, 5, 6}


@pytest.mark.parametrize(
    "program",
    [
        octets(0),
        octets(0, 5, 2, 0),
        octets(2, 0x80),
        octets(3),
        octets(3, 0xFF),
        octets(4),
        octets(5),
        octets(5, 0x80),
        octets(9, 0),
        octets(12),
        octets(0, 3, 3) + b"ab",
        octets(0) + uleb(1 << 62),
    ],
)
def test_a_program_that_breaks_off_in_an_opcode_is_an_error(program: bytes) -> None:
    with pytest.raises(DwarfError, match="cut short"):
        run(ALineProgram(program))


def test_a_long_number_neither_grows_without_end_nor_takes_for_ever() -> None:
    padded = octets(*[0x80] * 100_000, 0)
    assert rows(octets(3) + padded, COPY) == [(0x100, 1, 1, 0, True)]
    ones = octets(*[0xFF] * 100_000, 0x7F)
    assert rows(octets(3) + ones, advance_line(1), COPY)[0][0] == 0x100
