"""BTreeMap and BTreeSet: nodes of up to eleven entries, from the root down."""

from __future__ import annotations

from collections.abc import Iterator

from stackdump_probe.image.types.model import Array as ArrayType
from stackdump_probe.image.types.model import Member, Pointer, Struct, stride_of
from stackdump_probe.record import Record
from stackdump_probe.values.model import Aggregate, Array, Content, Field, Map, Value
from stackdump_probe.values.rust.members import (
    WORD,
    Members,
    View,
    bare,
    bare_member,
    located,
    members_of,
    node_type,
    number,
    some,
    struct_in,
    word,
)
from stackdump_probe.values.storage import Absence, Place, in_memory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.values.decode import Decoder

CAPACITY = 11  # alloc::collections::btree::node::CAPACITY
HEIGHT_LIMIT = 16  # a tree of that height has at least 6 ** 16 entries


class _Tree(Record):
    """The nodes of a map: leaves, and inner nodes that hold a leaf and `edges`."""

    leaf: Struct
    inner: Struct | None
    depth: int


def btree_map(
    decoder: Decoder, _struct: Struct, members: Members, place: Place
) -> Content | Absence | None:
    """Keys and values in their order."""
    length = word(place, members.get("length"))
    if length is None or place.depth >= decoder.limits.depth:
        return None
    if length == 0:
        return Map(0, ())
    found = _root(decoder, members.get("root"), place)
    if found is None:
        return None
    tree, address, height = found
    pairs = _pairs(decoder, tree, address, height, set())
    limit = min(length, decoder.limits.entries)
    return Map(length, tuple(pair for pair, _ in zip(pairs, range(limit), strict=False)))


def _btree_set(
    decoder: Decoder, struct: Struct, members: Members, place: Place
) -> Content | Absence | None:
    """The keys of a map without values."""
    inner = struct_in(decoder, members.get("map"), place)
    if inner is None:
        return None
    return keys_of(btree_map(decoder, struct, members_of(inner[0]), inner[1]))


def keys_of(content: Content | Absence | None) -> Content | Absence | None:
    """The keys of a map alone; what is no map as it is."""
    if not isinstance(content, Map):
        return content
    return Array(content.length, tuple(_key_of(entry) for entry in content.entries))


def _key_of(entry: Value) -> Value:
    """The key of an entry of a map; a damaged entry itself."""
    match entry.content:
        case Aggregate(members=(Field(value=key), *_)):
            return key
        case _:
            return entry


def _root(decoder: Decoder, member: Member | None, place: Place) -> tuple[_Tree, int, int] | None:
    """The root's address, and how many levels of inner nodes the tree has."""
    found = None if member is None else some(decoder, member.type.type, located(member, place))
    reference = None if found is None else decoder.actual(found[0])
    if found is None or not isinstance(reference, Struct):
        return None
    members = members_of(reference)
    height, address = word(found[1], members.get("height")), word(found[1], members.get("node"))
    pointer = bare_member(decoder, members.get("node"), found[1])
    type_ = None if pointer is None else decoder.actual(pointer[0])
    leaf = decoder.actual(type_.target.type) if isinstance(type_, Pointer) else None
    if height is None or address is None or not isinstance(leaf, Struct):
        return None
    inner = node_type(decoder, members_of(leaf).get("parent"))
    return _Tree(leaf, inner, place.depth + 1), address, height


def _pairs(
    decoder: Decoder, tree: _Tree, address: int, height: int, seen: set[int]
) -> Iterator[Value]:
    """The entries of a node and of all below it; none of a node that is damaged or seen before."""
    node = tree.inner if height else tree.leaf
    if node is None or height > HEIGHT_LIMIT or address in seen:
        return
    seen.add(address)
    members = members_of(node)
    held = Place(in_memory(decoder.memory, address, node.size or 0), 0, tree.depth)
    data, edges = members.get("data"), members.get("edges")
    leaf = held if not height or data is None else located(data, held)
    length = number(decoder, members_of(tree.leaf).get("len"), leaf)
    if length is None or length > CAPACITY:
        return
    for index in range(length + 1):
        if height and edges is not None:
            below = word(held.moved(index * WORD), edges)
            if below is not None:
                yield from _pairs(decoder, tree, below, height - 1, seen)
        if index < length and decoder.spend():
            yield _pair(decoder, tree.leaf, leaf, index)


def _pair(decoder: Decoder, leaf: Struct, place: Place, index: int) -> Value:
    members = members_of(leaf)
    key = _slot(decoder, members.get("keys"), place, index)
    value = _slot(decoder, members.get("vals"), place, index)
    parts = [each for each in (key, value) if each is not None]
    name = f"({', '.join(part.type_name for part in parts)})"
    fields = tuple(Field(str(at), part) for at, part in enumerate(parts))
    return decoder.made(name, Aggregate(fields, tuple_like=True), None)


def _slot(decoder: Decoder, member: Member | None, place: Place, index: int) -> Value | None:
    array = None if member is None else decoder.actual(member.type.type)
    if member is None or not isinstance(array, ArrayType):
        return None
    at = located(member, place).moved(index * (stride_of(array) or 0)).deeper()
    return decoder.part(*bare(decoder, array.element.type, at))


VIEWS: dict[str, View] = {"BTreeMap": btree_map, "BTreeSet": _btree_set}
