"""Hold our reader of DWARF against pyelftools and llvm-dwarfdump: what `scripts/oracle` runs.

Without names it reads the ELFs of the golden cases, and two large programs of `scripts/bench`,
which are built first where they are missing. It prints figures; the exit code is 1 if anything
differs.
"""

import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from itertools import chain, islice
from pathlib import Path

from elftools.elf.elffile import ELFFile

from stackdump_probe.image.elf import Image
from tests.bench.inputs import made
from tests.oracle import llvm, types
from tests.oracle.fixtures import ELVES

LARGE = ("large", "huge")
SHOWN = 20


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = ArgumentParser(prog="scripts/oracle", description=__doc__)
    parser.add_argument("elves", nargs="*", type=Path, metavar="FW.elf")
    wanted: Iterable[Path] = parser.parse_args(arguments).elves or _all()
    return 1 if sum(map(_compared, wanted)) else 0


def _all() -> Iterator[Path]:
    return chain(ELVES.values(), (made(name).elf for name in LARGE))


def _compared(path: Path) -> int:
    octets = path.read_bytes()
    oracle = ELFFile(BytesIO(octets)).get_dwarf_info()
    counts = Counter[str]()
    found = llvm.differences(path, Image.from_bytes(octets), counts)
    failed = _told(f"{path}, llvm-dwarfdump", found, counts)
    counts = Counter[str]()
    found = types.differences(Image.from_bytes(octets), oracle, counts)
    return failed + _told(f"{path}, pyelftools", found, counts)


def _told(title: str, differences: Iterator[str], counts: Counter[str]) -> int:
    """Print figures and the first differences, as many as there are may be; their number."""
    first = list(islice(differences, SHOWN))
    failed = len(first) + sum(1 for _ in differences)
    figures = ", ".join(f"{count} {what}" for what, count in counts.most_common())
    print(f"{title}: {failed} differences in {figures}")  # noqa: T201
    print(*(f"    {each}\n" for each in first), sep="", end="", flush=True)  # noqa: T201
    return failed


if __name__ == "__main__":
    sys.exit(main())
