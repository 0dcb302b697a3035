"""The programs that are traced, each with a dump and a core file taken deep inside it.

`python -m tests.bench.inputs [NAME...]` builds them in build/bench, once, and prints their paths.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from stackdump_probe.dump import encode
from tests.bench import many_statics, station
from tests.bench.core_file import core_file
from tests.bench.folder import CACHE
from tests.differential.capturing import captured
from tests.differential.matrix import Target
from tests.differential.programs import program_of
from tests.firmware import build as fixtures
from tests.firmware.cases import Case

STM32F4 = Target("netduinoplus2", (), "", 0x0800_0000, 0x2000_0000, 0x20000)
MPS2 = Target("mps2-an500", (), "", 0, 0x2000_0000, 0x40000)


@dataclass(frozen=True, slots=True)
class Input:
    """`stops_in` is a part of the name of the function that the program comes to.

    `gdb_frames` is how many frames GDB is asked for, where it dies of the variables of the next.
    """

    name: str
    target: Target
    stops_in: str
    build: Callable[[Path], None]
    gdb_frames: str = ""

    @property
    def elf(self) -> Path:
        """The program."""
        return CACHE / f"{self.name}.elf"

    @property
    def dump(self) -> Path:
        """Its state, with all of its RAM."""
        return CACHE / f"{self.name}.dump"

    @property
    def core(self) -> Path:
        """The same state for GDB."""
        return CACHE / f"{self.name}.core"


def _small(elf: Path) -> None:
    """Rust with the DWARF of its core library, in many units, as a toolchain brings it."""
    flags = ("-Copt-level=s", "-Cdwarf-version=4", "--cfg=collections")
    libraries = ("-Cdebuginfo=2", "-Ccodegen-units=128")
    fixtures.build(Case("small", "harbor", "rustc", flags), elf, CACHE / "small", libraries)


def _large(elf: Path) -> None:
    station.build(("Os", "O2"), elf)


def _huge(elf: Path) -> None:
    beside = (level for level in station.LEVELS if level != "O2")
    station.build((*beside, "O2"), elf)


INPUTS = MappingProxyType(
    {
        each.name: each
        for each in (
            Input("small", STM32F4, "wait_for", _small, gdb_frames="11"),
            Input("large", MPS2, "hang_here", _large),
            Input("huge", MPS2, "hang_here", _huge),
            Input("statics", MPS2, "hang_here", many_statics.build),
        )
    }
)


def made(name: str) -> Input:
    """The input, built and captured if it is not there."""
    wanted = INPUTS[name]
    CACHE.mkdir(parents=True, exist_ok=True)
    if not wanted.elf.exists():
        wanted.build(wanted.elf)
    if not (wanted.dump.exists() and wanted.core.exists()):
        _capture(wanted)
    return wanted


def _capture(wanted: Input) -> None:
    functions = program_of(wanted.elf).functions
    places = [at for name, at in functions.items() if wanted.stops_in in name]
    with captured(wanted.elf, wanted.target) as (machine, taken):
        assert machine.run_to(places, patience=300), f"{wanted.name} does not come to its place"
        dump = taken()
    wanted.core.write_bytes(core_file(dump))
    wanted.dump.write_bytes(encode(dump))


if __name__ == "__main__":
    for each in sys.argv[1:] or INPUTS:
        print(made(each).elf)  # noqa: T201
