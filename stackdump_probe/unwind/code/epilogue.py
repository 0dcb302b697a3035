"""The end of a function, run on the captured registers and memory up to its return.

GCC gives no call frame information for the epilogues of Armv6-M code, hand-written code often
none at all, and libgcc's is wrong there. What is left of a function that neither calls nor pushes
any more is plain to follow.
"""

from __future__ import annotations

from stackdump_probe.errors import NotCaptured
from stackdump_probe.unwind.code.calls import call_before
from stackdump_probe.unwind.code.conditions import Skipped, not_executed, passed_over, sets_flags
from stackdump_probe.unwind.code.frame_state import Saved
from stackdump_probe.unwind.code.operations import IfThen, Jump, Operation
from stackdump_probe.unwind.code.paths import COLD, state_at
from stackdump_probe.unwind.code.running import Running
from stackdump_probe.unwind.code.thumb import decode, fetching
from stackdump_probe.unwind.return_addresses import is_code
from stackdump_probe.unwind.step import Caller, Position, Surroundings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Found = Caller | Literal["again"] | None  # "again" if the way is back where it was

LONGEST = 32  # instructions

Way = tuple[int, Skipped]  # where it begins, and what of it is not executed


def epilogue_step(position: Position, surroundings: Surroundings) -> Caller | None:
    """The same, for code that nothing else describes; only where the core was at pc itself."""
    if not position.is_exact or not is_code(position.pc, surroundings):
        return None
    return run_to_return(position, surroundings)


def run_to_return(position: Position, surroundings: Surroundings) -> Caller | None:
    """Where the code at pc returns to, if nothing but the function's end is left; else None.

    The return address is what lr holds, or what was popped on the way. In an IT block that has
    begun, or does before anything changes the flags, these tell what is executed. Of a later one a
    return is taken as executed: one that is not would lead to the same caller.
    """
    try:
        caller = _Ending(Running(position, surroundings.memory), surroundings).begin()
    except NotCaptured:
        return None
    if not isinstance(caller, Caller) or _is_local(caller, position, surroundings):
        return None
    return caller


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
    """A way from pc to the return."""

    def __init__(self, running: Running, surroundings: Surroundings) -> None:
        self.running = running
        self.surroundings = surroundings
        self.pc = self.at = running.position.pc
        self.fetch = fetching(surroundings.memory, self.pc)
        self.left = LONGEST
        self.passed: set[tuple[Way, object]] = set()
        self.skipped: Skipped = frozenset()
        self.flags = running.position.registers.get("xpsr")

    def begin(self) -> Found:
        """The caller, as `run` finds it from pc on."""
        skipped = not_executed(self.pc, self.flags, self.fetch)
        return None if skipped is None else self.run(self.pc, skipped)

    def run(self, at: int, skipped: Skipped) -> Found:
        """The caller, if every way from `at` on comes to the same one in a few instructions.

        A way that comes round with the same frame, as loops do, ends nowhere else.
        """
        while self.left:
            self.left -= 1
            self.at = at
            place = (at, skipped), self.running.frame
            if place in self.passed:
                return "again"
            self.passed.add(place)
            size, operation = decode(at, self.fetch)
            if at in skipped:
                at += size
                continue
            if isinstance(operation, Jump):
                if operation.target is None or not self._is_own(operation.target):
                    return self._leave(operation)
                if operation.is_conditional:
                    return self._both((operation.target, skipped), (at + size, skipped))
                at = operation.target
                continue
            if isinstance(operation, IfThen):
                return self._block(at + size, operation.conditions)
            if not self._executes(operation, at):
                return None
            if "pc" in self.running.changed:
                return self.running.caller("pc")
            at += size
        return None

    def _executes(self, operation: Operation, at: int) -> bool:
        if self.flags is not None and sets_flags(at, self.fetch, in_block=False):
            self.flags = None
        return self.running.execute(operation)

    def _both(self, one: Way, other: Way) -> Found:
        """The caller if two ways lead to the same one."""
        first = self._aside(*one)[0]
        second = None if first is None else self.run(*other)
        if second == "again":
            return first
        return second if first in ("again", second) else None

    def _aside(self, at: int, skipped: Skipped) -> tuple[Found, int]:
        """The caller by a way that need not be taken, and where that ended."""
        aside = _Ending(self.running.copy(), self.surroundings)
        aside.left, aside.flags, aside.passed = self.left, self.flags, set(self.passed)
        found = aside.run(at, skipped)
        self.left = aside.left
        return found, aside.at

    def _block(self, at: int, conditions: tuple[int, ...]) -> Found:
        """The caller by way of an IT block; see run_to_return."""
        if self.flags is not None:
            skipped = passed_over(at, conditions, self.flags, self.fetch)
            found = None if skipped is None else self._aside(at, skipped)[0]
            if found is not None:
                return found
        places = [at]
        for _ in conditions:
            places.append(places[-1] + decode(places[-1], self.fetch)[0])
        *inside, behind = places
        parts = [condition == conditions[0] for condition in conditions]
        then = frozenset(place for place, part in zip(inside, parts, strict=True) if part)
        found, end = self._aside(at, frozenset(inside) - then)
        if isinstance(found, Caller) and end < behind:
            return found
        return found if found is not None and found == self.run(at, then) else None

    def _is_own(self, target: int) -> bool:
        """True if `target` surely lies in the same function."""
        function_at = self.surroundings.program.symbols.function_at
        function = function_at(self.pc)
        return function is not None and function_at(target) == function

    def _leave(self, jump: Jump) -> Caller | None:
        """A return by `jump`, or a branch to another function when lr is there again."""
        running = self.running
        if jump.target is not None:
            is_return = not jump.is_conditional and "lr" in running.returning
            return running.caller("lr") if is_return and self._is_undone() else None
        register = jump.register
        if register is None or register not in running.words:
            return None
        if (
            register in running.returning
            or self._holds_return_address(register)
            or self._is_after_call(running.words[register])
        ):
            return running.caller(register)
        return None

    def _is_undone(self) -> bool:
        """True if lr was loaded again on the way from pc, or the way to pc left no frame."""
        if "lr" in self.running.saved:
            return True
        function = self.surroundings.program.symbols.function_at(self.pc)
        if function is None or COLD in function.name or "sp" in self.running.changed:
            return False
        state = state_at(self.pc, function.address, self.surroundings, xpsr=self.flags)
        is_there = state is not None and state.place("sp") == 0
        return is_there and state is not None and state.value("lr") == Saved("lr")

    def _is_after_call(self, word: int) -> bool:
        """True for what is no function's address: execution comes there when a call returns."""
        function = self.surroundings.program.symbols.function_at(word & ~1)
        if function is None or function.address == word & ~1 or not word & 1:
            return False
        return call_before(word & ~1, self.surroundings.memory) is not None

    def _holds_return_address(self, register: str) -> bool:
        """True if the way to pc has put the return address into `register`."""
        function = self.surroundings.program.symbols.function_at(self.pc)
        if function is None or register in self.running.changed:
            return False
        state = state_at(self.pc, function.address, self.surroundings)
        return state is not None and state.value(register) == Saved("lr")
