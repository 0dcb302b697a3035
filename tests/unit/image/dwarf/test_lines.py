from collections.abc import Sequence

import pytest

from stackdump_probe.errors import DwarfError
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.line_program import run_line_program
from stackdump_probe.image.dwarf.lines import LineTable, SourceLocation, lines_for
from tests.builders.dwarf import a_dwarf, a_unit
from tests.builders.lines import (
    COPY,
    END_SEQUENCE,
    NEGATE_STMT,
    ALineProgram,
    advance_line,
    advance_pc,
    discriminator,
    extended,
    set_address,
    set_column,
    set_file,
)
from tests.builders.octets import octets, uleb

A, B = 1, 2  # file numbers


def live(start: int, _end: int) -> bool:
    return start != 0


def row(file: int, line: int, *, is_stmt: bool = True, discriminated: bool = False) -> bytes:
    """One row, whatever stands in the registers before; column 10 times the line."""
    parts = [set_file(file), advance_line(line - 1), set_column(line * 10)]
    toggle = b"" if is_stmt else NEGATE_STMT
    mark = discriminator(1) if discriminated else b""
    return b"".join(parts) + mark + toggle + COPY + toggle + advance_line(1 - line)


def a_table(*content: bytes, start: int = 0x100) -> LineTable:
    """A table of one sequence, over a.c and b.h, that goes 0x10 beyond its last row."""
    program = set_address(start) + b"".join(content) + advance_pc(0x10) + END_SEQUENCE
    files = [("a.c", 0), ("b.h", 0)]
    return LineTable(ALineProgram(program, files=files).header(), "/src", live)


def lines(table: LineTable, *pcs: int) -> list[tuple[str, int] | None]:
    found = [table.location_at(pc) for pc in pcs]
    return [(each.file, each.line) if each else None for each in found]


def test_a_row_holds_up_to_the_next_one() -> None:
    table = a_table(row(A, 1), advance_pc(4), row(A, 2))
    assert lines(table, 0x0FF, 0x100, 0x103, 0x104, 0x113, 0x114) == [
        None, ("a.c", 1), ("a.c", 1), ("a.c", 2), ("a.c", 2), None,
    ]  # fmt: skip


def test_a_location_has_its_column_if_there_is_one() -> None:
    table = a_table(row(A, 7), advance_pc(4), set_column(0), COPY)
    assert table.location_at(0x100) == SourceLocation("a.c", 7, 70)
    assert table.location_at(0x104) == SourceLocation("a.c", 1, None)


def test_of_rows_at_one_address_the_last_one_holds() -> None:
    assert lines(a_table(row(A, 1), row(A, 2), row(A, 3)), 0x100) == [("a.c", 3)]
    assert lines(a_table(row(A, 1), row(B, 2)), 0x100) == [("b.h", 2)]


def test_a_row_that_begins_a_statement_wins_over_later_ones_that_do_not() -> None:
    table = a_table(row(A, 1), row(A, 2), row(A, 3, is_stmt=False))
    assert lines(table, 0x100) == [("a.c", 2)]
    table = a_table(row(A, 1), row(B, 3, is_stmt=False))
    assert lines(table, 0x100) == [("a.c", 1)]


def test_if_none_begins_a_statement_the_last_one_holds() -> None:
    table = a_table(row(A, 1, is_stmt=False), row(A, 2, is_stmt=False))
    assert lines(table, 0x100) == [("a.c", 2)]
    table = a_table(row(A, 1, is_stmt=False), row(B, 2, is_stmt=False))
    assert lines(table, 0x100) == [("b.h", 2)]


def test_a_statement_of_a_file_that_was_left_at_the_address_does_not_count() -> None:
    table = a_table(row(A, 1), row(B, 2), row(B, 3, is_stmt=False))
    assert lines(table, 0x100) == [("b.h", 2)]
    table = a_table(row(A, 1, is_stmt=False), row(B, 2), row(A, 3, is_stmt=False))
    assert lines(table, 0x100) == [("b.h", 2)]


def test_a_row_without_a_line_lets_the_one_before_go_on() -> None:
    table = a_table(row(A, 1), advance_pc(4), row(A, 0), advance_pc(4), row(A, 3))
    assert lines(table, 0x104, 0x107, 0x108) == [("a.c", 1), ("a.c", 1), ("a.c", 3)]


def test_a_sequence_that_begins_without_a_line_has_none_there() -> None:
    table = a_table(row(A, 0), advance_pc(4), row(A, 3))
    assert lines(table, 0x100, 0x104) == [None, ("a.c", 3)]


def test_a_row_that_only_goes_on_leaves_the_choice_to_the_address_before() -> None:
    # clang and GCC mark the blocks of one line so; GDB merges them.
    table = a_table(
        row(A, 1), row(A, 2, is_stmt=False, discriminated=True), advance_pc(2),
        row(A, 2, discriminated=True),
    )  # fmt: skip
    assert lines(table, 0x102) == [("a.c", 1)]


def test_a_row_that_only_goes_on_tells_its_own_column() -> None:
    onward = set_file(A) + advance_line(1) + set_column(99) + discriminator(1) + COPY
    table = a_table(row(A, 2), advance_pc(2), onward)
    assert table.location_at(0x102) == SourceLocation("a.c", 2, 99)


def test_a_row_of_a_file_that_is_not_listed_does_not_count() -> None:
    assert lines(a_table(row(A, 1), row(9, 2)), 0x100) == [("a.c", 1)]
    assert lines(a_table(row(9, 2)), 0x100) == [None]


def test_a_file_that_the_program_defines_counts_after_those_of_the_header() -> None:
    define = extended(3, b"late.c\0", uleb(0), octets(0, 0))
    assert lines(a_table(define, row(3, 5)), 0x100) == [("late.c", 5)]


def test_sequences_of_discarded_code_do_not_count() -> None:
    dead = set_address(0) + row(A, 1) + advance_pc(0x1000) + END_SEQUENCE
    alive = set_address(0x100) + row(A, 2) + advance_pc(0x10) + END_SEQUENCE
    table = LineTable(ALineProgram(dead + alive).header(), None, live)
    assert lines(table, 0, 0x0FF, 0x100) == [None, None, ("main.c", 2)]
    assert [sequence.start for sequence in table.sequences] == [0x100]


def test_a_long_program_says_what_it_does_wherever_it_is_asked_first() -> None:
    each = [set_address(at) + row(A, at) + advance_pc(2) + END_SEQUENCE for at in range(2, 800, 2)]
    header = ALineProgram(b"".join(reversed(each))).header()
    table = LineTable(header, None, live)
    assert lines(table, 600, 3, 798, 800) == [("main.c", at) for at in (600, 2, 798)] + [None]
    assert table.sequences == run_line_program(header, live).sequences


def test_sequences_may_come_in_any_order_and_overlap() -> None:
    inner = set_address(0x110) + row(A, 2) + advance_pc(4) + END_SEQUENCE
    outer = set_address(0x100) + row(A, 1) + advance_pc(0x20) + END_SEQUENCE
    table = LineTable(ALineProgram(inner + outer).header(), None, live)
    assert lines(table, 0x10F, 0x110, 0x114, 0x120) == [
        ("main.c", 1), ("main.c", 2), ("main.c", 1), None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("version", "directories", "file", "name", "path"),
    [
        (4, (), ("a.c", 0), "a.c", "/build/a.c"),
        (4, ("src",), ("a.c", 1), "src/a.c", "/build/src/a.c"),
        (4, ("/usr/include/",), ("a.h", 1), "/usr/include/a.h", "/usr/include/a.h"),
        (4, ("src",), ("/abs/a.c", 1), "/abs/a.c", "/abs/a.c"),
        (4, (), ("a.c", 7), "a.c", "/build/a.c"),
        (4, ("../lib",), ("./a.c", 1), "../lib/./a.c", "/build/../lib/./a.c"),
        (4, (), ("C:\\src\\a.c", 0), "C:\\src\\a.c", "C:\\src\\a.c"),
        (5, ("/build", "src"), ("a.c", 0), "a.c", "/build/a.c"),
        (5, ("/build", "src"), ("a.c", 1), "src/a.c", "/build/src/a.c"),
        (5, ("/elsewhere", "src"), ("a.c", 1), "src/a.c", "/elsewhere/src/a.c"),
        (5, ("sub", "src"), ("a.c", 1), "src/a.c", "/build/sub/src/a.c"),
    ],
)
def test_a_file_is_named_as_compiled_and_has_a_full_path(
    version: int, directories: Sequence[str], file: tuple[str, int], name: str, path: str
) -> None:
    program = ALineProgram(version=version, directories=directories, files=[file])
    table = LineTable(program.header(), "/build", live)
    number = 0 if version >= 5 else 1
    assert (table.file_name(number), table.full_path(number)) == (name, path)


def test_a_number_that_no_file_has_gives_no_name() -> None:
    table = LineTable(ALineProgram().header(), "/build", live)
    assert table.file_name(0) is table.file_name(2) is table.full_path(2) is None


def test_without_a_compilation_directory_a_path_stays_relative() -> None:
    assert LineTable(ALineProgram().header(), None, live).full_path(1) == "main.c"


def test_a_file_of_the_header_is_named_without_running_the_program() -> None:
    broken = LineTable(ALineProgram(octets(0)).header(), None, live)
    assert broken.file_name(1) == "main.c"
    with pytest.raises(DwarfError):
        broken.location_at(0x100)


def test_a_unit_without_a_line_program_has_no_table() -> None:
    (unit,) = a_dwarf(a_unit()).units
    assert lines_for(unit) is None


def test_units_that_share_a_program_share_the_table() -> None:
    sections = {".debug_line": ALineProgram().octets()}
    unit = a_unit(
        top=[(dw.AT_stmt_list, dw.FORM_sec_offset, 0), (dw.AT_comp_dir, dw.FORM_string, "/here")]
    )
    first, second = a_dwarf(unit, unit, sections=sections).units
    table = lines_for(first)
    assert table is not None
    assert table is lines_for(second)
    assert table.full_path(1) == "/here/main.c"


def test_a_table_of_a_unit_leaves_out_what_the_unit_does() -> None:
    program = set_address(0x100) + row(A, 1) + advance_pc(4) + END_SEQUENCE
    sections = {".debug_line": ALineProgram(program).octets()}
    unit = a_unit(top=[(dw.AT_stmt_list, dw.FORM_sec_offset, 0)])
    dwarf = a_dwarf(unit, sections=sections, holds_code=lambda _low, _high: False)
    table = lines_for(dwarf.units[0])
    assert table is not None
    assert table.sequences == ()


def test_a_program_outside_of_the_section_is_an_error() -> None:
    (unit,) = a_dwarf(a_unit(top=[(dw.AT_stmt_list, dw.FORM_sec_offset, 0x100)])).units
    with pytest.raises(DwarfError):
        lines_for(unit)


def test_a_long_run_of_rows_without_a_line_has_none() -> None:
    nothing = row(9, 1) + advance_pc(1) + row(A, 0) + advance_pc(1)
    assert lines(a_table(nothing * 3000), 0x100 + 6000) == [None]
