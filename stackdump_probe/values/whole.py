"""Objects all bytes of which are known: how to read them is worked out once for their type.

Most objects of a program are such: numbers, pointers, and the arrays and structs that are made of
them. Nothing can be missing in them, so their parts are read without asking where they are.
"""

from __future__ import annotations

from collections.abc import Callable

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.types import model as types
from stackdump_probe.image.types.model import Member, Type, size_of, stride_of, stripped
from stackdump_probe.values import c
from stackdump_probe.values.elements import Alone, Elements, Members, Part, ReadText, Texts, Whole
from stackdump_probe.values.languages import views_of
from stackdump_probe.values.model import Aggregate, Array, Content, Value, children_of
from stackdump_probe.values.scalar_text import CUT, address_text, doubt, escaped, scalar_text
from stackdump_probe.values.scalars import (
    FLOAT_FORMATS,
    INTEGERS,
    is_character,
    is_plain_integer,
    number_of,
    reading_of,
)
from stackdump_probe.values.single import is_signed
from stackdump_probe.values.storage import Absence, Place, Storage
from stackdump_probe.values.text import short_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    from stackdump_probe.values.decode import Decoder

    T = TypeVar("T")


class _Remembered(dict[bytes, "T"]):
    """What is made of bytes, once for the same ones."""

    def __init__(self, make: Callable[[bytes], T]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, octets: bytes) -> T:
        made = self[octets] = self._make(octets)
        return made


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
    """What has no parts: read in one way, whatever names its type has."""
    if actual not in decoder.scalars:
        decoder.scalars[actual] = _read_by_bytes(decoder, actual)
    whole = decoder.scalars[actual]
    return None if whole is None else whole.renamed(lambda: decoder.name(type_))


def _read_by_bytes(decoder: Decoder, actual: Type) -> Whole | None:
    """The same bytes are the same value, read and written once."""
    size = size_of(actual)
    read = _reading(decoder, actual) if size else None
    if size is None or read is None:
        return None
    content = _Remembered(read).__getitem__
    at_once = _integer_text(actual) or _address_text(decoder, actual)
    text = _Remembered(at_once or (lambda octets: scalar_text(content(octets))))
    return Whole(
        str,
        size,
        lambda octets, _address: content(octets),
        Texts(text.__getitem__, text.__getitem__),
        alone=_Remembered(lambda octets: _alone(content(octets))).__getitem__,
    )


def _alone(content: Content) -> Alone:
    text = short_text(Value("", content, "ok"), repeats=False)
    assert text is not None
    return Alone(text, doubt(content), children_of(content))


def _integer_text(actual: Type) -> ReadText | None:
    """The text of a whole number, straight from its bytes; None for what is more than that."""
    if not isinstance(actual, types.Base) or not is_plain_integer(actual):
        return None
    signed = is_signed(actual)
    return lambda octets: str(int.from_bytes(octets, "little", signed=signed))


def _address_text(decoder: Decoder, actual: Type) -> ReadText | None:
    """The same of a pointer of C; None for one that is followed, to text."""
    if not isinstance(actual, types.Pointer) or actual.language != "c":
        return None
    if c.character_of(stripped(actual.target.type)) is not None:
        return None

    def text(octets: bytes) -> str:
        number = int.from_bytes(octets, "little")
        return address_text(number, decoder.symbol_at(number))

    return text


def _reading(decoder: Decoder, actual: Type) -> Callable[[bytes], Content] | None:
    match actual:
        case types.Base():
            return _number(actual)
        case types.Enum(language=language):
            views = views_of(language)
            return lambda octets: views.enumerator(actual, octets)
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

    def elements(octets: bytes, address: int | None) -> Elements:
        return Elements(whole, octets, address, step, shown)

    def text(*, repeats: bool) -> ReadText:
        cut = [CUT] * (count > shown)
        return lambda octets: _listed(
            "[", [*elements(octets, None).texts(0, shown, repeats=repeats)[0], *cut], "]"
        )

    return Whole(
        lambda: decoder.name(type_),
        size,
        lambda octets, address: Array(count, elements(octets, address)),
        Texts(text(repeats=True), text(repeats=False)),
        shown * (1 + whole.parts),
        1 + whole.levels,
    )


def _listed(opening: str, texts: list[str], closing: str) -> str:
    return f"{opening}{', '.join(texts)}{closing}"


def _text(decoder: Decoder, type_: Type, element: types.Base, size: int) -> Whole:
    def content(octets: bytes, _address: int | None) -> Content:
        text = c.array_text(element, octets)
        assert text is not None
        return text

    def text(octets: bytes) -> str:
        return scalar_text(content(octets, None))

    texts = Texts(text, text)
    return Whole(
        lambda: decoder.name(type_),
        size,
        content,
        texts,
        alone=lambda octets: _alone(content(octets, None)),
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
    return _fields(decoder, type_, size, inside, tuple_like=fields.tuple_like)


def _is_inside(member: Member, size: int, room: int) -> bool:
    """True if a member of `size` bytes is told to be within the `room` of its struct."""
    if member.bit_size is None or member.bit_offset is None:
        return member.offset is not None and 0 <= member.offset <= room - size
    return 0 <= member.bit_offset <= room * 8 - member.bit_size


def _fields(
    decoder: Decoder,
    type_: Type,
    size: int,
    fields: list[tuple[str, Member, Whole]],
    *,
    tuple_like: bool,
) -> Whole:
    read = [_part(decoder, each, member, size, whole) for each, member, whole in fields]
    opening, closing = "()" if tuple_like else "{}"

    def text(each: list[tuple[Part, ReadText]]) -> ReadText:
        parts = [(_label(part, tuple_like), part.start, part.end, told) for part, told in each]
        return lambda octets: _listed(
            opening,
            [label + told(octets[start:end]) for label, start, end, told in parts],
            closing,
        )

    whole = Whole(
        lambda: decoder.name(type_),
        size,
        lambda octets, address: Aggregate(Members(whole, octets, address), tuple_like),
        Texts(
            text([(part, texts.brief) for part, texts in read]),
            text([(part, texts.full) for part, texts in read]),
        ),
        sum(1 + each.parts for _, _, each in fields),
        1 + max([each.levels for _, _, each in fields], default=0),
        tuple([part for part, _ in read]),
    )
    return whole


def _label(part: Part, tuple_like: bool) -> str:
    return "" if tuple_like or not part.name else f"{escaped(part.name)}: "


def _part(
    decoder: Decoder, name: str, member: Member, room: int, whole: Whole
) -> tuple[Part, Texts]:
    """A member of a struct of `room` bytes, and how its text is read of the bytes that hold it."""
    if member.bit_size is None:
        start = member.offset or 0
        return Part(name, start, start + whole.size, whole.value, whole), whole.texts

    def bitfield(octets: bytes, address: int | None) -> Value:
        return decoder.bitfield(member, Place(Storage(octets, address)))

    def text(octets: bytes) -> str:
        content = bitfield(octets, None).content
        assert content is not None
        return scalar_text(content)

    return Part(name, 0, room, bitfield, None), Texts(text, text)
