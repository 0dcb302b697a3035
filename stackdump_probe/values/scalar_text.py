"""What has no parts as text: numbers, characters, names, spans of time.

What comes from the target is escaped.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterator

from stackdump_probe.values.model import (
    Boolean,
    Character,
    Complex,
    Content,
    Duration,
    Enumerator,
    Integer,
    Invalid,
    Pointer,
    Quantity,
    Real,
    Text,
    Worded,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

CUT = "..."
REPEATED = 10  # equal elements in a row that are told as one
REPEATS = "<repeats "  # what tells of them, before their number
LAST_CODE_POINT = 0x10FFFF
UNITS = {10**9: "s", 10**6: "ms", 10**3: "\u00b5s", 1: "ns"}
UNLISTED = "no enumerator has this value"
# Of the narrow formats of IEEE 754: how they are packed, the least normal number, digits kept.
_BINARY16, _BINARY32 = ("<e", 2.0**-14, 3), ("<f", 2.0**-126, 6)
# C and Rust agree on these; everything else that is no printable character is \x or \u{}.
ESCAPES = {"\0": r"\0", "\t": r"\t", "\n": r"\n", "\r": r"\r", "\\": "\\\\"}


def doubt(content: Content | None) -> str | None:
    """Why the bytes are no value of their type; None if they are."""
    match content:
        case Invalid(why=why):
            return f"invalid: {why}"
        case Enumerator(name=None):
            return UNLISTED
        case Worded(doubt=known):
            return known
        case _:
            return None


def raw_text(content: Content) -> str:
    """The text of what has no parts, without a mark: the number of what is no value of its type."""
    match content:
        case Invalid(number=number):
            return hex(number)
        case Enumerator(name=None, number=number):
            return str(number)
        case _:
            return scalar_text(content)


def scalar_text(content: Content) -> str:
    """The text of what has no parts."""
    written = _SCALARS.get(type(content))
    return CUT if written is None else written(content)


def _complex(number: Complex) -> str:
    sign = "-" if math.copysign(1, number.imaginary) < 0 else "+"
    imaginary = real_text(abs(number.imaginary), number.size)
    return f"{real_text(number.real, number.size)} {sign} {imaginary}i"


def _enumerator(enumerator: Enumerator) -> str:
    return _doubtful(enumerator) if enumerator.name is None else escaped(enumerator.name)


def _doubtful(content: Enumerator | Invalid) -> str:
    return f"{raw_text(content)} <{doubt(content)}>"


def pointer_pieces(pointer: Pointer) -> Iterator[str]:
    """An address and what is known of it, but for what is there."""
    yield "<optimized out>" if pointer.address is None else f"{pointer.address:#010x}"
    if pointer.symbol is not None:
        yield f" <{escaped(pointer.symbol)}>"
    if pointer.dynamic is not None:
        yield f" ({escaped(pointer.dynamic)})"


def address_text(address: int, symbol: str | None) -> str:
    """The same in one, of a pointer of which no more is known."""
    return f"{address:#010x}" if symbol is None else f"{address:#010x} <{escaped(symbol)}>"


def _pointer(pointer: Pointer) -> str:
    """A pointer to text, or to what is not followed."""
    text = "".join(pointer_pieces(pointer))
    target = None if pointer.target is None else pointer.target.content
    return text if target is None else f"{text} {scalar_text(target)}"


def duration_text(nanoseconds: int) -> str:
    """A span of time in the largest unit of which it has one: `1.5s`, `20ms`, `0ns`."""
    size = next((size for size in UNITS if abs(nanoseconds) >= size), 1)
    whole, rest = divmod(abs(nanoseconds), size)
    fraction = f".{rest:0{len(str(size)) - 1}}".rstrip("0") if rest else ""
    return f"{'-' * (nanoseconds < 0)}{whole}{fraction}{UNITS[size]}"


def real_text(number: float, size: int) -> str:
    """The shortest decimal that reads back as the same number of `size` bytes."""
    if math.isnan(number):
        return "nan"
    if math.isinf(number):
        return "inf" if number > 0 else "-inf"
    if size >= 8:
        return repr(number)
    return _shortest(number, *_BINARY32 if size == 4 else _BINARY16)


def _shortest(number: float, layout: str, least_normal: float, kept: int) -> str:
    """A text of at most `kept` digits comes back from a normal number (C11 5.2.4.2.2, FLT_DIG).

    So if there is one, it is what the number is rounded to so many digits.
    """
    for digits in range(kept if abs(number) >= least_normal else 1, 10):
        text = f"{number:.{digits}g}"
        if _rounded(float(text), layout) == number:
            return repr(float(text))
    return repr(number)


def _rounded(number: float, layout: str) -> float | None:
    try:
        return float(struct.unpack(layout, struct.pack(layout, number))[0])
    except OverflowError:  # the shorter text rounds up to infinity
        return None


def text_of(octets: bytes) -> str:
    """Text of the target with quotes, control characters and bytes that are not UTF-8 escaped."""
    text = octets.decode("utf-8", "surrogateescape")
    return escaped(text).replace('"', '\\"')


def escaped(text: str) -> str:
    """`text` with everything escaped that would do something to a terminal."""
    if text.isprintable() and "\\" not in text:
        return text
    return "".join(map(_escape, text))


def _escape(character: str) -> str:
    known = ESCAPES.get(character)
    if known is not None:
        return known
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # surrogateescape: a byte that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    if character.isprintable():
        return character
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{{{code:x}}}"


def _character(code: int, size: int) -> str:
    if code == ord("'"):
        return r"\'"
    if size == 1 and code >= 0x80:  # a byte of an encoding that nobody told us
        return f"\\x{code:02x}"
    return _escape(chr(code)) if code <= LAST_CODE_POINT else f"\\u{{{code:x}}}"


_SCALARS: dict[type, Callable[[Any], str]] = {
    Integer: lambda each: str(each.number),
    Real: lambda each: real_text(each.number, each.size),
    Complex: _complex,
    Boolean: lambda each: "true" if each.truth else "false",
    Character: lambda each: f"'{_character(each.code, each.size)}'",
    Enumerator: _enumerator,
    Pointer: _pointer,
    Text: lambda each: f'"{text_of(each.octets)}"{CUT if each.cut else ""}',
    Duration: lambda each: duration_text(each.nanoseconds),
    Quantity: lambda each: f"{scalar_text(each.count)}{escaped(each.unit)}",
    Invalid: _doubtful,
}
