"""Which builds of the program are stepped through."""

from tests.trustzone.build import Build

STACKS = ((), ("S_PSP",), ("NS_PSP",), ("S_PSP", "NS_PSP"))
FLOATS = ((), ("TS",), ("EAGER",), ("TS", "EAGER"))
MATRIX = (
    *(Build((level,), stacks) for level in ("-O0", "-Os") for stacks in STACKS),
    *(Build(("-O2",), ("S_PSP", "NS_PSP", *floats)) for floats in FLOATS),
    *(Build((level,), ("TS",)) for level in ("-Og", "-O1", "-O3")),
)
