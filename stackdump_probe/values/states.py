"""The state of a whole by that of its parts."""

from collections.abc import Sequence

from stackdump_probe.values.elements import Elements, Members
from stackdump_probe.values.model import (
    Aggregate,
    Array,
    Content,
    Map,
    Value,
    Variant,
    parts_of,
)
from stackdump_probe.values.storage import Absence

OK = Absence("ok")
NOTHING = Aggregate(())


def state_of(content: Content, absence: Absence | None) -> Absence:
    """The state of a whole by that of its parts.

    Missing padding does not count; what the limits left out does.
    """
    parts = _parts_of(content)
    lost = next(filter(_is_lost, parts), None)
    if lost is not None:
        known = isinstance(content, Variant) or any(map(_tells_something, parts))
        why = lost.why or (absence.why if absence else None)
        return Absence("partial" if known else lost.state, why)
    if absence is None or _is_complete(content):
        return OK
    return Absence("partial", absence.why) if parts else absence


def _is_lost(part: Value) -> bool:
    return part.state != "ok"


def _tells_something(part: Value) -> bool:
    """False for what is not known, and for what takes no bytes, or one for its address alone."""
    return bool(part.size) and part.content not in (None, NOTHING)


def _parts_of(content: Content) -> Sequence[Value]:
    match content:
        case Array(elements=Elements()) | Aggregate(members=Members()):
            return ()  # nothing can be missing in them
        case Array(elements=elements) | Map(entries=elements):
            return elements
        case _:
            return [part.value for part in parts_of(content)]


def _is_complete(content: Content) -> bool:
    match content:
        case Array(length=length, elements=elements) | Map(length=length, entries=elements):
            return len(elements) == length
        case Aggregate(cut=cut) | Variant(payload=Aggregate(cut=cut)):
            return not cut
        case _:
            return True
