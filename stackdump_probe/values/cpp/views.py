"""Objects of C++ classes: the library's as what they stand for, others with all that they hold."""

from __future__ import annotations

from collections.abc import Iterator

from stackdump_probe.image.types.build_struct import CLOSURE
from stackdump_probe.image.types.model import Member, Struct, Type
from stackdump_probe.values.c import Fields, enumerator
from stackdump_probe.values.cpp.dynamic import is_vptr, virtual_bases
from stackdump_probe.values.cpp.library import is_of_library, library_content
from stackdump_probe.values.cpp.pointers import pointer
from stackdump_probe.values.model import Aggregate, Content, Field
from stackdump_probe.values.storage import Absence, Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.values.decode import Decoder

__all__ = ["enumerator", "fields", "pointer", "view"]
NESTING_LIMIT = 16  # classes that are empty because all that is in them is


def view(decoder: Decoder, struct: Struct, place: Place) -> Content | Absence | None:
    """What an object of the library stands for; of other classes all that they hold.

    An object of which a part is gone that tells what it stands for is shown as its members.
    """
    if place.depth >= decoder.limits.depth:
        return Aggregate((), cut=bool(struct.members))
    content = library_content(decoder, struct, place)
    if content is None or (isinstance(content, Absence) and _is_partly_gone(struct, place)):
        return _plain(decoder, struct, place)
    return content


def fields(_decoder: Decoder, struct: Struct) -> Fields | None:
    """The members of a class without bases that is not of the library."""
    if is_of_library(struct) or any(member.inherited for member in struct.members):
        return None
    return Fields([_named(struct, member) for member in struct.members if not is_vptr(member)])


def _named(struct: Struct, member: Member) -> tuple[str, Member]:
    """A closure's members bear the names of what they captured with two underscores before."""
    name = member.name or ""
    return (name.removeprefix("__") if struct.name == CLOSURE else name), member


def _is_partly_gone(struct: Struct, place: Place) -> bool:
    """True if some bytes of the object itself are known and some are not."""
    size = struct.size or 0
    lost = {place.moved(at).missing(1) is not None for at in range(size)}
    return lost == {True, False}


def _plain(decoder: Decoder, struct: Struct, place: Place) -> Aggregate:
    """Base classes under their names, then members; without pointers to vtables."""
    fields: list[Field] = []
    for name, member, at in _parts(decoder, struct, place):
        if not decoder.spend():
            return Aggregate(tuple(fields), cut=True)
        if at is None:
            value = decoder.member(member, place.deeper())
        else:
            value = decoder.part(member.type.type, at.deeper().as_base())
        fields.append(Field(name, value))
    return Aggregate(tuple(fields))


def _parts(
    decoder: Decoder, struct: Struct, place: Place
) -> Iterator[tuple[str, Member, Place | None]]:
    """Yield name, member, and of a base class its place; virtual ones with the whole object."""
    for member in struct.members:
        base = member.type.type
        if member.inherited and not member.virtual and not _is_empty(decoder, base):
            at = None if member.offset is None else place.moved(member.offset)
            yield decoder.name(base), member, at
    if not place.is_base:
        for each in virtual_bases(decoder, struct, place):
            yield decoder.name(each.member.type.type), each.member, each.at
    for member in struct.members:
        if not member.inherited and not is_vptr(member):
            yield *_named(struct, member), None


def _is_empty(decoder: Decoder, type_: Type, depth: int = 0) -> bool:
    """True for a class without anything to show: a tag, an allocator, an interface."""
    struct = decoder.actual(type_)
    if not isinstance(struct, Struct) or struct.declaration or depth > NESTING_LIMIT:
        return False
    return all(
        (member.virtual or _is_empty(decoder, member.type.type, depth + 1))
        if member.inherited
        else is_vptr(member)
        for member in struct.members
    )
