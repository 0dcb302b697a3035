"""Collections of heapless: rows of elements in the object itself, and what is made of them.

Version 0.7 and 0.8 have the buffer as an array, 0.9 as an array within a storage.
"""

from __future__ import annotations

from stackdump_probe.image.types.model import Member, Struct
from stackdump_probe.record import replace
from stackdump_probe.values.model import Aggregate, Array, Content, Map, Value
from stackdump_probe.values.rust.containers import Row, heap_row, row_content, row_text
from stackdump_probe.values.rust.members import (
    Members,
    View,
    array_in,
    bare,
    members_of,
    number,
    struct_in,
)
from stackdump_probe.values.rust.trees import keys_of
from stackdump_probe.values.storage import Absence, Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.values.decode import Decoder


def _row(
    decoder: Decoder,
    buffer: Member | None,
    length: int | None,
    place: Place,
    length_name: str = "len",
    first: int = 0,
) -> Row | None:
    found = array_in(decoder, buffer, place)
    if found is None or length is None or not isinstance(found[0].count, int):
        return None
    element, _ = bare(decoder, found[0].element.type, found[1])
    return Row(element, found[1], length, found[0].count, length_name, first)


def inline_row(decoder: Decoder, struct: Struct, place: Place) -> Row | None:
    """The elements of a Vec of heapless."""
    members = members_of(struct)
    length = number(decoder, members.get("len"), place)
    return _row(decoder, members.get("buffer"), length, place)


def _row_of(decoder: Decoder, struct: Struct, place: Place) -> Row | None:
    """The elements of a Vec, be it of alloc or of heapless."""
    is_inline = any(member.name == "buffer" for member in struct.members)
    return (inline_row if is_inline else heap_row)(decoder, struct, place)


def _vec(
    decoder: Decoder, struct: Struct, _members: Members, place: Place
) -> Content | Absence | None:
    return row_content(decoder, struct, _row_of(decoder, struct, place), place)


def _string(
    decoder: Decoder, _struct: Struct, members: Members, place: Place
) -> Content | Absence | None:
    """A Vec of bytes as text."""
    vec = struct_in(decoder, members.get("vec"), place)
    return None if vec is None else row_text(decoder, vec[0], _row_of(decoder, *vec), vec[1])


def _numbers_and_room(
    decoder: Decoder, members: Members, place: Place, names: tuple[str, str], buffer: str
) -> tuple[int, int, int] | None:
    """The numbers of these names, and how many elements there is room for."""
    one, other = (number(decoder, members.get(name), place) for name in names)
    array = array_in(decoder, members.get(buffer), place)
    room = None if array is None else array[0].count
    if one is None or other is None or not isinstance(room, int):
        return None
    return one, other, room


def _deque(
    decoder: Decoder, struct: Struct, members: Members, place: Place
) -> Content | Absence | None:
    """From `front` up to `back`, which is the same place in an empty one and in a full one."""
    told = _numbers_and_room(decoder, members, place, ("front", "back"), "buffer")
    if told is None:
        return None
    front, back, room = told
    full = number(decoder, members.get("full"), place)
    length = room if full else (back - front) % max(room, 1)
    row = _row(decoder, members.get("buffer"), length, place, "front", front)
    return row_content(decoder, struct, row, place)


def _queue(
    decoder: Decoder, struct: Struct, members: Members, place: Place
) -> Content | Absence | None:
    """A queue of one producer and one consumer: from `head` up to `tail`."""
    told = _numbers_and_room(decoder, members, place, ("head", "tail"), "buffer")
    if told is None:
        return None
    head, tail, room = told
    length = (tail - head) % max(room, 1)
    row = _row(decoder, members.get("buffer"), length, place, "head", head)
    return row_content(decoder, struct, row, place)


def _history(
    decoder: Decoder, struct: Struct, members: Members, place: Place
) -> Content | Absence | None:
    """The last values written, the oldest first."""
    told = _numbers_and_room(decoder, members, place, ("write_at", "filled"), "data")
    if told is None:
        return None
    at, filled, room = told
    length, first = (room, at) if filled else (at, 0)
    row = _row(decoder, members.get("data"), length, place, "write_at", first)
    return row_content(decoder, struct, row, place)


def _linear_map(
    decoder: Decoder, _struct: Struct, members: Members, place: Place
) -> Content | Absence | None:
    """A row of pairs."""
    content = _vec_in(decoder, members.get("buffer"), place)
    return Map(content.length, content.elements) if isinstance(content, Array) else content


def _vec_in(decoder: Decoder, member: Member | None, place: Place) -> Content | Absence | None:
    """The elements of the Vec that a member is."""
    vec = struct_in(decoder, member, place)
    return None if vec is None else _vec(decoder, vec[0], members_of(vec[0]), vec[1])


def _index_map(
    decoder: Decoder, _struct: Struct, members: Members, place: Place
) -> Content | Absence | None:
    """The entries in the order in which they were put in; the rest is for finding them."""
    core = struct_in(decoder, members.get("core"), place)
    if core is None:
        return None
    content = _vec_in(decoder, members_of(core[0]).get("entries"), core[1])
    if not isinstance(content, Array):
        return content
    return Map(content.length, tuple(_without_hash(bucket) for bucket in content.elements))


def _without_hash(bucket: Value) -> Value:
    """Key and value of an entry."""
    if not isinstance(bucket.content, Aggregate):
        return bucket
    kept = tuple(field for field in bucket.content.members if field.name != "hash")
    return replace(bucket, content=Aggregate(kept))


def _keys(
    decoder: Decoder, _struct: Struct, members: Members, place: Place
) -> Content | Absence | None:
    """A set is a map to nothing."""
    inner = struct_in(decoder, members.get("map"), place)
    if inner is None:
        return None
    return keys_of(_index_map(decoder, inner[0], members_of(inner[0]), inner[1]))


VIEWS: dict[str, View] = {
    "IndexMap": _index_map,
    "IndexSet": _keys,
    "Vec": _vec,
    "VecInner": _vec,
    "String": _string,
    "StringInner": _string,
    **dict.fromkeys(("Deque", "DequeInner"), _deque),
    **dict.fromkeys(("Queue", "QueueInner"), _queue),
    **dict.fromkeys(("HistoryBuffer", "HistoryBuf", "HistoryBufInner"), _history),
    **dict.fromkeys(("LinearMap", "LinearMapInner"), _linear_map),
}
