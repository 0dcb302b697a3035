"""Objects all bytes of which are known: how to read them is worked out once for their type.

Most objects of a program are such: numbers, pointers, and the arrays and structs that are made of
them. Nothing can be missing in them, so their parts are read without asking where they are.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.types import model as types
from stackdump_probe.image.types.model import Member, Type, size_of, stride_of
from stackdump_probe.values import c
from stackdump_probe.values.cpp import pointers as cpp_pointers
from stackdump_probe.values.cpp import views as cpp
from stackdump_probe.values.elements import Elements, ReadValue, Whole
from stackdump_probe.values.model import Aggregate, Array, Content, Field, Value
from stackdump_probe.values.rust import views as rust
from stackdump_probe.values.scalars import (
    FLOAT_FORMATS,
    INTEGERS,
    is_character,
    number_of,
    reading_of,
)
from stackdump_probe.values.storage import Absence, Place, Storage

if TYPE_CHECKING:
    from stackdump_probe.values.decode import Decoder

FIELDS = {"c": c.fields, "c++": cpp.fields, "rust": rust.fields}


def whole_of(decoder: "Decoder", type_: Type) -> Whole | None:
    """How whole objects of a type are read; None if more than their bytes decides what they are."""
    match decoder.actual(type_):
        case types.Struct() as struct:
            return _struct(decoder, type_, struct)
        case types.Array() as array:
            return _array(decoder, type_, array)
        case actual:
            return _scalar(decoder, type_, actual)


def _scalar(decoder: "Decoder", type_: Type, actual: Type) -> Whole | None:
    size = size_of(actual)
    read = _reading(decoder, actual) if size else None
    if size is None or read is None:
        return None
    return Whole(
        decoder.name(type_), size, lambda octets, at, _address: read(octets[at : at + size])
    )


def _reading(decoder: "Decoder", actual: Type) -> Callable[[bytes], Content] | None:
    match actual:
        case types.Base():
            return _number(actual)
        case types.Enum(language="rust"):
            return lambda octets: rust.enumerator(actual, octets)
        case types.Enum():
            return _remembered(
                lambda octets: c.enumerator(actual, number_of(octets, actual.signed))
            )
        case types.Pointer(language="c"):
            return lambda octets: c.pointer(decoder, actual, number_of(octets), 0)
        case types.Pointer(language="c++"):
            return lambda octets: cpp_pointers.pointer(decoder, actual, number_of(octets), 0)
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


def _remembered(read: Callable[[bytes], Content]) -> Callable[[bytes], Content]:
    known: dict[bytes, Content] = {}

    def content(octets: bytes) -> Content:
        found = known.get(octets)
        if found is None:
            found = known[octets] = read(octets)
        return found

    return content


def _array(decoder: "Decoder", type_: Type, array: types.Array) -> Whole | None:
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

    parts = shown * (1 + whole.parts)
    return Whole(decoder.name(type_), size, content, parts, 1 + whole.levels)


def _text(decoder: "Decoder", type_: Type, element: types.Base, size: int) -> Whole:
    def content(octets: bytes, at: int, _address: int | None) -> Content:
        text = c.array_text(element, octets[at : at + size])
        assert text is not None
        return text

    return Whole(decoder.name(type_), size, content)


def _struct(decoder: "Decoder", type_: Type, struct: types.Struct) -> Whole | None:
    fields, size = FIELDS[struct.language](decoder, struct), struct.size
    if fields is None or not size:
        return None
    parts: list[tuple[str, int, ReadValue]] = []
    in_all, levels = 0, 0
    for name, member in fields.members:
        whole = decoder.whole(member.type.type)
        if whole is None or not _is_inside(member, whole.size, size):
            return None
        parts.append((name, member.offset or 0, _member(decoder, member, whole)))
        in_all += 1 + whole.parts
        levels = max(levels, whole.levels)
    tuple_like = fields.tuple_like

    def content(octets: bytes, at: int, address: int | None) -> Content:
        return Aggregate(
            tuple(
                [Field(name, read(octets, at + offset, address)) for name, offset, read in parts]
            ),
            tuple_like,
        )

    return Whole(decoder.name(type_), size, content, in_all, 1 + levels)


def _is_inside(member: Member, size: int, room: int) -> bool:
    """True if a member of `size` bytes is told to be within the `room` of its struct."""
    if member.bit_size is None or member.bit_offset is None:
        return member.offset is not None and 0 <= member.offset <= room - size
    return 0 <= member.bit_offset <= room * 8 - member.bit_size


def _member(decoder: "Decoder", member: Member, whole: Whole) -> ReadValue:
    if member.bit_size is None:
        return whole.value

    def bitfield(octets: bytes, at: int, address: int | None) -> Value:
        start = at - (member.offset or 0)
        return decoder.bitfield(member, Place(Storage(octets, address), start))

    return bitfield
