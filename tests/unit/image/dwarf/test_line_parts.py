import pytest

from stackdump_probe.image.dwarf.line_parts import parts_of
from stackdump_probe.image.dwarf.line_program import Sequence, run_line_program
from stackdump_probe.record import replace
from tests.builders.lines import (
    CONST_ADD_PC,
    COPY,
    END_SEQUENCE,
    NEGATE_STMT,
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
from tests.builders.octets import octets

TAIL = advance_pc(0x10) + END_SEQUENCE
# Operands that look like opcodes: a column of 0 and two rows look like the end of a sequence.
DECEPTIVE = set_column(0) + COPY + COPY + advance_pc(0) + COPY + COPY + fixed_advance_pc(0x0100)
EVERYTHING = DECEPTIVE + b"".join(
    [
        *(set_column(300), set_file(200), advance_line(-300), advance_pc(0x1234), NEGATE_STMT),
        *(SET_PROLOGUE_END, CONST_ADD_PC, octets(12, 5), octets(13, 0x80, 0xFF)),
        *(discriminator(1), COPY, discriminator(300), COPY, discriminator(70000), COPY),
    ]
)
SECOND = set_column(7) + discriminator(2) + set_address(0x100) + EVERYTHING + TAIL
PROGRAM = set_address(0x9000) + EVERYTHING + TAIL + SECOND + set_address(0) + COPY + TAIL


def everything(_start: int, _end: int) -> bool:
    return True


def whole(program: ALineProgram) -> tuple[Sequence, ...]:
    return run_line_program(program.header(), everything).sequences


def in_parts(program: ALineProgram) -> list[Sequence]:
    header = program.header()
    runs = [run_line_program(header, everything, part) for part in parts_of(header)]
    return [sequence for run in runs for sequence in run.sequences]


def test_parts_begin_where_their_address_is_set() -> None:
    parts = parts_of(ALineProgram(PROGRAM).header())
    assert [part.start for part in parts] == [0, 0x100, 0x9000]
    assert sorted((part.begin, part.end) for part in parts) == [
        (0, at := PROGRAM.index(SECOND)),
        (at, at + len(SECOND)),
        (at + len(SECOND), len(PROGRAM)),
    ]


def test_parts_say_what_the_whole_program_does() -> None:
    assert in_parts(ALineProgram(PROGRAM)) == list(whole(ALineProgram(PROGRAM)))


def test_opcodes_that_a_later_version_may_add_are_passed_by_their_operands() -> None:
    counts = ALineProgram().operand_counts + bytes((2, 0))
    program = set_address(0x100) + octets(13, 0x81, 0x00, 0x01, 14) + COPY + TAIL
    header = ALineProgram(program + PROGRAM, operand_counts=counts, opcode_base=15)
    assert len(parts_of(header.header())) == 4
    assert in_parts(header) == list(whole(header))


@pytest.mark.parametrize(
    "program",
    [
        set_address(0x100) + COPY + set_address(0x200) + COPY + TAIL,  # twice
        COPY + set_address(0x100) + COPY + TAIL,  # a row before it
        set_address(0x100, size=2) + COPY + TAIL,
        set_address(0x100) + extended(0x80, b"vendor") + COPY + TAIL,
        set_address(0x100) + COPY,  # cut short
        b"",
    ],
)
def test_what_is_not_as_assemblers_write_it_is_one_part(program: bytes) -> None:
    irregular = ALineProgram(PROGRAM + program) if program else ALineProgram()
    (part,) = parts_of(irregular.header())
    assert (part.start, part.begin, part.end) == (0, 0, len(irregular.program))


def test_a_program_for_long_instruction_words_is_one_part() -> None:
    assert len(parts_of(replace(ALineProgram(PROGRAM), maximum_operations=2).header())) == 1


@pytest.mark.parametrize("opcode_base", [4, 9, 10, 11])
def test_a_header_may_tell_of_fewer_opcodes(opcode_base: int) -> None:
    counts = ALineProgram().operand_counts[: opcode_base - 1]
    program = set_address(0x100) + octets(opcode_base, 0x80, 0xFF, 9, 5, 6) + advance_pc(2)
    header = ALineProgram(
        2 * (program + END_SEQUENCE), operand_counts=counts, opcode_base=opcode_base
    )
    assert len(parts_of(header.header())) == 2
    assert in_parts(header) == list(whole(header))


def test_opcodes_with_operands_of_their_own_are_one_part() -> None:
    counts = bytes((1,)) + ALineProgram().operand_counts[1:]
    header = ALineProgram(PROGRAM, operand_counts=counts).header()
    assert len(parts_of(header)) == 1
