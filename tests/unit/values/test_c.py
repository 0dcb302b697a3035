import pytest

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.types.model import Base, Enum, Function, Type, Void
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.record import replace
from stackdump_probe.values.c import STRING_LIMIT, array_text, enumerator, string_at
from stackdump_probe.values.decode import Decoder
from stackdump_probe.values.model import Enumerator, Integer, Text
from stackdump_probe.values.storage import Storage
from stackdump_probe.values.text import short_text
from tests.builders.types import BYTE, CHAR, INT, array, pointer, struct, to

FLASH = 0x0800_1000
WIDE = Base("wchar_t", 4, dw.ATE_unsigned)
UTF16 = Base("char16_t", 2, dw.ATE_UTF)


def symbols(address: int) -> str | None:
    return {0x0800_0101: "uart_isr", 0x2000_0004: "buffer+4"}.get(address)


def text(type_: Type, octets: bytes, *segments: Segment) -> str | None:
    return short_text(Decoder(Memory(segments), symbols).decode(type_, Storage(octets)))


def word(number: int) -> bytes:
    return number.to_bytes(4, "little")


def in_octets(enum: Enum, number: int) -> bytes:
    return number.to_bytes(enum.size, "little", signed=enum.signed)


# --- pointers ---------------------------------------------------------------------------------


def test_a_pointer_is_its_address() -> None:
    assert text(pointer(INT), word(0x2000_0000)) == "0x20000000"
    assert text(pointer(Void()), word(0)) == "0x00000000"


def test_a_pointer_names_the_symbol_that_it_points_into() -> None:
    assert text(pointer(INT), word(0x2000_0004)) == "0x20000004 <buffer+4>"


def test_a_function_pointer_names_its_function() -> None:
    assert text(pointer(Function(to(INT), ())), word(0x0800_0101)) == "0x08000101 <uart_isr>"


def test_a_pointer_to_characters_shows_the_text_there() -> None:
    segment = Segment(FLASH, b"text\0more")
    assert text(pointer(CHAR), word(FLASH), segment) == '0x08001000 "text"'


def test_a_pointer_to_bytes_is_no_text() -> None:
    assert text(pointer(BYTE), word(FLASH), Segment(FLASH, b"text\0")) == "0x08001000"


def test_a_pointer_to_a_struct_is_not_followed() -> None:
    assert text(pointer(struct("s", 4)), word(FLASH), Segment(FLASH, bytes(8))) == "0x08001000"


def test_a_pointer_to_text_that_was_not_captured_is_an_address() -> None:
    assert text(pointer(CHAR), word(FLASH)) == "0x08001000"


def test_nothing_is_at_null_even_where_memory_begins_there() -> None:
    assert text(pointer(CHAR), word(0), Segment(0, b"text\0")) == "0x00000000"


@pytest.mark.parametrize(
    ("element", "octets", "expected"),
    [
        (UTF16, "\u00b5m\0\ud800".encode("utf-16-le", "surrogatepass"), '"\u00b5m"'),
        (WIDE, "w\u00e9\0".encode("utf-32-le"), '"w\u00e9"'),
        (UTF16, "\u0100".encode("utf-16-le") + b"\0", '"\u0100"...'),
        (WIDE, b"\x41\0", None),
        (UTF16, b"\x00\xd8\0\0", None),  # half a surrogate pair
    ],
)
def test_text_of_wide_characters_ends_with_a_wide_nul(
    element: Type, octets: bytes, expected: str | None
) -> None:
    shown = "0x08001000" if expected is None else f"0x08001000 {expected}"
    assert text(pointer(element), word(FLASH), Segment(FLASH, octets)) == shown


def test_pointers_below_the_deepest_level_are_not_followed() -> None:
    nested: Type = pointer(CHAR)
    for _ in range(8):
        nested = array(nested, 1)
    found = text(nested, word(FLASH), Segment(FLASH, b"text\0"))
    assert found == "[" * 8 + "0x08001000" + "]" * 8


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (b"abc\0", Text(b"abc")),
        (b"\0", Text(b"")),
        (b"abc", Text(b"abc", cut=True)),
        (b"a" * 1000 + b"\0", Text(b"a" * STRING_LIMIT, cut=True)),
        (b"a" * (STRING_LIMIT - 1) + b"\0", Text(b"a" * (STRING_LIMIT - 1))),
    ],
)
def test_text_ends_with_a_nul_or_is_cut(octets: bytes, expected: Text) -> None:
    assert string_at(Decoder(Memory([Segment(FLASH, octets)])), CHAR, FLASH) == expected


def test_text_goes_on_where_segments_touch_and_ends_at_a_gap() -> None:
    memory = Memory([Segment(FLASH, b"ab"), Segment(FLASH + 2, b"cd"), Segment(FLASH + 5, b"f\0")])
    assert string_at(Decoder(memory), CHAR, FLASH) == Text(b"abcd", cut=True)


def test_text_whose_first_byte_is_missing_is_unknown() -> None:
    assert string_at(Decoder(Memory([Segment(FLASH + 1, b"ab\0")])), CHAR, FLASH) is None


def test_text_at_the_end_of_the_address_space_ends_there() -> None:
    memory = Memory([Segment(0xFFFF_FFFE, b"ab")])
    assert string_at(Decoder(memory), CHAR, 0xFFFF_FFFE) == Text(b"ab", cut=True)


# --- arrays of characters ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("element", "octets", "expected"),
    [
        (CHAR, b"abc\0\0", Text(b"abc")),
        (CHAR, b"ab\0cd\0", Text(b"ab\0cd")),
        (CHAR, bytes(4), Text(b"")),
        (CHAR, b"a" * 5000, Text(b"a" * 4096, cut=True)),
        (WIDE, "w\u00e9\0".encode("utf-32-le"), Text("w\u00e9".encode())),
        (UTF16, "\U0001f600\0".encode("utf-16-le"), Text("\U0001f600".encode())),
        (UTF16, b"\x00\xd8\0\0", None),  # half a surrogate pair
        (Base("char", 3, dw.ATE_UTF), bytes(6), None),
        (BYTE, b"abc", None),
        (struct("s", 1), b"abc", None),
    ],
)
def test_an_array_of_characters_is_text_without_the_nuls_at_its_end(
    element: Type, octets: bytes, expected: Text | None
) -> None:
    assert array_text(element, octets) == expected


# --- enums ------------------------------------------------------------------------------------


MODE = Enum("mode", 4, (("OFF", 0), ("ON", 1), ("LOST", -1)), signed=True)
TROUBLE = Enum(
    "status",
    1,
    (("READY", 1), ("BUSY", 2), ("FAILED", 4), ("LATE", 16), ("TROUBLE", 20)),
)
FLAGS = Enum("flags", 1, (("NONE", 0), ("A", 1), ("B", 2), ("C", 4), ("TOP", 0x80)))


@pytest.mark.parametrize(
    ("enum", "number", "name"),
    [
        (MODE, 1, "ON"),
        (MODE, -1, "LOST"),
        (replace(MODE, signed=False), 0xFFFF_FFFF, "LOST"),
        (MODE, 7, None),
        (FLAGS, 0, "NONE"),
        (FLAGS, 2, "B"),
        (FLAGS, 5, "A | C"),
        (replace(FLAGS, signed=True), -127, "A | TOP"),
        (FLAGS, 0x11, "A | 0x10"),
        (FLAGS, 0x30, None),
        (TROUBLE, 0x14, "TROUBLE"),
        (TROUBLE, 0x11, "READY | LATE"),
        (TROUBLE, 0x55, "READY | FAILED | LATE | 0x40"),
        (Enum("four", 1, (("A", 1), ("B", 2), ("C", 3), ("D", 4))), 5, None),
        (Enum("sets", 1, (("A", 1), ("B", 8), ("X", 9), ("Y", 24))), 17, None),
        (Enum("alias", 1, (("A", 1), ("ALSO_A", 1), ("B", 4))), 5, "A | B"),
        (Enum("count", 1, (("ZERO", 0), ("ONE", 1), ("TWO", 2))), 3, None),
        (Enum("one", 1, (("BIG", 8),)), 9, None),
        (Enum("same", 1, (("A", 4), ("B", 6))), 7, None),
    ],
)
def test_a_number_is_named_by_its_enumerator_or_its_flags(
    enum: Enum, number: int, name: str | None
) -> None:
    assert enumerator(enum, in_octets(enum, number)) == Enumerator(name, number)


BITS = Enum("bits", 1, (("A", 1), ("C", 4)))


@pytest.mark.parametrize(
    ("enum", "number"),
    [(BITS, 0), (Enum("std::byte", 1, ()), 7), (Enum("Level", 1, (), signed=True), -1)],
)
def test_no_flags_and_what_has_no_enumerators_are_numbers(enum: Enum, number: int) -> None:
    assert enumerator(enum, in_octets(enum, number)) == Integer(number)
