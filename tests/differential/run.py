"""The long comparison with GDB: `python -m tests.differential.run`. Prints figures at the end."""

import sys
from argparse import ArgumentParser, Namespace
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from time import monotonic

from tests.differential.accepted import RULES
from tests.differential.build import CACHE
from tests.differential.harness import Unexplained, Verdict, verdict_on
from tests.differential.matrix import MATRIX, Build

EXAMPLES = 3  # of each kind of unexplained difference
BY_PROBE = 4  # of so many programs one is captured through pyOCD, the others read directly


def main() -> int:
    """The command line; 1 if anything is unexplained."""
    options = _options()
    builds = [build for build in MATRIX if options.only in build.name]
    began, found = monotonic(), Verdict()
    judge = partial(_verdict, options)
    with ProcessPoolExecutor(options.jobs) as pool:
        for build, one in zip(builds, pool.map(judge, builds), strict=True):
            found.add(one)
            print(f"{build.name}: {one.counts['states']} states, "
                  f"{len(one.unexplained)} unexplained", flush=True)  # fmt: skip
    _print_figures(found, monotonic() - began)
    _print_unexplained(found)
    return 1 if found.unexplained else 0


def _verdict(options: Namespace, build: Build) -> Verdict:
    stepping = options.states // 2
    return verdict_on(
        build,
        at_random=options.states - stepping,
        stepping=stepping,
        by_probe=MATRIX.index(build) % BY_PROBE == 0,
    )


def _options() -> Namespace:
    parser = ArgumentParser(prog="scripts/differential", description=__doc__)
    parser.add_argument("--states", type=int, default=32, help="of each program (32)")
    parser.add_argument("--jobs", type=int, default=2, help="programs at a time (2)")
    parser.add_argument("--only", default="", metavar="TEXT", help="programs with it in the name")
    return parser.parse_args()


def _print_figures(found: Verdict, seconds: float) -> None:
    counts = found.counts
    states = counts["states"] or 1
    lines = (
        f"{counts['states']} states of {counts['programs']} programs in {seconds:.0f} s",
        f"mean depth {counts['our_frames'] / states:.2f} frames, GDB {counts['gdb_frames'] / states:.2f}",
        f"{counts['frames']} frames, {counts['registers']} registers of callers, "
        f"{counts['variables']} variables, {counts['statics']} statics, "
        f"{counts['scalars']} scalars compared",
        f"{counts['proved']} frames proved by running on",
        f"{sum(found.accepted.values())} differences by a rule, {len(found.unexplained)} unexplained",
    )
    print("", *lines, sep="\n")
    for rule in RULES:
        print(f"  {found.accepted[rule.name]:6} {rule.name}: {rule.why}")


def _print_unexplained(found: Verdict) -> None:
    groups: dict[str, list[Unexplained]] = {}
    for each in found.unexplained:
        groups.setdefault(each.kind, []).append(each)
    for kind, alike in sorted(groups.items(), key=lambda item: -len(item[1])):
        print(len(alike), kind)
        for number, example in enumerate(alike[:EXAMPLES]):
            path = CACHE / f"{kind.replace(' ', '-').replace('/', '-')}-{number}.dump"
            path.write_bytes(example.dump)
            print(f"    {path.name}: {example.line}")


if __name__ == "__main__":
    sys.exit(main())
