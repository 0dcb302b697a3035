"""Containers of ETL, laid out as its headers declare them: private/vector_base.h, vector.h,
array.h, basic_string.h, string_view.h."""

import pytest

from stackdump_probe.image.types.model import Member, Type
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.record import replace
from stackdump_probe.values.decode import Decoder
from stackdump_probe.values.model import Value
from stackdump_probe.values.scalar_text import doubt
from stackdump_probe.values.storage import Absence, Gap, Storage
from stackdump_probe.values.text import short_text
from tests.builders.octets import words
from tests.builders.types import CHAR, INT, U8, UNSIGNED, array, member, pointer, struct

RAM = 0x2000_0000


def base(type_: Type) -> Member:
    return replace(member(None, type_, 0), inherited=True)


def decoded(type_: Type, octets: bytes, *gaps: Gap) -> Value:
    memory = Memory([Segment(RAM, octets)])
    return Decoder(memory).decode(type_, Storage(octets, RAM, gaps))


def text(type_: Type, octets: bytes) -> str | None:
    return short_text(decoded(type_, octets))


VECTOR_BASE = struct("etl::vector_base", 4, member("CAPACITY", UNSIGNED, 0), language="c++")
IVECTOR = struct(
    "etl::ivector<int>",
    12,
    base(VECTOR_BASE),
    member("p_buffer", pointer(INT), 4),
    member("p_end", pointer(INT), 8),
    language="c++",
)
VECTOR = struct(
    "etl::vector<int, 4>",
    28,
    base(IVECTOR),
    member("buffer", array(U8, 16), 12),
    language="c++",
)
ELEMENTS = RAM + 12


def a_vector(count: int, *elements: int) -> bytes:
    return words(4, ELEMENTS, ELEMENTS + 4 * count, *elements).ljust(28, b"\0")


@pytest.mark.parametrize("type_", [VECTOR, IVECTOR])
def test_a_vector_is_the_elements_that_are_in_use(type_: Type) -> None:
    assert text(type_, a_vector(2, 7, 8, 9, 10)) == "[7, 8]"
    assert text(type_, a_vector(0)) == "[]"


def test_a_vector_of_more_than_it_has_room_for_is_invalid() -> None:
    found = decoded(VECTOR, a_vector(5))
    assert doubt(found.content) == (
        "invalid: elements from here to 0x20000020 in a block up to 0x2000001c"
    )


def test_a_vector_of_which_a_part_is_lost_shows_what_is_left() -> None:
    lost = Gap(64, 96, Absence("optimized_out"))
    found = decoded(IVECTOR, a_vector(1, 5)[:12], lost)
    assert short_text(found) == ("{p_buffer: 0x2000000c, p_end: <optimized out>, CAPACITY: 4}")
    assert found.state == "partial"


def test_an_array_is_its_elements() -> None:
    held = struct("etl::array<int, 2>", 8, member("_buffer", array(INT, 2), 0), language="c++")
    assert text(held, words(1, 2)) == "[1, 2]"


STRING_BASE = struct(
    "etl::string_base",
    8,
    member("current_size", UNSIGNED, 0),
    member("CAPACITY", UNSIGNED, 4),
    language="c++",
)
ISTRING = struct(
    "etl::ibasic_string<char>",
    12,
    base(STRING_BASE),
    member("p_buffer", pointer(CHAR), 8),
    language="c++",
)
STRING = struct(
    "etl::string<8>",
    21,
    base(ISTRING),
    member("buffer", array(CHAR, 9), 12),
    language="c++",
)


@pytest.mark.parametrize("type_", [STRING, ISTRING])
def test_a_string_is_its_text(type_: Type) -> None:
    assert text(type_, words(3, 8, ELEMENTS) + b"abcd\0\0\0\0\0") == '"abc"'
    assert text(type_, words(0, 8, ELEMENTS) + bytes(9)) == '""'


def test_a_string_longer_than_its_buffer_is_invalid() -> None:
    found = decoded(STRING, words(9, 8, ELEMENTS) + bytes(9))
    assert doubt(found.content) == "invalid: a text of so many characters in a buffer for 8"


VIEW = struct(
    "etl::basic_string_view<char, etl::char_traits<char> >",
    8,
    member("mbegin", pointer(CHAR), 0),
    member("mend", pointer(CHAR), 4),
    language="c++",
)


def test_a_view_is_the_text_between_its_pointers() -> None:
    assert text(VIEW, words(RAM + 8, RAM + 10) + b"hey") == '"he"'
    backwards = decoded(VIEW, words(RAM + 10, RAM + 8))
    assert doubt(backwards.content) == "invalid: text from here to 0x20000008"


def test_another_layout_is_shown_as_the_class_that_it_is() -> None:
    other = struct("etl::vector<int, 4>", 4, member("size_", INT, 0), language="c++")
    assert text(other, words(3)) == "{size_: 3}"
