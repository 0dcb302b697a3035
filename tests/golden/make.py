"""Make golden cases anew: `python -m tests.golden.make [--build] [--capture] [CASE...]`."""

import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.firmware.build import build
from tests.firmware.cases import CASES, Case
from tests.golden.traces import GOLDEN, environment, trace_json, trace_text, written


def make(case: Case, scratch: Path, *, compiles: bool, captures: bool) -> None:
    """Write what `trace` prints now for a case, after building and capturing it if asked to."""
    folder = GOLDEN / case.name
    folder.mkdir(exist_ok=True)
    if compiles:
        build(case, folder / "fw.elf", scratch / case.name)
    if captures:
        _capture(folder)
    (folder / "expected.txt").write_text(trace_text(folder), encoding="utf-8")
    (folder / "expected.json").write_text(written(trace_json(folder)), encoding="utf-8")


def _capture(folder: Path) -> None:
    """Run the program in QEMU and capture it, all that its stacks and variables occupy."""
    where = ("--probe", "qemu:fw.elf", "--target", "stm32f4", "--elf", "fw.elf")
    what = ("--output", "hang.dump", "--force", "--no-trace")
    command = [sys.executable, "-m", "stackdump_probe", "capture", *where, *what]
    subprocess.run(command, cwd=folder, env=environment(), check=True)


def main() -> None:
    """The command line."""
    parser = ArgumentParser(prog="scripts/golden", description=__doc__)
    parser.add_argument("--build", action="store_true", help="compile the programs")
    parser.add_argument("--capture", action="store_true", help="run them in QEMU and capture")
    parser.add_argument("cases", nargs="*", metavar="CASE", help="all, if none is named")
    options = parser.parse_args()
    names = options.cases or [case.name for case in CASES]
    with TemporaryDirectory() as scratch:
        for case in (case for case in CASES if case.name in names):
            print(case.name)  # noqa: T201
            compiles, captures = options.build, options.capture
            make(case, Path(scratch), compiles=compiles, captures=captures)


if __name__ == "__main__":
    main()
