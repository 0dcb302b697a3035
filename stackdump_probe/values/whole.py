"""Objects all bytes of which are known: how to read them is worked out once for their type.

Most objects of a program are such: numbers, pointers, and the arrays and structs that are made of
them. Nothing can be missing in them, so their parts are read without asking where they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.types import model as types
from stackdump_probe.image.types.model import Member, Type, size_of, stride_of
from stackdump_probe.values import c
from stackdump_probe.values.elements import Elements, Members, ReadText, ReadValue, Whole
from stackdump_probe.values.languages import views_of
from stackdump_probe.values.model import Aggregate, Array, Content, Value
from stackdump_probe.values.scalar_text import CUT, REPEATED, REPEATS, escaped, scalar_text
from stackdump_probe.values.scalars import (
    FLOAT_FORMATS,
    INTEGERS,
    is_character,
    number_of,
    reading_of,
)
from stackdump_probe.values.storage import Absence, Place, Storage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    from stackdump_probe.values.decode import Decoder

    T = TypeVar("T")


def whole_of(decoder: Decoder, type_: Type) -> Whole | None:
    """How whole objects of a type are read; None if more than their bytes decides what they are."""
    match decoder.actual(type_):
        case types.Struct() as struct:
            return _struct(decoder, type_, struct)
        case types.Array() as array:
            return _array(decoder, type_, array)
        case actual:
            return _scalar(decoder, type_, actual)


def _scalar(decoder: Decoder, type_: Type, actual: Type) -> Whole | None:
    """What has no parts; the same bytes are the same value, read and written once."""
    size = size_of(actual)
    read = _reading(decoder, actual) if size else None
    if size is None or read is None:
        return None
    content = _remembered(read)
    text = _remembered(lambda octets: scalar_text(content(octets)))
    return Whole(
        decoder.name(type_),
        size,
        lambda octets, at, _address: content(octets[at : at + size]),
        lambda octets, at, _repeats: text(octets[at : at + size]),
    )


def _reading(decoder: Decoder, actual: Type) -> Callable[[bytes], Content] | None:
    match actual:
        case types.Base():
            return _number(actual)
        case types.Enum(language=language):
            views = views_of(language)
            return _remembered(lambda octets: views.enumerator(actual, octets))
        case types.Pointer(language="c" | "c++" as language):
            views = views_of(language)
            return lambda octets: views.pointer(decoder, actual, number_of(octets), 0)
        case _:
            return None


def _number(base: types.Base) -> Callable[[bytes], Content] | None:
    """Numbers of the kinds that are taken apart."""
    is_float = base.encoding == dw.ATE_float and base.size in FLOAT_FORMATS
    if not is_float and base.encoding != dw.ATE_boolean and base.encoding not in INTEGERS:
        return None
    read = reading_of(base)

    def content(octets: bytes) -> Content:
        found = read(octets)
        assert not isinstance(found, Absence)
        return found

    return content


def _remembered(read: Callable[[bytes], T]) -> Callable[[bytes], T]:
    known: dict[bytes, T] = {}

    def remembered(octets: bytes) -> T:
        found = known.get(octets)
        if found is None:
            found = known[octets] = read(octets)
        return found

    return remembered


def _array(decoder: Decoder, type_: Type, array: types.Array) -> Whole | None:
    step, size, count = stride_of(array), size_of(array), array.count
    if not step or not size or not isinstance(count, int):
        return None
    element = decoder.actual(array.element.type)
    if array.language != "rust" and isinstance(element, types.Base) and is_character(element):
        return _text(decoder, type_, element, size) if step == 1 else None  # wide ones may be none
    whole = decoder.whole(array.element.type)
    if whole is None or (count - 1) * step + whole.size > size:
        return None
    shown = min(count, decoder.limits.entries)

    def content(octets: bytes, at: int, address: int | None) -> Content:
        return Array(count, Elements(whole, octets, at, address, step, shown))

    def text(octets: bytes, at: int, repeats: bool) -> str:
        elements = Elements(whole, octets, at, None, step, shown)
        return _listed("[", [*_elements(elements, repeats), *([CUT] * (count > shown))], "]")

    parts = shown * (1 + whole.parts)
    return Whole(decoder.name(type_), size, content, text, parts, 1 + whole.levels)


def _elements(elements: Elements, repeats: bool) -> Iterator[str]:
    at = 0
    while at < len(elements):
        text = elements.whole.text(elements.octets, elements.place(at), repeats)
        count = elements.equal_from(at, REPEATED) if repeats else 1
        yield text if count < REPEATED else f"{text} {REPEATS}{count} times>"
        at += count if count >= REPEATED else 1


def _listed(opening: str, texts: list[str], closing: str) -> str:
    return f"{opening}{', '.join(texts)}{closing}"


def _text(decoder: Decoder, type_: Type, element: types.Base, size: int) -> Whole:
    def content(octets: bytes, at: int, _address: int | None) -> Content:
        text = c.array_text(element, octets[at : at + size])
        assert text is not None
        return text

    return Whole(
        decoder.name(type_),
        size,
        content,
        lambda octets, at, _repeats: scalar_text(content(octets, at, None)),
    )


def _struct(decoder: Decoder, type_: Type, struct: types.Struct) -> Whole | None:
    fields, size = views_of(struct.language).fields(decoder, struct), struct.size
    if fields is None or not size:
        return None
    found = [(name, member, decoder.whole(member.type.type)) for name, member in fields.members]
    inside = [
        (name, member, whole)
        for name, member, whole in found
        if whole is not None and _is_inside(member, whole.size, size)
    ]
    if len(inside) < len(found):
        return None
    return _fields(decoder.name(type_), size, inside, decoder, tuple_like=fields.tuple_like)


def _fields(
    name: str,
    size: int,
    fields: list[tuple[str, Member, Whole]],
    decoder: Decoder,
    *,
    tuple_like: bool,
) -> Whole:
    members = [(each, member.offset or 0, *_read(decoder, member, w)) for each, member, w in fields]
    texts = [
        ("" if tuple_like or not each else f"{escaped(each)}: ", offset, text)
        for each, offset, _, text in members
    ]
    opening, closing = "()" if tuple_like else "{}"

    def text(octets: bytes, at: int, repeats: bool) -> str:
        listed = [label + read(octets, at + offset, repeats) for label, offset, read in texts]
        return _listed(opening, listed, closing)

    whole = Whole(
        name,
        size,
        lambda octets, at, address: Aggregate(Members(whole, octets, at, address), tuple_like),
        text,
        sum(1 + each.parts for _, _, each in fields),
        1 + max([each.levels for _, _, each in fields], default=0),
        tuple([(each, offset, read) for each, offset, read, _ in members]),
    )
    return whole


def _is_inside(member: Member, size: int, room: int) -> bool:
    """True if a member of `size` bytes is told to be within the `room` of its struct."""
    if member.bit_size is None or member.bit_offset is None:
        return member.offset is not None and 0 <= member.offset <= room - size
    return 0 <= member.bit_offset <= room * 8 - member.bit_size


def _read(decoder: Decoder, member: Member, whole: Whole) -> tuple[ReadValue, ReadText]:
    """How a member's value and its text are read."""
    if member.bit_size is None:
        return whole.value, whole.text

    def bitfield(octets: bytes, at: int, address: int | None) -> Value:
        start = at - (member.offset or 0)
        return decoder.bitfield(member, Place(Storage(octets, address), start))

    def text(octets: bytes, at: int, _repeats: bool) -> str:
        content = bitfield(octets, at, None).content
        assert content is not None
        return scalar_text(content)

    return bitfield, text
