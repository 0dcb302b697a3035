"""Compile a fixture program with Debian's compilers.

The same sources and packages give the same bytes: no path of the machine, no time in the ELF.
Packages: gcc-arm-none-eabi libnewlib-arm-none-eabi libstdc++-arm-none-eabi-newlib clang-14 lld-14
rustc-web rust-web-src.
"""

import os
import subprocess
from pathlib import Path

from tests.firmware.cases import Case

SOURCES = Path(__file__).parent
RUST_LIBRARY = Path("/usr/lib/rustlib/src/rust/library")
RUST_TARGET = "thumbv7em-none-eabihf"
CORE = ("-mcpu=cortex-m4", "-mthumb", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard")
COMPILE = (
    *CORE,
    "-ffunction-sections",
    "-fdata-sections",
    "-ffreestanding",
    "-Wall",
    "-Wextra",
    f"-ffile-prefix-map={SOURCES}=/firmware",
    "-ffile-prefix-map=/usr=/toolchain",
)
LINK = (
    "-nostartfiles",
    "--specs=nano.specs",
    "--specs=nosys.specs",
    "-Wl,--gc-sections",
    "-Wl,-z,noexecstack",
)
COMMAND = {
    "gcc": ("arm-none-eabi-gcc",),
    "g++": ("arm-none-eabi-g++", "-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics"),
    "clang": ("clang-14", "--target=thumbv7em-none-eabihf"),
}


def build(case: Case, elf: Path, scratch: Path) -> None:
    """Write the linked program of `case` to `elf`; object files go to `scratch`."""
    scratch.mkdir(parents=True, exist_ok=True)
    objects = [_startup(scratch)]
    if case.compiler == "rustc":
        objects += _rust_objects(case, scratch)
    else:
        sources = sorted((SOURCES / case.program).glob("*.c*"))
        objects += [_object(case, source, scratch) for source in sources]
    _link(case, objects, elf)


def _startup(scratch: Path) -> Path:
    target = scratch / "startup.o"
    _run("arm-none-eabi-gcc", *COMPILE, "-Og", "-gdwarf-4", "-c", "startup.c", "-o", target)
    return target


def _object(case: Case, source: Path, scratch: Path) -> Path:
    target = scratch / f"{source.stem}.o"
    flags = (*COMPILE, *(flag for flag in case.flags if not flag.startswith("-gz")))
    _run(*COMMAND[case.compiler], *flags, "-c", source.relative_to(SOURCES), "-o", target)
    return target


def _link(case: Case, objects: list[Path], elf: Path) -> None:
    if case.compiler == "clang":
        _link_with_lld(objects, elf)
        return
    driver = "arm-none-eabi-g++" if case.compiler == "g++" else "arm-none-eabi-gcc"
    compression = [flag for flag in case.flags if flag.startswith("-gz")]
    script = ("-T", "flash.ld", "-Wl,--build-id=sha1")
    _run(driver, *CORE, *LINK, *compression, *script, *objects, "-o", elf)


def _link_with_lld(objects: list[Path], elf: Path) -> None:
    libraries = [
        _run("arm-none-eabi-gcc", *CORE, f"-print-file-name={name}")
        for name in ("libc_nano.a", "libgcc.a")
    ]
    flags = ("--gc-sections", "--nmagic", "--build-id=sha1", "-T", "flash.ld")
    _run("ld.lld-14", *flags, *objects, *libraries, "-o", elf)


def _rust_objects(case: Case, scratch: Path) -> list[Path]:
    """The Rust program as one object file, and the core library."""
    target = scratch / "main.o"
    libraries = scratch.parent / "rust"
    _rust_core(libraries)
    crate = ("--crate-type=bin", "--crate-name=rover", "--emit=obj", "-Ccodegen-units=1")
    _rustc(*crate, *case.flags, "-Cdebuginfo=2", "-L", libraries, "rover/main.rs", "-o", target)
    return [target, libraries / "libcore.rlib"]


def _rust_core(libraries: Path) -> None:
    """The core library, compiled from Debian's sources once; it takes a minute."""
    if libraries.exists():
        return
    libraries.mkdir()
    crate = ("--crate-type=rlib", "--cap-lints=allow", "--edition=2024", "-Copt-level=s")
    _rustc(
        *crate,
        "--crate-name=core",
        "-Ccodegen-units=1",
        RUST_LIBRARY / "core/src/lib.rs",
        "-o",
        libraries / "libcore.rlib",
    )
    # newlib and libgcc have what compiler_builtins would bring; rustc only asks that it be there.
    _rustc(
        *crate,
        "--crate-name=compiler_builtins",
        "-L",
        libraries,
        "rover/compiler_builtins.rs",
        "-o",
        libraries / "libcompiler_builtins.rlib",
    )


def _rustc(*arguments: str | Path) -> None:
    remap = (
        f"--remap-path-prefix={SOURCES}=/firmware",
        f"--remap-path-prefix={RUST_LIBRARY.resolve()}=/rust/library",
        f"--remap-path-prefix={RUST_LIBRARY}=/rust/library",
    )
    _run("/usr/bin/rustc", f"--target={RUST_TARGET}", "-Cpanic=abort", *remap, *arguments)


def _run(*command: str | Path) -> str:
    """Run in the folder of the sources, so that the ELF holds relative names."""
    environment = {**os.environ, "RUSTC_BOOTSTRAP": "1", "SOURCE_DATE_EPOCH": "0"}
    done = subprocess.run(
        [str(word) for word in command],
        cwd=SOURCES,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout.strip()
