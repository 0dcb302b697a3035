"""Elements in a ring, and elements that are linked one to the next."""

from collections.abc import Iterator

from stackdump_probe.errors import NotCaptured, Unsupported
from stackdump_probe.image.types.model import Struct, Type, size_of
from stackdump_probe.memory import Memory
from stackdump_probe.values.cpp.object import BASES_LIMIT, Object
from stackdump_probe.values.cpp.sequences import side_by_side
from stackdump_probe.values.cpp.trees import MET_BEFORE, entries_of
from stackdump_probe.values.model import ADDRESS_SPACE, Array, Content, Invalid, Value


def ring(found: Object, buffer: Object, first: int, count: int, room: int) -> Content:
    """`count` elements from number `first` on, in a buffer for `room` that goes round."""
    if count > room or first >= max(room, 1):
        return Invalid(count, f"so many elements from number {first} on in room for {room}")
    element, start = buffer.target, buffer.number()
    size = size_of(found.decoder.actual(element)) or 0
    before_the_end = min(count, room - first)
    parts = side_by_side(found, element, start + first * size, before_the_end)
    if count == before_the_end:
        return parts
    rest = side_by_side(found, element, start, count - before_the_end)
    return Array(count, (*parts.elements, *rest.elements)[: found.decoder.limits.entries])


def linked(
    found: Object, first: int, end: int, following: int, element: Type, offset: int, count: int
) -> tuple[Value, ...]:
    """The objects that are `offset` bytes into each node; the next one is told at `following`.

    There are `count`, of which as many are shown as the limits allow.
    """
    shown = min(count, found.decoder.limits.entries)
    nodes = _nodes(found.decoder.memory, first, end, following, shown)
    return entries_of(found, nodes, element, offset, shown)


def uncounted(
    found: Object, first: int, end: int, following: int, element: Type, offset: int
) -> Array:
    """The same of a list that does not say how many there are."""
    shown = found.decoder.limits.entries
    nodes = _nodes(found.decoder.memory, first, end, following, shown + 1)
    entries = entries_of(found, nodes, element, offset, shown)
    return Array(len(entries) + (len(entries) == shown and _goes_on(nodes)), entries)


def _goes_on(nodes: Iterator[int | Invalid]) -> bool:
    try:
        return next(nodes, None) is not None
    except NotCaptured:
        return True  # there is a node, of which nothing is known


def _nodes(
    memory: Memory, node: int, end: int, following: int, limit: int
) -> Iterator[int | Invalid]:
    """Yield the nodes; raises NotCaptured where the links lead out of what is known."""
    seen: set[int] = set()
    while node != end and len(seen) < limit:
        if node in seen:
            yield Invalid(node, MET_BEFORE)
            return
        seen.add(node)
        after = memory.u32((node + following) % ADDRESS_SPACE)
        yield node
        node = after


def place_in(node: Type | None, name: str) -> tuple[Type, int]:
    """The type of the member of a node, its own or inherited, and how far into the node it is."""
    waiting = [(node, 0)]
    for type_, start in waiting:
        for member in type_.members if isinstance(type_, Struct) else ():
            if member.offset is None:
                continue
            if member.name == name:
                return member.type.type, start + member.offset
            if member.inherited and len(waiting) < BASES_LIMIT:
                waiting.append((member.type.type, start + member.offset))
    raise Unsupported(f"no class of nodes that have {name}")
