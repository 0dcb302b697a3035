"""Bytes and a type -> Value: numbers here, what a language adds in its own module."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from stackdump_probe.image.dwarf.names import demangle
from stackdump_probe.image.elf import Image
from stackdump_probe.image.types import model as types
from stackdump_probe.image.types.model import Type, size_of, stride_of, stripped
from stackdump_probe.image.types.names import type_name
from stackdump_probe.image.types.rust_vtables import VtableOwner
from stackdump_probe.memory import Memory
from stackdump_probe.record import record
from stackdump_probe.values import c
from stackdump_probe.values.cpp import pointers as cpp_pointers
from stackdump_probe.values.cpp import views as cpp
from stackdump_probe.values.declared import declared_at
from stackdump_probe.values.model import (
    Aggregate,
    Array,
    Content,
    Field,
    Value,
)
from stackdump_probe.values.rust import views as rust
from stackdump_probe.values.scalars import Reading, base_content, bits_of, number_of, reading_of
from stackdump_probe.values.states import state_of
from stackdump_probe.values.storage import (
    ADDRESS_SPACE,
    OUTSIDE,
    Absence,
    Place,
    Storage,
    in_memory,
)

UNTOLD = Array(1, ())  # an array that has as many elements as the program says, in its own way
UNSIZED = "the size of its type is not known"
UNBOUNDED = "the length of the array is not known"
VIEWS = {"c": c.view, "c++": cpp.view, "rust": rust.view}


@record
class Limits:
    """How much of an object is taken apart: levels, parts of one part, parts in all."""

    depth: int = 8
    entries: int = 1024
    total: int = 16 * 1024


DEFAULT_LIMITS = Limits()


class _Shape(NamedTuple):
    """What every object of a type shares."""

    actual: Type
    size: int | None
    name: str
    read: Reading | None

    @property
    def why_unsized(self) -> str:
        """Why there is no size."""
        match self.actual:
            case types.Unknown(why=why):
                return why
            case types.Array():
                return UNBOUNDED
        return UNSIZED


def _whole(type_: types.Struct | types.Enum) -> Type:
    return type_


def _no_symbol(_address: int) -> str | None:
    return None


def _no_class(_name: str) -> Type | None:
    return None


def _no_method(_class: types.Struct, _slot: int) -> str | None:
    return None


def _no_owners(_vtable: int) -> Sequence[VtableOwner]:
    return ()


def _nowhere(_die: int) -> tuple[str | None, int | None]:
    return None, None


class Decoder:
    """Decodes objects of one program.

    `symbol_at` names an address ("uart_isr+4"), `definition` finds the type behind a declaration,
    `class_named` a class by its qualified name, `virtual_method` names a slot of its vtable,
    `vtable_owners` tells whose vtable of Rust is at an address, `declared` file and line of the
    debug information's entry at an offset.
    """

    def __init__(
        self,
        memory: Memory,
        symbol_at: Callable[[int], str | None] = _no_symbol,
        definition: Callable[[types.Struct | types.Enum], Type] = _whole,
        limits: Limits = DEFAULT_LIMITS,
        class_named: Callable[[str], Type | None] = _no_class,
        virtual_method: Callable[[types.Struct, int], str | None] = _no_method,
        vtable_owners: Callable[[int], Sequence[VtableOwner]] = _no_owners,
        declared: Callable[[int], tuple[str | None, int | None]] = _nowhere,
    ) -> None:
        self.memory = memory
        self.symbol_at = symbol_at
        self.definition = definition
        self.class_named = class_named
        self.virtual_method = virtual_method
        self.vtable_owners = vtable_owners
        self.declared = declared
        self.limits = limits
        self._shapes: dict[Type, _Shape] = {}
        self._left = 0

    def decode(self, type_: Type, storage: Storage, at: int = 0) -> Value:
        """The object of `type_`, `at` bytes into `storage`, down to the limits."""
        self._left = self.limits.total
        return self.part(type_, Place(storage, at))

    def part(self, type_: Type, place: Place) -> Value:
        """The object of `type_` at `place`."""
        shape = self._shape(type_)
        size = shape.size
        if size is None:
            return self._absent(type_, Absence("unsupported", shape.why_unsized), place, None)
        absence = place.missing(size) if size else None
        octets = None if absence else place.octets(size)
        if shape.read is not None and octets is not None:
            return _number(shape, shape.read(octets), octets, place.address)
        content = self._content(shape.actual, place, size, absence)
        if isinstance(content, Absence):
            return self._absent(type_, content, place, size, octets)
        state = state_of(content, absence)
        shown = content if state.state in ("ok", "partial") else None
        return Value(shape.name, shown, state.state, state.why, place.address, octets, size)

    def name(self, type_: Type) -> str:
        """The type's name, put together once."""
        return self._shape(type_).name

    def actual(self, type_: Type) -> Type:
        """The type under typedefs and qualifiers, as the unit that defines it has it."""
        return self._shape(type_).actual

    def _shape(self, type_: Type) -> "_Shape":
        shape = self._shapes.get(type_)
        if shape is None:
            actual = stripped(type_)
            if isinstance(actual, types.Struct | types.Enum) and actual.declaration:
                actual = self.definition(actual)
            size = size_of(actual)
            if isinstance(actual, types.Array) and actual.count is None and size is None:
                size = 0  # a flexible array member
            read = reading_of(actual) if isinstance(actual, types.Base) else None
            shape = self._shapes[type_] = _Shape(actual, size, type_name(type_), read)
        return shape

    def followed(self, target: Type, address: int, depth: int) -> Value | None:
        """The object behind a pointer that is `depth` levels down; None if that is too deep."""
        size = size_of(self.actual(target))
        if size is None or depth >= self.limits.depth or not self.spend():
            return None
        return self.part(target, Place(in_memory(self.memory, address, size), 0, depth + 1))

    def members(self, members: Iterable[types.Member], place: Place) -> Iterator[Field]:
        """The parts of a struct at `place`, until the limits are reached."""
        inside = place.deeper()
        for member in members:
            if not self.spend():
                return
            yield Field(member.name or "", self.member(member, inside))

    def member(self, member: types.Member, place: Place) -> Value:
        """One part of a struct that begins at `place`."""
        if member.bit_size is not None:
            return self._bitfield(member, place)
        if member.offset is None:
            absence = Absence("unsupported", "its place is told by an expression")
            return self._absent(member.type.type, absence, place, None)
        return self.part(member.type.type, place.moved(member.offset))

    def aggregate(self, struct: types.Struct, place: Place) -> Aggregate:
        """A struct as its members in order."""
        if place.depth >= self.limits.depth:
            return Aggregate((), cut=bool(struct.members))
        fields = tuple(self.members(struct.members, place))
        return Aggregate(fields, cut=len(fields) < len(struct.members))

    def elements(self, element: Type, count: int, step: int, place: Place) -> Array:
        """`count` elements, `step` bytes apart, as many as the limits allow."""
        if place.depth >= self.limits.depth:
            return Array(count, ())
        shape = self._shape(element)
        shown = max(min(count, self.limits.entries, self._left), 0)
        if shape.read is not None and step > 0 and not place.storage.gaps:
            self._left -= shown
            return Array(count, tuple(_numbers(shape, shape.read, place, shown, step)))
        inside, values = place.deeper(), []
        for index in range(shown):
            if not self.spend():
                break
            values.append(self.part(element, inside.moved(index * step)))
        return Array(count, tuple(values))

    def made(self, name: str, content: Content | Absence, address: int | None) -> Value:
        """An object put together from parts, which tell its state."""
        if isinstance(content, Absence):
            return Value(name, None, content.state, content.why, address)
        state = state_of(content, None)
        shown = content if state.state in ("ok", "partial") else None
        return Value(name, shown, state.state, state.why, address)

    def spend(self) -> bool:
        """Count one more part; False if there have been enough."""
        self._left -= 1
        return self._left >= 0

    def _content(
        self, type_: Type, place: Place, size: int, absence: Absence | None
    ) -> Content | Absence:
        match type_:
            case types.Struct(language=language):
                view = VIEWS[language](self, type_, place)
                return self.aggregate(type_, place) if view is None else view
            case types.Array():
                return self._array(type_, place, absence)
        return absence or self._scalar(type_, place.octets(size), place.depth)

    def _array(
        self, array: types.Array, place: Place, absence: Absence | None
    ) -> Content | Absence:
        element = array.element.type
        step = stride_of(array)
        if isinstance(array.count, types.Dynamic) or step is None:
            return Absence("unsupported", UNBOUNDED)
        if array.count is None:
            return UNTOLD
        count = array.count
        if absence is None and array.language != "rust":
            text = c.array_text(self.actual(element), place.octets(count * step))
            if text is not None:
                return text
        return self.elements(element, count, step, place)

    def _scalar(self, type_: Type, octets: bytes, depth: int) -> Content | Absence:
        match type_:
            case types.Base():
                return base_content(type_, octets)
            case types.Enum(language="rust"):
                return rust.enumerator(type_, octets)
            case types.Enum():
                return c.enumerator(type_, number_of(octets, type_.signed))
            case types.Pointer(language="rust"):
                return rust.pointer(self, type_, number_of(octets), depth)
            case types.Pointer(language="c++"):
                return cpp_pointers.pointer(self, type_, number_of(octets), depth)
            case types.Pointer():
                return c.pointer(self, type_, number_of(octets), depth)
            case types.Reference() | types.MemberPointer():
                return cpp_pointers.scalar(self, type_, octets, depth)
            case types.Unspecified():
                return c.address(self, number_of(octets))
            case types.Unknown(why=why):
                return Absence("unsupported", why)
            case _:
                return Absence("unsupported", f"there are no values of type {self.name(type_)}")

    def _bitfield(self, member: types.Member, place: Place) -> Value:
        type_, actual = member.type.type, self.actual(member.type.type)
        size = size_of(actual) or 0
        bits = min(member.bit_size or 0, size * 8)
        start = place.at * 8 + (member.bit_offset or 0)
        if start < 0:
            absence = Absence("unsupported", "a bitfield that begins before its struct")
            return self._absent(type_, absence, place, size)
        lost = place.storage.missing(start, start + bits)
        if lost:
            return self._absent(type_, lost, place, size)
        signed = _is_signed(actual)
        number = bits_of(place.storage.octets, start, bits, signed=signed)
        octets = number.to_bytes(size, "little", signed=signed)
        content = self._scalar(actual, octets, self.limits.depth)
        if isinstance(content, Absence):
            return self._absent(type_, content, place, size)
        address = place.storage.address_at(start // 8)
        return Value(self.name(type_), content, "ok", None, address, octets, size)

    def _absent(
        self,
        type_: Type,
        absence: Absence,
        place: Place,
        size: int | None,
        octets: bytes | None = None,
    ) -> Value:
        name = self.name(type_)
        return Value(name, None, absence.state, absence.why, place.address, octets, size)


def _numbers(shape: _Shape, read: Reading, place: Place, count: int, step: int) -> Iterator[Value]:
    """`count` elements of a base type, `step` bytes apart: what `part` gives, but quicker."""
    size = shape.size or 0
    held, address = place.storage.octets, place.storage.address
    for at in range(place.at, place.at + count * step, step):
        octets = held[at : at + size]
        where = None if address is None else (address + at) % ADDRESS_SPACE
        if at >= 0 and len(octets) == size:
            yield _number(shape, read(octets), octets, where)
        else:
            yield _number(shape, OUTSIDE, None, where)


def _number(
    shape: _Shape, content: Content | Absence, octets: bytes | None, address: int | None
) -> Value:
    """An object of a base type, which has no parts that could be missing."""
    if isinstance(content, Absence):
        name, size = shape.name, shape.size
        return Value(name, None, content.state, content.why, address, octets, size)
    return Value(shape.name, content, "ok", None, address, octets, shape.size)


def _is_signed(type_: Type) -> bool:
    match type_:
        case types.Base(encoding=encoding):
            return encoding in types.SIGNED_ENCODINGS
        case types.Enum(signed=signed):
            return signed
        case _:
            return False


def decoder_for(image: Image, memory: Memory, limits: Limits | None = None) -> Decoder:
    """A decoder that knows the symbols and types of `image`."""

    def symbol_at(address: int) -> str | None:
        if not address:
            return None
        is_code = image.is_code(address & ~1)
        symbol = image.symbols.function_at(address & ~1) if is_code else None
        symbol = symbol or image.symbols.object_at(address)
        if symbol is None:
            return None
        offset = address - symbol.address & (~1 if is_code else -1)
        name = demangle(symbol.name)
        return f"{name}+{offset}" if offset else name

    def declared(offset: int) -> tuple[str | None, int | None]:
        return declared_at(image.dwarf.die_at(offset))

    tree = image.types
    return Decoder(
        memory,
        symbol_at,
        tree.definition,
        limits or Limits(),
        tree.class_named,
        tree.virtual_method,
        image.rust_vtables.owners_at,
        declared,
    )
