import pytest

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.types.model import (
    Base,
    Case,
    Enum,
    Function,
    Member,
    Pointer,
    Struct,
    Type,
    VariantPart,
)
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.values.decode import Decoder
from stackdump_probe.values.model import Value, children_of
from stackdump_probe.values.storage import Storage
from stackdump_probe.values.text import short_text
from tests.builders.types import U8, U16, U32, array, member, rust_pointer, struct, to
from tests.unit.values.rust_types import marked

RAM = 0x2000_0000


def decode(type_: Type, octets: bytes, *segments: Segment) -> Value:
    return Decoder(Memory(segments)).decode(type_, Storage(octets))


def text(type_: Type, octets: bytes, *segments: Segment) -> str | None:
    return marked(decode(type_, octets, *segments))


def word(number: int) -> bytes:
    return number.to_bytes(4, "little")


def payload(name: str, size: int, *members: Member) -> Member:
    """A variant's one member: the struct that holds what it carries."""
    return member(name, struct(name, size, *members, language="rust"), 0)


def an_enum(size: int, discriminant: Member | None, *cases: Case) -> Struct:
    return Struct("E", "struct", size, (), "rust", VariantPart(discriminant, cases))


# --- structs ----------------------------------------------------------------------------------


def test_fields_by_position_make_a_tuple() -> None:
    pair = struct("(u8, u16)", 4, member("__0", U8, 0), member("__1", U16, 2), language="rust")
    found = decode(pair, b"\x01\0\x02\0")
    assert short_text(found) == "(1, 2)"
    assert [each.name for each in children_of(found.content)] == ["0", "1"]


def test_named_fields_make_a_struct() -> None:
    named = struct("S", 4, member("ms", U32, 0), language="rust")
    assert text(named, word(5)) == "{ms: 5}"


def test_markers_without_bytes_are_hidden() -> None:
    marker = member("_marker", struct("PhantomData<u8>", 0, language="rust"), 0)
    assert text(struct("S", 4, member("ms", U32, 0), marker, language="rust"), word(5)) == "{ms: 5}"


def test_what_only_pins_is_hidden_and_what_only_sounds_so_is_not() -> None:
    pinned = member("_pin", struct("PhantomPinned", 0, language="rust"), 0)
    phantom = member("load", struct("PhantomPower", 4, member("__0", U32, 0), language="rust"), 0)
    assert text(struct("S", 4, pinned, phantom, language="rust"), word(5)) == "{load: (5)}"


def test_a_struct_without_fields_is_empty() -> None:
    assert text(struct("Unit", 0, language="rust"), b"") == "{}"


# --- enums ------------------------------------------------------------------------------------


TAGGED = an_enum(
    8,
    member(None, U8, 0),
    Case(((0, 0),), (payload("None", 8),)),
    Case(((1, 1),), (payload("Some", 8, member("__0", U32, 4)),)),
    Case(((2, 2),), (payload("Timeout", 8, member("ms", U32, 4)),)),
)


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (b"\0\xff\xff\xff" + word(5), "None"),
        (b"\x01\xff\xff\xff" + word(5), "Some(5)"),
        (b"\x02\xff\xff\xff" + word(5), "Timeout { ms: 5 }"),
        (b"\x09\xff\xff\xff" + word(5), "0x9 <invalid: no variant has this discriminant>"),
    ],
)
def test_a_tag_chooses_the_variant(octets: bytes, expected: str) -> None:
    assert text(TAGGED, octets) == expected


NICHE = an_enum(
    4,
    member(None, U32, 0),
    Case(((0, 0),), (payload("None", 4),)),
    Case((), (payload("Some", 4, member("__0", rust_pointer("*const u8", U8), 0)),)),
)


def test_a_niche_holds_the_payload_where_it_is_no_other_variant() -> None:
    assert text(NICHE, word(0)) == "None"
    assert text(NICHE, word(RAM)) == "Some(0x20000000)"


@pytest.mark.parametrize("first", [-2, 0xFE])
def test_discriminants_may_be_written_with_or_without_their_sign(first: int) -> None:
    signed = an_enum(
        1,
        member(None, U8, 0),
        Case(((first, first),), (payload("A", 1),)),
        Case(((0, 3),), (payload("B", 1),)),
    )
    assert text(signed, b"\xfe") == "A"
    assert text(signed, b"\x03") == "B"
    assert (text(signed, b"\x04") or "").endswith("<invalid: no variant has this discriminant>")


def test_a_range_of_discriminants_may_wrap_round() -> None:
    wrapped = an_enum(1, member(None, U8, 0), Case(((-1, 1),), (payload("A", 1),)))
    assert [text(wrapped, each) for each in (b"\xff", b"\0", b"\x01")] == ["A", "A", "A"]
    assert (text(wrapped, b"\x02") or "").endswith("<invalid: no variant has this discriminant>")


def test_an_enum_of_one_variant_needs_no_tag() -> None:
    single = an_enum(4, None, Case((), (payload("Only", 4, member("__0", U32, 0)),)))
    assert text(single, word(5)) == "Only(5)"


def test_an_enum_without_variants_has_no_values() -> None:
    assert text(an_enum(0, None), b"") == "0x0 <invalid: no variant has this discriminant>"


def test_a_variant_that_is_no_struct_is_unsupported() -> None:
    odd = an_enum(4, None, Case((), (member("A", U32, 0), member("B", U32, 0))))
    found = decode(odd, word(5))
    assert (found.state, found.why) == ("unsupported", "a variant that is not one struct")


def test_an_enum_whose_tag_is_missing_is_missing() -> None:
    found = decode(TAGGED, b"")
    assert found.state == "unsupported"
    assert found.content is None


def test_an_enum_without_data_is_its_enumerator_or_invalid() -> None:
    mode = Enum("Mode", 1, (("Off", 0), ("On", 1)), language="rust")
    assert text(mode, b"\x01") == "On"
    assert text(mode, b"\x09") == "0x9 <invalid: no variant has this discriminant>"


def test_discriminants_may_be_as_wide_as_integers_are() -> None:
    last = 0xFEDC_BA98_7654_3210_0123_4567_89AB_CDEF
    serial = Enum("Serial", 16, (("First", 7), ("Last", last)), language="rust")
    assert text(serial, last.to_bytes(16, "little")) == "Last"
    assert text(serial, bytes(16)) == "0x0 <invalid: no variant has this discriminant>"
    wide = Base("u128", 16, dw.ATE_unsigned, "rust")
    tagged = an_enum(16, member(None, wide, 0), Case(((last, last),), (payload("Large", 16),)))
    assert text(tagged, last.to_bytes(16, "little")) == "Large"


# --- pointers ---------------------------------------------------------------------------------


def test_references_are_followed_and_raw_pointers_are_not() -> None:
    at_ram = Segment(RAM, word(5))
    assert text(rust_pointer("&u32", U32), word(RAM), at_ram) == "0x20000000 5"
    assert text(rust_pointer("&mut u32", U32), word(RAM), at_ram) == "0x20000000 5"
    assert text(rust_pointer("*const u32", U32), word(RAM), at_ram) == "0x20000000"
    assert text(rust_pointer("*mut u32", U32), word(RAM), at_ram) == "0x20000000"


def test_a_box_is_what_it_holds() -> None:
    at_ram = Segment(RAM, word(5))
    boxed = rust_pointer("alloc::boxed::Box<u32, alloc::alloc::Global>", U32)
    assert text(boxed, word(RAM), at_ram) == "5"
    assert text(boxed, word(RAM)) == "0x20000000"


def test_a_reference_to_a_function_is_not_followed() -> None:
    function = Function(to(U32), (), language="rust")
    assert text(Pointer("fn() -> u32", 4, to(function), "rust"), word(0x0800_0101)) == "0x08000101"


def test_a_reference_to_an_array_shows_its_elements() -> None:
    found = text(rust_pointer("&[u8; 2]", array(U8, 2, "rust")), word(RAM), Segment(RAM, b"\1\2"))
    assert found == "0x20000000 [1, 2]"


def test_bytes_of_rust_are_numbers_even_in_an_array() -> None:
    assert text(array(U8, 3, "rust"), b"abc") == "[97, 98, 99]"
