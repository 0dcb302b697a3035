"""One step by what the code of the function has done to the stack on its way to pc."""

from collections.abc import Mapping
from types import MappingProxyType

from stackdump_probe.arch.registers import CALLEE_SAVED, Registers
from stackdump_probe.errors import NotCaptured, Unavailable
from stackdump_probe.record import record, replace
from stackdump_probe.unwind.ends import unavailable
from stackdump_probe.unwind.frame import Rule
from stackdump_probe.unwind.step import Caller, Lost, Position, Surroundings
from stackdump_probe.unwind.thumb import Add, Call, IfThen, Jump, Load, Operation, Store, decode

LONGEST = 4000  # instructions of one function that are looked at
_FRAME_POINTERS = frozenset(("sp", "r7", "r11"))
_SAVED = frozenset((*CALLEE_SAVED, "lr")) - {"sp"}
_MASK = 0xFFFF_FFFF


@record
class _State:
    """What holds before an instruction, all addresses relative to the CFA.

    `places`: the registers that point into the frame. `saved`: where callers' registers are.
    `keeps_lr`: lr still holds the return address. `moved`: the registers that were given another
    one's value, and whose of the caller's values that is, if any. `conditional`: so many
    instructions of an IT block are ahead.
    """

    places: Mapping[str, int] = MappingProxyType({"sp": 0})
    saved: Mapping[str, int] = MappingProxyType({})
    keeps_lr: bool = True
    moved: Mapping[str, str | None] = MappingProxyType({})
    conditional: int = 0

    def held_in(self, name: str) -> str | None:
        """The register whose value on entry is in `name`; Armv6-M saves r8-r11 by low ones."""
        return self.moved.get(name, name if name in _SAVED else None)


def prologue_step(position: Position, surroundings: Surroundings) -> Caller | Lost | None:
    """Follow every path from the function's first instruction until one reaches pc."""
    function = surroundings.program.symbols.function_at(position.lookup_pc)
    if function is None:
        return None
    state = _state_at(position, function.address, surroundings)
    if state is None:
        return None
    try:
        return _caller(state, position, surroundings)
    except Unavailable as gap:
        return Lost(unavailable(gap, surroundings.memory, "the return address"))


def _state_at(position: Position, start: int, surroundings: Surroundings) -> _State | None:
    """The state before the instruction at pc; after a call that has no path to pc, that before."""
    states = _Paths(start, position.pc, surroundings).states
    if position.is_exact:
        return states.get(position.pc)
    for before in (0, 4, 2):
        state = states.get(position.pc - before)
        if state is not None:
            return replace(state, keeps_lr=False)
    return None


class _Paths:
    """The states before the instructions of one function, found until `goal` is reached."""

    def __init__(self, start: int, goal: int, surroundings: Surroundings) -> None:
        self.start = start
        self.goal = goal
        self.fetch = surroundings.memory.u16
        self.symbols = surroundings.program.symbols
        self.states: dict[int, _State] = {start: _State()}
        self._walk([start])

    def _walk(self, waiting: list[int]) -> None:
        while waiting and len(self.states) < LONGEST and self.goal not in self.states:
            at = waiting.pop()
            try:
                size, operation = decode(at, self.fetch)
            except NotCaptured:
                continue
            for successor, state in self._after(at, size, operation):
                if successor not in self.states:
                    self.states[successor] = state
                    waiting.append(successor)

    def _after(self, at: int, size: int, operation: Operation) -> list[tuple[int, _State]]:
        """The addresses that control may go on at, and the state there."""
        state = self.states[at]
        left = max(state.conditional - 1, 0)
        onwards = at + size, replace(state, conditional=left)
        if isinstance(operation, IfThen):
            return [(at + size, replace(state, conditional=operation.count))]
        if state.conditional and not isinstance(operation, Jump):
            return [onwards]
        if isinstance(operation, Jump):
            may_fall_through = operation.is_conditional or state.conditional
            jumped = self._jumped(operation, replace(state, conditional=0))
            return [*jumped, onwards] if may_fall_through else jumped
        if isinstance(operation, Load) and any(name == "pc" for name, _ in operation.slots):
            return []
        return [(at + size, _changed(state, operation))]

    def _jumped(self, jump: Jump, state: _State) -> list[tuple[int, _State]]:
        if jump.target is None:
            return []
        function = self.symbols.function_at(jump.target)
        if function is None or function.address != self.start:
            return []
        return [(jump.target, state)]


def _changed(state: _State, operation: Operation) -> _State:
    match operation:
        case Store(slots, base, advance):
            return _moved(_stored(state, slots, base), base, advance)
        case Load(slots, base, advance):
            return _moved(_loaded(state, slots, base), base, advance)
        case Add(target, source, amount):
            return _added(state, target, source, amount)
        case Call():
            return replace(state, keeps_lr=False)
        case _:
            return state


def _moved(state: _State, base: str, advance: int) -> _State:
    if base not in state.places or not advance:
        return state
    return replace(state, places={**state.places, base: state.places[base] + advance})


def _stored(state: _State, slots: tuple[tuple[str, int], ...], base: str) -> _State:
    """The first store of a register that is to be kept saves the caller's value."""
    if base not in state.places:
        return state
    origin = state.places[base]
    held = ((state.held_in(name), at) for name, at in slots)
    saved = {
        name: origin + at
        for name, at in held
        if name is not None and name not in state.saved and origin + at < 0
        if name != "lr" or state.keeps_lr
    }
    return replace(state, saved={**state.saved, **saved}) if saved else state


def _loaded(state: _State, slots: tuple[tuple[str, int], ...], base: str) -> _State:
    """A register that is loaded from where one was saved has that one's value on entry again."""
    origin = state.places.get(base)
    there = {} if origin is None else {at - origin: name for name, at in state.saved.items()}
    held = {name: there.get(at) for name, at in slots}
    places = {name: at for name, at in state.places.items() if name not in held}
    keeps_lr = held["lr"] == "lr" if "lr" in held else state.keeps_lr
    state = replace(state, places=places, keeps_lr=keeps_lr, moved={**state.moved, **held})
    return _without_restored(state, held)


def _added(state: _State, target: str, source: str, amount: int | None) -> _State:
    if target == "lr":
        return replace(state, keeps_lr=False)
    held = {target: state.held_in(source) if amount == 0 else None}
    places = {name: at for name, at in state.places.items() if name != target}
    if target in _FRAME_POINTERS and source in state.places and amount is not None:
        places[target] = state.places[source] + _as_signed(amount)
    state = replace(state, places=places, moved={**state.moved, **held})
    return _without_restored(state, held)


def _without_restored(state: _State, held: Mapping[str, str | None]) -> _State:
    """A register that holds its own value again need not be read from the stack."""
    back = {name for name, whose in held.items() if whose == name}
    if not back:
        return state
    return replace(state, saved={n: at for n, at in state.saved.items() if n not in back})


def _as_signed(amount: int) -> int:
    return amount - (1 << 32) if amount >> 31 else amount


def _caller(state: _State, position: Position, surroundings: Surroundings) -> Caller | Lost | None:
    registers, memory = position.registers, surroundings.memory
    base = next((name for name in ("sp", "r7", "r11") if name in state.places), None)
    if base is None:
        return None
    cfa = registers[base] - state.places[base] & _MASK
    saved_at = state.saved.get("lr")
    if saved_at is not None:
        return_address = memory.u32(cfa + saved_at & _MASK)
    elif state.keeps_lr and position.is_exact:
        return_address = registers["lr"]
    else:
        return None
    kept = (name for name in CALLEE_SAVED if name in registers and state.held_in(name) == name)
    words = {name: registers[name] for name in kept}
    lost_at = registers.lost_but(words)
    for name, at in state.saved.items():
        words.pop(name, None)
        where = cfa + at & _MASK
        if name == "lr":
            continue
        if memory.holds(where, 4):
            words[name] = memory.u32(where)
        else:
            lost_at[name] = where
    words["sp"] = cfa
    rule: Rule = "prologue" if state.saved or state.places.get("sp") else "leaf"
    lr_at = None if saved_at is None else cfa + saved_at & _MASK
    return Caller(Registers(words, lost_at), return_address, cfa, rule, saved_at=lr_at)
