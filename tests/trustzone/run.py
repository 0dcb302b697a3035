"""Step through the program of two security states, and hold every trace against the truth.

Takes some minutes for each build; prints a line for it. The exit code is 1 if a frame is wrong, or
if a trace ends before the reset handler.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from stackdump_probe.image.elf import Image
from stackdump_probe.image.side_by_side import SideBySide
from stackdump_probe.memory import Memory
from stackdump_probe.report.beside import memory_of
from stackdump_probe.simulator.machines import machine_named
from stackdump_probe.simulator.qemu import Machine
from stackdump_probe.unwind.unwinder import unwind
from tests.differential.programs import labels
from tests.stepping.verdict import Verdict, finding
from tests.trustzone.build import MACHINE, Build, elf_of, pair_of
from tests.trustzone.matrix import MATRIX
from tests.trustzone.watching import Watcher


def verdict_on(build: Build, *, every: int, apart: bool) -> Verdict:
    """What the traces of one in `every` states of a build are worth; `apart`: of two ELFs."""
    runs, elves = _elves(build, apart=apart)
    names = {name: at for elf in elves for name, at in labels(elf).items()}
    images = tuple(Image.from_bytes(elf.read_bytes()) for elf in elves)
    programs, verdict = SideBySide(images[0], images), Verdict()
    flash = memory_of(Memory(), programs)
    with Machine(machine_named(MACHINE), runs) as machine:
        watcher = Watcher(machine, names)
        for state in watcher.states(every=every):
            memory = Memory(state.segments).over(flash)
            backtrace = unwind(state.registers, memory, programs if apart else images[0])
            found = finding(state, backtrace, {at: name for name, at in names.items()})
            verdict.take(found, backtrace)
    assert not watcher.broken, watcher.broken
    return verdict


def _elves(build: Build, *, apart: bool) -> tuple[Path, tuple[Path, ...]]:
    """What runs, and what it is traced with."""
    if not apart:
        return elf_of(build), (elf_of(build),)
    pair = pair_of(build)
    return pair.bytes_of_both, (pair.secure, pair.nonsecure)


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge every build whose name has a text in it."""
    parser = ArgumentParser(prog="scripts/trustzone", description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="trace one of so many states (1)")
    parser.add_argument("--only", default="", metavar="TEXT", help="builds with it in the name")
    parser.add_argument("--apart", action="store_true", help="each image in an ELF of its own")
    options = parser.parse_args(arguments)
    total = Verdict()
    for build in MATRIX:
        if options.only in build.name:
            verdict = verdict_on(build, every=options.every, apart=options.apart)
            _say(build.name, verdict)
            total.add(verdict)
    _say("all", total)
    return int(total.states["right"] != total.states.total())


def _say(name: str, verdict: Verdict) -> None:
    counts = " ".join(f"{kind} {count}" for kind, count in sorted(verdict.states.items()))
    sys.stdout.write(f"{name}: states {verdict.states.total()}: {counts}; {dict(verdict.rules)}\n")
    for line, count in verdict.lines.most_common(20):
        sys.stdout.write(f"    {count} {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
