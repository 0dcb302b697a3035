"""Compile a fixture program of Rust: its crate, the libraries from Debian's sources, its crates.

A program with a Cargo.lock uses crates of others. They are fetched by `cargo vendor`, which takes
the versions and checksums of the lock file, and compiled by Debian's rustc; cargo builds nothing.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.firmware.cases import Case
from tests.firmware.running import SOURCES, run

RUSTC = "/usr/bin/rustc"  # Debian's: another one may come first in PATH
LIBRARY = Path("/usr/lib/rustlib/src/rust/library")
TARGET = "thumbv7em-none-eabihf"
AS_LIBRARY = ("--crate-type=rlib", "--cap-lints=allow", "-Copt-level=s")
SMALL = ("-Ccodegen-units=1",)  # the libraries of the fixtures: one object file, no DWARF


class Crate(NamedTuple):
    """A crate that is compiled as the library `name`; `uses` are the names of others."""

    name: str
    folder: str
    edition: str
    crate: str
    uses: tuple[tuple[str, str], ...] = ()
    cfg: tuple[str, ...] = ()


# What the build scripts of heapless would find out of this target.
ATOMICS = ("has_atomics", "has_cas", "arm_llsc", "armv7m")
HASH32 = (("hash32", "hash32"), ("stable_deref_trait", "stable_deref_trait"))
OLD_HASH32 = (("hash32", "hash32_2"), ("stable_deref_trait", "stable_deref_trait"))
BYTEORDER = (("byteorder", "byteorder"),)
CRATES = (
    Crate("byteorder", "byteorder", "2021", "byteorder"),
    Crate("stable_deref_trait", "stable_deref_trait", "2018", "stable_deref_trait"),
    Crate("hash32_2", "hash32-0.2.1", "2015", "hash32", BYTEORDER),
    Crate("hash32", "hash32", "2018", "hash32", BYTEORDER),
    Crate(
        "critical_section",
        "critical-section",
        "2018",
        "critical_section",
        cfg=('feature="restore-state-none"',),
    ),
    Crate("heapless7", "heapless-0.7.17", "2018", "heapless", OLD_HASH32, ATOMICS),
    Crate("heapless8", "heapless-0.8.0", "2021", "heapless", HASH32, ATOMICS),
    Crate("heapless9", "heapless", "2021", "heapless", HASH32, ATOMICS),
)


def rust_objects(case: Case, scratch: Path, how: tuple[str, ...] = SMALL) -> list[Path]:
    """The program as an object file or an archive, and what it is linked with.

    `how` the libraries are compiled, beside scratch, where they are kept.
    """
    libraries = core_library(scratch, how)
    flags = [flag for flag in case.flags if not flag.startswith("-gz")]
    flags += ["-Ccodegen-units=1", "-Cdebuginfo=2", f"--crate-name={case.program}"]
    source = f"{case.program}/main.rs"
    if not (SOURCES / case.program / "Cargo.lock").exists():
        target = scratch / "main.o"
        rustc("--crate-type=bin", "--emit=obj", *flags, "-L", libraries, source, "-o", target)
        return [target, libraries / "libcore.rlib"]
    _crates(libraries, SOURCES / case.program, how)
    extern = [f"--extern={crate.name}={libraries}/lib{crate.name}.rlib" for crate in CRATES]
    target = scratch / f"lib{case.program}.a"
    rustc(
        "--crate-type=staticlib",
        "--edition=2024",
        *flags,
        *extern,
        "-L",
        libraries,
        source,
        "-o",
        target,
    )
    return [target]


def core_library(scratch: Path, how: tuple[str, ...] = SMALL) -> Path:
    """The folder of core and alloc, compiled from Debian's sources once; it takes a minute."""
    folder = scratch.parent / "rust"
    if folder.exists():
        return folder
    with TemporaryDirectory(dir=scratch.parent) as name:  # what is left half done is no library
        made = Path(name) / "rust"
        made.mkdir()
        _library("core", LIBRARY / "core/src/lib.rs", made, how)
        # newlib and libgcc have what compiler_builtins would bring; rustc only asks for it.
        _library("compiler_builtins", Path("rover/compiler_builtins.rs"), made, how)
        _library("alloc", LIBRARY / "alloc/src/lib.rs", made, how)
        made.rename(folder)
    return folder


def _library(name: str, source: Path, folder: Path, how: tuple[str, ...]) -> None:
    target = folder / f"lib{name}.rlib"
    crate = ("--edition=2024", f"--crate-name={name}", "-L", folder)
    rustc(*AS_LIBRARY, *how, *crate, source, "-o", target)


def _crates(libraries: Path, manifest: Path, how: tuple[str, ...]) -> None:
    """The crates of others, fetched and compiled once."""
    vendored = libraries / "vendored"
    if (libraries / f"lib{CRATES[-1].name}.rlib").exists():
        return
    run("cargo", "vendor", "--quiet", "--locked", vendored, folder=manifest)
    for crate in CRATES:
        uses = [f"--extern={name}={libraries}/lib{of}.rlib" for name, of in crate.uses]
        cfg = [word for name in crate.cfg for word in ("--cfg", name)]
        rustc(
            *AS_LIBRARY,
            *how,
            f"--edition={crate.edition}",
            f"--crate-name={crate.crate}",
            f"-Cmetadata={crate.name}",
            f"--remap-path-prefix={vendored}=/crates",
            *cfg,
            *uses,
            "-L",
            libraries,
            vendored / crate.folder / "src/lib.rs",
            "-o",
            libraries / f"lib{crate.name}.rlib",
        )


def rustc(*arguments: str | Path) -> None:
    """Compile for the target; no path of this machine comes into the output."""
    remap = (
        f"--remap-path-prefix={SOURCES}=/firmware",
        f"--remap-path-prefix={LIBRARY.resolve()}=/rust/library",
        f"--remap-path-prefix={LIBRARY}=/rust/library",
    )
    run(RUSTC, f"--target={TARGET}", "-Cpanic=abort", *remap, *arguments)
