"""What C adds to bytes: text, named numbers, pointers that say what they point at."""

from typing import TYPE_CHECKING

from stackdump_probe.image.types import Base, Enum, Pointer, Struct, Type
from stackdump_probe.values.model import Content, Enumerator, Text, Value
from stackdump_probe.values.model import Pointer as PointerContent
from stackdump_probe.values.scalars import is_character
from stackdump_probe.values.storage import ADDRESS_SPACE, Place

if TYPE_CHECKING:
    from stackdump_probe.values.decode import Decoder

STRING_LIMIT = 256  # bytes read behind a pointer in search of the NUL
ARRAY_TEXT_LIMIT = 4096
WIDE_ENCODINGS = {2: "utf-16-le", 4: "utf-32-le"}


def view(_decoder: "Decoder", _struct: Struct, _place: Place) -> Content | None:
    """C's structs are what their members are."""
    return None


def array_text(element: Type, octets: bytes) -> Text | None:
    """An array of characters as text without the NULs at its end; None if it is no such array."""
    if not isinstance(element, Base) or not is_character(element):
        return None
    held = octets[: ARRAY_TEXT_LIMIT * element.size]
    text = characters(element, held, cut=len(octets) > len(held))
    return None if text is None else Text(text.octets.rstrip(b"\0"), text.cut)


def characters(element: Base, octets: bytes, *, cut: bool) -> Text | None:
    """Characters of one type as text; None if they have no encoding, or are not encoded so."""
    if element.size == 1:
        return Text(octets, cut)
    encoding = WIDE_ENCODINGS.get(element.size)
    if encoding is None:
        return None
    try:
        return Text(octets.decode(encoding).encode(), cut)
    except UnicodeDecodeError:
        return None


def enumerator(enum: Enum, number: int) -> Enumerator:
    """The name of `number`: an enumerator, or the flags that it is made of."""
    mask = (1 << enum.size * 8) - 1
    for name, value in enum.enumerators:
        if (value ^ number) & mask == 0:
            return Enumerator(name, number)
    return Enumerator(_flags(enum, number & mask), number)


def _flags(enum: Enum, number: int) -> str | None:
    """`A | B` if the enumerators are bits; what no name stands for is added as a number."""
    values = [value for _, value in enum.enumerators if value]
    if not _are_flags(values):
        return None
    names = []
    for name, value in enum.enumerators:
        if value and number & value == value:
            names.append(name)
            number &= ~value
    if not names:
        return None
    return " | ".join([*names, hex(number)] if number else names)


def _are_flags(values: list[int]) -> bool:
    """True for disjoint bits that do not look like a count from 0 (0, 1, 2 are disjoint too)."""
    seen = 0
    for value in values:
        if value < 0 or value & seen:
            return False
        seen |= value
    return seen.bit_length() > 2 and len(values) > 1


def pointer(decoder: "Decoder", pointer: Pointer, number: int, depth: int) -> Content:
    """An address, with the text there if it is a pointer to characters."""
    if is_text(decoder.actual(pointer.target.type)):
        found = string_at(decoder, number) if depth < decoder.limits.depth else None
        if found is not None:
            text = Value(decoder.name(pointer.target.type), found, "ok", None, number)
            return PointerContent(number, decoder.symbol_at(number), text)
    return address(decoder, number)


def is_text(target: Type) -> bool:
    """True if a pointer to `target` is taken as a pointer to text."""
    return isinstance(target, Base) and target.size == 1 and is_character(target)


def address(decoder: "Decoder", number: int) -> PointerContent:
    """An address with its symbol, if it has one."""
    return PointerContent(number, decoder.symbol_at(number))


def string_at(decoder: "Decoder", number: int) -> Text | None:
    """The NUL-terminated text at an address; None if not even its first byte is known."""
    size = min(STRING_LIMIT, ADDRESS_SPACE - number)
    runs = decoder.memory.read_available(number, size)
    octets = b""
    for start, run in runs:
        if start != number + len(octets):
            break
        octets += run
        if 0 in run:
            break
    return text_up_to_nul(octets)


def text_up_to_nul(octets: bytes) -> Text | None:
    """The text that ends with a NUL, cut if none is known; None if not even a byte is."""
    text, nul, _ = octets.partition(b"\0")
    return Text(text, cut=not nul) if octets else None
