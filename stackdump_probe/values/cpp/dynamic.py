"""What only a C++ object's vtable tells: its class, and where its virtual bases are."""

from __future__ import annotations

from collections.abc import Iterator

from stackdump_probe.errors import DwarfError, NotCaptured, Unavailable
from stackdump_probe.image.dwarf.expression import Address, Context, evaluate
from stackdump_probe.image.types.model import Member, Struct, Type
from stackdump_probe.memory import Memory
from stackdump_probe.record import Record
from stackdump_probe.values.cpp.object import Object
from stackdump_probe.values.model import ADDRESS_SPACE
from stackdump_probe.values.storage import Place, in_memory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.values.decode import Decoder

VTABLE = "vtable for "  # how demangled names of `_ZTV` symbols begin
OFFSET_TO_TOP = -8  # Itanium C++ ABI 2.5.2: two words before the address point
VIRTUAL_LIMIT = 32  # virtual bases of one object


class Concrete(Record):
    """What an object really is: the name of its class, the class if it is found, its address."""

    name: str
    type: Type | None
    address: int


def concrete(decoder: Decoder, declared: Type, address: int) -> Concrete | None:
    """What the object at `address` is, if its vtable says that it is more than `declared`."""
    struct = decoder.actual(declared)
    if not address or not isinstance(struct, Struct):
        return None
    vtable = _vtable_of(Object(decoder, struct, Place(in_memory(decoder.memory, address, 0))))
    name = None if vtable is None else _class_of(decoder, vtable)
    if vtable is None or name is None or name == struct.name:
        return None
    try:
        to_top = decoder.memory.u32((vtable + OFFSET_TO_TOP) % ADDRESS_SPACE)
    except NotCaptured:
        return Concrete(name, None, address)
    return Concrete(name, decoder.class_named(name), (address + to_top) % ADDRESS_SPACE)


def is_vptr(member: Member) -> bool:
    """True for the pointer to the vtable: `_vptr.Base` of GCC, `_vptr$Base` of clang."""
    return (member.name or "").startswith("_vptr")


def _vtable_of(object_: Object) -> int | None:
    """The address in the first pointer to a vtable that the object has."""
    for each in object_.bases():
        for member in each.struct.members:
            if is_vptr(member) and member.offset is not None:
                address = (object_.place.address or 0) + each.place.at + member.offset
                try:
                    return object_.decoder.memory.u32(address % ADDRESS_SPACE)
                except NotCaptured:
                    return None
    return None


def _class_of(decoder: Decoder, vtable: int) -> str | None:
    symbol = decoder.symbol_at(vtable)
    if symbol is None or not symbol.startswith(VTABLE):
        return None
    name, plus, offset = symbol.removeprefix(VTABLE).rpartition("+")
    return name if plus and offset.isdigit() else symbol.removeprefix(VTABLE)


class VirtualBase(Record):
    """A base class that its object's vtable places; `at` is None if that cannot be told."""

    member: Member
    at: Place | None


def virtual_bases(decoder: Decoder, struct: Struct, place: Place) -> Iterator[VirtualBase]:
    """Yield each virtual base of a whole object once, those of its bases too, nearest first."""
    seen: set[int | None] = set()
    waiting: list[tuple[Struct, Place]] = [(struct, place)]
    for owner, where in waiting:  # which grows up to its limit
        for member in owner.members:
            base = decoder.actual(member.type.type) if member.inherited else None
            if not isinstance(base, Struct):
                continue
            at = _place_of(decoder, member, base, where)
            if member.virtual and (at is None or at.address not in seen):
                seen.add(None if at is None else at.address)
                yield VirtualBase(member, at)
            if at is not None and len(waiting) < VIRTUAL_LIMIT:
                waiting.append((base, at))


def _place_of(decoder: Decoder, member: Member, base: Struct, owner: Place) -> Place | None:
    """Where a base class of the object at `owner` is, at the level of that object."""
    if member.offset is not None:
        return owner.moved(member.offset)
    address = owner.address
    if address is None or member.location is None or base.size is None:
        return None
    try:
        found = evaluate(member.location, _OfMemory(decoder.memory), initial=(address,))
    except (Unavailable, DwarfError):
        return None
    if not isinstance(found, Address):
        return None
    return _at(decoder, owner, found.address - address, base.size)


def _at(decoder: Decoder, owner: Place, offset: int, size: int) -> Place:
    """Within what is held of the object, or where its memory goes on."""
    inside = owner.moved(offset)
    if inside.at >= 0 and inside.at + size <= len(owner.storage.octets):
        return inside
    address = ((owner.address or 0) + offset) % ADDRESS_SPACE
    return Place(in_memory(decoder.memory, address, size), 0, owner.depth)


class _OfMemory(Context):
    """What the place of a base class may depend on: the object and its vtable."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    def read(self, address: int, size: int) -> bytes:
        return self.memory.read(address, size)
