"""What C adds to bytes: text, named numbers, pointers that say what they point at."""

from __future__ import annotations

from stackdump_probe.image.types.model import Base, Enum, Member, Pointer, Struct, Type, stripped
from stackdump_probe.record import Record
from stackdump_probe.values.model import ADDRESS_SPACE, Content, Enumerator, Integer, Text, Value
from stackdump_probe.values.model import Pointer as PointerContent
from stackdump_probe.values.scalars import is_character, number_of
from stackdump_probe.values.storage import Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.values.decode import Decoder

STRING_LIMIT = 256  # bytes read behind a pointer in search of the NUL
ARRAY_TEXT_LIMIT = 4096
WIDE_ENCODINGS = {2: "utf-16-le", 4: "utf-32-le"}


class Fields(Record):
    """The members of a struct that is no more than they are, with the names to show."""

    members: list[tuple[str, Member]]
    tuple_like: bool = False


def fields(_decoder: Decoder, struct: Struct) -> Fields | None:
    """What a struct is shown as; a language has None for one that is more than its members."""
    return Fields([(member.name or "", member) for member in struct.members])


def view(_decoder: Decoder, _struct: Struct, _place: Place) -> Content | None:
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


def enumerator(enum: Enum, octets: bytes) -> Enumerator | Integer:
    """The name of the number in `octets`: an enumerator, or the flags that it is made of.

    An enum without enumerators is a kind of number, as std::byte is; so are no flags at all.
    """
    number = number_of(octets, enum.signed)
    mask = (1 << enum.size * 8) - 1
    for name, value in enum.enumerators:
        if (value ^ number) & mask == 0:
            return Enumerator(name, number)
    are_flags = _are_flags([value for _, value in enum.enumerators])
    if not enum.enumerators or (are_flags and not number):
        return Integer(number)
    return Enumerator(_flags(enum, number & mask) if are_flags else None, number)


def _flags(enum: Enum, number: int) -> str | None:
    """`A | B`; what no name stands for is added as a number."""
    names = []
    for name, value in enum.enumerators:
        if _is_bit(value) and number & value:
            names.append(name)
            number &= ~value
    if not names:
        return None
    return " | ".join([*names, hex(number)] if number else names)


def _are_flags(values: list[int]) -> bool:
    """True for bits and a few sets of them, but not for numbers in a row, of which some are bits.

    Two bits alone count as flags only if they are not 1 and 2.
    """
    bits = {value for value in values if _is_bit(value)}
    together = sum(bits)
    sets = {value for value in values if value and value not in bits}
    in_a_row = max(values, default=0) - min(values, default=0) < len(set(values))
    return (
        len(bits) > max(1, len(sets))
        and together.bit_length() > 2
        and not (in_a_row and sets)
        and all(value > 0 and value & ~together == 0 for value in sets)
    )


def _is_bit(value: int) -> bool:
    return value > 0 and value & (value - 1) == 0


def pointer(decoder: Decoder, pointer: Pointer, number: int, depth: int) -> Content:
    """An address, with the text there if it is a pointer to characters; nothing is at null."""
    character = character_of(stripped(pointer.target.type))
    if number and character is not None and depth < decoder.limits.depth:
        found = string_at(decoder, character, number)
        if found is not None:
            text = Value(decoder.name(pointer.target.type), found, "ok", None, number)
            return PointerContent(number, decoder.symbol_at(number), text)
    return address(decoder, number)


def character_of(target: Type) -> Base | None:
    """`target` itself if a pointer to it is taken as a pointer to text."""
    return target if isinstance(target, Base) and is_character(target) else None


def address(decoder: Decoder, number: int) -> PointerContent:
    """An address with its symbol, if it has one."""
    return PointerContent(number, decoder.symbol_at(number))


def string_at(decoder: Decoder, character: Base, number: int) -> Text | None:
    """The text at an address up to its NUL; None if not even its first character is known."""
    size = min(STRING_LIMIT * character.size, ADDRESS_SPACE - number)
    octets = b""
    for start, run in decoder.memory.read_available(number, size):
        if start != number + len(octets):
            break
        octets += run
    return text_up_to_nul(octets, character)


def text_up_to_nul(octets: bytes, character: Base) -> Text | None:
    """The text that ends with a NUL, cut if none is known; None if not even a character is."""
    whole = len(octets) - len(octets) % max(character.size, 1)
    if not whole:
        return None
    ends = (
        at for at in range(0, whole, character.size) if not any(octets[at : at + character.size])
    )
    end = octets.find(b"\0") if character.size == 1 else next(ends, -1)
    return characters(character, octets[: whole if end < 0 else end], cut=end < 0)
