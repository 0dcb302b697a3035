"""Compile a program on cortex-m-rt: the crate itself, its linker script, and its trampoline.

The crate is fetched by `cargo vendor`, by the checksums of the lock file. Its macros are left out;
the trampoline that one of them writes is cut out of their source.
"""

import os
import re
from pathlib import Path

from tests.firmware.cases import Case
from tests.firmware.running import SOURCES, run
from tests.firmware.rust import AS_LIBRARY, RUSTC, SMALL, core_library, rustc

CFG = ("cortex_m", "armv7m", "has_fpu")  # as the crate's build script finds for the target
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')
FIRST, LAST = '".cfi_sections .debug_frame', '.size HardFault, . - HardFault"'


def crash_object(case: Case, scratch: Path) -> Path:
    """The program as an archive."""
    libraries, program = core_library(scratch), SOURCES / case.program
    vendored = vendored_crates(scratch)
    macros = scratch / "libcortex_m_rt_macros.so"
    macro_flags = ("--crate-type=proc-macro", "--edition=2021", "--crate-name=cortex_m_rt_macros")
    run(RUSTC, *macro_flags, program / "macros.rs", "-o", macros)
    crate = scratch / "libcortex_m_rt.rlib"
    rustc(
        *AS_LIBRARY, *SMALL, "--edition=2021", "--crate-name=cortex_m_rt", "-Cdebuginfo=2",
        *(word for name in CFG for word in ("--cfg", name)), f"--extern=macros={macros}",
        f"--extern=cortex_m_rt_macros={macros}", f"--remap-path-prefix={vendored}=/crates",
        "-L", libraries, vendored / "cortex-m-rt/src/lib.rs", "-o", crate,
    )  # fmt: skip
    trampoline = scratch / "trampoline.s"
    trampoline.write_text(_trampoline(vendored), encoding="ascii")
    os.environ["TRAMPOLINE"] = str(trampoline)
    target = scratch / "libcrash.a"
    rustc(
        "--crate-type=staticlib", "--edition=2024", "--crate-name=crash", "-Ccodegen-units=1",
        "-Cdebuginfo=2", *case.flags, f"--extern=cortex_m_rt={crate}", "-L", libraries,
        "-L", scratch,  # the macros are loaded again
        f"{case.program}/main.rs", "-o", target,
    )  # fmt: skip
    return target


def vendored_crates(scratch: Path) -> Path:
    """Where the crates are, fetched once."""
    vendored = scratch.parent / "rust" / "cortex-m-rt"
    if not vendored.exists():
        run("cargo", "vendor", "--quiet", "--locked", vendored, folder=SOURCES / "crash")
    return vendored


def _trampoline(vendored: Path) -> str:
    source = (vendored / "cortex-m-rt-macros/src/lib.rs").read_text(encoding="utf-8")
    start = source.index(FIRST)
    strings = LITERAL.findall(source[start : source.index(LAST, start) + len(LAST)])
    return "\n".join(strings).replace('\\"', '"') + "\n"
