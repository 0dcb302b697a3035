"""Step through the program of two security states, and hold every trace against the truth.

Takes some minutes for each build; prints a line for it. The exit code is 1 if a frame is wrong, or
if a trace ends before the reset handler.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence

from stackdump_probe.image.elf import Image
from stackdump_probe.memory import Memory
from stackdump_probe.simulator.machines import machine_named
from stackdump_probe.simulator.qemu import Machine
from tests.differential.programs import labels
from tests.stepping.verdict import Verdict, finding, traced
from tests.trustzone.build import MACHINE, Build, elf_of
from tests.trustzone.matrix import MATRIX
from tests.trustzone.watching import Watcher


def verdict_on(build: Build, *, every: int) -> Verdict:
    """What the traces of one in `every` states of a build are worth."""
    elf = elf_of(build)
    names, verdict = labels(elf), Verdict()
    image = Image.from_bytes(elf.read_bytes())
    with Machine(machine_named(MACHINE), elf) as machine:
        watcher = Watcher(machine, names)
        for state in watcher.states(every=every):
            backtrace = traced(state, image, Memory())
            found = finding(state, backtrace, {at: name for name, at in names.items()})
            verdict.take(found, backtrace)
    assert not watcher.broken, watcher.broken
    return verdict


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge every build whose name has a text in it."""
    parser = ArgumentParser(prog="scripts/trustzone", description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="trace one of so many states (1)")
    parser.add_argument("--only", default="", metavar="TEXT", help="builds with it in the name")
    options = parser.parse_args(arguments)
    total = Verdict()
    for build in MATRIX:
        if options.only in build.name:
            verdict = verdict_on(build, every=options.every)
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
