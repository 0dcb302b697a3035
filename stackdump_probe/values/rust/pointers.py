"""Where Rust's pointers lead, thin ones and fat ones: to objects, text, slices, trait objects."""

from __future__ import annotations

from stackdump_probe.image.types.model import Array, Member, Pointer, Struct, Type, size_of
from stackdump_probe.image.types.rust_names import as_written
from stackdump_probe.image.types.rust_vtables import implementor
from stackdump_probe.record import Record
from stackdump_probe.values import model
from stackdump_probe.values.model import Aggregate, Content, Field, Text, Value
from stackdump_probe.values.rust.members import (
    NESTING_LIMIT,
    WORD,
    Members,
    inwards,
    located,
    members_of,
    word,
)
from stackdump_probe.values.storage import Absence, Place, in_memory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.values.decode import Decoder

TEXT_LIMIT = 4096
TEXT = "str"
SIGILS = ("&mut ", "&", "*const ", "*mut ", "alloc::boxed::Box<", "Box<")
BOXES = SIGILS[-2:]
ALLOCATOR = ", alloc::alloc::Global"
SLICE = ("data_ptr", "length")
TRAIT_OBJECT = ("pointer", "vtable")
# A vtable begins with drop_in_place, size, alignment; then come the methods.
VTABLE_HEAD = 3
SLOTS_LIMIT = 32
ALIGNMENT_LIMIT = 1 << 29  # what rustc accepts
DROP_IN_PLACE = ("core::ptr::drop_in_place::<", "core::ptr::drop_in_place<")


class Pointee(Record):
    """What a pointer called `name` leads to; a fat one has a length or a vtable."""

    target: Type
    address: int
    name: str
    length: int | None = None
    vtable: int | None = None
    slots: int = 0

    @property
    def target_name(self) -> str:
        """The type behind the pointer as its name has it: `[u16]`, `str`, `dyn Shape`."""
        sigil = next((sigil for sigil in SIGILS if self.name.startswith(sigil)), "")
        name = self.name.removeprefix(sigil)
        return name.removesuffix(">").removesuffix(ALLOCATOR) if sigil in BOXES else name

    @property
    def is_box(self) -> bool:
        """True if the pointer owns what it leads to."""
        return self.name.startswith(BOXES)


def fat_pointer(
    decoder: Decoder, struct: Struct, members: Members, place: Place
) -> Content | Absence | None:
    """A slice as its elements, text as text, a trait object as a pointer that names its type."""
    pointee = _fat(decoder, struct, members, place)
    return None if pointee is None else content_behind(decoder, pointee, place.depth)


def content_behind(decoder: Decoder, pointee: Pointee, depth: int) -> Content | Absence | None:
    """What a fat pointer stands for."""
    object_ = _object(decoder, pointee, depth)
    if not isinstance(object_, Aggregate) or pointee.is_box:
        return object_
    target = decoder.made(pointee.target_name, object_, pointee.address)
    return model.Pointer(pointee.address, decoder.symbol_at(pointee.address), target)


def _object(decoder: Decoder, pointee: Pointee, depth: int) -> Content | Absence | None:
    """An object of no fixed size: a slice, one that ends with a slice, a trait object."""
    if pointee.vtable is not None:
        return _trait_object(decoder, pointee, depth)
    if _is_slice(decoder, pointee):
        return _slice(decoder, pointee, depth)
    return _unsized(decoder, pointee, depth)


def pointee_in(decoder: Decoder, member: Member | None, place: Place) -> Pointee | None:
    """Where the first pointer within `member` leads: what all wrappers come down to."""
    for _ in range(NESTING_LIMIT):
        if member is None:
            return None
        place = located(member, place)
        type_ = decoder.actual(member.type.type)
        if isinstance(type_, Pointer):
            return _thin(type_, place)
        if not isinstance(type_, Struct):
            return None
        if is_fat(type_):
            return _fat(decoder, type_, members_of(type_), place)
        member = inwards(type_)
    return None


def is_fat(struct: Struct) -> bool:
    """True for a pointer with a length or a vtable beside it."""
    return tuple(member.name for member in struct.members) in (SLICE, TRAIT_OBJECT)


def _thin(pointer: Pointer, place: Place) -> Pointee | None:
    address = place.number(0, WORD)
    if isinstance(address, Absence):
        return None
    return Pointee(pointer.target.type, address, pointer.name or "")


def _fat(decoder: Decoder, struct: Struct, members: Members, place: Place) -> Pointee | None:
    first, second = struct.members
    pointer = decoder.actual(first.type.type)
    address, more = word(place, first), word(place, second)
    if not isinstance(pointer, Pointer) or address is None or more is None:
        return None
    target, name = pointer.target.type, struct.name or ""
    if "length" in members:
        return Pointee(target, address, name, length=more)
    return Pointee(target, address, name, vtable=more, slots=_slots(decoder, second))


def _slots(decoder: Decoder, vtable: Member) -> int:
    """How many words a vtable has by the type of the pointer to it."""
    pointer = decoder.actual(vtable.type.type)
    table = decoder.actual(pointer.target.type) if isinstance(pointer, Pointer) else None
    count = table.count if isinstance(table, Array) else None
    return min(count, SLOTS_LIMIT) if isinstance(count, int) else VTABLE_HEAD


# --- slices and objects that end with one -----------------------------------------------------


def _is_slice(decoder: Decoder, pointee: Pointee) -> bool:
    """False for what only ends with a slice: a struct whose last member is an element of it."""
    if pointee.target_name.startswith("[") or pointee.target_name == TEXT:
        return True
    target = decoder.actual(pointee.target)
    if not isinstance(target, Struct) or not target.members:
        return True
    last = target.members[-1]
    end = (last.offset or 0) + (size_of(last.type.type) or 0)
    return target.size is not None and end <= target.size


def _slice(decoder: Decoder, pointee: Pointee, depth: int) -> Content | Absence:
    length = pointee.length or 0
    if pointee.target_name == TEXT:
        return text_at(decoder, pointee.address, length)
    return elements_at(decoder, pointee.target, pointee.address, length, depth)


def text_at(decoder: Decoder, address: int, length: int) -> Text | Absence:
    """Text of `length` bytes."""
    size = min(length, TEXT_LIMIT)
    held = in_memory(decoder.memory, address, size)
    return held.missing(0, size * 8) or Text(held.octets, cut=length > size)


def elements_at(
    decoder: Decoder, element: Type, address: int, length: int, depth: int
) -> Content | Absence:
    """`length` elements in a row."""
    step = size_of(decoder.actual(element))
    if step is None:
        return Absence("unsupported", "elements of unknown size")
    held = in_memory(decoder.memory, address, min(length, decoder.limits.entries) * step)
    return decoder.elements(element, length, step, Place(held, 0, depth))


def _unsized(decoder: Decoder, pointee: Pointee, depth: int) -> Aggregate | None:
    """An object whose last member is a slice: its size is that of the others."""
    struct = decoder.actual(pointee.target)
    if not isinstance(struct, Struct) or not struct.members or depth >= decoder.limits.depth:
        return None
    *sized, last = struct.members
    held = in_memory(decoder.memory, pointee.address, struct.size or 0)
    fields = list(decoder.members(sized, Place(held, 0, depth)))
    tail = tail_value(decoder, pointee, last, depth + 1)
    if tail is not None:
        fields.append(Field(last.name or "", tail))
    return Aggregate(tuple(fields), cut=tail is None)


def tail_value(decoder: Decoder, pointee: Pointee, last: Member, depth: int) -> Value | None:
    """The last member of the object behind `pointee`, which alone may be of no fixed size."""
    target, address = last.type.type, pointee.address + (last.offset or 0)
    inner = _argument(pointee.target_name)
    if pointee.vtable is not None:
        found = _vtable_head(decoder, pointee.vtable)
        if found is None:
            return None
        address += -address % found[1]
    elif pointee.length is None:
        return decoder.followed(target, address, depth)
    behind = Pointee(target, address, inner, pointee.length, pointee.vtable, pointee.slots)
    content = _object(decoder, behind, depth)
    return None if content is None else decoder.made(inner, content, address)


def _argument(name: str) -> str:
    """The type that a generic one is made for: `[u16]` of `RcInner<[u16]>`."""
    _, _, argument = name.partition("<")
    return argument.removesuffix(">")


# --- trait objects ----------------------------------------------------------------------------


def _trait_object(decoder: Decoder, pointee: Pointee, depth: int) -> Content | None:
    """A pointer to an object whose type its vtable tells; None if that tells nothing."""
    vtable = pointee.vtable or 0
    head, owners = _vtable_head(decoder, vtable), decoder.vtable_owners(vtable)
    name = " | ".join(owner.name for owner in owners) or _by_methods(decoder, pointee)
    if head is None or not name:
        return None
    target = None
    if len(owners) == 1:
        target = decoder.followed(owners[0].type, pointee.address, depth)
    symbol = decoder.symbol_at(pointee.address)
    return model.Pointer(pointee.address, symbol, target, as_written(name))


def _vtable_head(decoder: Decoder, address: int) -> tuple[int, int] | None:
    """Size and alignment of the type that a vtable is for; None if there is no vtable."""
    held = Place(in_memory(decoder.memory, address, VTABLE_HEAD * WORD))
    size, alignment = held.number(WORD, WORD), held.number(2 * WORD, WORD)
    if isinstance(size, Absence) or isinstance(alignment, Absence):
        return None
    is_power = alignment and not alignment & alignment - 1
    return (size, alignment) if is_power and alignment <= ALIGNMENT_LIMIT else None


def _by_methods(decoder: Decoder, pointee: Pointee) -> str | None:
    """The type by the symbols of what its vtable holds, where no debug information tells."""
    held = Place(in_memory(decoder.memory, pointee.vtable or 0, pointee.slots * WORD))
    for slot in (0, *range(VTABLE_HEAD, pointee.slots)):
        address = held.number(slot * WORD, WORD)
        symbol = None if isinstance(address, Absence) else decoder.symbol_at(address)
        owner = None if symbol is None else _owner_of(symbol)
        if owner is not None:
            return owner
    return None


def _owner_of(symbol: str) -> str | None:
    for beginning in DROP_IN_PLACE:
        if symbol.startswith(beginning):
            return symbol.removeprefix(beginning).removesuffix(">")
    return implementor(symbol)
