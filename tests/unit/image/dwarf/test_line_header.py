from struct import pack

import pytest

from stackdump_probe.errors import DwarfError
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.line_header import FileEntry, read_line_header
from tests.builders.lines import ALineProgram, table_of_5
from tests.builders.octets import octets, uleb, words

PATH, DIRECTORY, TIME, SIZE, MD5, VENDOR = 1, 2, 3, 4, 5, 0x2001


def no_strings(section: str, offset: int) -> str:
    raise AssertionError(f"{section}+{offset} was read")


@pytest.mark.parametrize("version", [2, 3, 4])
def test_old_files_and_directories_count_from_1(version: int) -> None:
    program = ALineProgram(version=version, directories=["inc"], files=[("a.c", 0), ("b.h", 1)])
    header = program.header()
    assert header.file(1) == FileEntry("a.c", 0)
    assert header.file(2) == FileEntry("b.h", 1)
    assert header.directory(1) == "inc"
    assert (header.file(0), header.file(3)) == (None, None)
    assert (header.directory(0), header.directory(2)) == (None, None)


def test_files_and_directories_of_version_5_count_from_0() -> None:
    program = ALineProgram(version=5, directories=["/src", "inc"], files=[("a.c", 0), ("b.h", 1)])
    header = program.header()
    assert header.file(0) == FileEntry("a.c", 0)
    assert header.file(1) == FileEntry("b.h", 1)
    assert (header.directory(0), header.directory(1)) == ("/src", "inc")
    assert (header.file(2), header.directory(2)) == (None, None)


@pytest.mark.parametrize("version", [2, 3, 4, 5])
@pytest.mark.parametrize("offset_size", [4, 8])
def test_the_program_is_what_follows_the_tables(version: int, offset_size: int) -> None:
    program = ALineProgram(b"\x01\x02", version, offset_size)
    header = program.header()
    assert (header.version, header.program) == (version, b"\x01\x02")
    assert header.program_offset == len(program.octets()) - 2


def test_the_registers_and_sizes_of_the_machine_are_read() -> None:
    header = ALineProgram(
        minimum_instruction_length=2, maximum_operations=3, default_is_stmt=0, line_base=-3,
        line_range=12, opcode_base=10, operand_counts=bytes(range(9)),
    ).header()  # fmt: skip
    assert (header.minimum_instruction_length, header.maximum_operations) == (2, 3)
    assert (header.default_is_stmt, header.line_base, header.line_range) == (False, -3, 12)
    assert (header.opcode_base, header.operand_counts) == (10, bytes(range(9)))


@pytest.mark.parametrize("form", [dw.FORM_strp, dw.FORM_line_strp])
@pytest.mark.parametrize("offset_size", [4, 8])
def test_names_may_stand_in_the_string_sections(form: int, offset_size: int) -> None:
    section = ".debug_str" if form == dw.FORM_strp else ".debug_line_str"
    entry = (4).to_bytes(offset_size, "little")
    tables = table_of_5([(PATH, form)], []) + table_of_5([(PATH, form)], [entry])
    program = ALineProgram(version=5, offset_size=offset_size, tables=tables)
    assert list(program.header({section: b"...\0name.c\0"}).files) == [FileEntry("name.c", 0)]


@pytest.mark.parametrize(
    ("form", "content"),
    [
        (dw.FORM_data1, octets(1)),
        (dw.FORM_data2, octets(1, 0)),
        (dw.FORM_data4, words(1)),
        (dw.FORM_data8, words(1, 0)),
        (dw.FORM_udata, uleb(1)),
    ],
)
def test_a_directory_index_may_have_any_size(form: int, content: bytes) -> None:
    formats = [(DIRECTORY, form), (PATH, dw.FORM_string)]
    tables = table_of_5([], []) + table_of_5(formats, [content + b"a.c\0"])
    assert list(ALineProgram(version=5, tables=tables).header().files) == [FileEntry("a.c", 1)]


@pytest.mark.parametrize(
    ("content_type", "form", "content"),
    [
        (TIME, dw.FORM_udata, uleb(1 << 40)),
        (SIZE, dw.FORM_sdata, octets(0x80, 0x7F)),
        (TIME, dw.FORM_block, octets(2, 7, 7)),
        (TIME, dw.FORM_block1, octets(1, 7)),
        (TIME, dw.FORM_block2, octets(1, 0, 7)),
        (TIME, dw.FORM_block4, words(1) + octets(7)),
        (MD5, dw.FORM_data16, bytes(range(16))),
        (VENDOR, dw.FORM_line_strp, words(99)),
        (VENDOR, dw.FORM_string, b"source text\0"),
        (VENDOR, dw.FORM_strx1, octets(7)),
        (VENDOR, dw.FORM_strx3, octets(7, 7, 7)),
        (VENDOR, dw.FORM_strx, uleb(300)),
        (VENDOR, dw.FORM_strp_sup, words(7)),
        (VENDOR, dw.FORM_sec_offset, words(7)),
        (VENDOR, dw.FORM_flag, octets(1)),
    ],
)
def test_what_else_an_entry_holds_is_passed_over(
    content_type: int, form: int, content: bytes
) -> None:
    formats = [(content_type, form), (PATH, dw.FORM_string)]
    entries = [content + b"a.c\0", content + b"b.c\0"]
    tables = table_of_5([], []) + table_of_5(formats, entries)
    files = ALineProgram(version=5, tables=tables).header().files
    assert list(files) == [FileEntry("a.c", 0), FileEntry("b.c", 0)]


def test_entries_without_content_are_none_however_many() -> None:
    tables = octets(0) + uleb(1 << 60) + table_of_5([(PATH, dw.FORM_string)], [b"a.c\0"])
    header = ALineProgram(version=5, tables=tables).header()
    assert (list(header.directories), list(header.files)) == ([], [FileEntry("a.c", 0)])


def test_a_name_that_is_not_utf_8_can_be_shown() -> None:
    tables = b"\0" + b"\xffa.c\0" + octets(0, 0, 0) + b"\0"
    assert list(ALineProgram(tables=tables).header().files) == [FileEntry("\ufffda.c", 0)]


@pytest.mark.parametrize("version", [0, 1, 6, 0xFFFF])
def test_another_version_is_an_error(version: int) -> None:
    program = ALineProgram(version=4).octets()
    changed = program[:4] + pack("<H", version) + program[6:]
    with pytest.raises(DwarfError, match=f"version {version}"):
        read_line_header(memoryview(changed), 0, no_strings)


@pytest.mark.parametrize(
    "program",
    [
        ALineProgram(minimum_instruction_length=0),
        ALineProgram(maximum_operations=0),
        ALineProgram(line_range=0),
        ALineProgram(opcode_base=0),
    ],
)
def test_a_size_of_0_is_an_error(program: ALineProgram) -> None:
    with pytest.raises(DwarfError, match="size of 0"):
        program.header()


def test_a_header_that_is_longer_than_the_program_is_an_error() -> None:
    program = ALineProgram().octets()
    changed = program[:6] + words(len(program)) + program[10:]
    with pytest.raises(DwarfError, match="starts after its end"):
        read_line_header(memoryview(changed), 0, no_strings)


def test_a_count_that_the_header_cannot_hold_is_an_error() -> None:
    tables = octets(1, PATH, dw.FORM_string) + uleb(1 << 60)
    with pytest.raises(DwarfError, match="entries in"):
        ALineProgram(version=5, tables=tables).header()


def test_a_form_that_no_table_may_have_is_an_error() -> None:
    tables = table_of_5([(PATH, dw.FORM_flag_present)], [b"\0"])
    with pytest.raises(DwarfError, match="form 0x19 in a table"):
        ALineProgram(version=5, tables=tables).header()


def test_a_path_that_is_no_string_is_an_error() -> None:
    tables = table_of_5([], []) + table_of_5([(PATH, dw.FORM_udata)], [uleb(7)])
    with pytest.raises(DwarfError, match="file name in form 0xf"):
        ALineProgram(version=5, tables=tables).header().file(0)


@pytest.mark.parametrize("version", [2, 4, 5])
def test_a_program_cut_anywhere_is_an_error_and_no_other(version: int) -> None:
    whole = ALineProgram(b"\x01", version, directories=["d"], files=[("a.c", 1)]).octets()
    for size in range(len(whole)):
        with pytest.raises(DwarfError):
            read_line_header(memoryview(whole[:size]), 0, no_strings)
