"""What async functions become: state machines, and the wakers that are handed to them."""

from typing import TYPE_CHECKING

from stackdump_probe.image.types import Case, Member, Struct
from stackdump_probe.values.c import address
from stackdump_probe.values.model import Aggregate, Content, Field, Pointer, Value
from stackdump_probe.values.rust_members import Members, View, word
from stackdump_probe.values.storage import Absence, Place

if TYPE_CHECKING:
    from stackdump_probe.values.decode import Decoder

ENDED = ("Returned", "Panicked")
SUSPENDED = "Suspend"
STATES = ("Unresumed", *ENDED, SUSPENDED)


def is_state(member: Member, struct: Struct) -> bool:
    """True for a variant of a state machine: it is numbered, and its struct has a state's name."""
    return (member.name or "").isdecimal() and (struct.name or "").startswith(STATES)


def state_name(decoder: "Decoder", case: Case, struct: Struct) -> str:
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
    decoder: "Decoder", _struct: Struct, members: Members, place: Place
) -> Content | Absence | None:
    """The executor's pointer, and its functions by the name of their table alone."""
    parts = [(name, word(place, members.get(name))) for name in ("data", "vtable")]
    fields = tuple(
        Field(name, Value("*const ()", address(decoder, number), "ok", None, None, None, 4))
        for name, number in parts
        if number is not None
    )
    return Aggregate(fields) if len(fields) == len(parts) else None


def _context(
    decoder: "Decoder", _struct: Struct, members: Members, place: Place
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
