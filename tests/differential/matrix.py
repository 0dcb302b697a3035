"""Which programs are built, how, and for which machine of the simulator."""

from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from tests.firmware.cases import CASES, Case, Compiler

CoreName = Literal["m0", "m23", "m3", "m4f", "m7f", "m33", "m55"]


@dataclass(frozen=True, slots=True)
class Target:
    """A core, the machine that has it, and where its memories begin; `ram_size` is what we use."""

    machine: str
    flags: tuple[str, ...]
    triple: str
    flash: int
    ram: int
    ram_size: int = 0x4000


_FPV5 = ("-mfpu=fpv5-d16", "-mfloat-abi=hard")
_FPV4 = ("-mfpu=fpv4-sp-d16", "-mfloat-abi=hard")
FOLDER = Path(__file__).parents[1] / "golden"
SAMPLED = ("plant_g++_og", "rover_rustc_os")
TARGETS = MappingProxyType(
    {
        "m0": Target("microbit", ("-mcpu=cortex-m0",), "thumbv6m-none-eabi", 0, 0x20000000),
        "m3": Target("mps2-an385", ("-mcpu=cortex-m3",), "thumbv7m-none-eabi", 0, 0x20000000),
        "m4f": Target(
            "netduinoplus2", ("-mcpu=cortex-m4", *_FPV4), "thumbv7em-none-eabihf",
            0x08000000, 0x20000000,
        ),
        "m7f": Target(
            "mps2-an500", ("-mcpu=cortex-m7", *_FPV5), "thumbv7em-none-eabihf", 0, 0x20000000
        ),
        # No machine has a Cortex-M23; what it executes, a Cortex-M33 does, too.
        "m23": Target(
            "mps2-an505", ("-mcpu=cortex-m23",), "thumbv8m.base-none-eabi", 0x10000000, 0x38000000
        ),
        "m33": Target(
            "mps2-an505",
            ("-mcpu=cortex-m33", "-mfpu=fpv5-sp-d16", "-mfloat-abi=hard"),
            "thumbv8m.main-none-eabihf", 0x10000000, 0x38000000,
        ),
        "m55": Target(
            "mps3-an547", ("-mcpu=cortex-m55", "-mfloat-abi=hard"), "thumbv8.1m.main-none-eabihf",
            0, 0x20000000,
        ),
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Build:
    """One ELF: `program` is "workout", ours, or one of tests/firmware, which are for the M4F.

    `is_golden` if it is the ELF of a golden case, of the name `program`, as it is there.
    """

    core: CoreName
    compiler: Compiler
    optimization: tuple[str, ...]
    dwarf: int
    program: str = "workout"
    is_golden: bool = False

    @property
    def name(self) -> str:
        """A name for files and reports."""
        if self.is_golden:
            return self.program
        how = (
            "".join(self.optimization).replace("-C", "").replace("-", "").replace("opt-level=", "O")
        )
        return f"{self.program}-{self.core}-{self.compiler}-{how}-dwarf{self.dwarf}"

    @property
    def target(self) -> Target:
        """What it runs on; programs of tests/firmware have their stack where flash.ld puts it."""
        target = TARGETS[self.core]
        return target if self.program == "workout" else replace(target, ram_size=0x20000)


GCC = (("-O0",), ("-Og",), ("-O1",), ("-O2",), ("-Os",), ("-O3",), ("-O2", "-flto"))
CLANG = (("-O0",), ("-O2",), ("-Os",))
CORES: tuple[CoreName, ...] = ("m0", "m3", "m4f", "m7f", "m33")


def _workouts() -> tuple[Build, ...]:
    """Every core with every optimization, for the two versions of DWARF in turn."""
    found = []
    for first, core in enumerate(CORES):
        for number, optimization in enumerate(GCC):
            found.append(Build(core, "gcc", optimization, 4 + (first + number) % 2))
        for number, optimization in enumerate(CLANG):
            found.append(Build(core, "clang", optimization, 4 + (first + number) % 2))
    return tuple(found)


def _fixtures() -> tuple[Build, ...]:
    """C++ and Rust."""
    plants = [
        Build("m4f", "g++", ("-O" + level,), dwarf, "plant")
        for level, dwarf in (("0", 4), ("1", 5), ("2", 4), ("2", 5), ("s", 5))
    ]
    rovers = [
        Build("m4f", "rustc", ("-Copt-level=" + level,), dwarf, "rover")
        for level, dwarf in (("0", 4), ("1", 5), ("2", 4), ("3", 5), ("s", 4), ("z", 5))
    ]
    return (*plants, *rovers)


def _others() -> tuple[Build, ...]:
    """The more telling optimizations in the other version of DWARF."""
    return tuple(
        Build(each.core, each.compiler, each.optimization, 9 - each.dwarf)
        for each in _workouts()
        if each.optimization in (("-O2",), ("-Os",), ("-Og",)) and each.core != "m7f"
    )


def _newer_cores() -> tuple[Build, ...]:
    """Armv8-M Baseline and Armv8.1-M, for which clang has no library here."""
    cores: tuple[CoreName, ...] = ("m23", "m55")
    return tuple(
        Build(core, "gcc", optimization, 4 + (first + number) % 2)
        for first, core in enumerate(cores)
        for number, optimization in enumerate(GCC)
    )


def golden(case: Case) -> Build:
    """The ELF of a golden case."""
    return Build("m4f", case.compiler, case.flags, 0, case.name, is_golden=True)


GOLDEN = tuple(golden(case) for case in CASES if (FOLDER / case.name / "fw.elf").exists())
MATRIX = (*_workouts(), *_newer_cores(), *_others(), *_fixtures(), *GOLDEN)

# The fixed sample of the test run: each core, each optimization, with what scripts/test installs.
SAMPLE = (
    Build("m0", "gcc", ("-O2",), 4),
    Build("m3", "gcc", ("-O1",), 5),
    Build("m3", "gcc", ("-O3",), 4),
    Build("m4f", "gcc", ("-O0",), 5),
    Build("m4f", "gcc", ("-O2",), 5),
    Build("m7f", "gcc", ("-Og",), 4),
    Build("m7f", "gcc", ("-O2", "-flto"), 5),
    Build("m33", "gcc", ("-Os",), 4),
    Build("m23", "gcc", ("-O2",), 5),
    Build("m55", "gcc", ("-Og",), 4),
    *(each for each in GOLDEN if each.program in SAMPLED),
)
