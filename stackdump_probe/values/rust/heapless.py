"""Collections of heapless: rows of elements in the object itself, and what is made of them.

Version 0.7 and 0.8 have the buffer as an array, 0.9 as an array within a storage.
"""

from typing import TYPE_CHECKING

from stackdump_probe.image.types.model import Member, Struct
from stackdump_probe.record import replace
from stackdump_probe.values.model import Aggregate, Array, Content, Map, Value
from stackdump_probe.values.rust.containers import Row, heap_row, row_content, row_text
from stackdump_probe.values.rust.members import (
    Members,
    View,
    array_in,
    bare,
    located,
    members_of,
    number,
)
from stackdump_probe.values.rust.trees import key_of
from stackdump_probe.values.storage import Absence, Place

if TYPE_CHECKING:
    from stackdump_probe.values.decode import Decoder


def _row(
    decoder: "Decoder",
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


def inline_row(decoder: "Decoder", struct: Struct, place: Place) -> Row | None:
    """The elements of a Vec of heapless."""
    members = members_of(struct)
    length = number(decoder, members.get("len"), place)
    return _row(decoder, members.get("buffer"), length, place)


def _row_of(decoder: "Decoder", struct: Struct, place: Place) -> Row | None:
    """The elements of a Vec, be it of alloc or of heapless."""
    is_inline = any(member.name == "buffer" for member in struct.members)
    return (inline_row if is_inline else heap_row)(decoder, struct, place)


def _vec(
    decoder: "Decoder", struct: Struct, _members: Members, place: Place
) -> Content | Absence | None:
    return row_content(decoder, struct, _row_of(decoder, struct, place), place)


def _string(
    decoder: "Decoder", _struct: Struct, members: Members, place: Place
) -> Content | Absence | None:
    """A Vec of bytes as text."""
    member = members.get("vec")
    vec = None if member is None else decoder.actual(member.type.type)
    if member is None or not isinstance(vec, Struct):
        return None
    place = located(member, place)
    return row_text(decoder, vec, _row_of(decoder, vec, place), place)


def _deque(
    decoder: "Decoder", struct: Struct, members: Members, place: Place
) -> Content | Absence | None:
    """From `front` up to `back`, which is the same place in an empty one and in a full one."""
    front, back = (number(decoder, members.get(name), place) for name in ("front", "back"))
    full, found = number(decoder, members.get("full"), place), members.get("buffer")
    array = array_in(decoder, found, place)
    room = array[0].count if array is not None else None
    if front is None or back is None or full is None or not isinstance(room, int):
        return None
    length = room if full else (back - front) % max(room, 1)
    return row_content(decoder, struct, _row(decoder, found, length, place, "front", front), place)


def _queue(
    decoder: "Decoder", struct: Struct, members: Members, place: Place
) -> Content | Absence | None:
    """A queue of one producer and one consumer: from `head` up to `tail`."""
    head, tail = (number(decoder, members.get(name), place) for name in ("head", "tail"))
    found = members.get("buffer")
    array = array_in(decoder, found, place)
    room = array[0].count if array is not None else None
    if head is None or tail is None or not isinstance(room, int):
        return None
    length = (tail - head) % max(room, 1)
    return row_content(decoder, struct, _row(decoder, found, length, place, "head", head), place)


def _history(
    decoder: "Decoder", struct: Struct, members: Members, place: Place
) -> Content | Absence | None:
    """The last values written, the oldest first."""
    at, filled = (number(decoder, members.get(name), place) for name in ("write_at", "filled"))
    found = members.get("data")
    array = array_in(decoder, found, place)
    room = array[0].count if array is not None else None
    if at is None or filled is None or not isinstance(room, int):
        return None
    length, first = (room, at) if filled else (at, 0)
    row = _row(decoder, found, length, place, "write_at", first)
    return row_content(decoder, struct, row, place)


def _linear_map(
    decoder: "Decoder", _struct: Struct, members: Members, place: Place
) -> Content | Absence | None:
    """A row of pairs."""
    member = members.get("buffer")
    vec = None if member is None else decoder.actual(member.type.type)
    if member is None or not isinstance(vec, Struct):
        return None
    content = _vec(decoder, vec, members_of(vec), located(member, place))
    return Map(content.length, content.elements) if isinstance(content, Array) else content


def _index_map(
    decoder: "Decoder", _struct: Struct, members: Members, place: Place
) -> Content | Absence | None:
    """The entries in the order in which they were put in; the rest is for finding them."""
    core = members.get("core")
    type_ = None if core is None else decoder.actual(core.type.type)
    if core is None or not isinstance(type_, Struct):
        return None
    place, entries = located(core, place), members_of(type_).get("entries")
    vec = None if entries is None else decoder.actual(entries.type.type)
    if entries is None or not isinstance(vec, Struct):
        return None
    content = _vec(decoder, vec, members_of(vec), located(entries, place))
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
    decoder: "Decoder", _struct: Struct, members: Members, place: Place
) -> Content | Absence | None:
    """A set is a map to nothing."""
    member = members.get("map")
    map_type = None if member is None else decoder.actual(member.type.type)
    if member is None or not isinstance(map_type, Struct):
        return None
    place = located(member, place)
    content = _index_map(decoder, map_type, members_of(map_type), place)
    if not isinstance(content, Map):
        return content
    return Array(content.length, tuple(key_of(entry) for entry in content.entries))


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
