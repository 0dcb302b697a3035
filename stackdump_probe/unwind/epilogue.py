"""The end of a function, run on the captured registers and memory up to its return.

GCC gives no call frame information for the epilogues of Armv6-M code, hand-written code often
none at all, and libgcc's is wrong there. What is left of a function that neither calls, branches
nor pushes any more is plain to follow.
"""

from stackdump_probe.arch.registers import CALLEE_SAVED, Registers
from stackdump_probe.errors import NotCaptured
from stackdump_probe.unwind.calls import call_before
from stackdump_probe.unwind.code_paths import state_at
from stackdump_probe.unwind.frame import Rule
from stackdump_probe.unwind.frame_state import Saved
from stackdump_probe.unwind.operations import (
    Add,
    Combine,
    Constant,
    Fetch,
    IfThen,
    Insert,
    Jump,
    Literal,
    Load,
    Operation,
    Other,
    Relocate,
    Shift,
    Slots,
    Store,
)
from stackdump_probe.unwind.step import Caller, Position, Surroundings
from stackdump_probe.unwind.thumb import decode, fetching

LONGEST = 32  # instructions
_MASK = 0xFFFF_FFFF


def epilogue_step(position: Position, surroundings: Surroundings) -> Caller | None:
    """The same, for code that nothing else describes; only where the core was at pc itself."""
    if not position.is_exact or not surroundings.program.is_code(position.pc):
        return None
    return run_to_return(position, surroundings)


def run_to_return(position: Position, surroundings: Surroundings) -> Caller | None:
    """Where the code at pc returns to, if nothing but the function's end is left; else None.

    The return address is what lr holds, or what was popped on the way. An instruction that is
    conditional is taken as executed: a return that is not taken would lead to the same caller.
    """
    ending = _Ending(position, surroundings)
    try:
        caller = ending.run(position.pc)
    except NotCaptured:
        return None
    return None if caller is None or _is_local(caller, position, surroundings) else caller


def _is_local(caller: Caller, position: Position, surroundings: Surroundings) -> bool:
    """True for the return of a part of a function to another part of it, as libgcc has them."""
    symbols = surroundings.program.symbols
    function, back = symbols.function_at(position.pc), caller.return_address & ~1
    if function is None or symbols.function_at(back - 1) != function:
        return False
    try:
        call = call_before(back, surroundings.memory)
    except NotCaptured:
        return False
    return call is None or call.target not in (None, function.address)


class _Ending:
    """The registers and the stack on the way from pc to the return."""

    def __init__(self, position: Position, surroundings: Surroundings) -> None:
        self.position = position
        self.surroundings = surroundings
        self.memory = surroundings.memory
        self.fetch = fetching(surroundings.memory, position.pc)
        self.words = dict(position.registers.words)
        self.stored: dict[int, int | None] = {}
        self.saved: dict[str, int] = {}
        self.returning = {"lr"}  # what may hold the return address: lr, and what was popped
        self.changed: set[str] = set()
        self.left = LONGEST

    def run(self, at: int) -> Caller | None:
        """The caller, if every way from `at` on comes to the same one in a few instructions."""
        while self.left:
            self.left -= 1
            size, operation = decode(at, self.fetch)
            if isinstance(operation, Jump):
                if operation.target is None or not self._is_own(operation.target):
                    return self._leave(operation)
                if operation.is_conditional:
                    return self._fork(operation.target, at + size)
                at = operation.target
                continue
            if not self._execute(operation):
                return None
            if "pc" in self.changed:
                return self._caller("pc")
            at += size
        return None

    def _fork(self, taken: int, onwards: int) -> Caller | None:
        other = _Ending(self.position, self.surroundings)
        other.words = dict(self.words)
        other.stored = dict(self.stored)
        other.saved = dict(self.saved)
        other.returning = set(self.returning)
        other.changed = set(self.changed)
        other.left = self.left
        first = other.run(taken)
        self.left = other.left
        return first if first is not None and first == self.run(onwards) else None

    def _is_own(self, target: int) -> bool:
        """True if `target` surely lies in the same function."""
        function_at = self.surroundings.program.symbols.function_at
        function = function_at(self.position.pc)
        return function is not None and function_at(target) == function

    def _leave(self, jump: Jump) -> Caller | None:
        """A return by `jump`, or a branch to another function when lr is there again."""
        if jump.target is not None:
            is_tail_call = not jump.is_conditional and "lr" in self.saved
            return self._caller("lr") if is_tail_call and "lr" in self.returning else None
        register = jump.register
        if register is None or register not in self.words:
            return None
        if (
            register in self.returning
            or self._holds_return_address(register)
            or self._is_after_call(self.words[register])
        ):
            return self._caller(register)
        return None

    def _is_after_call(self, word: int) -> bool:
        """True for what is no function's address: execution comes there when a call returns."""
        function = self.surroundings.program.symbols.function_at(word & ~1)
        if function is None or function.address == word & ~1 or not word & 1:
            return False
        return call_before(word & ~1, self.memory) is not None

    def _holds_return_address(self, register: str) -> bool:
        """True if the way to pc has put the return address into `register`."""
        function = self.surroundings.program.symbols.function_at(self.position.pc)
        if function is None or register in self.changed:
            return False
        state = state_at(self.position.pc, function.address, self.surroundings)
        return state is not None and state.value(register) == Saved("lr")

    def _execute(self, operation: Operation) -> bool:
        """False for what no end of a function does."""
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
            case IfThen():
                return True
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

    def _caller(self, register: str) -> Caller | None:
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
