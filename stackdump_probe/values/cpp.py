"""What C++ adds to C: base classes, references, pointers to members."""

from typing import TYPE_CHECKING

from stackdump_probe.image.types import Function, Member, MemberPointer, Reference, Struct, Type
from stackdump_probe.values import c
from stackdump_probe.values.model import Aggregate, Content, Field, Integer, Pointer
from stackdump_probe.values.scalars import number_of
from stackdump_probe.values.storage import Absence, Place

if TYPE_CHECKING:
    from stackdump_probe.values.decode import Decoder

WORD = 4


def view(decoder: "Decoder", struct: Struct, place: Place) -> Content | None:
    """An object without its pointers to vtables, each base under the name of its class."""
    members = tuple(member for member in struct.members if not _is_vptr(member))
    if place.depth >= decoder.limits.depth:
        return Aggregate((), cut=bool(members))
    fields = decoder.members(members, place)
    named = tuple(
        Field(decoder.name(member.type.type), field.value) if member.inherited else field
        for member, field in zip(members, fields, strict=False)
    )
    return Aggregate(named, cut=len(named) < len(members))


def _is_vptr(member: Member) -> bool:
    return (member.name or "").startswith("_vptr")


def scalar(
    decoder: "Decoder", type_: Reference | MemberPointer, octets: bytes, depth: int
) -> Content | Absence:
    """A reference with what it stands for, or a pointer to a member."""
    if isinstance(type_, Reference):
        return reference(decoder, type_.target.type, number_of(octets), depth)
    if isinstance(decoder.actual(type_.target.type), Function):
        return _method(decoder, octets)
    return Integer(number_of(octets, signed=True))  # Itanium C++ ABI 2.3: an offset, -1 for null


def reference(decoder: "Decoder", target: Type, number: int, depth: int) -> Pointer:
    """An address and the object there; code has none."""
    if isinstance(decoder.actual(target), Function):
        return c.address(decoder, number)
    return Pointer(number, None, decoder.followed(target, number, depth))


def _method(decoder: "Decoder", octets: bytes) -> Content:
    """Itanium C++ ABI 2.3 as Arm changes it (CPPABI32 3.2.1): bit 0 of adj marks virtual ones."""
    function, adjustment = number_of(octets[:WORD]), number_of(octets[WORD:], signed=True)
    if adjustment & 1:
        return Integer(function)
    return c.address(decoder, function)
