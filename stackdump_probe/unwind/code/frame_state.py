"""What a function has done to its registers and its frame on the way to some instruction."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from stackdump_probe.arch.registers import CALLEE_SAVED
from stackdump_probe.record import Record
from stackdump_probe.unwind.code.operations import (
    Add,
    Call,
    Combine,
    Constant,
    Fetch,
    Insert,
    Literal,
    Load,
    Operation,
    Other,
    Relocate,
    Shift,
    Slots,
    Store,
)

_MASK = 0xFFFF_FFFF
_KEPT = frozenset((*CALLEE_SAVED, "lr")) - {"sp"}
_LOST_IN_CALLS = ("r0", "r1", "r2", "r3", "r12", "lr")  # AAPCS32 6.1.1


class Saved(Record):
    """What register `name` held when the function was called."""

    name: str


class Place(Record):
    """An address: the CFA + `offset`."""

    offset: int


class Known(Record):
    """A number."""

    number: int


class InTable(Record):
    """An address in a table that begins at `start`, or a little before."""

    start: int


class Element(Record):
    """Something of `width` bytes fetched from the table at `start`."""

    start: int
    width: int


Value = Saved | Place | Known | InTable | Element
_NOTHING: Mapping[str, Value | None] = MappingProxyType({})
_NO_SLOTS: Mapping[int, Value] = MappingProxyType({})


class FrameState(Record):
    """`changed`: the registers that do not hold what they held at the call, None if unknown.

    `slots`: what lies in the function's frame, by the offset from the CFA.
    """

    changed: Mapping[str, Value | None] = _NOTHING
    slots: Mapping[int, Value] = _NO_SLOTS

    def value(self, name: str) -> Value | None:
        """What `name` holds, as far as that is known."""
        if name in self.changed:
            return self.changed[name]
        if name == "sp":
            return Place(0)
        return Saved(name) if name in _KEPT else None

    def place(self, name: str) -> int | None:
        """The offset from the CFA that `name` points to, if it points into the frame."""
        value = self.value(name)
        return value.offset if isinstance(value, Place) else None

    def holders(self, name: str) -> Iterator[str]:
        """Yield the registers that hold what `name` held at the call, itself first."""
        if self.value(name) == Saved(name):
            yield name
        for other, value in self.changed.items():
            if other != name and value == Saved(name):
                yield other

    def slot_of(self, name: str) -> int | None:
        """The offset from the CFA where the caller's `name` was saved."""
        wanted = Saved(name)
        return next((at for at, value in self.slots.items() if value == wanted), None)

    def after(self, operation: Operation) -> "FrameState":
        """The state behind `operation`; branches change nothing."""
        match operation:
            case Store(slots, base, advance):
                return self._stored(slots, base)._moved(base, advance)
            case Load(slots, base, advance):
                return self._loaded(slots, base, advance)
            case Other(names):
                return self._without(names)
            case Call():
                return self._without(_LOST_IN_CALLS)
        result = _result(self, operation)
        return self if result is None or self._is_so(*result) else self._with(dict([result]))

    def unless(self, operation: Operation) -> "FrameState":
        """The state behind `operation` if nothing tells whether it was executed."""
        after = self.after(operation)
        if after is self:
            return self
        names = {*self.changed, *after.changed}
        changed = {
            name: self.value(name) if self.value(name) == after.value(name) else None
            for name in names
        }
        slots = {at: value for at, value in self.slots.items() if after.slots.get(at) == value}
        return FrameState(changed, slots)

    def _is_so(self, name: str, value: Value | None) -> bool:
        return value is None and self.value(name) is None

    def _with(self, values: Mapping[str, Value | None]) -> "FrameState":
        slots = self._above(values["sp"]) if "sp" in values else self.slots
        return FrameState({**self.changed, **values}, slots)

    def _without(self, names: tuple[str, ...]) -> "FrameState":
        if all(self.value(name) is None for name in names):
            return self
        return self._with(dict.fromkeys(names))

    def _above(self, sp: Value | None) -> Mapping[int, Value]:
        """What is below sp may be overwritten at any time, by exceptions."""
        if not isinstance(sp, Place) or not self.slots or sp.offset <= min(self.slots):
            return self.slots
        return {at: value for at, value in self.slots.items() if at >= sp.offset}

    def _moved(self, base: str, advance: int) -> "FrameState":
        if not advance:
            return self
        place = self.place(base)
        return self._with({base: None if place is None else Place(place + advance)})

    def _stored(self, slots: Slots, base: str) -> "FrameState":
        origin = self.place(base)
        if origin is None:
            return self
        values = {origin + at: self.value(name) for name, at in slots if origin + at < 0}
        kept = {at: value for at, value in self.slots.items() if at not in values}
        new = {at: value for at, value in values.items() if value is not None}
        return FrameState(self.changed, {**kept, **new})

    def _loaded(self, slots: Slots, base: str, advance: int) -> "FrameState":
        origin = self.value(base)
        values: dict[str, Value | None] = dict.fromkeys(name for name, _ in slots)
        if isinstance(origin, Place):
            values = {name: self.slots.get(origin.offset + at) for name, at in slots}
        elif isinstance(origin, InTable) and len(slots) == 1:
            values = {name: Element(origin.start + at, 4) for name, at in slots}
        return self._with(values)._moved(base, advance)


def _result(state: FrameState, operation: Operation) -> tuple[str, Value | None] | None:
    """The register that an operation on registers changes, and what it holds then."""
    match operation:
        case Add(target, source, amount):
            return target, _sum(state.value(source), amount)
        case Combine(target, left, right, sign):
            first = Known(0) if left is None else state.value(left)
            return target, _combined(first, state.value(right), sign)
        case Constant(target, number):
            return target, Known(number)
        case Insert(target, number):
            value = state.value(target)
            low = value.number & 0xFFFF if isinstance(value, Known) else None
            return target, None if low is None else Known(number << 16 | low)
        case Shift(target, source, amount):
            return target, _shifted(state.value(source), amount)
        case Relocate(target, origin):
            return target, InTable(origin)
        case Fetch(target, base, width, offset, index):
            other = None if index is None else state.value(index)
            return target, _fetched(state.value(base), other, width, offset)
        case Literal(target, _):
            return target, None
        case _:
            return None


def _sum(value: Value | None, amount: int) -> Value | None:
    match value:
        case Place(offset):
            return Place(offset + _signed(amount))
        case Known(number):
            return Known(number + amount & _MASK)
        case InTable(start):
            return InTable(start + amount)
        case _:
            return None if amount else value


def _combined(left: Value | None, right: Value | None, sign: int) -> Value | None:
    if isinstance(right, Known):
        return InTable(right.number) if left is None else _sum(left, sign * right.number)
    if sign > 0 and isinstance(left, Known):
        return _combined(right, left, 1)
    return None


def _shifted(value: Value | None, amount: int) -> Value | None:
    if isinstance(value, Known):
        return Known(value.number << amount & _MASK)
    # An offset in halfwords becomes one in bytes.
    return value if isinstance(value, Element) and amount == 1 else None


def _fetched(base: Value | None, index: Value | None, width: int, offset: int) -> Value | None:
    match base, index:
        case InTable(start), None:
            return Element(start + offset, width)
        case (Known(start), None) | (None, Known(start)) if not offset:
            return Element(start, width)
        case _:
            return None


def _signed(amount: int) -> int:
    amount &= _MASK
    return amount - (1 << 32) if amount >> 31 else amount
