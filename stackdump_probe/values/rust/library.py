"""Types of Rust's libraries as what they stand for: text, slices, vectors, boxes, cells.

Layouts are told by the members a type has, not by the library's version: what does not look as
expected, or is not known, is left to be shown as the struct that it is.
"""

from __future__ import annotations

from stackdump_probe.image.types.model import Base, Struct, size_of
from stackdump_probe.values.model import Boolean, Content, Duration, Range, Value
from stackdump_probe.values.rust import containers as rust_containers
from stackdump_probe.values.rust import futures as rust_futures
from stackdump_probe.values.rust import heapless as rust_heapless
from stackdump_probe.values.rust import owners as rust_owners
from stackdump_probe.values.rust import trees as rust_trees
from stackdump_probe.values.rust.members import (
    TRANSPARENT,
    Members,
    View,
    bare,
    content_of,
    count,
    head_of,
    members_of,
    number,
    unwrapped,
)
from stackdump_probe.values.rust.pointers import fat_pointer, is_fat
from stackdump_probe.values.storage import Absence, Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.values.decode import Decoder

NANOSECONDS = 10**9


def is_of_library(struct: Struct) -> bool:
    """True for a struct that stands for something else than its fields."""
    head = head_of(struct)
    return is_fat(struct) or head in LIBRARY or head in TRANSPARENT


def library_content(decoder: Decoder, struct: Struct, place: Place) -> Content | Absence | None:
    """What `struct` stands for; None if it is not of a library, or not as known."""
    if is_fat(struct):
        return fat_pointer(decoder, struct, members_of(struct), place)
    head = head_of(struct)
    build = LIBRARY.get(head)
    if build is not None:
        return build(decoder, struct, members_of(struct), place)
    return unwrapped(decoder, struct, place) if head in TRANSPARENT else None


def _atomic(
    decoder: Decoder, struct: Struct, _members: Members, place: Place
) -> Content | Absence | None:
    """The value as its type is outside: a bool is kept as a byte."""
    type_, inside = bare(decoder, struct, place)
    outside = dict(struct.parameters).get("T")
    if outside is not None and size_of(outside.type) == struct.size:
        type_, inside = outside.type, place
    return None if type_ is struct else content_of(decoder.part(type_, inside))


def _atomic_bool(
    decoder: Decoder, struct: Struct, _members: Members, place: Place
) -> Content | Absence | None:
    """What was a type of its own before `Atomic<bool>`."""
    type_, place = bare(decoder, struct, place)
    octet = place.number(0, 1)
    if not isinstance(type_, Base) or octet not in (0, 1):
        return None
    return Boolean(octet == 1)


def _range(
    decoder: Decoder, struct: Struct, members: Members, place: Place
) -> Content | Absence | None:
    """`1..3` and its kin, by which ends there are; that of core::range ends with `last`."""
    first, end = members.get("start"), members.get("end") or members.get("last")
    if len(members) != (first is not None) + (end is not None) + ("exhausted" in members):
        return None
    if place.depth >= decoder.limits.depth:
        return None
    inside = place.deeper()
    return Range(
        None if first is None else decoder.member(first, inside),
        None if end is None else decoder.member(end, inside),
        inclusive="Inclusive" in (struct.name or ""),
        exhausted=number(decoder, members.get("exhausted"), place) == 1,
    )


def _duration(
    decoder: Decoder, struct: Struct, members: Members, place: Place
) -> Content | Absence | None:
    """Seconds and nanoseconds; or ticks of a length that the type's name tells."""
    ticks = members.get("ticks")
    if ticks is not None:
        return _ticks(count(decoder, ticks, place), struct.name or "")
    seconds = number(decoder, members.get("secs"), place)
    rest = number(decoder, members.get("nanos"), place)
    if seconds is None or rest is None or rest >= NANOSECONDS:
        return None
    return Duration(seconds * NANOSECONDS + rest)


def _ticks(ticks: Value | None, name: str) -> Content | None:
    """`fugit::Duration<u32, 1, 1000>`: ticks of 1/1000 s; an Instant counts from the start."""
    *_, numerator, denominator = ["", *name.removesuffix(">").split(", ")][-2:]
    if ticks is None or not (numerator.isdecimal() and denominator.isdecimal()):
        return None
    if ticks.octets is None or not int(denominator):
        return None
    number_of_ticks = int.from_bytes(ticks.octets, "little")
    return Duration(number_of_ticks * int(numerator) * NANOSECONDS // int(denominator))


LIBRARY: dict[str, View] = {
    "Atomic": _atomic,
    "AtomicBool": _atomic_bool,
    **dict.fromkeys(("AtomicPtr", "AtomicUsize", "AtomicIsize"), _atomic),
    **{f"Atomic{sign}{bits}": _atomic for sign in "UI" for bits in (8, 16, 32, 64)},
    **dict.fromkeys(("Range", "RangeFrom", "RangeTo", "RangeFull"), _range),
    **dict.fromkeys(("RangeInclusive", "RangeToInclusive"), _range),
    **dict.fromkeys(("Duration", "Instant"), _duration),
    "Box": rust_owners.boxed,
    **dict.fromkeys(("Rc", "Arc"), rust_owners.shared),
    "Weak": rust_owners.weak,
    "RefCell": rust_owners.ref_cell,
    **dict.fromkeys(("Ref", "RefMut"), rust_owners.guard),
    **dict.fromkeys(("Mutex", "RwLock", "SpinMutex"), rust_owners.mutex),
    **rust_containers.VIEWS,
    **rust_heapless.VIEWS,
    **rust_trees.VIEWS,
    **rust_futures.VIEWS,
}
