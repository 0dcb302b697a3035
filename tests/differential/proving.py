"""Proof of frames that needs no other debugger: the machine runs on and really comes back there."""

from collections.abc import Iterator
from dataclasses import dataclass

from stackdump_probe.arch.registers import Registers
from stackdump_probe.simulator.qemu import Machine
from tests.differential.tracing import Traced

KEPT = tuple(f"r{n}" for n in range(4, 12))
MOST_RETURNS = 64  # to the same place, with another sp: recursion
TURNS = 2

# pc, sp, r4 to r11 of a core; of a frame None where the trace does not know one.
Place = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """The frames of a trace up to `level` were returned to; `against`: what was found otherwise.

    Frames that nothing returns to (below a loop without end, or left by longjmp) stay unproved.
    """

    level: int
    against: str | None = None


def returns(traced: Traced, machine: Machine, turn_over: int) -> Iterator[Place]:
    """Run the machine on from the state that was traced; yield each caller that it comes to."""
    for _, frame in callers(traced):
        if not _comes_to(machine, frame, turn_over):
            return
        yield here(machine)


def proof(traced: Traced, visited: list[Place]) -> Proof:
    """What the places prove that the machine has `visited` since."""
    level = _innermost(traced)
    at = 0
    for level_of_caller, frame in callers(traced):
        later = (n for n in range(at, len(visited)) if visited[n][:2] == frame[:2])
        at = next(later, len(visited))
        if at == len(visited):
            break
        if any(mine not in (None, its) for mine, its in zip(frame, visited[at], strict=True)):
            return Proof(level, f"#{level_of_caller}: {frame}, the machine {visited[at]}")
        level = level_of_caller
    return Proof(level)


def callers(traced: Traced) -> Iterator[tuple[int, Place]]:
    """Level and place of each frame that is returned to."""
    for level in range(_innermost(traced) + 1, len(traced.frames)):
        if traced.frames[level].kind == "function":
            yield level, _place(traced.registers[level])


def here(machine: Machine) -> Place:
    """The place of the halted core."""
    return tuple(machine.read_register(name) for name in ("pc", "sp", *KEPT))


def _place(registers: Registers) -> Place:
    return tuple(registers.get(name) for name in ("pc", "sp", *KEPT))


def _innermost(traced: Traced) -> int:
    """The level of the innermost physical frame."""
    return next(n for n, frame in enumerate(traced.frames) if frame.kind != "inline")


def _comes_to(machine: Machine, frame: Place, turn_over: int) -> bool:
    pc, sp, *_ = frame
    if here(machine)[:2] == (pc, sp):
        return True
    turns = 0
    for _ in range(MOST_RETURNS):
        if pc is None or not machine.run_to({pc, turn_over}):
            return False
        if machine.read_register("pc") == turn_over != pc:
            turns += 1
            if turns > TURNS:
                return False
        elif machine.read_register("sp") == sp:
            return True
    return False
