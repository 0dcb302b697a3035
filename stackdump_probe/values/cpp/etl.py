"""The Embedded Template Library (etlcpp.com): containers that keep what they hold in themselves.

Layouts of its headers vector.h and private/vector_base.h, array.h, basic_string.h, string_view.h.
"""

from stackdump_probe.values.cpp.object import Object
from stackdump_probe.values.cpp.sequences import between
from stackdump_probe.values.cpp.text import characters_at, size_of_character
from stackdump_probe.values.model import Content, Invalid


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
