"""Step through every build of the program, and hold every trace against who really called whom.

Takes long; prints a line for each build and what its traces were left with. The exit code is 1 if
a frame is wrong that is not marked as a guess.
"""

import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from stackdump_probe.image.elf import Image
from stackdump_probe.memory import Memory, Segment
from tests.stepping.build import elf_of
from tests.stepping.matrix import MATRIX, VARIANTS, Build, Variant
from tests.stepping.recording import Recorder, State
from tests.stepping.verdict import Verdict, finding, traced

NO_END = 1_000_000  # steps


def verdicts_on(
    build: Build, variants: Sequence[Variant], *, most_steps: int, every: int
) -> dict[Variant, Verdict]:
    """Trace one in `every` state of a build with each variant."""
    recorder = Recorder(build, elf_of(build))
    states = list(recorder.states(most_steps, every=every))
    assert not recorder.broken, Counter(recorder.broken)
    return {variant: _verdict(build, variant, states, recorder) for variant in variants}


def _verdict(build: Build, variant: Variant, states: list[State], recorder: Recorder) -> Verdict:
    image = Image.from_bytes(elf_of(build, variant).read_bytes())
    full = Image.from_bytes(elf_of(build).read_bytes())
    rom = Memory(_as_captured(full) if variant == "rom" else ())
    found = Verdict()
    for state in states:
        backtrace = traced(state, image, rom)
        found.take(finding(state, backtrace, recorder.names), backtrace)
    return found


def _as_captured(image: Image) -> list[Segment]:
    return [Segment(each.start, each.content) for each in image.flash.segments]


def main() -> int:
    """The command line."""
    options = _options()
    builds = [build for build in MATRIX if options.only in build.name]
    total: dict[Variant, Verdict] = {variant: Verdict() for variant in options.variants}
    with ProcessPoolExecutor(options.jobs) as pool:
        found = pool.map(partial(_of, options), builds)
        for build, verdicts in zip(builds, found, strict=True):
            for variant, verdict in verdicts.items():
                _say(build.name, variant, verdict, options.lines)
                total[variant].add(verdict)
    for variant, verdict in total.items():
        _say("all", variant, verdict, options.lines)
    return 1 if any(verdict.states["wrong"] for verdict in total.values()) else 0


def _of(options: Namespace, build: Build) -> dict[Variant, Verdict]:
    return verdicts_on(build, options.variants, most_steps=options.steps, every=options.every)


def _options() -> Namespace:
    parser = ArgumentParser(prog="scripts/stepping", description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="trace one of so many states (1)")
    parser.add_argument("--steps", type=int, default=NO_END, help="from reset on")
    parser.add_argument("--jobs", type=int, default=2, help="builds at a time (2)")
    parser.add_argument("--lines", type=int, default=0, help="of what was not right, each")
    parser.add_argument("--only", default="", metavar="TEXT", help="builds with it in the name")
    parser.add_argument("--variants", nargs="*", choices=VARIANTS, default=VARIANTS)
    return parser.parse_args()


def _say(name: str, variant: str, verdict: Verdict, lines: int) -> None:
    counts = " ".join(f"{kind} {count}" for kind, count in sorted(verdict.states.items()))
    total = sum(verdict.states.values())
    sys.stdout.write(f"{name} {variant}: states {total}: {counts}; {dict(verdict.rules)}\n")
    for line, count in verdict.lines.most_common(lines):
        sys.stdout.write(f"    {count} {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
