"""Try captures with every fault that a bench may have, and print what came of each.

Takes from minutes to hours, by how many moments of a capture each fault is tried at. The exit code
is 1 if a capture hung, left a target halted that could be reached, or did not do as documented.
"""

import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.catalogue import FAULTS, Fault
from tests.faults.trial import PROMPT, Bench, Outcome, a_bench, try_out

HEAD = ("fault", "runs", "exit code", "message", "target afterwards", "file")


def main() -> int:
    """The command line."""
    options = _options()
    defects = 0
    _say(_row(HEAD) + _row(["---"] * len(HEAD)))
    with (
        TemporaryDirectory() as folder,
        a_bench(Path(folder), patience=options.patience) as bench,
    ):
        for fault in FAULTS:
            if options.only in fault.name and options.unit in fault.unit:
                defects += _tell(fault, _tried(bench, fault, options))
    return 1 if defects else 0


def moments(fault: Fault, bench: Bench, count: int) -> Sequence[int]:
    """At which of its units a fault is tried: `count`, evenly spread; 0 is all that tell."""
    total = bench.extent.of(fault.unit)
    if not count:
        return bench.extent.telling(fault.unit) or (0,)
    return range(0, max(total, 1), max(total // count, 1))


def _tried(bench: Bench, fault: Fault, options: Namespace) -> list[tuple[int, Outcome]]:
    found = []
    for at in moments(fault, bench, options.moments):
        outcome = try_out(bench, fault, at)
        found.append((at, outcome))
        if options.verbose or outcome.defects:
            sys.stderr.write(f"{fault.name} at {at}: {outcome}\n")
    return found


def _tell(fault: Fault, tried: Sequence[tuple[int, Outcome]]) -> int:
    """Print the rows of a fault; return how many runs had a defect."""
    rows = Counter((o.exit_code, o.message, o.target, o.file) for _at, o in tried)
    name = fault.name
    for (code, *rest), runs in sorted(rows.items()):
        _say(_row((name, str(runs), str(code), *rest)))
        name = ""
    slowest = max(outcome.seconds for _at, outcome in tried)
    bad = sum(bool(outcome.defects) for _at, outcome in tried)
    sys.stderr.write(f"{fault.name}: {len(tried)} runs, {bad} bad, longest {slowest:.1f} s\n")
    return bad


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _options() -> Namespace:
    parser = ArgumentParser(prog="scripts/faults", description=__doc__)
    parser.add_argument(
        "--moments",
        type=int,
        default=20,
        help="of each capture (20); 0 is all, but of the words of a block every 16th",
    )
    parser.add_argument("--only", default="", metavar="TEXT", help="faults with it in the name")
    parser.add_argument("--unit", default="", help="faults of a transfer, a packet or a capture")
    parser.add_argument(
        "--patience",
        type=float,
        default=PROMPT,
        metavar="SECONDS",
        help="that the probe has to answer (0.5); more where the machine is busy",
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="tell of each run")
    return parser.parse_args()


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
