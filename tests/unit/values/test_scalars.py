import struct

import pytest

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.types.model import Base
from stackdump_probe.values.model import (
    Aggregate,
    Boolean,
    Character,
    Complex,
    Content,
    Integer,
    Invalid,
    Real,
)
from stackdump_probe.values.scalars import base_content, bits_of
from stackdump_probe.values.storage import Absence


def content(name: str, encoding: int, octets: bytes, *, rust: bool = False) -> Content | Absence:
    base = Base(name, len(octets), encoding, "rust" if rust else "c")
    return base_content(base, octets)


@pytest.mark.parametrize(
    ("name", "encoding", "octets", "expected"),
    [
        ("int", dw.ATE_signed, b"\xfe\xff\xff\xff", Integer(-2)),
        ("unsigned int", dw.ATE_unsigned, b"\xfe\xff\xff\xff", Integer(0xFFFF_FFFE)),
        ("long long int", dw.ATE_signed, b"\0" * 7 + b"\x80", Integer(-(1 << 63))),
        ("u128", dw.ATE_unsigned, b"\xff" * 16, Integer((1 << 128) - 1)),
        ("signed char", dw.ATE_signed_char, b"\xff", Integer(-1)),
        ("unsigned char", dw.ATE_unsigned_char, b"\xff", Integer(255)),
        ("char", dw.ATE_unsigned_char, b"a", Character(97, 1)),
        ("char", dw.ATE_signed_char, b"\xff", Character(255, 1)),
        ("wchar_t", dw.ATE_unsigned, b"\xe9\0\0\0", Character(0xE9, 4)),
        ("char16_t", dw.ATE_UTF, b"\x2d\x4e", Character(0x4E2D, 2)),
        ("_Bool", dw.ATE_boolean, b"\x01", Boolean(truth=True)),
        ("_Bool", dw.ATE_boolean, b"\0", Boolean(truth=False)),
        ("float", dw.ATE_float, struct.pack("<f", 1.5), Real(1.5, 4)),
        ("double", dw.ATE_float, struct.pack("<d", -0.1), Real(-0.1, 8)),
        ("__fp16", dw.ATE_float, struct.pack("<e", 0.5), Real(0.5, 2)),
        ("__bf16", dw.ATE_float, b"\xc0\x3f", Real(1.5, 2)),
        ("complex float", dw.ATE_complex_float, struct.pack("<ff", 1, -2), Complex(1, -2, 4)),
        ("address", dw.ATE_address, b"\0\0\0\x20", Integer(0x2000_0000)),
    ],
)
def test_base_types(name: str, encoding: int, octets: bytes, expected: Content) -> None:
    assert content(name, encoding, octets) == expected


def test_a_bool_that_is_neither_0_nor_1_is_marked() -> None:
    assert content("_Bool", dw.ATE_boolean, b"\x07") == Invalid(7, "a bool is 0 or 1")


@pytest.mark.parametrize("code", [0x110000, 0xD800, 0xDFFF, 0xFFFF_FFFF])
def test_a_rust_char_that_is_no_scalar_value_is_marked(code: int) -> None:
    found = content("char", dw.ATE_UTF, code.to_bytes(4, "little"), rust=True)
    assert found == Invalid(code, "no Unicode scalar value")


@pytest.mark.parametrize("name", ["char32_t", "wchar_t"])
def test_a_wide_character_that_is_no_scalar_value_is_marked(name: str) -> None:
    """But 0xD800 is a code unit of UTF-16."""
    assert content(name, dw.ATE_UTF, b"\xff" * 4) == Invalid(0xFFFF_FFFF, "no Unicode scalar value")
    assert content("char16_t", dw.ATE_UTF, b"\0\xd8") == Character(0xD800, 2)


def test_a_rust_char_is_a_code_point() -> None:
    assert content("char", dw.ATE_UTF, b"\x80\xf6\x01\0", rust=True) == Character(0x1F680, 4)


def test_a_rust_u8_is_a_number() -> None:
    assert content("u8", dw.ATE_unsigned, b"a", rust=True) == Integer(97)


def test_the_unit_type_is_an_empty_tuple() -> None:
    assert content("()", dw.ATE_unsigned, b"", rust=True) == Aggregate((), tuple_like=True)


def test_a_big_endian_number_is_turned_round() -> None:
    base = Base("be", 4, dw.ATE_unsigned, big_endian=True)
    assert base_content(base, b"\x12\x34\x56\x78") == Integer(0x1234_5678)


@pytest.mark.parametrize(("encoding", "expected"), [(dw.ATE_signed, -1), (dw.ATE_unsigned, 0xFFF)])
def test_only_the_low_bits_of_an_odd_integer_count(encoding: int, expected: int) -> None:
    base = Base("_BitInt(12)", 2, encoding, bit_size=12)
    assert base_content(base, b"\xff\x5f") == Integer(expected)


@pytest.mark.parametrize(
    ("encoding", "size", "why"),
    [
        (dw.ATE_signed_fixed, 4, "a fixed-point number, raw 0x0"),
        (0x80, 4, "a number of encoding 0x80, raw 0x0"),
        (dw.ATE_float, 16, "a floating-point number of 16 bytes"),
        (dw.ATE_complex_float, 32, "a complex number of 32 bytes"),
    ],
)
def test_what_is_not_taken_apart_says_so(encoding: int, size: int, why: str) -> None:
    assert content("odd", encoding, bytes(size)) == Absence("unsupported", why)


@pytest.mark.parametrize(
    ("start", "size", "signed", "expected"),
    [(0, 4, False, 0xC), (4, 4, True, -2), (6, 5, False, 0b00111), (0, 0, True, 0)],
)
def test_bits_count_from_the_lowest(start: int, size: int, signed: bool, expected: int) -> None:
    assert bits_of(b"\xec\x01", start, size, signed=signed) == expected
