"""States of a program: dumps, our traces of them, and what the machine itself proves of those."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from stackdump_probe.dump import Dump
from stackdump_probe.image.elf import Image
from stackdump_probe.simulator.qemu import Machine
from tests.differential.capturing import Taken, captured, read_directly
from tests.differential.driving import Drive
from tests.differential.matrix import Build
from tests.differential.programs import Program
from tests.differential.proving import Place, Proof, here, proof, returns
from tests.differential.tracing import Traced, traced

FUNCTIONS = 2  # that are stepped through, or more


@dataclass(frozen=True, slots=True)
class Halts:
    """How many states are wanted, at random instructions and of functions stepped through."""

    at_random: int
    stepping: int


@dataclass(frozen=True, slots=True)
class State:
    """`where` tells a reader how to get there."""

    where: str
    dump: Dump
    traced: Traced
    proof: Proof
    program: Program


def states_of(
    build: Build, program: Program, image: Image, halts: Halts, *, by_probe: bool
) -> Iterator[State]:
    """Run the program and halt it as often as wanted, or as it can be."""
    way = captured if by_probe else read_directly
    with way(program.elf, build.target) as (machine, taken):
        drive = Drive(machine, program, seed=build.name)
        yield from islice(_at_random(drive, machine, taken, image), halts.at_random)
        of_each = -(-halts.stepping // FUNCTIONS)
        yield from islice(_stepping(drive, machine, taken, image, of_each), halts.stepping)


def _at_random(drive: Drive, machine: Machine, taken: Taken, image: Image) -> Iterator[State]:
    for where in drive.at_random():
        dump = taken()
        ours = traced(dump, image)
        visited = list(returns(ours, machine, drive.turn_over))
        yield State(where, dump, ours, proof(ours, visited), drive.program)


def _stepping(
    drive: Drive, machine: Machine, taken: Taken, image: Image, most: int
) -> Iterator[State]:
    """States of functions that are stepped through, `most` of each: of all its instructions."""
    for name in drive.entered():
        chosen = spread([*dict.fromkeys(drive.through())], most)
        found: dict[int, tuple[Dump, int]] = {}
        visited: list[Place] = []
        for pc in drive.through() if drive.enters(name) else ():
            visited.append(here(machine))
            if pc in chosen and pc not in found:
                found[pc] = taken(), len(visited)
        traces = {pc: traced(dump, image) for pc, (dump, _) in found.items()}
        visited += returns(traced(taken(), image), machine, drive.turn_over)
        for pc, (dump, since) in found.items():
            known = proof(traces[pc], visited[since:])
            yield State(f"{name}: {pc:#x}", dump, traces[pc], known, drive.program)


def spread(instructions: Sequence[int], most: int) -> set[int]:
    """So many of them, from the first to the last, at even distances."""
    count = min(most, len(instructions))
    return {instructions[at * (len(instructions) - 1) // max(count - 1, 1)] for at in range(count)}
