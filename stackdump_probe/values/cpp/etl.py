"""The Embedded Template Library (etlcpp.com): containers that keep what they hold in themselves.

Layouts of its headers vector.h and private/vector_base.h, array.h, basic_string.h, string_view.h,
optional.h, private/variant_variadic.h, span.h, map.h, multimap.h, set.h, multiset.h, queue.h,
circular_buffer.h, deque.h and list.h.
"""

from collections.abc import Collection

from stackdump_probe.errors import Unsupported
from stackdump_probe.image.types.cpp_names import template
from stackdump_probe.image.types.model import Struct, Type
from stackdump_probe.values.cpp.chains import place_in, ring, uncounted
from stackdump_probe.values.cpp.choices import NOTHING
from stackdump_probe.values.cpp.object import Object
from stackdump_probe.values.cpp.sequences import between, last_argument, side_by_side
from stackdump_probe.values.cpp.text import characters_at, size_of_character
from stackdump_probe.values.cpp.trees import entries_of, in_order, offset_of
from stackdump_probe.values.model import (
    Aggregate,
    Array,
    Content,
    Field,
    Invalid,
    Map,
    Value,
    Variant,
)

WORD = 4


def vector(found: Object) -> Content:
    """The elements between its two pointers; its base class, by which it is passed, as well."""
    start = found.part("p_buffer")
    first, end = start.number(), found.part("p_end").number()
    size = found.behind(first, start.target).size
    limit = first + found.part("CAPACITY").number() * size
    return between(found, start.target, first, end, limit)


def array(found: Object) -> Content:
    """The elements that it holds itself."""
    return found.part("_buffer").content()


def string(found: Object) -> Content:
    """Its text; its base class, by which it is passed, as well."""
    length, room = found.part("current_size").number(), found.part("CAPACITY").number()
    if length > room:
        return Invalid(length, f"a text of so many characters in a buffer for {room}")
    return characters_at(found.part("p_buffer"), length)


def string_view(found: Object) -> Content:
    """The text from its first pointer up to its second one."""
    start, end = found.part("mbegin"), found.part("mend").number()
    first = start.number()
    if end < first:
        return Invalid(first, f"text from here to {end:#010x}")
    return characters_at(start, (end - first) // size_of_character(start))


def optional(found: Object) -> Content:
    """Its value, or nullopt; older versions keep bytes where newer ones have a union."""
    storage = found.part("storage")
    valid = (found if found.has("valid") else storage).part("valid").number()
    if valid > 1:
        return Invalid(valid, "a bool is 0 or 1")
    if not valid:
        return NOTHING
    value = storage.part("u", "value") if storage.has("u") else storage.at(0, found.parameter("T"))
    return value.content()


def variant(found: Object) -> Content:
    """The alternative that its index tells, called by its type."""
    index = found.part("type_id")
    number, types = index.number(), [link.type for _, link in found.struct.parameters]
    if number == (1 << 8 * index.size) - 1:
        return Variant("valueless", Aggregate(()))
    if number >= len(types):
        return Invalid(number, "no alternative has this index")
    held = found.part("data").at(0, types[number])
    name = found.decoder.name(held.declared)
    return Variant(name, Aggregate((Field("0", held.value()),), tuple_like=True))


def span(found: Object) -> Content:
    """What it points to, up to its second pointer, or as much as its type says."""
    start = found.part("pbegin")
    first = start.number()
    if not found.has("pend"):
        return side_by_side(found, start.target, first, last_argument(found))
    end = found.part("pend").number()
    return between(found, start.target, first, end, end)


def map_(found: Object) -> Content:
    """Keys and what they stand for; its base class, by which it is passed, as well."""
    entries, count = _entries(found, ("etl::imap", "etl::imultimap"))
    return entries if isinstance(entries, Invalid) else Map(count, entries)


def set_(found: Object) -> Content:
    """The keys alone; its base class as well."""
    entries, count = _entries(found, ("etl::iset", "etl::imultiset"))
    return entries if isinstance(entries, Invalid) else Array(count, entries)


def _entries(found: Object, bases: Collection[str]) -> tuple[tuple[Value, ...] | Invalid, int]:
    """The entries in order, and how many there are."""
    count, room = found.part("current_size").number(), found.part("CAPACITY").number()
    if count > room:
        return Invalid(count, f"so many entries in room for {room}"), count
    root = found.part("root_node")
    node = found.decoder.actual(root.target)
    element, offset = _value_of(found, bases, "Data_Node")
    if not isinstance(node, Struct):
        raise Unsupported("a node was expected")
    left = offset_of(node, "children")
    nodes = in_order(found.decoder.memory, root.number(), (left, left + WORD), count)
    return entries_of(found, nodes, element, offset, count), count


def _value_of(found: Object, bases: Collection[str], node: str) -> tuple[Type, int]:
    """The type of the entries, and where in a node they are: the class of nodes tells it."""
    names = (each.struct.name or "" for each in found.bases())
    name = next((name for name in names if template(name) in bases), None)
    return place_in(found.decoder.class_named(f"{name}::{node}"), "value")


def queue(found: Object) -> Content:
    """Its elements from the oldest one on; its base class, by which it is passed, as well."""
    first, count = found.part("out").number(), found.part("current_size").number()
    return ring(found, found.part("p_buffer"), first, count, found.part("CAPACITY").number())


def circular_buffer(found: Object) -> Content:
    """Its elements from the oldest one on; one place is always free."""
    room = found.part("BUFFER_SIZE").number()
    first, end = found.part("out").number(), found.part("in").number()
    if end >= max(room, 1):
        return Invalid(end, f"the next element goes to number {end} in room for {room}")
    return ring(found, found.part("pbuffer"), first, (end - first) % room, room)


def deque(found: Object) -> Content:
    """Its elements from the first one on."""
    room, count = found.part("BUFFER_SIZE").number(), found.part("current_size").number()
    return ring(found, found.part("p_buffer"), found.part("_begin", "index").number(), count, room)


def list_(found: Object) -> Content:
    """Its elements, as many as are linked: where several share a pool, none is counted."""
    end = found.part("terminal_node")
    address, following = end.place.address, offset_of(end.struct, "next")
    if address is None:
        raise Unsupported("a list without an address")
    element, offset = _value_of(found, ("etl::ilist",), "data_node_t")
    return uncounted(found, end.part("next").number(), address, following, element, offset)
