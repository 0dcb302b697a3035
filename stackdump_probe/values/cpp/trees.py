"""std::map, std::set and their kinds: a binary tree in the order of its keys."""

from collections.abc import Iterator

from stackdump_probe.errors import NotCaptured, Unsupported
from stackdump_probe.image.types.model import Struct, Type
from stackdump_probe.memory import Memory
from stackdump_probe.values.cpp.object import Object
from stackdump_probe.values.model import ADDRESS_SPACE, Array, Content, Invalid, Map, Value

MET_BEFORE = "a node that was met before"


def map_(found: Object) -> Content:
    """Keys and what they stand for."""
    entries, count = _entries(found.part("_M_t"))
    return Map(count, entries)


def set_(found: Object) -> Content:
    """The keys alone."""
    entries, count = _entries(found.part("_M_t"))
    return Array(count, entries)


def _entries(tree: Object) -> tuple[tuple[Value, ...], int]:
    """The entries in order, as many as are shown, and how many there are."""
    header, count = tree.part("_M_impl", "_M_header"), tree.part("_M_impl", "_M_node_count")
    shown = min(count.number(), tree.decoder.limits.entries)
    links = offset_of(header.struct, "_M_left"), offset_of(header.struct, "_M_right")
    root = header.part("_M_parent").number()
    nodes = in_order(tree.decoder.memory, root, links, shown, header.place.address)
    element = tree.parameter("_Val")
    return entries_of(tree, nodes, element, header.size, shown), count.number()


def entries_of(
    tree: Object, nodes: Iterator[int | Invalid], element: Type, offset: int, shown: int
) -> tuple[Value, ...]:
    """The objects that are `offset` bytes into each node, as many as are shown.

    A tree that cannot be followed to its end has an entry at its end that says why.
    """
    name, entries = tree.decoder.name(element), list[Value]()
    try:
        for _, node in zip(range(shown), nodes, strict=False):
            if isinstance(node, Invalid):
                entries.append(Value(name, node, "ok", None, node.number))
                break
            address = (node + offset) % ADDRESS_SPACE
            entry = tree.decoder.followed(element, address, tree.place.depth)
            if entry is None:
                break
            entries.append(entry)
    except NotCaptured as gap:
        entries.append(Value(name, None, "not_captured", str(gap), gap.address))
    return tuple(entries)


def in_order(
    memory: Memory, root: int, links: tuple[int, int], limit: int, end: int | None = None
) -> Iterator[int | Invalid]:
    """Yield the nodes from left to right; the last one Invalid if the links lead in a circle.

    `links` are where in a node those to the left and to the right are; none leads to `end`.
    Raises NotCaptured where they lead out of what is known.
    """
    left, right = links
    seen = {end}
    around: list[int] = []
    node = root
    while node or around:
        while node:
            if node in seen or len(around) > limit:
                yield Invalid(node, MET_BEFORE)
                return
            seen.add(node)
            around.append(node)
            node = memory.u32((node + left) % ADDRESS_SPACE)
        node = around.pop()
        yield node
        node = memory.u32((node + right) % ADDRESS_SPACE)


def offset_of(node: Struct, name: str) -> int:
    """Where the links of a node are."""
    for member in node.members:
        if member.name == name and member.offset is not None:
            return member.offset
    raise Unsupported(f"a node without {name}")
