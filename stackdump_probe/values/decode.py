"""Bytes and a type -> Value: numbers here, what a language adds in its own module."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from stackdump_probe.image.types import model as types
from stackdump_probe.image.types.model import Type, size_of, stride_of
from stackdump_probe.image.types.names import type_name
from stackdump_probe.memory import Memory
from stackdump_probe.record import Record
from stackdump_probe.values import c
from stackdump_probe.values.elements import Elements, Whole
from stackdump_probe.values.languages import views_of
from stackdump_probe.values.model import (
    Aggregate,
    Array,
    Content,
    Field,
    Value,
)
from stackdump_probe.values.scalars import bits_of
from stackdump_probe.values.shape import UNBOUNDED, Shape, shape_of
from stackdump_probe.values.single import is_signed, single
from stackdump_probe.values.states import state_of
from stackdump_probe.values.storage import (
    Absence,
    Place,
    Storage,
    in_memory,
)
from stackdump_probe.values.whole import whole_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.image.types.rust_vtables import VtableOwner

UNTOLD = Array(1, ())  # an array that has as many elements as the program says, in its own way


class Limits(Record):
    """How much of an object is taken apart: levels, parts of one part, parts in all."""

    depth: int = 8
    entries: int = 1024
    total: int = 16 * 1024


DEFAULT_LIMITS = Limits()


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
        self._shapes: dict[Type, Shape] = {}
        self._names: dict[Type, str] = {}
        self._wholes: dict[Type, Whole | None] = {}
        self.scalars: dict[Type, Whole | None] = {}  # what has no parts, under no name
        self._left = 0

    def decode(self, type_: Type, storage: Storage, at: int = 0) -> Value:
        """The object of `type_`, `at` bytes into `storage`, down to the limits."""
        self._left = self.limits.total
        return self.part(type_, Place(storage, at))

    def part(self, type_: Type, place: Place) -> Value:
        """The object of `type_` at `place`."""
        whole = self.whole(type_)
        if whole is not None:
            if self._spent_whole(whole, place):
                return whole.value(place.octets(whole.size), place.address)
            lost = place.wholly_missing(whole.size)
            if lost is not None and not whole.is_empty:
                return self._absent(type_, lost, place, whole.size)
        shape = self._shape(type_)
        size = shape.size
        if size is None:
            return self._absent(type_, Absence("unsupported", shape.why_unsized), place, None)
        absence = place.missing(size) if size else None
        octets = None if absence else place.octets(size)
        content = self._content(shape.actual, place, size, absence)
        if isinstance(content, Absence):
            return self._absent(type_, content, place, size, octets)
        state = state_of(content, absence)
        shown = content if state.state in ("ok", "partial") else None
        return Value(self.name(type_), shown, state.state, state.why, place.address, octets, size)

    def name(self, type_: Type) -> str:
        """The type's name, put together once."""
        name = self._names.get(type_)
        if name is None:
            name = self._names[type_] = type_name(type_)
        return name

    def rename(self, type_: Type, name: str) -> None:
        """Give a type that name, instead of what it would be called."""
        self._names[type_] = name

    def actual(self, type_: Type) -> Type:
        """The type under typedefs and qualifiers, as the unit that defines it has it."""
        return self._shape(type_).actual

    def size(self, type_: Type) -> int | None:
        """How many bytes an object takes; 0 for an array whose length only the program knows."""
        return self._shape(type_).size

    def whole(self, type_: Type) -> Whole | None:
        """How objects of a type are read where all their bytes are known and say all."""
        if type_ not in self._wholes:
            self._wholes[type_] = None  # for a type that holds itself
            self._wholes[type_] = whole_of(self, type_)
        return self._wholes[type_]

    def _shape(self, type_: Type) -> Shape:
        shape = self._shapes.get(type_)
        if shape is None:
            shape = self._shapes[type_] = shape_of(type_, self.definition)
        return shape

    def _spent_whole(self, whole: Whole, place: Place, count: int = 1, step: int = 0) -> bool:
        """True if `count` such objects at `place` are known and within the limits, now spent."""
        last = place.at + (count - 1) * step + whole.size
        storage, parts = place.storage, count * whole.parts
        if storage.gaps or not 0 <= place.at <= last <= len(storage.octets):
            return False
        if parts > self._left or place.depth + whole.levels >= self.limits.depth:
            return False
        self._left -= parts
        return True

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
            return self.bitfield(member, place)
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
        shown = max(min(count, self.limits.entries, self._left), 0)
        inside = place.deeper()
        row = self._row(element, shown, step, inside)
        if row is not None:
            return Array(count, row)
        values = []
        for index in range(shown):
            if not self.spend():
                break
            values.append(self.part(element, inside.moved(index * step)))
        return Array(count, tuple(values))

    def _row(self, element: Type, count: int, step: int, place: Place) -> Elements | None:
        whole = self.whole(element) if step > 0 and count > 0 else None
        if whole is None:
            return None
        self._left -= count
        if self._spent_whole(whole, place, count, step):
            octets = place.octets((count - 1) * step + whole.size)
            return Elements(whole, octets, place.address, step, count)
        self._left += count
        return None

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
                view = views_of(language).view(self, type_, place)
                return self.aggregate(type_, place) if view is None else view
            case types.Array():
                return self._array(type_, place, absence)
        return absence or single(self, type_, place.octets(size), place.depth)

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

    def bitfield(self, member: types.Member, place: Place) -> Value:
        """The bits that a member of the struct at `place` has."""
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
        signed = is_signed(actual)
        number = bits_of(place.storage.octets, start, bits, signed=signed)
        octets = number.to_bytes(size, "little", signed=signed)
        content = single(self, actual, octets, self.limits.depth)
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
