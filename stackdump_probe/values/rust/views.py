"""What Rust adds to bytes: enums in all layouts, references, structs by position."""

from __future__ import annotations

from collections.abc import Sequence

from stackdump_probe.image.types import model as types
from stackdump_probe.image.types.model import Case, Enum, Member, Struct, VariantPart, size_of
from stackdump_probe.values import c
from stackdump_probe.values.c import Fields
from stackdump_probe.values.model import (
    Aggregate,
    Content,
    Enumerator,
    Field,
    Invalid,
    Pointer,
    Variant,
)
from stackdump_probe.values.rust.futures import is_state, live_members, state_name
from stackdump_probe.values.rust.library import is_of_library, library_content
from stackdump_probe.values.rust.pointers import BOXES
from stackdump_probe.values.scalars import number_of
from stackdump_probe.values.storage import Absence, Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.values.decode import Decoder

CAPTURED = "_ref__"  # what closures and async blocks call a variable that they borrow


def view(decoder: Decoder, struct: Struct, place: Place) -> Content | Absence | None:
    """A struct as its author thinks of it."""
    if struct.variants is not None:
        return _enum(decoder, struct.variants, place)
    content = library_content(decoder, struct, place)
    return _plain(decoder, struct.members, place) if content is None else content


def fields(_decoder: Decoder, struct: Struct) -> Fields | None:
    """The fields of a struct that is no enum and not of a library."""
    if struct.variants is not None or is_of_library(struct):
        return None
    return _fields(struct.members)


def _fields(members: Sequence[Member]) -> Fields:
    """`__0` and its like are positions, a captured `_ref__x` is `x`."""
    shown = [member for member in members if not _is_phantom(member)]
    tuple_like = bool(shown) and all(_is_position(member.name) for member in shown)
    prefix = "__" if tuple_like else CAPTURED
    return Fields([((each.name or "").removeprefix(prefix), each) for each in shown], tuple_like)


def _plain(decoder: Decoder, members: Sequence[Member], place: Place) -> Aggregate:
    """A struct as its fields."""
    fields = _fields(members)
    shown = fields.members
    if place.depth >= decoder.limits.depth:
        return Aggregate((), cut=bool(shown))
    values = decoder.members([member for _, member in shown], place)
    held = tuple([Field(name, part.value) for (name, _), part in zip(shown, values, strict=False)])
    return Aggregate(held, fields.tuple_like, cut=len(held) < len(shown))


def _is_position(name: str | None) -> bool:
    return name is not None and name.startswith("__") and name[2:].isdigit()


def _is_phantom(member: Member) -> bool:
    type_ = member.type.type
    return isinstance(type_, Struct) and (type_.name or "").startswith("Phantom") and not type_.size


def _enum(decoder: Decoder, part: VariantPart, place: Place) -> Content | Absence:
    """The variant that the discriminant chooses."""
    number, size = 0, 0
    if part.discriminant is not None:
        size = size_of(decoder.actual(part.discriminant.type.type)) or 0
        found = place.number(part.discriminant.offset or 0, size)
        if isinstance(found, Absence):
            return found
        number = found
    case = _chosen(part, number, (1 << size * 8) - 1)
    if case is None:
        return Invalid(number, "no variant has this discriminant")
    return _variant(decoder, case, place)


def _chosen(part: VariantPart, number: int, mask: int) -> Case | None:
    """The case whose range holds `number`, else the one that takes what the others leave.

    Ends of ranges may be written with or without their sign: count from the first, around if
    need be.
    """
    for case in part.cases:
        for first, last in case.ranges:
            if (number - first) & mask <= (last - first) & mask:
                return case
    return next((case for case in part.cases if not case.ranges), None)


def _variant(decoder: Decoder, case: Case, place: Place) -> Content | Absence:
    member = case.members[0] if len(case.members) == 1 else None
    struct = None if member is None else decoder.actual(member.type.type)
    if member is None or not isinstance(struct, Struct):
        return Absence("unsupported", "a variant that is not one struct")
    place = place.moved(member.offset or 0)
    if is_state(member, struct):
        payload = _plain(decoder, live_members(struct), place)
        return Variant(state_name(decoder, case, struct), payload)
    return Variant(member.name or "", _plain(decoder, struct.members, place))


def enumerator(enum: Enum, octets: bytes) -> Content:
    """An enum without data; Rust has no value that is no enumerator."""
    number = number_of(octets, enum.signed)
    mask = (1 << enum.size * 8) - 1
    for name, value in enum.enumerators:
        if (value ^ number) & mask == 0:
            return Enumerator(name, number)
    return Invalid(number, "no variant has this discriminant")


def pointer(decoder: Decoder, pointer: types.Pointer, number: int, depth: int) -> Content:
    """References are followed, raw pointers are not; a Box is what it holds."""
    name, target = pointer.name or "", pointer.target.type
    is_box = name.startswith(BOXES)
    is_code = isinstance(decoder.actual(target), types.Function)
    if is_code or not (is_box or name.startswith("&")):
        return c.address(decoder, number)
    followed = decoder.followed(target, number, depth)
    if is_box and followed is not None and followed.content is not None:
        return followed.content
    return Pointer(number, decoder.symbol_at(number), followed)
