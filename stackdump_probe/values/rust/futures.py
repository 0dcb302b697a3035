"""What async functions become: state machines, and the wakers that are handed to them."""

from __future__ import annotations

from stackdump_probe.image.types.model import Case, Member, Struct
from stackdump_probe.record import replace
from stackdump_probe.values.model import Aggregate, Content, Field, Pointer
from stackdump_probe.values.rust.members import Members, View
from stackdump_probe.values.storage import Absence, Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.values.decode import Decoder

ENDED = ("Returned", "Panicked")
SUSPENDED = "Suspend"
STATES = ("Unresumed", *ENDED, SUSPENDED)


def is_state(member: Member, struct: Struct) -> bool:
    """True for a variant of a state machine: it is numbered, and its struct has a state's name."""
    return (member.name or "").isdecimal() and (struct.name or "").startswith(STATES)


def state_name(decoder: Decoder, case: Case, struct: Struct) -> str:
    """`Suspend0 <sensor.rs:47>`: the state, and where a suspended one waits."""
    name = struct.name or ""
    if not name.startswith(SUSPENDED) or case.die is None:
        return name
    file, line = decoder.declared(case.die)
    return name if file is None else f"{name} <{file.rpartition('/')[2]}:{line}>"


def live_members(struct: Struct) -> tuple[Member, ...]:
    """What a state keeps: nothing after the end, and a local rather than the argument it was."""
    if (struct.name or "") in ENDED:
        return ()
    named: dict[str | None, Member] = {}
    for member in struct.members:
        named.setdefault(member.name, member)
    return tuple(named.values())


def _raw_waker(
    decoder: Decoder, struct: Struct, members: Members, place: Place
) -> Content | Absence | None:
    """The executor's pointer, and its functions by the name of their table alone."""
    if members.keys() != {"data", "vtable"} or place.depth >= decoder.limits.depth:
        return None
    return Aggregate(tuple(_unfollowed(each) for each in decoder.members(struct.members, place)))


def _unfollowed(field: Field) -> Field:
    match field.value.content:
        case Pointer(address=address, symbol=symbol):
            return Field(field.name, replace(field.value, content=Pointer(address, symbol)))
        case _:
            return field


def _context(
    decoder: Decoder, _struct: Struct, members: Members, place: Place
) -> Content | Absence | None:
    """The waker: the rest of a Context is for what is not stable yet."""
    waker = members.get("waker")
    if waker is None or len(members) < 2 or place.depth >= decoder.limits.depth:
        return None
    value = decoder.member(waker, place.deeper())
    if not isinstance(value.content, Pointer):
        return None
    return Aggregate((Field("waker", value),))


VIEWS: dict[str, View] = {"RawWaker": _raw_waker, "Context": _context}
