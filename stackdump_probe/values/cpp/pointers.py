"""Pointers and references of C++: to objects of a class known at run time, to members."""

from __future__ import annotations

from stackdump_probe.image.types import model as types
from stackdump_probe.image.types.model import Function, MemberPointer, Reference, Struct, Type
from stackdump_probe.values import c
from stackdump_probe.values.cpp.dynamic import concrete
from stackdump_probe.values.model import Content, Enumerator, Integer, Pointer
from stackdump_probe.values.scalars import number_of
from stackdump_probe.values.storage import Absence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.values.decode import Decoder

WORD = 4
NULL = "nullptr"


def pointer(decoder: Decoder, type_: types.Pointer, number: int, depth: int) -> Content:
    """As in C; a pointer to a class tells also of which class the object is."""
    content = c.pointer(decoder, type_, number, depth)
    found = concrete(decoder, type_.target.type, number)
    if found is None or not isinstance(content, Pointer):
        return content
    return Pointer(number, content.symbol, content.target, found.name)


def scalar(
    decoder: Decoder, type_: Reference | MemberPointer, octets: bytes, depth: int
) -> Content | Absence:
    """A reference with what it stands for, or a pointer to a member."""
    if isinstance(type_, Reference):
        return reference(decoder, type_.target.type, number_of(octets), depth)
    if isinstance(decoder.actual(type_.target.type), Function):
        return _method(decoder, type_, octets)
    return _data_member(decoder, type_, number_of(octets, signed=True))


def reference(decoder: Decoder, target: Type, number: int, depth: int) -> Pointer:
    """An address and the object there, as the class that it is of; code has none."""
    if isinstance(decoder.actual(target), Function):
        return c.address(decoder, number)
    found = concrete(decoder, target, number)
    if found is None:
        return Pointer(number, None, decoder.followed(target, number, depth))
    whole = decoder.followed(found.type or target, found.address if found.type else number, depth)
    return Pointer(number, None, whole, found.name)


def _data_member(decoder: Decoder, type_: MemberPointer, offset: int) -> Content:
    """Itanium C++ ABI 2.3: an offset, -1 for null."""
    if offset == -1:
        return Enumerator(NULL, offset)
    owner = decoder.actual(type_.owner.type)
    if isinstance(owner, Struct):
        for member in owner.members:
            if member.offset == offset and not member.inherited and member.name:
                return Enumerator(f"&{owner.name}::{member.name}", offset)
    return Integer(offset)


def _method(decoder: Decoder, type_: MemberPointer, octets: bytes) -> Content:
    """Itanium C++ ABI 2.3 as Arm changes it (CPPABI32 3.2.1): bit 0 of adj marks virtual ones."""
    function, adjustment = number_of(octets[:WORD]), number_of(octets[WORD:], signed=True)
    if not adjustment & 1:
        return c.address(decoder, function) if function else Enumerator(NULL, 0)
    owner = decoder.actual(type_.owner.type)
    name = decoder.virtual_method(owner, function // WORD) if isinstance(owner, Struct) else None
    return Integer(function) if name is None else Enumerator(f"&virtual {name}", function)
