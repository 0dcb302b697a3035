"""std::map, std::set and their kinds: a red-black tree in the order of its keys."""

from collections.abc import Iterator

from stackdump_probe.errors import NotCaptured, Unsupported
from stackdump_probe.values.cpp.object import Object
from stackdump_probe.values.model import ADDRESS_SPACE, Array, Content, Invalid, Map, Value

MET_BEFORE = "a node of the tree that was met before"


def map_(found: Object) -> Content:
    """Keys and what they stand for."""
    entries, count = _entries(found.part("_M_t"))
    return Map(count, entries)


def set_(found: Object) -> Content:
    """The keys alone."""
    entries, count = _entries(found.part("_M_t"))
    return Array(count, entries)


def _entries(tree: Object) -> tuple[tuple[Value, ...], int]:
    """The entries in order, as many as are shown, and how many there are.

    A tree that cannot be followed to its end has an entry at its end that says why.
    """
    header, count = tree.part("_M_impl", "_M_header"), tree.part("_M_impl", "_M_node_count")
    shown = min(count.number(), tree.decoder.limits.entries)
    nodes = _nodes(header, header.part("_M_parent").number(), shown)
    entries = []
    try:
        for _, node in zip(range(shown), nodes, strict=False):
            entry = _entry(tree, header, node)
            if entry is None:
                break
            entries.append(entry)
    except NotCaptured as gap:
        name = tree.decoder.name(tree.parameter("_Val"))
        entries.append(Value(name, None, "not_captured", str(gap), gap.address))
    return tuple(entries), count.number()


def _entry(tree: Object, header: Object, node: int | Invalid) -> Value | None:
    """The object behind the links of a node; None if there have been enough."""
    element = tree.parameter("_Val")
    if isinstance(node, Invalid):
        return Value(tree.decoder.name(element), node, "ok", None, node.number)
    address = (node + header.size) % ADDRESS_SPACE
    return tree.decoder.followed(element, address, tree.place.depth)


def _nodes(header: Object, root: int, limit: int) -> Iterator[int | Invalid]:
    """Yield the nodes from left to right; the last one Invalid if the links lead in a circle.

    Raises NotCaptured where they lead out of what is known.
    """
    left, right = _offset(header, "_M_left"), _offset(header, "_M_right")
    memory = header.decoder.memory
    seen = {header.place.address}
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


def _offset(header: Object, name: str) -> int:
    """Where the links of a node are."""
    for member in header.struct.members:
        if member.name == name and member.offset is not None:
            return member.offset
    raise Unsupported(f"a node without {name}")
