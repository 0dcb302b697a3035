from __future__ import annotations

import math
import random
import struct

import pytest

from stackdump_probe.values.model import (
    Aggregate,
    Array,
    Boolean,
    Character,
    Complex,
    Content,
    Duration,
    Enumerator,
    Field,
    Integer,
    Invalid,
    Kept,
    Map,
    Pointer,
    Range,
    Text,
    Value,
    Variant,
)
from stackdump_probe.values.scalar_text import doubt, escaped, real_text
from stackdump_probe.values.text import short_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from stackdump_probe.values.model import State


def value(content: Content | None, state: State = "ok") -> Value:
    return Value("t", content, state)


def text(content: Content, **options: Any) -> str | None:
    return short_text(value(content), **options)


def array(*numbers: int, length: int | None = None) -> Array:
    count = len(numbers) if length is None else length
    return Array(count, tuple(value(Integer(each)) for each in numbers))


def aggregate(*, tuple_like: bool = False, cut: bool = False, **members: Content) -> Aggregate:
    fields = tuple(Field(name, value(each)) for name, each in members.items())
    return Aggregate(fields, tuple_like, cut)


# --- the examples of the contract -------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (Integer(-5), "-5"),
        (Boolean(truth=True), "true"),
        (Boolean(truth=False), "false"),
        (Character(97), "'a'"),
        (Enumerator("BUSY", 2), "BUSY"),
        (Enumerator(None, 77), "77"),
        (Pointer(0x2000_0000), "0x20000000"),
        (Pointer(0), "0x00000000"),
        (Pointer(0x0800_1000, None, value(Text(b"text"))), '0x08001000 "text"'),
        (Pointer(0x0800_1004, "uart_isr+4"), "0x08001004 <uart_isr+4>"),
        (array(1, 2), "[1, 2]"),
        (aggregate(a=Integer(1), b=Integer(2)), "{a: 1, b: 2}"),
        (Variant("Some", aggregate(tuple_like=True, a=Integer(3))), "Some(3)"),
        (Variant("None", Aggregate(())), "None"),
        (
            Variant(
                "Err",
                aggregate(tuple_like=True, a=Variant("Timeout", aggregate(ms=Integer(5)))),
            ),
            "Err(Timeout { ms: 5 })",
        ),
        (aggregate(tuple_like=True, a=Integer(1), b=Integer(2)), "(1, 2)"),
        (Aggregate((), tuple_like=True), "()"),
        (Text(b"text"), '"text"'),
        (Complex(1.0, -2.5, 4), "1.0 - 2.5i"),
        (Complex(1.0, 2.5, 8), "1.0 + 2.5i"),
    ],
)
def test_values_are_written_as_the_contract_says(content: Content, expected: str) -> None:
    assert text(content) == expected


def test_a_value_of_which_nothing_is_known_has_no_text() -> None:
    assert short_text(value(None, "optimized_out")) is None


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("optimized_out", "{a: 1, b: <optimized out>}"),
        ("not_captured", "{a: 1, b: <not captured>}"),
        ("unsupported", "{a: 1, b: <unsupported>}"),
    ],
)
def test_a_missing_part_says_why_it_is_missing(state: State, expected: str) -> None:
    parts = (Field("a", value(Integer(1))), Field("b", value(None, state)))
    assert text(Aggregate(parts)) == expected


def test_an_anonymous_member_has_no_label() -> None:
    inner = value(aggregate(lo=Integer(1)))
    assert text(Aggregate((Field("", inner),))) == "{{lo: 1}}"


def test_many_equal_elements_in_a_row_are_told_as_one() -> None:
    def row(*numbers: int) -> Array:
        held = tuple(Value("t", Integer(each), "ok", octets=bytes((each,))) for each in numbers)
        return Array(len(held), held)

    assert text(row(1, *[0] * 9, 2)) == "[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]"
    assert text(row(1, *[0] * 10, 2)) == "[1, 0 <repeats 10 times>, 2]"
    assert text(row(*[7] * 12)) == "[7 <repeats 12 times>]"
    assert text(row(*[7] * 12), repeats=False) == f"[{', '.join('7' * 12)}]"


def test_elements_that_are_not_known_are_not_taken_for_equal() -> None:
    lost = Array(10, tuple(value(None, "optimized_out") for _ in range(10)))
    assert text(lost) == "[" + ", ".join(["<optimized out>"] * 10) + "]"


BROKEN = Invalid(7, "a bool is 0 or 1")


def test_an_invalid_value_is_its_number_and_told_to_be_invalid() -> None:
    assert (text(BROKEN), doubt(BROKEN)) == ("0x7", "invalid: a bool is 0 or 1")
    assert doubt(Boolean(truth=True)) is None
    assert doubt(None) is None


def test_a_number_that_no_enumerator_has_is_told_so() -> None:
    unlisted = Enumerator(None, -9)
    assert (text(unlisted), doubt(unlisted)) == ("-9", "no enumerator has this value")
    assert doubt(Enumerator("RUN", 1)) is None


def test_within_other_values_what_is_invalid_is_marked() -> None:
    parts = aggregate(on=BROKEN, mode=Enumerator(None, 9))
    assert text(parts) == (
        "{on: 0x7 <invalid: a bool is 0 or 1>, mode: 9 <no enumerator has this value>}"
    )
    assert doubt(parts) is None


def test_a_reference_shows_its_address_and_its_target() -> None:
    assert text(Pointer(0x2000_0010, None, value(Integer(5)))) == "0x20000010 5"


def test_a_pointer_that_is_gone_shows_its_target() -> None:
    assert text(Pointer(None, None, value(Integer(5)))) == "<optimized out> 5"


def test_a_target_that_is_not_known_is_left_out() -> None:
    lost = value(None, "not_captured")
    assert text(Pointer(0x2000_0010, None, lost)) == "0x20000010"


# --- floating point ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "size", "expected"),
    [
        (0.1, 8, "0.1"),
        (0.10000000149011612, 4, "0.1"),
        (16777216.0, 4, "16777216.0"),
        (3.4028234663852886e38, 4, "3.4028235e+38"),
        (1.401298464324817e-45, 4, "1e-45"),
        (0.0999755859375, 2, "0.1"),
        (65504.0, 2, "65500.0"),
        (float("inf"), 4, "inf"),
        (float("-inf"), 8, "-inf"),
        (float("nan"), 4, "nan"),
        (-0.0, 4, "-0.0"),
        (1e300, 8, "1e+300"),
    ],
)
def test_floats_are_the_shortest_text_that_reads_back(
    number: float, size: int, expected: str
) -> None:
    assert real_text(number, size) == expected


@pytest.mark.parametrize(("layout", "seed"), [("<e", 1), ("<f", 2)])
def test_of_any_float_no_text_with_fewer_digits_reads_back(layout: str, seed: int) -> None:
    size, dice = struct.calcsize(layout), random.Random(seed)
    for _ in range(20_000):
        exponent_only = dice.choice((0, 1, 2, dice.getrandbits(size * 8)))  # subnormal ones too
        octets = (exponent_only ^ dice.getrandbits(10)).to_bytes(size, "little")
        (number,) = struct.unpack(layout, octets)
        if not math.isfinite(number):
            continue
        text = real_text(number, size)
        assert packed(text, layout) == octets, text
        digits = len(text.split("e")[0].replace(".", "").lstrip("-0").rstrip("0"))
        if digits > 1:
            assert packed(f"{number:.{digits - 1}g}", layout) != octets, text


def packed(text: str, layout: str) -> bytes | None:
    try:
        return struct.pack(layout, float(text))
    except OverflowError:
        return None


# --- escaping ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (b"a\tb\r\n", r'"a\tb\r\n"'),
        (b'say "hi"', r'"say \"hi\""'),
        (b"back\\slash", r'"back\\slash"'),
        (b"\x1b[31mred", r'"\x1b[31mred"'),
        (b"nul\0nul", r'"nul\0nul"'),
        ("né".encode(), '"né"'),
        (b"n\xe9", r'"n\xe9"'),
        ("\u202e\u0085".encode(), r'"\u{202e}\u{85}"'),
    ],
)
def test_text_of_the_target_cannot_drive_a_terminal(octets: bytes, expected: str) -> None:
    assert text(Text(octets)) == expected


@pytest.mark.parametrize(
    ("code", "size", "expected"),
    [
        (0, 1, r"'\0'"),
        (10, 1, r"'\n'"),
        (39, 1, r"'\''"),
        (92, 1, r"'\\'"),
        (0x1B, 1, r"'\x1b'"),
        (0xE9, 1, r"'\xe9'"),
        (0xE9, 4, "'é'"),
        (0x1F600, 4, "'😀'"),
        (0xD800, 2, r"'\u{d800}'"),
        (0x110000, 4, r"'\u{110000}'"),
    ],
)
def test_characters_are_escaped_like_text(code: int, size: int, expected: str) -> None:
    assert text(Character(code, size)) == expected


def test_names_from_the_debug_information_are_escaped_too() -> None:
    assert text(Enumerator("A\x1b", 1)) == r"A\x1b"
    assert text(Variant("V\n", Aggregate(()))) == r"V\n"
    assert text(Aggregate((Field("m\x07", value(Integer(1))),))) == r"{m\x07: 1}"
    assert text(Pointer(0x10, "s\x1b")) == r"0x00000010 <s\x1b>"
    assert escaped("plain") == "plain"


# --- cuts -------------------------------------------------------------------------------------


def test_an_array_with_more_elements_than_were_decoded_shows_the_cut() -> None:
    assert text(array(1, 2, length=5)) == "[1, 2, ...]"
    assert text(array(length=5)) == "[...]"


def test_a_struct_deeper_than_the_limits_shows_the_cut() -> None:
    assert text(Aggregate((), cut=True)) == "{...}"
    assert text(Variant("Some", Aggregate((), cut=True))) == "Some { ... }"


def test_text_that_goes_on_shows_the_cut() -> None:
    assert text(Text(b"abc", cut=True)) == '"abc"...'


def test_a_long_value_is_cut_between_its_numbers() -> None:
    assert text(array(1000, 2000, 3000), length=10) == "[1000, ..."


def test_a_long_text_is_cut_anywhere() -> None:
    assert text(Text(b"abcdefghij"), length=6) == '"abcde...'


def test_a_value_that_just_fits_is_whole() -> None:
    assert text(array(1, 2), length=6) == "[1, 2]"


def test_a_pointer_without_room_for_its_symbol_keeps_its_address() -> None:
    pointer = Pointer(0x0800_0100, "main")
    assert text(pointer, length=17) == "0x08000100 <main>"
    assert text(pointer, length=16) == "0x08000100..."
    assert text(pointer, length=9) == "..."


# --- what keeps values ------------------------------------------------------------------------


def kept(held: Content | None, **notes: Content) -> Kept:
    fields = tuple(Field(name, value(each)) for name, each in notes.items())
    return Kept(None if held is None else value(held), fields)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (kept(Integer(5), strong=Integer(2), weak=Integer(1)), "5 <strong: 2, weak: 1>"),
        (kept(Integer(5), strong=Integer(2), weak=Integer(0)), "5 <strong: 2>"),
        (kept(Integer(5), borrows=Enumerator("mutable", -1)), "5 <borrows: mutable>"),
        (kept(Integer(5), borrows=Integer(0)), "5"),
        (kept(Integer(5), locked=Boolean(truth=True)), "5 <locked: true>"),
        (kept(Integer(5), locked=Boolean(truth=False)), "5"),
        (kept(None, strong=Integer(0), weak=Integer(2)), "<dropped, weak: 2>"),
        (kept(None), "<dropped>"),
    ],
)
def test_a_kept_value_shows_what_is_remarkable_about_it(content: Content, expected: str) -> None:
    assert text(content) == expected


ONE, THREE = value(Integer(1)), value(Integer(3))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (Range(ONE, THREE), "1..3"),
        (Range(ONE, None), "1.."),
        (Range(None, THREE), "..3"),
        (Range(None, None), ".."),
        (Range(ONE, THREE, inclusive=True), "1..=3"),
        (Range(THREE, THREE, inclusive=True, exhausted=True), "3..=3 <exhausted>"),
    ],
)
def test_a_range_is_written_as_rust_writes_it(content: Content, expected: str) -> None:
    assert text(content) == expected


@pytest.mark.parametrize(
    ("nanoseconds", "expected"),
    [
        (0, "0ns"),
        (17, "17ns"),
        (1_500, "1.5µs"),
        (250_000, "250µs"),
        (1_500_000, "1.5ms"),
        (1_000_000_001, "1.000000001s"),
        (90_000 * 10**9, "90000s"),
        (-20_000_000, "-20ms"),
    ],
)
def test_a_duration_has_the_largest_unit_of_which_it_has_one(
    nanoseconds: int, expected: str
) -> None:
    assert text(Duration(nanoseconds)) == expected


def entry(key: Content, stands_for: Content) -> Value:
    return value(aggregate(tuple_like=True, key=key, value=stands_for))


def test_a_map_shows_what_each_key_stands_for() -> None:
    entries = (entry(Integer(1), Text(b"a")), entry(Integer(2), Text(b"b")))
    assert text(Map(2, entries)) == '{1: "a", 2: "b"}'
    assert text(Map(5, entries)) == '{1: "a", 2: "b", ...}'
    assert text(Map(1, (value(None, "not_captured"),))) == "{<not captured>}"


def test_what_a_pointer_leads_to_is_named_where_only_the_object_tells() -> None:
    target = value(aggregate(side=Integer(4)))
    assert text(Pointer(0x10, None, target, "Square")) == "0x00000010 (Square) {side: 4}"
    assert text(Pointer(0x10, "SHAPE", None, "Square")) == "0x00000010 <SHAPE> (Square)"
