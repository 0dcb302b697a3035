"""std::array, std::vector, std::span, std::initializer_list: elements side by side."""

from itertools import islice

from stackdump_probe.errors import Unsupported
from stackdump_probe.image.types.cpp_names import arguments
from stackdump_probe.image.types.model import Array as ArrayType
from stackdump_probe.image.types.model import Type, size_of
from stackdump_probe.values.cpp.object import Object
from stackdump_probe.values.model import Array, Boolean, Content, Invalid, Value
from stackdump_probe.values.storage import PartMissing, Place, in_memory


def array(found: Object) -> Content:
    """The elements that it holds itself."""
    held = found.part("_M_elems")
    return held.content() if isinstance(held.type, ArrayType) else Array(0, ())


def vector(found: Object) -> Content:
    """The elements between its first two pointers; of bool one bit each."""
    start, finish = found.part("_M_impl", "_M_start"), found.part("_M_impl", "_M_finish")
    if found.decoder.name(found.parameter("_Tp")) == "bool":
        return _bits(start, finish)
    first, end = start.number(), finish.number()
    limit = found.part("_M_impl", "_M_end_of_storage").number()
    return between(found, start.target, first, end, limit)


def between(found: Object, element: Type, first: int, end: int, limit: int) -> Content:
    """The elements from address `first` up to `end`, in a block that goes up to `limit`."""
    size = size_of(found.decoder.actual(element))
    if not size:
        raise Unsupported("elements without a size")
    if not first <= end <= limit or (end - first) % size:
        return Invalid(first, f"elements from here to {end:#010x} in a block up to {limit:#010x}")
    return side_by_side(found, element, first, (end - first) // size)


def side_by_side(found: Object, element: Type, address: int, count: int) -> Array:
    """`count` elements from `address` on, as many as are shown."""
    decoder = found.decoder
    size = size_of(decoder.actual(element))
    if not size:
        raise Unsupported("elements without a size")
    held = in_memory(decoder.memory, address, min(count, decoder.limits.entries) * size)
    return decoder.elements(element, count, size, Place(held, 0, found.place.depth))


def _bits(start: Object, finish: Object) -> Content:
    """std::vector<bool>: an iterator is the address of a word, and a bit in it."""
    word = start.part("_M_p")
    first, end = word.number(), finish.part("_M_p").number()
    count = (end - first) * 8 + finish.part("_M_offset").number()
    if count < 0:
        return Invalid(first, f"bits from here to {end:#010x}")
    shown = min(count, start.decoder.limits.entries)
    held = in_memory(start.decoder.memory, first, (shown + 7) // 8)
    return _bits_in(Place(held), count, shown)


def bitset(found: Object) -> Content:
    """Its bits, the one of number 0 first."""
    count = last_argument(found)
    if not count:
        return Array(0, ())
    words = found.part("_M_w")
    if count > words.size * 8:
        raise Unsupported("bits in words of theirs were expected")
    return _bits_in(words.place, count, min(count, found.decoder.limits.entries))


def _bits_in(place: Place, count: int, shown: int) -> Array:
    absence = place.missing((shown + 7) // 8)
    if absence is not None:
        raise PartMissing(absence)
    bits = (octet >> bit & 1 for octet in place.octets((shown + 7) // 8) for bit in range(8))
    values = (Value("bool", Boolean(bool(bit)), "ok") for bit in islice(bits, shown))
    return Array(count, tuple(values))


def span(found: Object) -> Content:
    """What it points to; how much of it the object says, or its type."""
    data = found.part("_M_ptr")
    extent = found.part("_M_extent")
    if extent.struct.members:
        count = extent.part("_M_extent_value").number()
    else:
        count = last_argument(found)
    return side_by_side(found, data.target, data.number(), count)


def last_argument(found: Object) -> int:
    """The size that is the last argument of its template."""
    given = arguments(found.struct.name or "")
    if not given or not given[-1].isdigit():
        raise Unsupported("a size among the arguments was expected")
    return int(given[-1])


def initializer_list(found: Object) -> Content:
    """The elements of its array."""
    data = found.part("_M_array")
    return side_by_side(found, data.target, data.number(), found.part("_M_len").number())
