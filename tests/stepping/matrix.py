"""Which builds of the program are stepped through, and what of each is left to be traced with."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from tests.differential.matrix import TARGETS, CoreName, Target

# "full": call frame information, exception tables and symbols. "exidx": without the first.
# "symbols": these only. "stripped": the exception tables only. "bare": nothing but code. "rom": as
# "full", but the code of the compiler's libraries is in the dump only, and its symbols nowhere.
Variant = Literal["full", "exidx", "symbols", "stripped", "bare", "rom"]
VARIANTS: tuple[Variant, ...] = ("full", "exidx", "symbols", "stripped", "bare", "rom")
WITH_SYMBOLS: tuple[Variant, ...] = ("full", "exidx", "symbols")

# Out of reach of a BL from flash where the core has wide branches; the microbit's RAM is small.
FAR = MappingProxyType(
    {"m0": 0x3200, "m3": 0x10000, "m4f": 0x10000, "m7f": 0x10000, "m33": 0x10000}
)
RAM_SIZE = 0x3000


@dataclass(frozen=True, slots=True)
class Build:
    """One ELF: the program for `core`, compiled with `flags`."""

    core: CoreName
    compiler: Literal["gcc", "clang"]
    flags: tuple[str, ...]

    @property
    def name(self) -> str:
        """A name for files and reports."""
        return f"stepping-{self.core}-{self.compiler}{''.join(self.flags)}".replace("=", "")

    @property
    def target(self) -> Target:
        """What it runs on."""
        return TARGETS[self.core]

    @property
    def far(self) -> int:
        """Where the code stands that is out of reach."""
        return self.target.ram + FAR[self.core]


LEVELS = ("-O0", "-Og", "-O1", "-O2", "-Os", "-O3")
CORES: tuple[CoreName, ...] = ("m0", "m3", "m4f", "m7f", "m33")


def _usual(core: CoreName) -> tuple[Build, ...]:
    gcc = tuple(Build(core, "gcc", (level,)) for level in LEVELS)
    clang = tuple(Build(core, "clang", (level,)) for level in ("-O0", "-O2", "-Os", "-Oz"))
    return (*gcc, Build(core, "gcc", ("-O2", "-flto")), *clang)


UNUSUAL = (
    Build("m0", "gcc", ("-Os", "-mlong-calls")),
    Build("m0", "gcc", ("-O2", "-fno-omit-frame-pointer")),
    Build("m0", "clang", ("-Oz", "-moutline")),
    Build("m3", "gcc", ("-O2", "-mlong-calls")),
    Build("m3", "gcc", ("-O2", "-fno-omit-frame-pointer")),
    Build("m3", "clang", ("-Oz", "-moutline")),
    Build("m4f", "clang", ("-Os", "-fno-omit-frame-pointer")),
    Build("m33", "clang", ("-O2", "-mbranch-protection=standard")),
    Build("m33", "clang", ("-Oz", "-moutline", "-mbranch-protection=pac-ret+leaf")),
)
MATRIX = (*(build for core in CORES for build in _usual(core)), *UNUSUAL)

# Built with what scripts/test installs.
SAMPLE = (
    Build("m0", "gcc", ("-Os",)),
    Build("m3", "gcc", ("-O2",)),
    Build("m33", "gcc", ("-Og",)),
)
