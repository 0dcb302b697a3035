"""Types of Rust's library as what they stand for: text, slices, vectors, boxes, cells.

Layouts are told by the members a type has, not by the library's version: what does not look as
expected is left to be shown as the struct that it is.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from stackdump_probe.image.types import Member, Pointer, Struct, Type, size_of
from stackdump_probe.values import model
from stackdump_probe.values.model import Content, Text
from stackdump_probe.values.storage import Absence, Place, in_memory

if TYPE_CHECKING:
    from stackdump_probe.values.decode import Decoder

TEXT_LIMIT = 4096
NESTING_LIMIT = 8  # wrappers around the pointer of a Vec: RawVec, RawVecInner, Unique, NonNull
WORD = 4

# Types that hold one value and mean nothing else.
TRANSPARENT = frozenset(
    (
        "Cell",
        "UnsafeCell",
        "SyncUnsafeCell",
        "ManuallyDrop",
        "MaybeDangling",
        "MaybeUninit",
        "NonNull",
        "NonZero",
        "NonZeroInner",
        "Pin",
        "Unique",
        "Wrapping",
        "Saturating",
        "Atomic",
        *(f"Atomic{kind}" for kind in ("Bool", "Ptr", "Usize", "Isize")),
        *(f"Atomic{sign}{bits}" for sign in "UI" for bits in (8, 16, 32, 64)),
        *(f"NonZero{sign}{bits}Inner" for sign in "UI" for bits in (8, 16, 32, 64, 128)),
    )
)
# Members on the way from a container to its pointer; where none is so called, the first one.
INWARDS = ("inner", "ptr", "pointer", "buf", "__0")

Members = dict[str | None, Member]


def library_content(decoder: "Decoder", struct: Struct, place: Place) -> Content | Absence | None:
    """What `struct` stands for; None if it is not of the library, or not as known."""
    members: Members = {member.name: member for member in struct.members}
    if members.keys() == {"data_ptr", "length"}:
        return _slice(decoder, struct, members, place)
    head = (struct.name or "").split("<", 1)[0]
    if head in TRANSPARENT:
        return _unwrapped(decoder, struct, place)
    build = LIBRARY.get(head)
    return build(decoder, struct, members, place) if build else None


def _slice(
    decoder: "Decoder", struct: Struct, members: Members, place: Place
) -> Content | Absence | None:
    """`&str`, `&[T]` and their boxed kinds: a pointer and a length."""
    data = decoder.actual(members["data_ptr"].type.type)
    if not isinstance(data, Pointer):
        return None
    address = _word(place, members["data_ptr"])
    length = _word(place, members["length"])
    if _is_text(struct.name or ""):
        return _text(decoder, address, length)
    return _elements(decoder, data.target.type, address, length, place.depth)


def _is_text(name: str) -> bool:
    return name in ("&str", "&mut str") or "<str" in name


def _word(place: Place, member: Member) -> int | Absence:
    return place.number(member.offset or 0, WORD)


def _text(decoder: "Decoder", address: int | Absence, length: int | Absence) -> Text | Absence:
    if isinstance(address, Absence):
        return address
    if isinstance(length, Absence):
        return length
    size = min(length, TEXT_LIMIT)
    held = in_memory(decoder.memory, address, size)
    return held.missing(0, size * 8) or Text(held.octets, cut=length > size)


def _elements(
    decoder: "Decoder",
    element: Type,
    address: int | Absence,
    length: int | Absence,
    depth: int,
) -> Content | Absence:
    if isinstance(address, Absence):
        return address
    if isinstance(length, Absence):
        return length
    step = size_of(decoder.actual(element))
    if step is None:
        return Absence("unsupported", "elements of unknown size")
    held = in_memory(decoder.memory, address, min(length, decoder.limits.entries) * step)
    return decoder.elements(element, length, step, Place(held, 0, depth))


def _unwrapped(decoder: "Decoder", struct: Struct, place: Place) -> Content | Absence | None:
    """The value of the one member that takes space."""
    members = [member for member in struct.members if size_of(member.type.type)]
    if len(members) != 1:
        return None
    value = decoder.member(members[0], place)
    return value.content if value.content is not None else Absence(value.state, value.why)


def _vec(
    decoder: "Decoder", struct: Struct, members: Members, place: Place
) -> Content | Absence | None:
    element = dict(struct.parameters).get("T")
    found = _innermost(decoder, members.get("buf"), place)
    if element is None or found is None or "len" not in members:
        return None
    length = _word(place, members["len"])
    return _elements(decoder, element.type, found[0], length, place.depth)


def _string(
    decoder: "Decoder", _struct: Struct, members: Members, place: Place
) -> Content | Absence | None:
    vec = members.get("vec")
    inner = None if vec is None else decoder.actual(vec.type.type)
    if vec is None or not isinstance(inner, Struct):
        return None
    parts = {member.name: member for member in inner.members}
    place = place.moved(vec.offset or 0)
    found = _innermost(decoder, parts.get("buf"), place)
    if found is None or "len" not in parts:
        return None
    return _text(decoder, found[0], _word(place, parts["len"]))


def _boxed(
    decoder: "Decoder", struct: Struct, members: Members, place: Place
) -> Content | Absence | None:
    """A Box of a sized type in compilers that describe it as a struct around a Unique."""
    found = _innermost(decoder, members.get("__0"), place)
    target = dict(struct.parameters).get("T")
    if found is None or target is None:
        return None
    return _target(decoder, target.type, found[0], 0, place.depth)


def _shared(
    decoder: "Decoder", _struct: Struct, members: Members, place: Place
) -> Content | Absence | None:
    """Rc and Arc: the value behind the two counts."""
    found = _innermost(decoder, members.get("ptr"), place)
    counted = None if found is None else decoder.actual(found[1].target.type)
    if found is None or not isinstance(counted, Struct):
        return None
    value = next((each for each in counted.members if each.name in ("value", "data")), None)
    if value is None:
        return None
    return _target(decoder, value.type.type, found[0], value.offset or 0, place.depth)


def _target(
    decoder: "Decoder", target: Type, address: int | Absence, offset: int, depth: int
) -> Content | Absence:
    """The object `offset` bytes behind a pointer; the pointer if that cannot be had."""
    if isinstance(address, Absence):
        return address
    followed = decoder.followed(target, address + offset, depth)
    if followed is None or followed.content is None:
        return model.Pointer(address, None, followed)
    return followed.content


def _innermost(
    decoder: "Decoder", member: Member | None, place: Place
) -> tuple[int | Absence, Pointer] | None:
    """The first pointer within `member`, and its type: what all wrappers come down to."""
    for _ in range(NESTING_LIMIT):
        if member is None:
            return None
        place = place.moved(member.offset or 0)
        type_ = decoder.actual(member.type.type)
        if isinstance(type_, Pointer):
            return place.number(0, WORD), type_
        member = _inwards(type_) if isinstance(type_, Struct) else None
    return None


def _inwards(struct: Struct) -> Member | None:
    named = (member for member in struct.members if member.name in INWARDS)
    return next(named, struct.members[0] if struct.members else None)


LIBRARY: dict[str, Callable[["Decoder", Struct, Members, Place], Content | Absence | None]] = {
    "Vec": _vec,
    "String": _string,
    "Box": _boxed,
    "Rc": _shared,
    "Arc": _shared,
}
