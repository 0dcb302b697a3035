from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.types.model import (
    Array,
    Base,
    Case,
    Dynamic,
    Enum,
    Function,
    Link,
    Member,
    Qualified,
    Struct,
    Type,
    Typedef,
    Unknown,
    Unspecified,
    VariantPart,
    Void,
)
from stackdump_probe.memory import Memory
from stackdump_probe.values import model
from stackdump_probe.values.decode import Decoder, Limits
from stackdump_probe.values.model import Aggregate, Field, Integer, Text, Value, Variant
from stackdump_probe.values.storage import Absence, Gap, Storage
from stackdump_probe.values.text import short_text
from tests.builders.types import BYTE, CHAR, INT, SHORT, U8, UNSIGNED, array, member, struct, to

RAM = 0x2000_0000
GONE = Absence("optimized_out")
PAIR = struct("pair", 8, member("a", INT, 0), member("b", INT, 4))


def decode(
    type_: Type, octets: bytes, *gaps: Gap, address: int | None = RAM, limits: Limits | None = None
) -> Value:
    return Decoder(Memory(), limits=limits or Limits()).decode(
        type_, Storage(octets, address, gaps)
    )


def text(type_: Type, octets: bytes, *gaps: Gap) -> str | None:
    return short_text(decode(type_, octets, *gaps))


def test_a_number_has_type_bytes_address_and_size() -> None:
    assert decode(INT, b"\xff\xff\xff\xff") == Value(
        "int", Integer(-1), "ok", None, RAM, b"\xff\xff\xff\xff", 4
    )


def test_a_typedef_keeps_its_name_and_shows_what_is_under_it() -> None:
    named = Typedef("count_t", to(Qualified("volatile", to(INT))))
    found = decode(Qualified("const", to(named)), b"\x05\0\0\0")
    assert (found.type_name, found.content) == ("const count_t", Integer(5))


def test_members_have_their_own_addresses_and_bytes() -> None:
    found = decode(PAIR, b"\x01\0\0\0\x02\0\0\0")
    assert isinstance(found.content, Aggregate)
    second = found.content.members[1]
    assert second == Field("b", Value("int", Integer(2), "ok", None, RAM + 4, b"\x02\0\0\0", 4))
    assert short_text(found) == "{a: 1, b: 2}"


def test_all_members_of_a_union_share_its_bytes() -> None:
    union = struct("u", 4, member("i", INT, 0), member("b", array(BYTE, 4), 0), kind="union")
    assert text(union, b"\x01\x02\0\0") == "{i: 513, b: [1, 2, 0, 0]}"


def test_arrays_of_several_dimensions_nest() -> None:
    assert text(array(array(SHORT, 2), 2), bytes([1, 0, 2, 0, 3, 0, 4, 0])) == "[[1, 2], [3, 4]]"


def test_an_array_with_a_stride_skips_what_is_between() -> None:
    spaced = Array(to(BYTE), 2, stride=2)
    assert text(spaced, b"\x01\xff\x02\xff") == "[1, 2]"


def test_an_array_without_elements_is_empty() -> None:
    assert text(array(INT, 0), b"") == "[]"


def test_an_array_without_bound_may_have_any_elements() -> None:
    """`int items[];` at the end of a struct: how many there are is told nowhere."""
    flexible = decode(Array(to(INT), None), b"")
    assert (short_text(flexible), flexible.state) == ("[...]", "ok")
    packet = struct("packet", 4, member("length", INT, 0), member("items", Array(to(INT), None), 4))
    assert text(packet, b"\3\0\0\0") == "{length: 3, items: [...]}"


def test_an_array_whose_length_nobody_knows_is_unsupported() -> None:
    found = decode(Array(to(INT), Dynamic(b"", None, 1)), b"")
    assert (found.state, found.why) == ("unsupported", "the length of the array is not known")
    assert (found.size, found.octets) == (None, None)


# --- bitfields --------------------------------------------------------------------------------


def field(name: str, type_: Type, start: int, size: int) -> Member:
    return Member(name, to(type_), 0, size, start)


def test_bitfields_are_read_from_the_lowest_bit_and_keep_their_sign() -> None:
    bits = struct("bits", 4, field("a", UNSIGNED, 0, 3), field("b", INT, 3, 5))
    found = decode(bits, b"\xcd\0\0\0")  # 11001 101
    assert short_text(found) == "{a: 5, b: -7}"
    assert isinstance(found.content, Aggregate)
    assert found.content.members[1].value.octets == b"\xf9\xff\xff\xff"


def test_a_bitfield_may_be_an_enum() -> None:
    mode = Enum("mode", 4, (("OFF", 0), ("ON", 1)))
    assert text(struct("s", 4, field("m", mode, 4, 2)), b"\x10\0\0\0") == "{m: ON}"


def test_a_bitfield_across_bytes() -> None:
    assert text(struct("s", 4, field("w", UNSIGNED, 6, 10)), b"\xc0\xff\0\0") == "{w: 1023}"


def test_only_the_bits_of_a_bitfield_need_to_be_known() -> None:
    bits = struct("s", 4, field("a", UNSIGNED, 0, 4), field("b", UNSIGNED, 4, 4))
    found = decode(bits, b"\x21\0\0\0", Gap(4, 8, GONE))
    assert found.state == "partial"
    assert short_text(found) == "{a: 1, b: <optimized out>}"


def test_a_bitfield_that_begins_before_its_struct_is_unsupported() -> None:
    found = decode(struct("s", 4, field("a", UNSIGNED, -8, 4)), bytes(4))
    assert found.state == "unsupported"
    assert found.why == "a bitfield that begins before its struct"


def test_a_bitfield_of_2_to_the_60_bits_is_no_larger_than_its_type() -> None:
    assert text(struct("s", 4, field("a", UNSIGNED, 0, 1 << 60)), b"\x05\0\0\0") == "{a: 5}"


def test_a_bitfield_of_a_type_without_values_is_unsupported() -> None:
    found = decode(struct("s", 4, field("a", Void(), 0, 3)), bytes(4))
    assert found.state == "unsupported"


# --- what is missing --------------------------------------------------------------------------


def test_a_number_of_which_a_bit_is_missing_is_missing() -> None:
    found = decode(INT, bytes(4), Gap(31, 32, Absence("not_captured", "why")))
    assert (found.state, found.why, found.content, found.octets) == (
        "not_captured",
        "why",
        None,
        None,
    )


def test_a_struct_with_a_missing_member_is_partial_and_has_no_bytes() -> None:
    found = decode(PAIR, b"\x01\0\0\0\0\0\0\0", Gap(32, 64, GONE))
    assert (found.state, found.octets) == ("partial", None)
    assert short_text(found) == "{a: 1, b: <optimized out>}"


def test_a_struct_of_which_no_member_is_known_is_missing() -> None:
    found = decode(PAIR, bytes(8), Gap(0, 64, GONE))
    assert (found.state, found.content) == ("optimized_out", None)


def test_missing_padding_does_not_make_a_struct_partial() -> None:
    padded = struct("p", 8, member("a", BYTE, 0), member("b", INT, 4))
    found = decode(padded, b"\x01\0\0\0\x02\0\0\0", Gap(8, 32, GONE))
    assert (found.state, found.octets) == ("ok", None)


def test_parts_without_bytes_do_not_make_a_lost_struct_partial() -> None:
    open_end = struct("s", 4, member("n", INT, 0), member("z", array(INT, 0), 4))
    assert decode(open_end, bytes(4), Gap(0, 32, GONE)).state == "optimized_out"


def test_characters_of_which_some_are_missing_are_shown_one_by_one() -> None:
    assert text(array(CHAR, 2), b"a\0", Gap(8, 16, GONE)) == "['a', <optimized out>]"


def test_a_variant_whose_payload_is_missing_keeps_its_name() -> None:
    some = struct("Some", 4, member("__0", U8, 1), language="rust")
    part = VariantPart(Member(None, to(U8), 0), (Case(((1, 1),), (member("Some", some, 0),)),))
    option = Struct("Option<u8>", "struct", 2, (), "rust", part)
    found = decode(option, b"\x01\0", Gap(8, 16, GONE))
    assert (found.state, short_text(found)) == ("partial", "Some(<optimized out>)")
    assert isinstance(found.content, Variant)


# --- types without values ---------------------------------------------------------------------


def test_a_damaged_type_says_what_is_wrong() -> None:
    found = decode(Unknown("bad form"), bytes(4))
    assert (found.state, found.why) == ("unsupported", "bad form")


def test_a_value_that_is_left_raw_keeps_its_bytes() -> None:
    found = decode(Base("_Fract", 2, dw.ATE_signed_fixed), b"\x00\x60")
    assert (found.state, found.content, found.octets) == ("unsupported", None, b"\x00\x60")


def test_a_struct_that_nobody_defines_has_no_value() -> None:
    declared = Struct("s", "struct", None, (), declaration=True)
    found = decode(declared, b"")
    assert (found.state, found.why) == ("unsupported", "the size of its type is not known")


def test_a_declared_struct_is_decoded_as_its_definition() -> None:
    declared = Struct("pair", "struct", None, (), declaration=True)
    decoder = Decoder(Memory(), definition=lambda _: PAIR)
    found = decoder.decode(declared, Storage(b"\x01\0\0\0\x02\0\0\0"))
    assert short_text(found) == "{a: 1, b: 2}"


def test_functions_and_void_have_no_values() -> None:
    for type_ in (Void(), Function(to(INT), ())):
        assert decode(type_, bytes(4)).state == "unsupported"


def test_a_damaged_type_of_known_size_says_what_is_wrong() -> None:
    found = decode(Unknown("damaged", size=4), bytes(4))
    assert (found.state, found.why) == ("unsupported", "damaged")


def test_a_null_pointer_constant_is_an_address() -> None:
    assert text(Unspecified("decltype(nullptr)", 4), bytes(4)) == "0x00000000"


def test_a_member_at_a_computed_place_is_unsupported() -> None:
    virtual = Member("base", to(INT), None, location=b"\x12")
    found = decode(struct("s", 4, virtual), bytes(4))
    assert (found.state, found.why) == ("unsupported", "its place is told by an expression")


# --- limits -----------------------------------------------------------------------------------


def test_an_array_shows_as_many_elements_as_the_limits_allow() -> None:
    found = decode(array(BYTE, 2000), bytes(2000))
    assert isinstance(found.content, model.Array)
    assert (found.content.length, len(found.content.elements)) == (2000, 1024)
    assert found.octets == bytes(2000)
    assert found.state == "ok"


def test_an_array_of_2_to_the_60_elements_ends() -> None:
    found = decode(array(INT, 1 << 60), bytes(64), Gap(512, 32 << 60, GONE))
    assert isinstance(found.content, model.Array)
    assert (found.state, len(found.content.elements)) == ("partial", 1024)


def test_an_array_of_2_to_the_60_characters_ends() -> None:
    found = decode(array(CHAR, 1 << 60), b"ab", Gap(16, 8 << 60, GONE))
    assert isinstance(found.content, model.Array)
    assert found.state == "partial"


def test_parts_go_eight_levels_deep() -> None:
    nested: Type = INT
    for _ in range(12):
        nested = struct("s", 4, member("m", nested, 0))
    assert text(nested, bytes(4)) == "{m: " * 8 + "{...}" + "}" * 8


def test_a_struct_that_contains_itself_ends() -> None:
    endless: list[Struct] = []
    itself = Link(lambda: endless[0])
    members = tuple(Member(name, itself, 0) for name in "abcd")
    endless.append(Struct("s", "struct", 4, members))
    found = decode(endless[0], bytes(4))
    assert found.state == "ok"
    assert parts_in(found) <= Limits().total


def test_the_parts_of_all_levels_together_are_bounded() -> None:
    grid = array(array(array(BYTE, 100), 100), 100)
    found = decode(grid, bytes(10**6), limits=Limits(total=500))
    assert parts_in(found) <= 500
    assert "..." in (short_text(found) or "")


def parts_in(value: Value) -> int:
    return sum(1 + parts_in(each.value) for each in model.children_of(value.content))


def test_an_array_that_contains_itself_has_no_size() -> None:
    endless: list[Array] = []
    endless.append(Array(Link(lambda: endless[0]), 2))
    assert decode(endless[0], bytes(4)).state == "unsupported"


def test_text_is_taken_for_what_it_is() -> None:
    assert decode(array(CHAR, 4), b"ab\0\0").content == Text(b"ab")


def test_an_enum_of_no_bytes_is_no_reason_to_fail() -> None:
    assert decode(Enum("e", 0, (("A", 0),)), b"").content == model.Enumerator("A", 0)


def test_a_base_type_of_odd_size_is_read_all_the_same() -> None:
    assert decode(Base("i24", 3, dw.ATE_signed), b"\xff\xff\xff").content == Integer(-1)


def test_a_member_before_its_struct_is_unsupported() -> None:
    found = decode(struct("s", 4, member("m", INT, -4)), bytes(4))
    assert found.state == "unsupported"
    assert found.why == "the object does not reach to this part of it"
    reaching_in = struct("s", 4, member("a", array(BYTE, 2), -1))
    assert text(reaching_in, b"\x07\0\0\0") == "{a: [<unsupported>, 7]}"


def test_an_array_whose_elements_reach_beyond_it_is_partial() -> None:
    spaced = Array(to(INT), 2, stride=4, size=4)
    found = decode(spaced, b"\x01\0\0\0")
    assert (found.state, short_text(found)) == ("partial", "[1, <unsupported>]")


def test_elements_without_distance_are_all_the_same() -> None:
    assert text(Array(to(BYTE), 2, stride=0, size=1), b"\x07") == "[7, 7]"
