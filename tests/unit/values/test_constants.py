"""What no dump can change is kept in words, and believed only where no dump does."""

import pytest

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.elf import Image
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.values.kept_statics import Kept, merged
from stackdump_probe.values.model import Variable, Worded
from stackdump_probe.values.statics import StaticsSearch
from stackdump_probe.values.text import short_text
from tests.builders.dwarf import ADie
from tests.builders.type_dies import INT, base, expression, number, pointer, variable
from tests.unit.values.programs import RAM, a_c_unit, an_image, an_object, at_address

CHAR, TEXT = base("char", 1, dw.ATE_unsigned_char), pointer("char", label="text")
DEREFERENCED = b"\x06"
FLASH = {
    0x04: (0x20).to_bytes(4, "little"),
    0x08: RAM.to_bytes(4, "little"),
    0x0C: RAM.to_bytes(4, "little"),
    0x10: (42).to_bytes(4, "little"),
    0x20: b"in flash\0",
}


def flash(changes: dict[int, bytes] | None = None) -> bytes:
    """512 bytes from address 0, so that much may be read behind a text."""
    octets = bytearray(0x200)
    for at, content in {**FLASH, **(changes or {})}.items():
        octets[at : at + len(content)] = content
    return bytes(octets)


def image_of(*dies: ADie) -> Image:
    objects = [an_object(name_at(address), address, section=".vectors") for address in FLASH]
    return an_image(a_c_unit(INT, CHAR, TEXT, *dies), low=flash(), symbols=objects)


def at(address: int, of_type: str = "int") -> ADie:
    return variable(name_at(address), of_type, expression(at_address(address)))


def name_at(address: int) -> str:
    return f"at_{address:x}"


def found_in(image: Image, memory: Memory) -> tuple[list[Variable], Kept]:
    search = StaticsSearch(image, memory.over(image.flash), remember=True, in_words=True)
    return merged([search.of_units(image.dwarf.units, lambda variable: variable)])


def again_in(image: Image, memory: Memory, kept: Kept) -> list[Variable]:
    search = StaticsSearch(image, memory.over(image.flash), in_words=True)
    return search.again(kept).between(0, len(kept.entries), lambda variable: variable)


def ram(text: bytes) -> Memory:
    return Memory([Segment(RAM, text.ljust(0x100, b"\0"))])


@pytest.mark.parametrize(
    ("die", "text"),
    [
        (at(0x10), "42"),
        (at(0x04, "text"), '0x00000020 <at_20> "in flash"'),
        (variable("it", "int", number(dw.AT_const_value, 7)), "7"),
        (variable("it", "int", expression(b"\x39\x9f")), "9"),
    ],
    ids=["number", "text", "value", "implicit"],
)
def test_a_constant_is_known_in_words(die: ADie, text: str) -> None:
    image = image_of(die)
    found, kept = found_in(image, Memory())
    again = again_in(image, ram(b"other"), kept)
    assert [short_text(each.value) for each in (*found, *again)] == [text, text]
    assert all(isinstance(each.value.content, Worded) for each in (*found, *again))


@pytest.mark.parametrize(
    "die",
    [at(RAM), at(0x08, "text"), variable("it", "int", expression(at_address(0x08) + DEREFERENCED))],
    ids=["in RAM", "text in RAM", "where RAM says"],
)
def test_what_a_dump_can_change_is_read_again(die: ADie) -> None:
    image = image_of(die)
    one, two = ram(b"one\0"), ram(b"two\0")
    found, kept = found_in(image, one)
    other, _ = found_in(image, two)
    assert found != other
    assert again_in(image, one, kept) == found
    assert again_in(image, two, kept) == other


def test_equal_pointers_to_what_a_dump_can_change_are_read_again_each() -> None:
    image = image_of(at(0x08, "text"), at(0x0C, "text"))
    _, kept = found_in(image, Memory())
    texts = [short_text(each.value) for each in again_in(image, ram(b"now\0"), kept)]
    assert texts == ['0x20000000 "now"'] * 2


def test_a_dump_of_other_flash_is_believed_before_the_words() -> None:
    image = image_of(at(0x10), at(0x04, "text"))
    _, kept = found_in(image, Memory())
    same, other = flash(), flash({0x10: b"\x2b", 0x20: b"as found"})
    for octets, text, count in ((same, "in flash", "42"), (other, "as found", "43")):
        read = again_in(image, Memory([Segment(0, octets)]), kept)
        expected = [f'0x00000020 <at_20> "{text}"', count]
        assert [short_text(each.value) for each in read] == expected


def test_words_are_no_answer_to_who_wants_the_parts() -> None:
    image = image_of(at(0x10))
    _, kept = found_in(image, Memory())
    (read,) = StaticsSearch(image, image.flash).again(kept).between(0, 1, lambda each: each)
    assert read.value.octets == FLASH[0x10]


def test_words_say_nothing_of_programs_beside() -> None:
    image = image_of(at(0x08, "text"), at(0x10))
    _, kept = found_in(image, Memory())
    search = StaticsSearch(image, image.flash, beside=[image_of()], in_words=True)
    read = search.again(kept).between(0, 2, lambda each: each)
    assert [isinstance(each.value.content, Worded) for each in read] == [False, False]
