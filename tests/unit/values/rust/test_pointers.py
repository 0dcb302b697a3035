import pytest

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.types.model import Type, Void
from stackdump_probe.image.types.rust_vtables import VtableOwner
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.values.decode import Decoder, Limits
from stackdump_probe.values.model import Array, Pointer, Text, Value
from stackdump_probe.values.program import decoder_for
from stackdump_probe.values.storage import Absence, Gap, Storage
from stackdump_probe.values.text import short_text
from tests.builders.dwarf import a_unit
from tests.builders.octets import halfwords, words
from tests.builders.type_dies import (
    RUST,
    base,
    expression,
    language,
    of,
    pointer,
    up_to,
    variable,
)
from tests.builders.type_dies import array as array_die
from tests.builders.type_dies import member as member_die
from tests.builders.type_dies import named as named_die
from tests.builders.type_dies import struct as struct_die
from tests.builders.types import U8, U16, U32, member, rust_pointer
from tests.unit.values.programs import an_image, an_object, at_address
from tests.unit.values.rust_types import (
    HEAP,
    RAM,
    decode,
    heap,
    itself,
    non_null,
    rust,
    slice_of,
    text,
    trait_object,
)

# --- slices and text --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "&str",
        "&mut str",
        "*const str",
        "alloc::boxed::Box<str, alloc::alloc::Global>",
        "Box<str>",
        "alloc::boxed::Box<str>",
    ],
)
def test_str_is_text(name: str) -> None:
    assert text(slice_of(name, U8), words(RAM, 4), Segment(RAM, b"textual")) == '"text"'


@pytest.mark.parametrize("name", ["&[u8]", "*mut [u8]", "Box<[u8]>", "&[strange::Byte]"])
def test_a_slice_of_bytes_is_no_text(name: str) -> None:
    assert text(slice_of(name, U8), words(RAM, 2), Segment(RAM, b"ab")) == "[97, 98]"


def test_a_slice_of_boxed_text_is_a_slice() -> None:
    boxed = slice_of("alloc::boxed::Box<str, alloc::alloc::Global>", U8)
    of_text = slice_of("&[alloc::boxed::Box<str, alloc::alloc::Global>]", boxed)
    ram = Segment(RAM, words(HEAP, 2))
    assert text(of_text, words(RAM, 1), ram, heap(b"ab")) == '["ab"]'


def test_a_slice_is_its_elements_at_their_addresses() -> None:
    found = decode(slice_of("&[u16]", U16), words(RAM, 2), Segment(RAM, b"\1\0\2\0"))
    assert short_text(found) == "[1, 2]"
    assert isinstance(found.content, Array)
    assert [each.address for each in found.content.elements] == [RAM, RAM + 2]
    assert found.octets == words(RAM, 2)


def test_a_slice_whose_elements_were_not_captured_says_so() -> None:
    found = decode(slice_of("&[u16]", U16), words(RAM, 2))
    assert (found.state, found.content) == ("not_captured", None)
    assert decode(slice_of("&str", U8), words(RAM, 2)).state == "not_captured"


def test_a_slice_of_which_some_elements_were_captured_is_partial() -> None:
    found = decode(slice_of("&[u16]", U16), words(RAM, 2), Segment(RAM, b"\1\0"))
    assert (found.state, short_text(found)) == ("partial", "[1, <not captured>]")


def test_a_length_of_four_billion_is_bounded() -> None:
    ram = Segment(RAM, bytes(8192))
    numbers = decode(slice_of("&[u16]", U16), words(RAM, 0xFFFF_FFFF), ram)
    assert isinstance(numbers.content, Array)
    assert numbers.content.length == 0xFFFF_FFFF
    assert len(numbers.content.elements) == Limits().entries
    words_of = decode(slice_of("&str", U8), words(RAM, 0xFFFF_FFFF), ram)
    assert words_of.content == Text(bytes(4096), cut=True)


def test_elements_without_a_size_are_bounded_too() -> None:
    found = decode(slice_of("&[()]", rust("()", 0)), words(1, 0xFFFF_FFFF))
    assert isinstance(found.content, Array)
    assert len(found.content.elements) == Limits().entries


def test_elements_of_a_gigabyte_are_bounded_too() -> None:
    huge = rust("Huge", 1 << 60, member("a", U8, 0))
    found = decode(slice_of("&[Huge]", huge), words(RAM, 0xFFFF_FFFF), Segment(RAM, b"\1"))
    assert found.state in ("partial", "not_captured")


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (0, "{data_ptr: <optimized out>, length: 2}"),
        (32, "{data_ptr: 0x20000000, length: <optimized out>}"),
    ],
)
def test_a_slice_of_which_a_half_is_lost_shows_the_other(start: int, expected: str) -> None:
    gap = Gap(start, start + 32, Absence("optimized_out", "gone"))
    storage = Storage(words(RAM, 2), None, (gap,))
    for type_ in (slice_of("&[u8]", U8), slice_of("&str", U8)):
        found = Decoder(Memory([Segment(RAM, b"ab")])).decode(type_, storage)
        assert (found.state, short_text(found)) == ("partial", expected)


def test_a_slice_of_a_type_without_size_is_unsupported() -> None:
    found = decode(slice_of("&[T]", Void()), words(RAM, 2))
    assert (found.state, found.why) == ("unsupported", "elements of unknown size")


def test_what_only_looks_like_a_slice_is_a_struct() -> None:
    other = rust("Mine", 8, member("data_ptr", U32, 0), member("length", U32, 4))
    assert text(other, words(1, 2)) == "{data_ptr: 1, length: 2}"


# --- objects that end with a slice ------------------------------------------------------------

# rustc describes the slice at the end by one element behind the size that it tells.
TAIL = rust("Tail<[u16]>", 2, member("head", U8, 0), member("rest", U16, 2))
TAIL_AT_RAM = Segment(RAM, b"\x09\xff" + halfwords(10, 11, 12))


def test_the_last_member_may_be_a_slice() -> None:
    found = text(slice_of("&sea::Tail<[u16]>", TAIL), words(RAM, 2), TAIL_AT_RAM)
    assert found == "0x20000000 {head: 9, rest: [10, 11]}"


def test_a_box_of_such_an_object_is_the_object() -> None:
    name = "alloc::boxed::Box<sea::Tail<[u16]>, alloc::alloc::Global>"
    assert text(slice_of(name, TAIL), words(RAM, 3), TAIL_AT_RAM) == "{head: 9, rest: [10, 11, 12]}"


def test_the_last_member_may_be_text() -> None:
    tail = rust("Tail<str>", 1, member("head", U8, 0), member("rest", U8, 1))
    found = text(slice_of("&Tail<str>", tail), words(RAM, 2), Segment(RAM, b"\x09hi!"))
    assert found == '0x20000000 {head: 9, rest: "hi"}'


def test_the_last_member_may_itself_end_with_a_slice() -> None:
    outer = rust("Outer<Tail<[u16]>>", 4, member("id", U32, 0), member("tail", TAIL, 4))
    ram = Segment(RAM, words(7) + b"\x09\xff" + halfwords(10, 11))
    found = text(slice_of("&Outer<Tail<[u16]>>", outer), words(RAM, 2), ram)
    assert found == "0x20000000 {id: 7, tail: {head: 9, rest: [10, 11]}}"


def test_an_object_of_which_the_slice_is_missing_is_partial() -> None:
    ram = Segment(RAM, b"\x09\xff")
    found = decode(slice_of("&Tail<[u16]>", TAIL), words(RAM, 2), ram)
    assert short_text(found) == "0x20000000 {head: 9, rest: <not captured>}"
    assert isinstance(found.content, Pointer)
    assert found.content.target is not None
    assert found.content.target.state == "partial"


def test_such_an_object_too_deep_down_is_its_two_words() -> None:
    type_: Type = slice_of("&Tail<[u16]>", TAIL)
    for _ in range(Limits().depth):
        type_ = rust("S", 8, member("a", type_, 0))
    found = text(type_, words(RAM, 2), TAIL_AT_RAM) or ""
    assert found.count("{") == Limits().depth + 1
    assert "{...}" in found


def test_an_object_that_ends_with_itself_comes_to_an_end() -> None:
    endless = itself("Tail", size=2, at=2)
    assert text(slice_of("&Tail", endless), words(RAM, 2), Segment(RAM, bytes(64))) is not None


# --- trait objects ----------------------------------------------------------------------------

SQUARE = rust("Square", 4, member("side", U32, 0))
VTABLE = 0x0800_0200
HEAD = Segment(VTABLE, words(0, 4, 4, 0x0800_0101))


def decoded(
    type_: Type,
    octets: bytes,
    *segments: Segment,
    owners: dict[int, tuple[VtableOwner, ...]],
    symbols: dict[int, str] | None = None,
) -> Value:
    names = symbols or {}
    decoder = Decoder(
        Memory(segments), names.get, vtable_owners=lambda address: owners.get(address, ())
    )
    return decoder.decode(type_, Storage(octets))


OWNER = VtableOwner("sea::Square", SQUARE)


def test_a_trait_object_is_what_its_vtable_says() -> None:
    ram = Segment(RAM, words(3))
    shape = trait_object("&dyn sea::Shape")
    found = decoded(shape, words(RAM, VTABLE), ram, HEAD, owners={VTABLE: (OWNER,)})
    assert short_text(found) == "0x20000000 (sea::Square) {side: 3}"
    assert (found.type_name, found.octets) == ("&dyn sea::Shape", words(RAM, VTABLE))


def test_types_that_share_a_vtable_are_all_named_and_none_is_read() -> None:
    other = VtableOwner("sea::Buoy", rust("Buoy", 4, member("id", U32, 0)))
    ram = Segment(RAM, words(3))
    shape = trait_object("&dyn sea::Shape")
    found = decoded(shape, words(RAM, VTABLE), ram, HEAD, owners={VTABLE: (OWNER, other)})
    assert short_text(found) == "0x20000000 (sea::Square | sea::Buoy)"


def test_a_trait_object_that_was_not_captured_has_a_type_all_the_same() -> None:
    shape = trait_object("&dyn sea::Shape")
    found = decoded(shape, words(RAM, VTABLE), HEAD, owners={VTABLE: (OWNER,)})
    assert short_text(found) == "0x20000000 (sea::Square)"


@pytest.mark.parametrize(
    ("symbols", "expected"),
    [
        ({0x0800_0101: "<sea::Square as sea::Shape>::area"}, "sea::Square"),
        ({0x0800_0301: "core::ptr::drop_in_place::<sea::Buoy>"}, "sea::Buoy"),
        ({0x0800_0301: "core::ptr::drop_in_place<sea::Buoy<u8>>"}, "sea::Buoy<u8>"),
    ],
)
def test_symbols_tell_the_type_where_the_debug_information_does_not(
    symbols: dict[int, str], expected: str
) -> None:
    table = Segment(VTABLE, words(0x0800_0301, 4, 4, 0x0800_0101))
    shape = trait_object("&dyn sea::Shape")
    found = decoded(shape, words(RAM, VTABLE), table, owners={}, symbols=symbols)
    assert short_text(found) == f"0x20000000 ({expected})"


def test_what_stands_behind_a_vtable_without_methods_tells_nothing() -> None:
    marker = trait_object("&dyn sea::Marker", methods=0)
    symbols = {0x0800_0101: "<sea::Square as sea::Shape>::area"}
    found = decoded(marker, words(RAM, VTABLE), HEAD, owners={}, symbols=symbols)
    assert "Square" not in (short_text(found) or "")


@pytest.mark.parametrize(
    "table",
    [
        Segment(VTABLE, words(0, 4, 3, 0)),  # an alignment is a power of two
        Segment(VTABLE, words(0, 4, 0, 0)),
        Segment(VTABLE, words(0, 4, 0x8000_0000, 0)),
        Segment(VTABLE, words(0, 4)),
        Segment(RAM + 64, words(0)),
    ],
)
def test_what_is_no_vtable_is_shown_as_the_two_words(table: Segment) -> None:
    shape = trait_object("&dyn sea::Shape")
    found = decoded(shape, words(RAM, VTABLE), table, owners={VTABLE: (OWNER,)})
    assert (short_text(found) or "").startswith("{pointer: 0x20000000, vtable: 0x08000200")


def test_an_unknown_vtable_is_shown_as_the_two_words() -> None:
    found = decoded(trait_object("&dyn sea::Shape"), words(RAM, VTABLE), HEAD, owners={})
    assert (short_text(found) or "").startswith("{pointer: 0x20000000, vtable: 0x08000200")


def test_a_vtable_that_is_lost_is_shown_as_missing() -> None:
    gap = Gap(32, 64, Absence("optimized_out"))
    found = Decoder(Memory()).decode(
        trait_object("&dyn sea::Shape"), Storage(words(RAM, 0), None, (gap,))
    )
    assert short_text(found) == "{pointer: 0x20000000, vtable: <optimized out>}"


def test_a_box_of_a_trait_object_names_its_type_too() -> None:
    name = "alloc::boxed::Box<dyn sea::Shape, alloc::alloc::Global>"
    found = decoded(
        trait_object(name), words(HEAP, VTABLE), heap(words(3)), HEAD, owners={VTABLE: (OWNER,)}
    )
    assert short_text(found) == "0x20001000 (sea::Square) {side: 3}"


def test_the_debug_information_of_a_program_tells_whose_a_vtable_is() -> None:
    u32 = base("u32", 4, dw.ATE_unsigned)
    square = struct_die("Square", 4, member_die("side", "u32", 0), label="square")
    table = struct_die("vtable_type", 16, more=(of("square", dw.AT_containing_type),), label="of")
    words_of = array_die("u32", up_to(3), label="words")
    shape = struct_die("dyn Shape", 0, label="dyn")
    fat = struct_die(
        "&dyn Shape", 8, member_die("pointer", "p", 0), member_die("vtable", "v", 4), label="fat"
    )
    image = an_image(
        a_unit(
            u32,
            square,
            table,
            shape,
            words_of,
            pointer("dyn", label="p"),
            pointer("words", named_die("&[usize; 4]"), label="v"),
            fat,
            variable("<sea::Square as sea::Shape>::{vtable}", "of", expression(at_address(VTABLE))),
            variable("shape", "fat", expression(at_address(RAM))),
            top=language(RUST),
        ),
        symbols=[an_object("SHAPE", RAM + 8)],
    )
    memory = Memory([Segment(RAM, words(RAM + 8, VTABLE, 3)), HEAD])
    (die,) = (each for each in image.dwarf.units[0].walk(dw.TAG_variable) if each.name == "shape")
    found = decoder_for(image, memory).decode(
        image.types.type_of(die), Storage(words(RAM + 8, VTABLE), RAM)
    )
    assert short_text(found) == "0x20000008 <SHAPE> (sea::Square) {side: 3}"


# --- pointers within wrappers -----------------------------------------------------------------


def test_a_wrapped_fat_pointer_is_what_it_leads_to() -> None:
    location = non_null(slice_of("*const str", U8), 8)
    assert text(location, words(RAM, 2), Segment(RAM, b"hi")) == '"hi"'


def test_a_wrapped_thin_pointer_is_not_followed() -> None:
    assert text(non_null(rust_pointer("*const u32", U32)), words(RAM), Segment(RAM, words(5))) == (
        "0x20000000"
    )
