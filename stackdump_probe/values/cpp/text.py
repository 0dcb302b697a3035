"""std::string, std::string_view and their wide kinds."""

from stackdump_probe.errors import Unsupported
from stackdump_probe.image.types.model import Base, size_of
from stackdump_probe.values import c
from stackdump_probe.values.cpp.object import Object
from stackdump_probe.values.model import Content, Invalid
from stackdump_probe.values.storage import PartMissing, in_memory

TEXT_LIMIT = 4096  # bytes of a text that are read


def string(found: Object) -> Content:
    """A text in its own buffer, or in one that it has allocated."""
    data = found.part("_M_dataplus", "_M_p")
    length, own = found.part("_M_string_length").number(), found.part("_M_local_buf")
    if data.number() == own.place.address:
        held = (size_of(own.type) or 0) // size_of_character(data) - 1
    else:
        held = found.part("_M_allocated_capacity").number()
    if length > held:
        return Invalid(length, f"a text of so many characters in a buffer for {held}")
    return characters_at(data, length)


def string_view(found: Object) -> Content:
    """The text that it points to."""
    return characters_at(found.part("_M_str"), found.part("_M_len").number())


def size_of_character(data: Object) -> int:
    """The size of what it points to, a character."""
    size = size_of(data.target)
    if not size:
        raise Unsupported("characters without a size")
    return size


def characters_at(data: Object, length: int) -> Content:
    """So many characters as `data` points to, as far as they are known."""
    character, size = data.decoder.actual(data.target), size_of_character(data)
    if not isinstance(character, Base):
        raise Unsupported("text is made of characters")
    wanted = min(length * size, TEXT_LIMIT)
    held = in_memory(data.decoder.memory, data.number(), wanted)
    known = min((gap.start // 8 for gap in held.gaps), default=wanted)
    if wanted and not known:
        raise PartMissing(held.gaps[0].absence)
    text = c.characters(character, held.octets[:known], cut=known < length * size)
    if text is None:
        raise Unsupported("characters of another size")
    return text
