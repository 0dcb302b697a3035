"""A value as one short line, the way its language writes it.

What comes from the target is escaped; what is too deep or too long is cut where "..." stands.
"""

import math
import struct
from collections.abc import Iterator, Sequence
from itertools import chain

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
    Quantity,
    Range,
    Real,
    State,
    Text,
    Value,
    Variant,
)

CUT = "..."
LENGTH = 1000  # characters of a value, if the caller has no other wish
LAST_CODE_POINT = 0x10FFFF
STATES: dict[State, str] = {
    "optimized_out": "<optimized out>",
    "not_captured": "<not captured>",
    "unsupported": "<unsupported>",
}
UNITS = {10**9: "s", 10**6: "ms", 10**3: "\u00b5s", 1: "ns"}
# What the keeper of a value usually has to say of it: no borrows, no weak pointers, not locked.
UNREMARKABLE = (Integer(0), Boolean(truth=False))
REPEATED = 10  # equal elements in a row that are told as one
UNLISTED = "no enumerator has this value"
# C and Rust agree on these; everything else that is no printable character is \x or \u{}.
ESCAPES = {"\0": r"\0", "\t": r"\t", "\n": r"\n", "\r": r"\r", "\\": "\\\\"}


def short_text(value: Value, *, length: int = LENGTH) -> str | None:
    """The value in at most `length` characters; None if nothing of it is known.

    What is no value of its type is its raw number alone: `doubt` says what is wrong with it. As a
    part of another value it has that as a mark.
    """
    if value.content is None:
        return None
    text, used = [], 0
    parts = _parts(value.content) if doubt(value.content) is None else [_raw(value.content)]
    for part in parts:
        if used + len(part) > length:
            text.append(_shortened(part, length - used) + CUT)
            break
        text.append(part)
        used += len(part)
    return "".join(text)


def doubt(content: Content | None) -> str | None:
    """Why the bytes are no value of their type; None if they are."""
    match content:
        case Invalid(why=why):
            return f"invalid: {why}"
        case Enumerator(name=None):
            return UNLISTED
        case _:
            return None


def _raw(content: Content) -> str:
    """The number of what is no value of its type."""
    match content:
        case Invalid(number=number):
            return hex(number)
        case Enumerator(number=number):
            return str(number)
        case _:
            return scalar_text(content)


def _shortened(part: str, length: int) -> str:
    """Text may lose its end; a number that did would be another number."""
    return part[:length] if part.startswith('"') else ""


def _parts(content: Content) -> Iterator[str]:
    """The text in pieces, so that a long value is not put together to be cut."""
    match content:
        case Array(length=length, elements=elements):
            yield from _listed("[", _runs(elements), "]", length > len(elements))
        case Aggregate(tuple_like=True, members=members, cut=cut):
            yield from _listed("(", (_of(each.value) for each in members), ")", cut)
        case Aggregate(members=members, cut=cut):
            yield from _listed("{", _named(content), "}", cut)
        case Variant(name=name, payload=payload):
            yield escaped(name)
            yield from _payload(payload)
        case Map(length=length, entries=entries):
            yield from _listed("{", map(_entry, entries), "}", length > len(entries))
        case Kept():
            yield from _kept(content)
        case Range():
            yield from _range(content)
        case Pointer():
            yield from _pointer(content)
        case _:
            yield scalar_text(content)


def _runs(elements: Sequence[Value]) -> Iterator[Iterator[str]]:
    """The elements, many equal ones in a row as one, as GDB has it."""
    at = 0
    while at < len(elements):
        first = elements[at]
        end = at + 1
        if first.octets is not None:
            while end < len(elements) and elements[end].octets == first.octets:
                end += 1
        if end - at < REPEATED:
            yield from map(_of, elements[at:end])
        else:
            yield chain(_of(first), (f" <repeats {end - at} times>",))
        at = end


def _of(value: Value) -> Iterator[str]:
    if value.content is None:
        yield STATES.get(value.state, CUT)
    else:
        yield from _parts(value.content)


def _named(aggregate: Aggregate) -> Iterator[Iterator[str]]:
    for member in aggregate.members:
        yield _labelled(member.name, member.value)


def _labelled(name: str, value: Value) -> Iterator[str]:
    if name:  # an anonymous member of C has none
        yield f"{escaped(name)}: "
    yield from _of(value)


def _payload(payload: Aggregate) -> Iterator[str]:
    if payload.tuple_like:
        yield from _parts(payload)
    elif payload.members or payload.cut:
        yield from _listed(" { ", _named(payload), " }", payload.cut)


def _entry(entry: Value) -> Iterator[str]:
    match entry.content:
        case Aggregate(members=(Field(value=key), Field(value=value))):
            yield from _of(key)
            yield ": "
            yield from _of(value)
        case _:
            yield from _of(entry)


def _kept(kept: Kept) -> Iterator[str]:
    """The value with what is remarkable about it: `5 <strong: 2>`."""
    if kept.value is not None:
        yield from _of(kept.value)
    told = [note for note in kept.notes if note.value.content not in UNREMARKABLE]
    marks = [_labelled(note.name, note.value) for note in told]
    if kept.value is None:
        marks.insert(0, iter(["dropped"]))
    if marks:
        yield "" if kept.value is None else " "
        yield from _listed("<", iter(marks), ">", cut=False)


def _range(span: Range) -> Iterator[str]:
    if span.start is not None:
        yield from _of(span.start)
    yield "..=" if span.inclusive else ".."
    if span.end is not None:
        yield from _of(span.end)
    if span.exhausted:
        yield " <exhausted>"


def _listed(opening: str, items: Iterator[Iterator[str]], closing: str, cut: bool) -> Iterator[str]:
    yield opening
    separator = ""
    for item in items:
        yield separator
        yield from item
        separator = ", "
    if cut:
        yield separator + CUT
    yield closing


def _pointer(pointer: Pointer) -> Iterator[str]:
    yield "<optimized out>" if pointer.address is None else f"{pointer.address:#010x}"
    if pointer.symbol is not None:
        yield f" <{escaped(pointer.symbol)}>"
    if pointer.dynamic is not None:
        yield f" ({escaped(pointer.dynamic)})"
    if pointer.target is not None and pointer.target.content is not None:
        yield " "
        yield from _parts(pointer.target.content)


def scalar_text(content: Content) -> str:
    """The text of what has no parts."""
    match content:
        case Integer(number=number):
            return str(number)
        case Real(number=number, size=size):
            return real_text(number, size)
        case Complex(real=real, imaginary=imaginary, size=size):
            sign = "-" if math.copysign(1, imaginary) < 0 else "+"
            return f"{real_text(real, size)} {sign} {real_text(abs(imaginary), size)}i"
        case Boolean(truth=truth):
            return "true" if truth else "false"
        case Character(code=code, size=size):
            return f"'{_character(code, size)}'"
        case Enumerator(name=str(name)):
            return escaped(name)
        case Text(octets=octets, cut=cut):
            return f'"{text_of(octets)}"{CUT if cut else ""}'
        case Duration(nanoseconds=nanoseconds):
            return duration_text(nanoseconds)
        case Quantity(count=count, unit=unit):
            return f"{scalar_text(count)}{escaped(unit)}"
        case Invalid() | Enumerator():
            return f"{_raw(content)} <{doubt(content)}>"
        case _:
            return CUT


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
    return repr(number) if size >= 8 else _shortest(number, "<f" if size == 4 else "<e")


def _shortest(number: float, layout: str) -> str:
    for digits in range(1, 10):
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
