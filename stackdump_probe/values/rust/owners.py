"""What owns or guards a value: Box, Rc, Arc and their Weak, RefCell and its guards, Mutex."""

from __future__ import annotations

from stackdump_probe.image.types.model import Struct, size_of
from stackdump_probe.record import replace
from stackdump_probe.values import model
from stackdump_probe.values.model import Content, Enumerator, Field, Integer, Kept
from stackdump_probe.values.rust.members import (
    Members,
    count,
    members_of,
    note,
    number,
    unwrapped,
)
from stackdump_probe.values.rust.pointers import (
    Pointee,
    content_behind,
    pointee_in,
    tail_value,
)
from stackdump_probe.values.storage import Absence, Place, in_memory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.image.types.model import Member
    from stackdump_probe.values.decode import Decoder

DANGLING = 0xFFFF_FFFF  # what Weak::new points to
LOCKED = 0xFFFF_FFFF  # Arc's count of weak pointers while it is looked at


def boxed(
    decoder: Decoder, _struct: Struct, members: Members, place: Place
) -> Content | Absence | None:
    """A Box in compilers that describe it as a struct around a Unique."""
    pointee = pointee_in(decoder, members.get("__0"), place)
    if pointee is None:
        return None
    if pointee.length is not None or pointee.vtable is not None:
        return content_behind(decoder, pointee, place.depth)
    target = decoder.followed(pointee.target, pointee.address, place.depth)
    if target is None or target.content is None:
        return model.Pointer(pointee.address, None, target)
    return target.content


def shared(
    decoder: Decoder, _struct: Struct, members: Members, place: Place
) -> Content | Absence | None:
    """Rc and Arc: the value behind the two counts."""
    pointee = pointee_in(decoder, members.get("ptr"), place)
    return None if pointee is None else _counted(decoder, pointee, place.depth)


def weak(
    decoder: Decoder, _struct: Struct, members: Members, place: Place
) -> Content | Absence | None:
    """A Weak pointer: what it can be upgraded to, if there is something."""
    pointee = pointee_in(decoder, members.get("ptr"), place)
    if pointee is None:
        return None
    if pointee.address == DANGLING:
        return Kept(None, ())
    return _counted(decoder, pointee, place.depth)


def _counted(decoder: Decoder, pointee: Pointee, depth: int) -> Content | None:
    """A value with its numbers of owners, without the weak one that all owners share."""
    counted = decoder.actual(pointee.target)
    members = members_of(counted) if isinstance(counted, Struct) else {}
    held = members.get("value") or members.get("data")
    if held is None or not {"strong", "weak"} <= members.keys():
        return None
    counts = Place(in_memory(decoder.memory, pointee.address, size_of(counted) or 0))
    strong = count(decoder, members["strong"], counts)
    weak_count = number(decoder, members["weak"], counts)
    if strong is None or weak_count is None:
        return model.Pointer(pointee.address)
    is_gone = strong.content == Integer(0)
    others = 0 if weak_count in (LOCKED, 0) else weak_count - (not is_gone)
    notes = (Field("strong", strong), note("weak", others))
    if is_gone:
        return Kept(None, notes)
    value = tail_value(decoder, pointee, held, depth)
    return model.Pointer(pointee.address) if value is None else Kept(value, notes)


def ref_cell(
    decoder: Decoder, _struct: Struct, members: Members, place: Place
) -> Content | Absence | None:
    """A RefCell: its value, and how many borrow it: shared ones count up, mutable ones down."""
    borrows, held = count(decoder, members.get("borrow"), place), members.get("value")
    if borrows is None or held is None or not isinstance(borrows.content, Integer):
        return None
    if place.depth >= decoder.limits.depth:
        return None
    number_of_borrows = borrows.content.number
    if number_of_borrows < 0:
        name = "mutable" if number_of_borrows == -1 else f"mutable {-number_of_borrows} times"
        borrows = replace(borrows, content=Enumerator(name, number_of_borrows))
    return Kept(decoder.member(held, place.deeper()), (Field("borrows", borrows),))


def guard(
    decoder: Decoder, _struct: Struct, members: Members, place: Place
) -> Content | Absence | None:
    """What RefCell::borrow gives: a reference to the value."""
    pointee = pointee_in(decoder, members.get("value"), place)
    if pointee is None or "borrow" not in members:
        return None
    if pointee.length is not None or pointee.vtable is not None:
        return content_behind(decoder, pointee, place.depth)
    target = decoder.followed(pointee.target, pointee.address, place.depth)
    return model.Pointer(pointee.address, decoder.symbol_at(pointee.address), target)


def mutex(
    decoder: Decoder, struct: Struct, _members: Members, place: Place
) -> Content | Absence | None:
    """What the mutex guards, then what else it holds: a lock, a queue of those who wait."""
    guarded = [member for member in struct.members if _is_cell(member)]
    if len(guarded) != 1:
        return None
    rest = [
        member for member in struct.members if member not in guarded and size_of(member.type.type)
    ]
    if not rest or place.depth >= decoder.limits.depth:
        return unwrapped(decoder, struct, place)
    inside = place.deeper()
    notes = tuple(Field(each.name or "", decoder.member(each, inside)) for each in rest)
    return Kept(decoder.member(guarded[0], inside), notes)


def _is_cell(member: Member) -> bool:
    type_ = member.type.type
    return isinstance(type_, Struct) and (type_.name or "").startswith("UnsafeCell<")
