"""The registers and the stack while instructions are run that only undo a frame."""

from __future__ import annotations

from stackdump_probe.arch.registers import CALLEE_SAVED, Registers
from stackdump_probe.memory import Memory
from stackdump_probe.unwind.code.operations import (
    Add,
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
from stackdump_probe.unwind.step import Caller, Position

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.unwind.frame import Rule

_MASK = 0xFFFF_FFFF


class Running:
    """Begins with what was captured; nothing is written to memory.

    `returning` may hold the return address: lr, and what was popped. `saved` are the places of
    what was loaded from the stack.
    """

    def __init__(self, position: Position, memory: Memory) -> None:
        self.position = position
        self.memory = memory
        self.words = dict(position.registers.words)
        self.stored: dict[int, int | None] = {}
        self.saved: dict[str, int] = {}
        self.returning = {"lr"}
        self.changed: set[str] = set()

    def copy(self) -> Running:
        """The same, to be run another way."""
        other = Running(self.position, self.memory)
        other.words = dict(self.words)
        other.stored = dict(self.stored)
        other.saved = dict(self.saved)
        other.returning = set(self.returning)
        other.changed = set(self.changed)
        return other

    @property
    def frame(self) -> object:
        """What the rest of the function will undo: the same where that has not changed."""
        return self.words.get("sp"), self.words.get("lr"), frozenset(self.returning)

    def execute(self, operation: Operation) -> bool:
        """False for what no end of a function does; raises NotCaptured."""
        words = self.words
        match operation:
            case Load(slots, base, advance):
                return self._load(slots, base, advance)
            case Store(slots, base, advance):
                return self._store(slots, base, advance)
            case Add(target, source, amount):
                return self._set(target, _plus(words.get(source), amount, 1), of=source)
            case Combine(target, left, right, sign):
                first = 0 if left is None else words.get(left)
                return self._set(target, _plus(first, words.get(right), sign))
            case Constant(target, number):
                return self._set(target, number)
            case Literal(target, address):
                return self._set(target, self.memory.u32(address))
            case Fetch(target) | Shift(target) | Insert(target) | Relocate(target):
                return self._set(target, None)
            case Other(names):
                return all(self._set(name, None) for name in names)
            case _:
                return False

    def _set(self, name: str, word: int | None, *, of: str = "") -> bool:
        """False if that leaves sp or pc unknown."""
        self.changed.add(name)
        self.saved.pop(name, None)
        if of in self.returning:
            self.returning.add(name)
        else:
            self.returning.discard(name)
        if word is None:
            self.words.pop(name, None)
            return name not in ("sp", "pc")
        self.words[name] = word
        return True

    def _load(self, slots: Slots, base: str, advance: int) -> bool:
        origin = self.words.get(base)
        values = [(name, None if origin is None else origin + at & _MASK) for name, at in slots]
        for name, place in values:
            word = None if place is None else self._word(place)
            if not self._set(name, word) or (base != "sp" and name == "pc"):
                return False
            if base == "sp" and place is not None:
                self.saved[name] = place
                self.returning.add(name)
        loaded = any(name == base for name, _ in slots)
        return loaded or not advance or self._set(base, _plus(origin, advance, 1))

    def _word(self, place: int) -> int | None:
        if place in self.stored or not self.memory.holds(place, 4):
            return self.stored.get(place)
        return self.memory.u32(place)

    def _store(self, slots: Slots, base: str, advance: int) -> bool:
        origin = self.words.get(base)
        if base == "sp" and advance:
            return False
        if origin is not None:
            self.stored |= {origin + at & _MASK: self.words.get(name) for name, at in slots}
        return not advance or self._set(base, _plus(origin, advance, 1))

    def caller(self, register: str) -> Caller | None:
        """Who is returned to by a branch to what `register` holds; None if sp is not known."""
        words, cfa = self.words, self.words.get("sp")
        if cfa is None or register not in words:
            return None
        is_leaf = "sp" not in self.changed and not self.saved
        rule: Rule = "leaf" if is_leaf else "prologue"
        place = self.saved.get(register)
        return Caller(self._kept(), words[register], cfa, rule, saved_at=place)

    def _kept(self) -> Registers:
        """What is known of the registers that a function must give back."""
        found = self.position.registers.only(CALLEE_SAVED).without(*self.changed)
        for name in (name for name in CALLEE_SAVED if name in self.changed & self.words.keys()):
            word, place = self.words[name], self.saved.get(name)
            known = Registers({name: word}, {} if place is None else {name: place})
            found = found.joined(known)
        return found


def _plus(left: int | None, right: int | None, sign: int) -> int | None:
    return None if left is None or right is None else left + sign * right & _MASK
