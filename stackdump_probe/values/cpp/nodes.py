"""std::list, forward_list, unordered_map and their kinds, deque: elements in nodes and blocks.

Layouts of libstdc++: bits/stl_list.h, forward_list.h, hashtable.h and hashtable_policy.h,
stl_deque.h.
"""

from stackdump_probe.errors import NotCaptured, Unsupported
from stackdump_probe.image.types.cpp_names import arguments
from stackdump_probe.image.types.model import Type
from stackdump_probe.values.cpp.chains import linked, place_in, uncounted
from stackdump_probe.values.cpp.object import Object
from stackdump_probe.values.cpp.sequences import side_by_side
from stackdump_probe.values.cpp.trees import offset_of
from stackdump_probe.values.model import Array, Content, Invalid, Map, Value
from stackdump_probe.values.storage import Absence, PartMissing

WORD = 4


def list_(found: Object) -> Content:
    """Its elements; the node that the object holds is behind the last and before the first."""
    header = found.part("_M_impl", "_M_node")
    end, count = header.place.address, header.part("_M_size").number()
    if end is None:
        raise Unsupported("a list without an address")
    first, following = header.part("_M_next").number(), place_in(header.struct, "_M_next")[1]
    offset = _offset_in(found, f"std::_List_node<{_first_argument(found)}>")
    element = found.parameter("_Tp")
    return Array(count, linked(found, first, end, following, element, offset, count))


def forward_list(found: Object) -> Content:
    """Its elements, as many as are linked: nothing counts them."""
    head = found.part("_M_impl", "_M_head")
    offset = _offset_in(found, f"std::_Fwd_list_node<{_first_argument(found)}>")
    following = offset_of(head.struct, "_M_next")
    first = head.part("_M_next").number()
    return uncounted(found, first, 0, following, found.parameter("_Tp"), offset)


def hash_map(found: Object) -> Content:
    """Keys and what they stand for, in the order of the table."""
    entries, count = _of_table(found.part("_M_h"))
    return Map(count, entries)


def hash_set(found: Object) -> Content:
    """The keys alone."""
    entries, count = _of_table(found.part("_M_h"))
    return Array(count, entries)


def _of_table(table: Object) -> tuple[tuple[Value, ...], int]:
    """The entries, all of which are linked, and how many there are."""
    head, count = table.part("_M_before_begin"), table.part("_M_element_count").number()
    value, element = arguments(table.struct.name or "")[1], table.parameter("_Value")
    name = f"std::__detail::_Hash_node<{value}, %s>"  # whether it keeps the key's hash
    kinds = (table.decoder.class_named(name % keeps) for keeps in ("false", "true"))
    node = next((each for each in kinds if each is not None), None)
    first, following = head.part("_M_nxt").number(), offset_of(head.struct, "_M_nxt")
    offset = place_in(node, "_M_storage")[1]
    return linked(table, first, 0, following, element, offset, count), count


def _first_argument(found: Object) -> str:
    given = arguments(found.struct.name or "")
    if not given:
        raise Unsupported("arguments of a template were expected")
    return given[0] + " " * given[0].endswith(">")


def _offset_in(found: Object, node: str) -> int:
    """How far into a node its element is, which depends on the element's alignment."""
    return place_in(found.decoder.class_named(node), "_M_storage")[1]


def deque(found: Object) -> Content:
    """Its elements, which are in blocks of one size; a table tells where each block is."""
    start, finish = found.part("_M_impl", "_M_start"), found.part("_M_impl", "_M_finish")
    current, element = start.part("_M_cur"), found.parameter("_Tp")
    size = found.behind(0, element).size
    first, end = start.part("_M_first").number(), start.part("_M_last").number()
    block = end - first
    node, last = (each.part("_M_node").number() for each in (start, finish))
    taken = (last - node) // WORD * block
    taken += finish.part("_M_cur").number() - finish.part("_M_first").number()
    taken -= current.number() - first
    fits = block >= size and not block % size and first <= current.number() <= end
    if not fits or taken % size or taken < 0:
        return Invalid(current.number(), "elements that go on in no block of theirs")
    return Array(taken // size, _in_blocks(found, element, (node, block), taken // size))


def _in_blocks(
    found: Object, element: Type, blocks: tuple[int, int], count: int
) -> tuple[Value, ...]:
    """The elements from the current one of the first block on, as many as are shown."""
    node, block = blocks
    start = found.part("_M_impl", "_M_start")
    size, address = found.behind(0, element).size, start.part("_M_cur").number()
    left, values = min(count, found.decoder.limits.entries), list[Value]()
    room = (start.part("_M_last").number() - address) // size
    while left > 0 and room > 0:
        values += side_by_side(found, element, address, min(left, room)).elements
        left, room, node = left - room, block // size, node + WORD
        try:
            address = found.decoder.memory.u32(node) if left > 0 else 0
        except NotCaptured as gap:
            raise PartMissing(Absence("not_captured", str(gap))) from gap
    return tuple(values)


def adapted(found: Object) -> Content:
    """The container that a queue or a stack is made of."""
    return found.part("c").content()
