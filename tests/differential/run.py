"""Compare many states of many programs with GDB; takes some minutes.

Prints figures at the end; the exit code is 1 if a difference falls under no rule.
"""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from time import monotonic

from tests.differential.build import CACHE
from tests.differential.figures import examples, figures
from tests.differential.harness import Verdict, verdict_on
from tests.differential.matrix import MATRIX, Build

BY_PROBE = 4  # of so many programs one is captured through pyOCD, the others read directly


def main() -> int:
    """The command line."""
    options = _options()
    builds = [build for build in MATRIX if options.only in build.name]
    began, found = monotonic(), Verdict()
    try:
        for build, verdict in _verdicts(options, builds):
            found.add(verdict)
            _say(f"{build.name}: {verdict.counts['states']} states, ")
            _say(f"{len(verdict.unexplained)} unexplained\n")
    finally:  # also of what was found before an interruption
        _say("\n".join(("", *figures(found, monotonic() - began), "")))
        for name, example in examples(found):
            (CACHE / name).write_bytes(example.dump)
            _say(f"{CACHE / name}\n    {example.line}\n")
    return 1 if found.unexplained else 0


def _verdicts(options: Namespace, builds: Sequence[Build]) -> Iterator[tuple[Build, Verdict]]:
    with ProcessPoolExecutor(options.jobs) as pool:
        verdicts = pool.map(partial(_verdict, options), builds)
        yield from zip(builds, verdicts, strict=True)


def _verdict(options: Namespace, build: Build) -> Verdict:
    by_probe = not options.direct and MATRIX.index(build) % BY_PROBE == 0
    stepping = options.states // 2 if build.program == "workout" else 0
    at_random = options.states - stepping
    return verdict_on(build, at_random=at_random, stepping=stepping, by_probe=by_probe)


def _options() -> Namespace:
    parser = ArgumentParser(prog="scripts/differential", description=__doc__)
    parser.add_argument("--states", type=int, default=32, help="of each program (32)")
    parser.add_argument("--jobs", type=int, default=2, help="programs at a time (2)")
    parser.add_argument("--only", default="", metavar="TEXT", help="programs with it in the name")
    parser.add_argument("--direct", action="store_true", help="capture none through pyOCD")
    return parser.parse_args()


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
