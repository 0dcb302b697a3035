"""Numbers out of bytes: the base types of all languages."""

import struct
from collections.abc import Callable

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.types.model import SIGNED_ENCODINGS, Base
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
from stackdump_probe.values.storage import Absence

# IEEE 754 binary16, binary32 and binary64; AAPCS32 has no wider format.
FLOAT_FORMATS = {2: "<e", 4: "<f", 8: "<d"}
# `char` and its wide kinds hold text; `signed char` and `unsigned char` hold numbers.
CHARACTER_NAMES = frozenset(("char", "char8_t", "char16_t", "char32_t", "wchar_t"))
INTEGERS = SIGNED_ENCODINGS | {
    dw.ATE_unsigned,
    dw.ATE_unsigned_char,
    dw.ATE_address,
    dw.ATE_UTF,
}
# What is not taken apart (DWARF 5 table 7.11).
RAW = {
    dw.ATE_imaginary_float: "an imaginary number",
    dw.ATE_packed_decimal: "a packed decimal",
    dw.ATE_numeric_string: "a numeric string",
    dw.ATE_edited: "an edited string",
    dw.ATE_signed_fixed: "a fixed-point number",
    dw.ATE_unsigned_fixed: "a fixed-point number",
    dw.ATE_decimal_float: "a decimal floating-point number",
}
LAST_CODE_POINT = 0x10FFFF
SURROGATES = range(0xD800, 0xE000)


def number_of(octets: bytes, signed: bool = False) -> int:
    """A little-endian integer."""
    return int.from_bytes(octets, "little", signed=signed)


def bits_of(octets: bytes, start: int, size: int, *, signed: bool) -> int:
    """The `size` bits from bit `start` of `octets`, bit 0 the lowest of the first byte."""
    low, high = start // 8, (start + size + 7) // 8
    number = int.from_bytes(octets[low:high], "little") >> start % 8 & (1 << size) - 1
    return number - (1 << size) if signed and size and number >> size - 1 else number


def is_character(base: Base) -> bool:
    """True for types whose objects are written as 'a'."""
    if base.language == "rust":
        return base.encoding == dw.ATE_UTF
    return base.encoding == dw.ATE_UTF or base.name in CHARACTER_NAMES


def is_plain_integer(base: Base) -> bool:
    """True for whole numbers that fill their bytes, the lowest first."""
    return (
        base.encoding in INTEGERS
        and not is_character(base)
        and not base.big_endian
        and base.size > 0
        and (base.bit_size is None or base.bit_size >= base.size * 8)
    )


Reading = Callable[[bytes], Content | Absence]


def base_content(base: Base, octets: bytes) -> Content | Absence:
    """The value of a base type; a fixed-point or decimal one is not taken apart."""
    return reading_of(base)(octets)


def reading_of(base: Base) -> Reading:
    """How values of a base type are read, found out once for many of them."""
    if base.size == 0:
        return lambda _: Aggregate((), tuple_like=True)  # Rust's ()
    read = _reading(base)
    return (lambda octets: read(octets[::-1])) if base.big_endian else read


def _reading(base: Base) -> Reading:
    signed = base.encoding in SIGNED_ENCODINGS
    bits = base.bit_size
    if bits is not None and bits < base.size * 8:
        return lambda octets: Integer(bits_of(octets, 0, bits, signed=signed))
    match base.encoding:
        case dw.ATE_boolean:
            return lambda octets: _boolean(number_of(octets))
        case dw.ATE_float:
            return lambda octets: _real(base, octets)
        case dw.ATE_complex_float:
            return lambda octets: _complex(base, octets)
        case encoding if encoding not in INTEGERS:
            kind = RAW.get(encoding, f"a number of encoding {encoding:#x}")
            return lambda octets: Absence("unsupported", f"{kind}, raw {number_of(octets):#x}")
    if is_character(base):
        return lambda octets: _character(base, octets)
    return lambda octets: Integer(int.from_bytes(octets, "little", signed=signed))


def _boolean(number: int) -> Content:
    return Boolean(bool(number)) if number < 2 else Invalid(number, "a bool is 0 or 1")


def _character(base: Base, octets: bytes) -> Content:
    number = number_of(octets)
    if base.size == 4 and (number > LAST_CODE_POINT or number in SURROGATES):
        return Invalid(number, "no Unicode scalar value")
    return Character(number, base.size)


def _float(name: str | None, octets: bytes) -> float | None:
    if name is not None and name.endswith("bf16"):  # the upper half of a binary32
        octets = b"\0\0" + octets
    layout = FLOAT_FORMATS.get(len(octets))
    return None if layout is None else float(struct.unpack(layout, octets)[0])


def _real(base: Base, octets: bytes) -> Content | Absence:
    number = _float(base.name, octets)
    if number is None:
        return Absence("unsupported", f"a floating-point number of {base.size} bytes")
    return Real(number, base.size)


def _complex(base: Base, octets: bytes) -> Content | Absence:
    half = len(octets) // 2
    real, imaginary = _float(None, octets[:half]), _float(None, octets[half:])
    if real is None or imaginary is None:
        return Absence("unsupported", f"a complex number of {base.size} bytes")
    return Complex(real, imaginary, half)
