"""Proof of frames that needs no other debugger: the machine runs on and really comes back there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from stackdump_probe.arch.registers import CALLEE_SAVED, Registers
from stackdump_probe.simulator.qemu import Machine
from tests.differential.tracing import Traced

KEPT = tuple(name for name in CALLEE_SAVED if name != "sp")
MOST_RETURNS = 64  # to the same place, with another sp: recursion
TURNS = 2
A_TURN, A_WHILE = 10.0, 0.3  # seconds: one surely ends; the endless loop is surely reached

# pc, sp, and KEPT, of a core; of a frame None where the trace does not know one.
Place = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """The frames of a trace up to `level` were returned to; `against`: what was found otherwise.

    Frames that nothing returns to (below a loop without end, or left by longjmp) stay unproved.
    `places`: how the machine came back to each level that it did.
    """

    level: int
    against: str | None = None
    places: Mapping[int, Place] = field(default_factory=dict)

    def register(self, level: int, name: str) -> int | None:
        """What the machine had in a register (sp, KEPT) when it came back to a level."""
        place = self.places.get(level)
        return None if place is None else place[("pc", "sp", *KEPT).index(name)]


def returns(traced: Traced, machine: Machine, turn_over: int | None) -> Iterator[Place]:
    """Run the machine on from the state that was traced; yield each caller that it comes to.

    `turn_over` is where a turn of the program ends; one without turns ends in an endless loop.
    """
    for _, places in callers(traced):
        if not _comes_to(machine, places, turn_over):
            return
        yield here(machine)


def proof(traced: Traced, visited: list[Place]) -> Proof:
    """What the places prove that the machine has `visited` since."""
    level, places = _innermost(traced), dict[int, Place]()
    at = 0
    for level_of_caller, expected in callers(traced):
        ends = [place[:2] for place in expected]
        at = next((n for n in range(at, len(visited)) if visited[n][:2] in ends), len(visited))
        if at == len(visited):
            break
        (pc, _, *mine), (_, _, *its) = expected[0], visited[at]
        if any(one not in (None, other) for one, other in zip(mine, its, strict=True)):
            return Proof(level, f"#{level_of_caller} {pc:#x}: {mine}, the machine {its}", places)
        level = level_of_caller
        places[level] = visited[at]
    return Proof(level, places=places)


def callers(traced: Traced) -> Iterator[tuple[int, list[Place]]]:
    """Level of each frame that is returned to, and the places where that may be.

    The program's fault handler returns behind the instruction at fault.
    """
    frames = traced.frames
    for level in range(_innermost(traced) + 1, len(frames)):
        if frames[level].kind == "function":
            pc, *rest = _place(traced.registers[level])
            is_fault = frames[level - 1].function == "HardFault"
            further = (0, 2, 4) if is_fault else (0,)
            yield level, [(None if pc is None else pc + n, *rest) for n in further]


def here(machine: Machine) -> Place:
    """The place of the halted core."""
    core = machine.core_registers()
    names = ("pc", "sp", *KEPT)
    return tuple(core[name] if name in core else machine.read_register(name) for name in names)


def _place(registers: Registers) -> Place:
    return tuple(registers.get(name) for name in ("pc", "sp", *KEPT))


def _innermost(traced: Traced) -> int:
    """The level of the innermost physical frame."""
    return next(n for n, frame in enumerate(traced.frames) if frame.kind != "inline")


def _comes_to(machine: Machine, places: Sequence[Place], turn_over: int | None) -> bool:
    ends = [place[:2] for place in places]
    stops = {pc for pc in (turn_over, *(pc for pc, _ in ends)) if pc is not None}
    patience = A_WHILE if turn_over is None else A_TURN
    turns = 0
    for _ in range(MOST_RETURNS):
        if here(machine)[:2] in ends:
            return True
        if not machine.run_to(stops, patience=patience):
            return False
        turns += machine.read_register("pc") == turn_over
        if turns > TURNS:
            return False
    return False
