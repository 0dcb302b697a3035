import mmap
from struct import pack

import pytest

from stackdump_probe.errors import ImageError, NotCaptured
from stackdump_probe.image.elf import Image
from tests.builders.elves import (
    ALLOC,
    EXEC,
    NOTE,
    WRITE,
    ASection,
    ASymbol,
    an_elf,
    code,
    constants,
    variables,
    zeroed,
)

FLASH, RAM = 0x0800_0000, 0x2000_0000


def image(*sections: ASection, symbols: tuple[ASymbol, ...] = ()) -> Image:
    return Image.from_bytes(an_elf(*sections, symbols=symbols))


def test_contents_are_the_bytes_of_the_first_section_of_that_name() -> None:
    elf = image(constants(b"first", at=FLASH), constants(b"other", at=FLASH + 8))
    assert bytes(elf.contents(".rodata")) == b"first"


def test_contents_of_an_absent_or_zeroed_section_are_empty() -> None:
    elf = image(zeroed(64, at=RAM))
    assert bytes(elf.contents(".bss")) == b""
    assert bytes(elf.contents(".debug_info")) == b""
    assert elf.section(".debug_info") is None


def test_a_section_past_the_end_of_the_file_is_told_when_it_is_read() -> None:
    elf = bytearray(an_elf(constants(b"12345678", at=FLASH)))
    second = int.from_bytes(elf[32:36], "little") + 40
    elf[second + 20 : second + 24] = (1 << 20).to_bytes(4, "little")  # sh_size
    damaged = Image.from_bytes(bytes(elf))
    with pytest.raises(ImageError, match=r"section .rodata needs 1048576 bytes, the file has"):
        damaged.contents(".rodata")


def test_an_mmap_can_be_read() -> None:
    elf = an_elf(constants(b"constant", at=FLASH))
    with mmap.mmap(-1, len(elf)) as mapped:
        mapped[:] = elf
        found = Image.from_bytes(mapped)
        assert bytes(found.contents(".rodata")) == b"constant"
        del found


def test_flash_holds_code_and_constants_where_they_run() -> None:
    elf = image(code(b"\xfe\xe7", at=FLASH), constants(b"text", at=FLASH + 4))
    assert elf.flash.read(FLASH, 2) == b"\xfe\xe7"
    assert elf.flash.read(FLASH + 4, 4) == b"text"
    assert {segment.origin for segment in elf.flash.segments} == {"elf"}


def test_variables_are_known_where_they_are_stored_but_not_where_they_run() -> None:
    elf = image(variables(b"init", at=RAM, load_address=FLASH + 0x40))
    assert elf.flash.read(FLASH + 0x40, 4) == b"init"
    with pytest.raises(NotCaptured):
        elf.flash.read(RAM, 4)


def test_code_that_is_copied_to_ram_is_known_in_both_places() -> None:
    ram_code = ASection(".ramfunc", b"\x70\x47", RAM, ALLOC | EXEC, load_address=FLASH + 0x80)
    elf = image(ram_code)
    assert elf.flash.read(RAM, 2) == elf.flash.read(FLASH + 0x80, 2) == b"\x70\x47"


def test_debug_sections_are_no_part_of_flash() -> None:
    assert image(ASection(".debug_info", b"1234")).flash.segments == ()


def without_sections(elf: bytes) -> Image:
    stripped = bytearray(elf)
    stripped[32:36] = bytes(4)  # e_shoff
    return Image.from_bytes(bytes(stripped))


def test_without_sections_the_segments_give_flash_and_code() -> None:
    data = variables(b"init", at=RAM, load_address=FLASH + 0x40)
    elf = without_sections(an_elf(code(b"\xfe\xe7", at=FLASH), data))
    assert elf.flash.read(FLASH, 2) == b"\xfe\xe7"
    assert elf.flash.read(FLASH + 0x40, 4) == b"init"
    assert not elf.flash.holds(RAM)
    assert elf.code_ranges == ((FLASH, FLASH + 2),)


def test_code_is_what_executable_sections_hold() -> None:
    elf = image(code(bytes(16), at=FLASH), code(bytes(16), at=FLASH + 16, name=".init"))
    assert elf.code_ranges == ((FLASH, FLASH + 32),)
    assert [elf.is_code(FLASH + at) for at in (0, 31, 32)] == [True, True, False]


def test_code_lies_inside_executable_sections_as_a_whole() -> None:
    elf = image(code(bytes(16), at=FLASH), constants(bytes(16), at=FLASH + 16))
    assert elf.holds_code(FLASH, FLASH + 16)
    assert not elf.holds_code(FLASH + 8, FLASH + 24)
    assert not elf.holds_code(FLASH + 8, FLASH + 8)


def test_what_lies_at_0_is_code_only_if_a_function_symbol_says_so() -> None:
    text = code(bytes(64), at=0)
    assert not image(text).holds_code(0, 8)
    assert not image(text, symbols=(ASymbol("f", 5, section=".text"),)).holds_code(0, 8)
    assert image(text, symbols=(ASymbol("f", 1, section=".text"),)).holds_code(0, 8)
    assert image(text).holds_code(4, 8)


def build_id_note(at: int, flags: int) -> ASection:
    note = pack("<3I", 4, 4, 3) + b"GNU\0" + b"\xde\xad\xbe\xef"
    return ASection(".note.gnu.build-id", note, at, flags, NOTE)


def test_the_build_id_is_known_with_its_address() -> None:
    elf = image(build_id_note(FLASH + 0x200, ALLOC))
    assert elf.build_id == b"\xde\xad\xbe\xef"
    assert elf.build_id_address == FLASH + 0x210


def test_a_build_id_that_is_not_loaded_has_no_address() -> None:
    elf = image(build_id_note(0, 0))
    assert elf.build_id == b"\xde\xad\xbe\xef"
    assert elf.build_id_address is None


def test_without_a_note_there_is_no_build_id() -> None:
    elf = image(code(b"\0\0", at=FLASH))
    assert elf.build_id is None
    assert elf.build_id_address is None


def test_a_build_id_is_found_by_its_segment_where_sections_are_gone() -> None:
    note = ASection("n", build_id_note(0, 0).content, FLASH, ALLOC, load_address=FLASH)
    elf = bytearray(an_elf(note))
    elf[52:56] = (4).to_bytes(4, "little")  # PT_NOTE
    stripped = without_sections(bytes(elf))
    assert (stripped.build_id, stripped.build_id_address) == (b"\xde\xad\xbe\xef", FLASH + 16)


def test_writable_executable_sections_are_code_but_not_constant() -> None:
    elf = image(ASection(".data", bytes(8), RAM, ALLOC | WRITE | EXEC, load_address=FLASH))
    assert elf.is_code(RAM)
    assert not elf.flash.holds(RAM)


def test_a_stripped_file_has_neither_symbols_nor_units() -> None:
    elf = image(code(b"\0\0", at=FLASH))
    assert elf.symbols.all == ()
    assert elf.dwarf.units == ()
    assert elf.vectors is None
