"""All ways through the code of one function, from its first instruction up to some other."""

from collections.abc import Callable, Iterator

from stackdump_probe.errors import NotCaptured
from stackdump_probe.memory import Memory
from stackdump_probe.unwind.code.conditions import is_passed, sets_flags
from stackdump_probe.unwind.code.frame_state import Element, FrameState, InTable
from stackdump_probe.unwind.code.operations import (
    Call,
    Constant,
    Fetch,
    IfThen,
    Jump,
    Literal,
    Load,
    Operation,
    Other,
    TableJump,
    Trap,
)
from stackdump_probe.unwind.code.thumb import decode, fetching
from stackdump_probe.unwind.step import Surroundings

LONGEST = 4000  # instructions of one function that are looked at
LONGEST_STRAIGHT = 24
# GCC moves unlikely parts of a function away; they do not begin as it does.
COLD = ".cold"
LONGEST_UNNAMED = 0x2000  # bytes of a function that no symbol covers, with what it goes on to
MOST_CASES = 512  # of one table
_UNCONDITIONAL_WIDE = 4  # bytes of a branch in a table of branches

# libgcc (config/arm/lib1funcs.S): called for a switch, with its table behind the call. The
# width of an offset, and whether it has a sign; those of words count bytes, from the table.
_CASE_HELPERS = {
    "__gnu_thumb1_case_uqi": (1, False),
    "__gnu_thumb1_case_sqi": (1, True),
    "__gnu_thumb1_case_uhi": (2, False),
    "__gnu_thumb1_case_shi": (2, True),
    "__gnu_thumb1_case_si": (4, True),
}

Edge = tuple[int, FrameState]


def state_at(
    goal: int, start: int, surroundings: Surroundings, *, xpsr: int | None = None
) -> FrameState | None:
    """The state before the instruction at `goal` of the function at `start`; None if not reached.

    Where ways meet, the one with the fewest calls on it counts: what follows a call that never
    returns is no continuation of it. Ways behind a trap are taken if there are no others. `xpsr`
    is what it was at `goal`: it tells what an IT block has executed on its way there.
    """
    return _Paths(start, goal, surroundings, xpsr).states.get(goal)


def straight_state_at(goal: int, start: int, surroundings: Surroundings) -> FrameState | None:
    """The state at `goal` if the only way there is straight on from `start`, over few steps."""
    state, at = FrameState(), start
    memory = surroundings.memory
    fetch = fetching(memory, start)
    for _ in range(LONGEST_STRAIGHT):
        if at >= goal:
            break
        try:
            size, operation = _decoded(at, fetch, memory)
        except NotCaptured:
            return None
        if isinstance(operation, Jump | TableJump | Call | Trap | IfThen):
            return None
        state, at = state.after(operation), at + size
    return state if at == goal else None


class _Paths:
    """The states before the instructions of one function, found until `goal` is reached."""

    def __init__(self, start: int, goal: int, surroundings: Surroundings, xpsr: int | None) -> None:
        self.start = start
        self.goal = goal
        self.xpsr = xpsr
        self.memory = surroundings.memory
        self.fetch = fetching(surroundings.memory, start)
        self.symbols = surroundings.program.symbols
        function = self.symbols.function_at(start)
        self.is_named = function is not None
        self.size = 0 if function is None else function.size
        self.states: dict[int, FrameState] = {start: FrameState()}
        self.after_calls: list[Edge] = []
        self.after_traps: list[Edge] = []
        self._run()

    def _run(self) -> None:
        waiting = [self.start]
        while waiting:
            self._walk(waiting)
            edges = self.after_calls or self.after_traps
            self.after_calls, self.after_traps = [], self.after_traps if self.after_calls else []
            waiting = [at for at, state in edges if self._is_new(at, state)]

    def _is_new(self, at: int, state: FrameState) -> bool:
        if at in self.states or len(self.states) >= LONGEST or self.goal in self.states:
            return False
        self.states[at] = state
        return True

    def _walk(self, waiting: list[int]) -> None:
        while waiting:
            at = waiting.pop()
            try:
                edges = self._edges(at, self.states[at])
            except NotCaptured:
                continue
            waiting.extend(to for to, state in edges if self._is_new(to, state))

    def _decode(self, at: int) -> tuple[int, Operation]:
        return _decoded(at, self.fetch, self.memory)

    def _edges(self, at: int, state: FrameState) -> list[Edge]:
        """The addresses that control may go on at, and the state there."""
        size, operation = self._decode(at)
        match operation:
            case IfThen(conditions):
                return self._conditional(at + size, conditions, state)
            case Jump():
                onwards = [(at + size, state)] if operation.is_conditional else []
                return [*self._jumped(operation, state), *onwards]
            case TableJump() | Fetch("pc"):
                return self._by_table(operation, state)
            case Call(target):
                return self._called(target, at + size, state)
            case Trap():
                self.after_traps.append((at + size, state))
                return []
            case Load(slots) if _is_return(slots):
                return []
            case _:
                return [(at + size, state.after(operation))]

    def _conditional(self, at: int, conditions: tuple[int, ...], state: FrameState) -> list[Edge]:
        """An IT block. `quiet` is the state behind it where the stack was left alone.

        A block that returns is left alive only if none of it was executed. `known` is the state
        on the way to `goal`, as long as the flags there tell.
        """
        quiet, returns, edges = state, False, list[Edge]()
        known = None if self.xpsr is None else state
        for condition in conditions:
            self._is_new(at, known if at == self.goal and known is not None else state)
            size, operation = self._decode(at)
            known = self._known(known, condition, operation, at)
            at += size
            if isinstance(operation, Jump | TableJump | Trap):
                edges += self._jumped(operation, state) if isinstance(operation, Jump) else []
                returns |= isinstance(operation, Jump) and operation.target is None
            elif isinstance(operation, Load) and _is_return(operation.slots):
                returns = True
            else:
                state = state.unless(operation)
                if state.place("sp") == quiet.place("sp"):
                    quiet = quiet.unless(operation)
        return [*edges, (at, quiet if returns else state)]

    def _known(
        self, state: FrameState | None, condition: int, operation: Operation, at: int
    ) -> FrameState | None:
        if state is None or self.xpsr is None or sets_flags(at, self.fetch, in_block=True):
            return None
        return state.after(operation) if is_passed(condition, self.xpsr) else state

    def _jumped(self, jump: Jump, state: FrameState) -> list[Edge]:
        if jump.target is not None:
            return [(jump.target, state)] if self._is_inside(jump.target) else []
        value = None if jump.register is None else state.value(jump.register)
        match value:
            case Element(table, 4):
                return [(to, state) for to in self._cases(table, 4)]
            case InTable(table):
                return [(to, state) for to in self._branches(table)]
            case _:
                return []

    def _by_table(self, jump: TableJump | Fetch, state: FrameState) -> list[Edge]:
        if isinstance(jump, Fetch):
            value = state.after(jump).value("pc")
            table = value.start if isinstance(value, Element) else None
            return [] if table is None else [(to, state) for to in self._cases(table, 4)]
        table, width = jump.origin, jump.width
        if jump.register is not None:
            value = state.value(jump.register)
            if not isinstance(value, Element) or value.width > 2:
                return []
            table, width = value.start, value.width
        return [(to, state) for to in self._cases(table, width, jump.origin)]

    def _called(self, target: int | None, behind: int, state: FrameState) -> list[Edge]:
        function = None if target is None else self.symbols.function_at(target)
        if function is None or function.name not in _CASE_HELPERS:
            self.after_calls.append((behind, state.after(Call())))
            return []
        width, is_signed = _CASE_HELPERS[function.name]
        table = behind + 3 & ~3 if width == 4 else behind
        after = state.after(Other(("lr", "r12")))
        return [(to, after) for to in self._cases(table, width, table, is_signed=is_signed)]

    def _cases(
        self, table: int, width: int, origin: int | None = None, *, is_signed: bool = False
    ) -> Iterator[int]:
        """Where the entries of a table lead; it ends before the first place that they lead to."""
        end = table + MOST_CASES * width
        scale = 2 if width < 4 else 1
        while table < end:
            entry = self.memory.read(table, width)
            offset = int.from_bytes(entry, "little", signed=is_signed)
            target = (offset if origin is None else origin + scale * offset) & ~1
            if not self._is_inside(target):
                return
            yield target
            table += width
            if target >= table:
                end = min(end, target)

    def _branches(self, table: int) -> Iterator[int]:
        """A table of branches, each of which is itself an instruction."""
        for at in range(table, table + MOST_CASES, _UNCONDITIONAL_WIDE):
            size, operation = self._decode(at)
            if size != _UNCONDITIONAL_WIDE or not isinstance(operation, Jump):
                return
            yield at

    def _is_inside(self, address: int) -> bool:
        if self.size:
            return self.start <= address < self.start + self.size
        function = self.symbols.function_at(address)
        if self.is_named:
            return function is not None and function.address == self.start
        return function is None and abs(address - self.start) < LONGEST_UNNAMED


def _decoded(at: int, fetch: Callable[[int], int], memory: Memory) -> tuple[int, Operation]:
    """The operation at `at`, a literal as the constant that it is."""
    size, operation = decode(at, fetch)
    if isinstance(operation, Literal):
        return size, Constant(operation.target, memory.u32(operation.address))
    return size, operation


def _is_return(slots: tuple[tuple[str, int], ...]) -> bool:
    return any(name == "pc" for name, _ in slots)
