import pytest

from stackdump_probe.errors import ImageError
from stackdump_probe.image.headers import Headers, ProgramHeader, Section, read_headers
from tests.builders.elves import (
    ALLOC,
    EXEC,
    NOBITS,
    PROGBITS,
    WRITE,
    ASection,
    an_elf,
    code,
    zeroed,
)


def headers_of(elf: bytes) -> Headers:
    return read_headers(memoryview(elf))


def test_sections_keep_name_kind_and_place() -> None:
    elf = an_elf(code(b"\xfe\xe7", at=0x0800_0100), zeroed(64, at=0x2000_0000))
    _, text, bss, _ = headers_of(elf).sections
    assert text == Section(".text", PROGBITS, ALLOC | EXEC, 0x0800_0100, text.offset, 2)
    assert elf[text.offset : text.offset + 2] == b"\xfe\xe7"
    assert (bss.name, bss.type, bss.flags, bss.end) == (".bss", NOBITS, ALLOC | WRITE, 0x2000_0040)


def test_loaded_and_executable_sections_say_so() -> None:
    elf = an_elf(code(b"\0\0", at=0x100), zeroed(4, at=0x2000_0000), ASection(".comment", b"gcc"))
    _, text, bss, comment, _ = headers_of(elf).sections
    assert [each.is_loaded for each in (text, bss, comment)] == [True, False, False]
    assert [each.is_code for each in (text, bss, comment)] == [True, False, False]


def test_program_headers_tell_where_bytes_are_stored_and_run() -> None:
    elf = an_elf(ASection(".data", b"1234", 0x2000_0000, ALLOC | WRITE, load_address=0x0800_0000))
    (load,) = headers_of(elf).program_headers
    assert load == ProgramHeader(1, load.offset, 0x2000_0000, 0x0800_0000, 4, 4, 6)


def test_the_entry_point_is_kept() -> None:
    assert headers_of(an_elf(entry=0x0800_0101)).entry == 0x0800_0101


def test_a_file_without_sections_has_none() -> None:
    elf = bytearray(an_elf(code(b"\0\0", at=0x100)))
    elf[32:36] = bytes(4)  # e_shoff
    assert headers_of(bytes(elf)).sections == ()


def test_more_sections_than_the_header_can_count_are_counted_in_section_header_0() -> None:
    elf = bytearray(an_elf(code(b"\0\0", at=0x100)))
    first = int.from_bytes(elf[32:36], "little")
    elf[first + 20 : first + 24] = (3).to_bytes(4, "little")  # sh_size
    elf[first + 24 : first + 28] = (2).to_bytes(4, "little")  # sh_link
    elf[48:52] = b"\0\0\xff\xff"  # e_shnum, e_shstrndx = SHN_XINDEX
    assert [each.name for each in headers_of(bytes(elf)).sections] == ["", ".text", ".shstrtab"]


@pytest.mark.parametrize(
    ("patch", "why"),
    [
        ((0, b"\x7fELG"), "not an ELF file"),
        ((4, b"\x02"), "not a 32-bit little-endian ELF"),
        ((5, b"\x02"), "not a 32-bit little-endian ELF"),
        ((18, b"\x3e\x00"), r"machine 62, not for Arm \(40\)"),
        ((48, b"\xff\xff"), "65535 section headers do not fit"),
        ((32, b"\xff\xff\xff\x00"), "the file ends inside section header 0"),
        ((28, b"\xff\xff\xff\x00"), "the file ends inside program header 0"),
    ],
)
def test_what_is_no_arm_elf_is_refused(patch: tuple[int, bytes], why: str) -> None:
    elf = bytearray(an_elf(code(b"\0\0", at=0x100)))
    at, octets = patch
    elf[at : at + len(octets)] = octets
    with pytest.raises(ImageError, match=why):
        headers_of(bytes(elf))


@pytest.mark.parametrize("size", [0, 3, 6, 51])
def test_a_file_that_ends_in_its_header_is_refused(size: int) -> None:
    with pytest.raises(ImageError):
        headers_of(an_elf()[:size])


def test_a_name_outside_the_string_table_is_empty() -> None:
    elf = bytearray(an_elf(code(b"\0\0", at=0x100)))
    second = int.from_bytes(elf[32:36], "little") + 40
    elf[second : second + 4] = b"\xff\xff\xff\xff"
    assert headers_of(bytes(elf)).sections[1].name == ""
