"""Collections of Rust's alloc: rows of elements on the heap, rings, lists, trees."""

from __future__ import annotations

from collections.abc import Iterator

from stackdump_probe.image.types.model import Member, Struct, Type, size_of
from stackdump_probe.record import Record
from stackdump_probe.values.model import Aggregate, Array, Content, Field, Invalid, Text, Value
from stackdump_probe.values.rust.members import (
    Members,
    View,
    inwards,
    located,
    members_of,
    node_type,
    number,
    word,
)
from stackdump_probe.values.rust.pointers import TEXT_LIMIT, pointee_in
from stackdump_probe.values.storage import Absence, Place, in_memory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.values.decode import Decoder

NESTING_LIMIT = 8


class Row(Record):
    """`length` elements, the first of them `first` places into room for `capacity`, then around.

    `length_name` is the member that holds the length; `capacity` is None if it is not known.
    """

    element: Type
    place: Place
    length: int
    capacity: int | None
    length_name: str
    first: int = 0


def row_content(
    decoder: Decoder, struct: Struct, row: Row | None, place: Place
) -> Content | Absence | None:
    """The elements of a row; a length that cannot be is shown with a mark."""
    if row is None:
        return None
    if row.capacity is not None and max(row.length, row.first) > row.capacity:
        why = f"there is room for {row.capacity}"
        return marked(decoder, struct, place, row.length_name, Invalid(row.length, why))
    step = size_of(decoder.actual(row.element))
    if step is None:
        return Absence("unsupported", "elements of unknown size")
    before = row.length if row.capacity is None else min(row.length, row.capacity - row.first)
    start = row.place.moved(row.first * step)
    found = decoder.elements(row.element, before, step, start).elements
    if len(found) == before < row.length:
        around = decoder.elements(row.element, row.length - before, step, row.place).elements
        found = (*found, *around[: max(decoder.limits.entries - before, 0)])
    return Array(row.length, found)


def marked(
    decoder: Decoder, struct: Struct, place: Place, name: str, mark: Invalid
) -> Aggregate | None:
    """A struct as it is, with a mark where one of its members is no value."""
    if place.depth >= decoder.limits.depth:
        return None
    told = [
        Field(each.name, Value(each.value.type_name, mark, "ok")) if each.name == name else each
        for each in decoder.members(struct.members, place)
    ]
    return Aggregate(tuple(told))


def row_text(
    decoder: Decoder, struct: Struct, row: Row | None, place: Place
) -> Content | Absence | None:
    """The elements of a row as text."""
    if row is None:
        return None
    if row.capacity is not None and row.length > row.capacity:
        return row_content(decoder, struct, row, place)
    size = min(row.length, TEXT_LIMIT)
    return row.place.missing(size) or Text(row.place.octets(size), cut=row.length > size)


def heap_row(decoder: Decoder, struct: Struct, place: Place) -> Row | None:
    """The elements of a Vec or a VecDeque: `buf`, `len`, and for the latter `head`."""
    members = members_of(struct)
    buffer, length = members.get("buf"), word(place, members.get("len"))
    pointee = pointee_in(decoder, buffer, place)
    element = dict(struct.parameters).get("T")
    if buffer is None or pointee is None or length is None or element is None:
        return None
    head = members.get("head")
    first = 0 if head is None else word(place, head)
    step = size_of(decoder.actual(element.type))
    room = _capacity(decoder, buffer, place)
    capacity = None if step == 0 else room
    if first is None or (head is not None and capacity is None):
        return None
    taken = length if head is None or capacity is None else capacity
    size = min(taken, max(decoder.limits.entries, TEXT_LIMIT)) * (step or 0)
    held = Place(in_memory(decoder.memory, pointee.address, size), 0, place.depth)
    return Row(element.type, held, length, capacity, "len", first)


def _capacity(decoder: Decoder, buffer: Member, place: Place) -> int | None:
    """The room of a RawVec, which newer libraries keep in a RawVecInner."""
    member: Member | None = buffer
    for _ in range(NESTING_LIMIT):
        if member is None:
            return None
        type_, place = decoder.actual(member.type.type), located(member, place)
        if not isinstance(type_, Struct):
            return None
        members = members_of(type_)
        if "cap" in members:
            return number(decoder, members["cap"], place)
        member = inwards(type_)
    return None


def vec(
    decoder: Decoder, struct: Struct, _members: Members, place: Place
) -> Content | Absence | None:
    """A Vec or a VecDeque as its elements."""
    return row_content(decoder, struct, heap_row(decoder, struct, place), place)


# --- linked lists -----------------------------------------------------------------------------


def _linked_list(
    decoder: Decoder, _struct: Struct, members: Members, place: Place
) -> Content | Absence | None:
    """The elements of a doubly linked list, from its head on."""
    length, address = word(place, members.get("len")), word(place, members.get("head"))
    node = node_type(decoder, members.get("head"))
    if length is None or address is None or node is None or place.depth >= decoder.limits.depth:
        return None
    elements = tuple(_along(decoder, node, address, min(length, decoder.limits.entries), place))
    return Array(length, elements)


def _along(
    decoder: Decoder, node: Struct, address: int, count: int, place: Place
) -> Iterator[Value]:
    members = members_of(node)
    element, following = members.get("element"), members.get("next")
    for _ in range(count if element is not None and following is not None else 0):
        held = Place(in_memory(decoder.memory, address, node.size or 0), 0, place.depth + 1)
        if not decoder.spend():
            return
        yield decoder.member(members["element"], held)
        after = word(held, following)
        if not after:
            return
        address = after


VIEWS: dict[str, View] = {"VecDeque": vec, "LinkedList": _linked_list}
