"""Objects without parts: numbers, names, pointers."""

from __future__ import annotations

from stackdump_probe.image.types import model as types
from stackdump_probe.image.types.model import Type
from stackdump_probe.values import c
from stackdump_probe.values.languages import views_of
from stackdump_probe.values.model import Content
from stackdump_probe.values.scalars import base_content, number_of
from stackdump_probe.values.storage import Absence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.values.decode import Decoder


def single(decoder: Decoder, type_: Type, octets: bytes, depth: int) -> Content | Absence:
    """What has no parts of its own; a pointer is followed where its language does."""
    match type_:
        case types.Base():
            return base_content(type_, octets)
        case types.Enum(language=language):
            return views_of(language).enumerator(type_, octets)
        case types.Pointer(language=language):
            return views_of(language).pointer(decoder, type_, number_of(octets), depth)
        case types.Reference() | types.MemberPointer():
            from stackdump_probe.values.cpp.pointers import scalar

            return scalar(decoder, type_, octets, depth)
        case types.Unspecified():
            return c.address(decoder, number_of(octets))
        case types.Unknown(why=why):
            return Absence("unsupported", why)
        case _:
            return Absence("unsupported", f"there are no values of type {decoder.name(type_)}")


def is_signed(type_: Type) -> bool:
    """True if its numbers may be below zero."""
    match type_:
        case types.Base(encoding=encoding):
            return encoding in types.SIGNED_ENCODINGS
        case types.Enum(signed=signed):
            return signed
        case _:
            return False
