"""One step by what the code of the function has done to the stack on its way to pc."""

from __future__ import annotations

from stackdump_probe.arch.registers import CALLEE_SAVED, Registers
from stackdump_probe.errors import NotCaptured, RegisterUnknown, Unavailable
from stackdump_probe.memory import Memory
from stackdump_probe.unwind.code.frame_state import FrameState
from stackdump_probe.unwind.code.operations import Call
from stackdump_probe.unwind.code.paths import COLD, state_at, straight_state_at
from stackdump_probe.unwind.code.thumb import decode
from stackdump_probe.unwind.ends import unavailable
from stackdump_probe.unwind.step import Caller, Lost, Position, Surroundings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.unwind.frame import Rule
    from stackdump_probe.unwind.program import FunctionSymbol

_MASK = 0xFFFF_FFFF
_KEPT = tuple(name for name in CALLEE_SAVED if name != "sp")
# What points into a frame, the likeliest first.
_POINTERS = ("sp", "r7", "r11", *(name for name in CALLEE_SAVED if name[0] == "r"))


def prologue_step(position: Position, surroundings: Surroundings) -> Caller | Lost | None:
    """Follow the ways from the function's first instruction until one reaches pc."""
    function = surroundings.program.symbols.function_at(position.lookup_pc)
    if function is None or COLD in function.name:
        return None
    return caller_from(function.address, position, surroundings)


def changed(position: Position, surroundings: Surroundings) -> frozenset[str] | None:
    """The registers which the function had to keep, has changed, and has saved nowhere.

    None if its code does not tell how it came to pc.
    """
    function = surroundings.program.symbols.function_at(position.lookup_pc)
    return None if function is None else changed_in(function, position, surroundings)


def changed_in(
    function: FunctionSymbol, position: Position, surroundings: Surroundings
) -> frozenset[str] | None:
    """The same, for the function that pc is in."""
    if COLD in function.name:
        return None
    state = state_of(position, function.address, surroundings)
    if state is None:
        return None
    return frozenset(n for n in _KEPT if state.slot_of(n) is None and not any(state.holders(n)))


def caller_from(start: int, position: Position, surroundings: Surroundings) -> Caller | Lost | None:
    """The same for a function that begins at `start`."""
    state = state_of(position, start, surroundings)
    if state is None:
        return None
    try:
        return caller_by(state, position, surroundings.memory)
    except Unavailable as gap:
        return Lost(unavailable(gap, surroundings.memory, "the return address"))


def straight_step(position: Position, surroundings: Surroundings) -> Caller | None:
    """The same where only the first few instructions lie before pc, and no branch among them."""
    function = surroundings.program.symbols.function_at(position.pc)
    if function is None or COLD in function.name or not position.is_exact:
        return None
    state = straight_state_at(position.pc, function.address, surroundings)
    try:
        return None if state is None else caller_by(state, position, surroundings.memory)
    except Unavailable:
        return None


def state_of(position: Position, start: int, surroundings: Surroundings) -> FrameState | None:
    """The state at pc of the function at `start`; once that has called, the one behind the call."""
    if position.is_exact:
        xpsr = position.registers.get("xpsr")
        return state_at(position.pc, start, surroundings, xpsr=xpsr)
    state = state_at(_call_before(position.pc, surroundings.memory), start, surroundings)
    return None if state is None else state.after(Call())


def _call_before(address: int, memory: Memory) -> int:
    """Where the call begins that returns to `address`; that address if there is none."""
    for size in (4, 2):
        try:
            if isinstance(decode(address - size, memory.u16)[1], Call):
                return address - size
        except NotCaptured:
            continue
    return address


def caller_by(state: FrameState, position: Position, memory: Memory) -> Caller | None:
    """The caller of a frame that is in `state`; None if that does not tell, raises Unavailable."""
    registers = position.registers
    pointer = next((name for name in _POINTERS if _points(name, state, registers)), None)
    if pointer is None:
        return None
    cfa = registers[pointer] - (state.place(pointer) or 0) & _MASK
    frame = _Frame(state, registers, memory, cfa)
    return_address = frame.word_of("lr")
    if return_address is None:
        return None
    rule: Rule = "prologue" if state.slots or state.place("sp") else "leaf"
    return Caller(
        frame.caller_registers(), return_address, cfa, rule, saved_at=frame.address_of("lr")
    )


def _points(name: str, state: FrameState, registers: Registers) -> bool:
    return name in registers and state.place(name) is not None


class _Frame:
    """A frame whose state and CFA are known."""

    def __init__(self, state: FrameState, registers: Registers, memory: Memory, cfa: int) -> None:
        self.state = state
        self.registers = registers
        self.memory = memory
        self.cfa = cfa

    def address_of(self, name: str) -> int | None:
        """Where the caller's `name` was saved."""
        slot = self.state.slot_of(name)
        return None if slot is None else self.cfa + slot & _MASK

    def word_of(self, name: str) -> int | None:
        """The caller's `name`, None if the code does not tell; raises Unavailable."""
        address = self.address_of(name)
        if address is not None:
            return self.memory.u32(address)
        holders = [*self.state.holders(name)]
        held = {self.registers[each] for each in holders if each in self.registers}
        if holders and not held:
            raise RegisterUnknown(holders[0])
        return held.pop() if len(held) == 1 else None

    def caller_registers(self) -> Registers:
        """All that is known of the caller's registers."""
        found = Registers({"sp": self.cfa})
        for name in _KEPT:
            found = found.joined(self._known(name))
        return found

    def _known(self, name: str) -> Registers:
        address, holders = self.address_of(name), [*self.state.holders(name)]
        if address is not None:
            word = self.memory.u32(address) if self.memory.holds(address, 4) else None
            if (
                name in holders
                and word is not None
                and self.registers.get(name) not in (None, word)
            ):
                # Pushed for the room alone, where another value lies now; or changed after all.
                return Registers()
            return Registers().saved(address, {name: word})
        held = {self.registers[each] for each in holders if each in self.registers}
        if len(held) > 1:
            return Registers()  # what should be the same is not: this way was not taken
        if name in holders:
            return self.registers.only((name,))
        return Registers({name: held.pop()}) if held else Registers()
