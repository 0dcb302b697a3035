"""Whether an ELF is the program in a dump, by the bytes in both."""

import pytest

from stackdump_probe.image.elf import Image
from stackdump_probe.report.matching import elf_match
from tests.builders import a_dump, an_elf, words
from tests.builders.elves import ALLOC, NOTE, ASection, code, constants, variables

FLASH, RAM = 0x0800_0000, 0x2000_0000
PROGRAM = bytes(range(256))
BUILD_ID = bytes(range(0x40, 0x54))


def an_image(*sections: ASection) -> Image:
    return Image.from_bytes(an_elf(*sections))


PLAIN = an_image(code(PROGRAM, at=FLASH))


def with_build_id(build_id: bytes) -> Image:
    note = words(4, len(build_id), 3) + b"GNU\0" + build_id
    section = ASection(
        ".note.gnu.build-id", note, FLASH + 0x1000, ALLOC, NOTE, load_address=FLASH + 0x1000
    )
    return an_image(code(PROGRAM, at=FLASH), section)


def test_equal_flash_bytes_are_a_match() -> None:
    match = elf_match(a_dump({FLASH + 0x80: PROGRAM[0x80:0xC0]}), PLAIN)
    assert (match.verdict, match.evidence) == ("match", "64 flash bytes at 0x08000080 equal")


def test_one_differing_flash_byte_is_a_mismatch_and_is_shown() -> None:
    flash = bytearray(PROGRAM[:64])
    flash[5] = 0xEE
    match = elf_match(a_dump({FLASH: bytes(flash)}), PLAIN)
    assert match.verdict == "mismatch"
    assert match.evidence == ("the flash byte at 0x08000005 is 0xee in the dump, 0x05 in the ELF")


def test_a_checksum_that_the_flash_tool_wrote_into_vector_7_is_no_mismatch() -> None:
    vectors = words(RAM + 0x1000, FLASH + 0x41, *[FLASH + 0x41] * 14)
    image = an_image(
        constants(vectors, at=FLASH, name=".isr_vector"), code(PROGRAM, at=FLASH + 0x40)
    )
    written = vectors[:0x1C] + words(0xEFFF_7D95) + vectors[0x20:]
    assert elf_match(a_dump({FLASH: written}), image).verdict == "match"
    other = vectors[:0x18] + words(0xEFFF_7D95) + vectors[0x1C:]
    assert elf_match(a_dump({FLASH: other}), image).verdict == "mismatch"


def test_several_places_count_together() -> None:
    dump = a_dump({FLASH: PROGRAM[:16], FLASH + 0x40: PROGRAM[0x40:0x60]})
    match = elf_match(dump, PLAIN)
    assert (match.verdict, match.evidence) == (
        "match",
        "48 flash bytes at 0x08000000 in 2 places equal",
    )


def test_touching_sections_and_regions_are_one_place() -> None:
    image = an_image(code(PROGRAM[:128], at=FLASH), constants(PROGRAM[128:], at=FLASH + 128))
    dump = a_dump({FLASH + 96: PROGRAM[96:150], FLASH + 150: PROGRAM[150:160]})
    assert elf_match(dump, image).evidence == "64 flash bytes at 0x08000060 equal"


def test_a_dump_without_flash_proves_nothing() -> None:
    match = elf_match(a_dump({RAM: bytes(64)}), PLAIN)
    assert (match.verdict, match.evidence) == ("unknown", "the dump holds no flash bytes of it")


@pytest.mark.parametrize("flash", [PROGRAM[:8], bytes(64)])
def test_few_or_uniform_bytes_prove_nothing(flash: bytes) -> None:
    match = elf_match(a_dump({FLASH: flash}), an_image(code(flash, at=FLASH)))
    assert (match.verdict, match.evidence) == (
        "unknown",
        f"only {len(flash)} flash bytes at 0x08000000 equal",
    )


def test_an_equal_build_id_is_a_match_even_where_other_flash_differs() -> None:
    dump = a_dump({FLASH: bytes(64), FLASH + 0x1010: BUILD_ID})
    match = elf_match(dump, with_build_id(BUILD_ID))
    assert match.verdict == "match"
    assert match.evidence == "build id at 0x08001010 equal"


def test_another_build_id_is_a_mismatch_even_where_other_flash_is_equal() -> None:
    dump = a_dump({FLASH: PROGRAM[:64], FLASH + 0x1010: BUILD_ID})
    match = elf_match(dump, with_build_id(BUILD_ID[::-1]))
    assert match.verdict == "mismatch"
    assert BUILD_ID.hex() in match.evidence


def test_without_the_build_id_in_the_dump_flash_decides() -> None:
    dump = a_dump({FLASH: PROGRAM[:64], FLASH + 0x1010: BUILD_ID[:10]})
    assert elf_match(dump, with_build_id(BUILD_ID)).verdict == "match"


def test_changed_variables_in_ram_are_no_mismatch() -> None:
    image = an_image(
        code(PROGRAM, at=FLASH), variables(bytes(64), at=RAM, load_address=FLASH + 0x200)
    )
    dump = a_dump({RAM: b"\xff" * 64, FLASH: PROGRAM[:64]})
    assert elf_match(dump, image).verdict == "match"


def test_code_not_yet_copied_to_ram_is_no_mismatch() -> None:
    ram_code = code(PROGRAM[::-1], at=RAM, name=".ramfunc")
    stored_in_flash = ASection(
        ram_code.name, ram_code.content, RAM, ram_code.flags, load_address=FLASH + 0x200
    )
    image = an_image(code(PROGRAM, at=FLASH), stored_in_flash)
    dump = a_dump({RAM: bytes(256), FLASH: PROGRAM[:64]})
    assert elf_match(dump, image).verdict == "match"
