"""The fixture programs and how each is compiled."""

from dataclasses import dataclass
from typing import Literal

Compiler = Literal["gcc", "g++", "clang", "rustc"]


@dataclass(frozen=True, slots=True)
class Case:
    """One folder of tests/golden: the sources `program`, compiled with `flags`."""

    name: str
    program: str
    compiler: Compiler
    flags: tuple[str, ...]


# Every static is kept, whether the program looks at it or not.
GAUGE = ("-fno-data-sections", "-mfp16-format=ieee")
DEPOT = ("-fno-data-sections", "-std=c++20", "-gz")

HARBOR = ("-Zunstable-options", "-gz")

CASES = (
    Case("hang_gcc_o0", "hang", "gcc", ("-O0", "-gdwarf-5")),
    Case("hang_gcc_og", "hang", "gcc", ("-Og", "-gdwarf-4")),
    Case("hang_gcc_o2", "hang", "gcc", ("-O2", "-gdwarf-5")),
    Case("hang_gcc_os", "hang", "gcc", ("-Os", "-gdwarf-4")),
    Case("hang_gcc_dwarf2", "hang", "gcc", ("-O1", "-gdwarf-2", "-gstrict-dwarf")),
    Case("hang_gcc_dwarf3", "hang", "gcc", ("-O2", "-gdwarf-3", "-gstrict-dwarf")),
    Case(
        "hang_gcc_types4",
        "hang",
        "gcc",
        ("-O2", "-gdwarf-4", "-fdebug-types-section", "-gz=zlib-gnu"),
    ),
    Case("hang_gcc_types5", "hang", "gcc", ("-Og", "-gdwarf-5", "-fdebug-types-section", "-gz")),
    Case("hang_gcc_dwarf64", "hang", "gcc", ("-O2", "-gdwarf-5", "-gdwarf64")),
    Case("hang_clang_o0", "hang", "clang", ("-O0", "-gdwarf-4")),
    Case("hang_clang_o2", "hang", "clang", ("-O2", "-gdwarf-5")),
    Case("fault_gcc_os", "fault", "gcc", ("-Os", "-gdwarf-4")),
    Case("fault_gcc_o0", "fault", "gcc", ("-O0", "-gdwarf-5")),
    Case("nested_gcc_og", "nested", "gcc", ("-Og", "-gdwarf-5")),
    Case("nested_clang_o2", "nested", "clang", ("-O2", "-gdwarf-4")),
    Case("relay_gcc_og", "relay", "gcc", ("-Og", "-gdwarf-5")),
    Case("callback_gcc_o2", "callback", "gcc", ("-O2", "-gdwarf-5")),
    Case("plant_g++_og", "plant", "g++", ("-Og", "-gdwarf-5", "-std=c++17")),
    Case("gauge_gcc_o0", "gauge", "gcc", ("-O0", "-gdwarf-5", *GAUGE)),
    Case("gauge_gcc_o2", "gauge", "gcc", ("-O2", "-gdwarf-3", "-gstrict-dwarf", *GAUGE)),
    Case("gauge_gcc_os", "gauge", "gcc", ("-Os", "-gdwarf-4", *GAUGE)),
    Case("depot_g++_o0", "depot", "g++", ("-O0", "-gdwarf-5", *DEPOT)),
    Case("depot_g++_o2", "depot", "g++", ("-O2", "-gdwarf-5", *DEPOT)),
    Case("depot_g++_os", "depot", "g++", ("-Os", "-gdwarf-4", *DEPOT)),
    Case("pantry_g++_og", "pantry", "g++", ("-Og", "-gdwarf-5", "-Wno-psabi", *DEPOT)),
    Case("rover_rustc_o0", "rover", "rustc", ("-Copt-level=0", "-Cdwarf-version=4")),
    Case("rover_rustc_os", "rover", "rustc", ("-Copt-level=s", "-Cdwarf-version=5")),
    # Legacy names are shorter; even so the code of all collections would be too much.
    Case(
        "harbor_rustc_o0",
        "harbor",
        "rustc",
        ("-Copt-level=0", "-Cdwarf-version=4", "-Csymbol-mangling-version=legacy", *HARBOR),
    ),
    Case(
        "harbor_rustc_o2",
        "harbor",
        "rustc",
        ("-Copt-level=2", "-Cdwarf-version=5", "--cfg=collections", *HARBOR),
    ),
    Case(
        "harbor_rustc_os",
        "harbor",
        "rustc",
        ("-Copt-level=s", "-Cdwarf-version=4", "--cfg=collections", *HARBOR),
    ),
    Case("crash_rustc_os", "crash", "rustc", ("-Copt-level=s",)),
)
