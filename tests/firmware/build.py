"""Compile a fixture program with Debian's compilers.

The same sources and packages give the same bytes: no path of the machine, no time in the ELF.
Packages: gcc-arm-none-eabi libnewlib-arm-none-eabi libstdc++-arm-none-eabi-newlib clang-14 lld-14
rustc-web rust-web-src. Programs of Rust that use crates need cargo and a registry, too: rust.py.
"""

from pathlib import Path

from tests.firmware.cases import Case
from tests.firmware.cortex_m_rt import crash_object, vendored_crates
from tests.firmware.running import SOURCES as SOURCES
from tests.firmware.running import run
from tests.firmware.rust import SMALL, rust_objects

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


def build(case: Case, elf: Path, scratch: Path, libraries: tuple[str, ...] = SMALL) -> None:
    """Write the linked program of `case` to `elf`; object files go to `scratch`.

    `libraries` is how those of Rust are compiled.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    if case.program == "crash":
        _link_cortex_m_rt(crash_object(case, scratch), vendored_crates(scratch), elf)
        return
    objects = [_startup(scratch)]
    if case.compiler == "rustc":
        objects += rust_objects(case, scratch, libraries)
    else:
        sources = sorted((SOURCES / case.program).glob("*.c*"))
        objects += [_object(case, source, scratch) for source in sources]
    _link(case, objects, elf)


def _startup(scratch: Path) -> Path:
    target = scratch / "startup.o"
    run("arm-none-eabi-gcc", *COMPILE, "-Og", "-gdwarf-4", "-c", "startup.c", "-o", target)
    return target


def _object(case: Case, source: Path, scratch: Path) -> Path:
    target = scratch / f"{source.stem}.o"
    flags = (*COMPILE, *(flag for flag in case.flags if not flag.startswith("-gz")))
    run(*COMMAND[case.compiler], *flags, "-c", source.relative_to(SOURCES), "-o", target)
    return target


def _link(case: Case, objects: list[Path], elf: Path) -> None:
    if case.compiler == "clang":
        _link_with_lld(objects, elf)
        return
    driver = "arm-none-eabi-g++" if case.compiler == "g++" else "arm-none-eabi-gcc"
    compression = [flag for flag in case.flags if flag.startswith("-gz")]
    script = ("-T", "flash.ld", "-Wl,--build-id=sha1")
    run(driver, *CORE, *LINK, *compression, *script, *objects, "-o", elf)


def _link_cortex_m_rt(program: Path, vendored: Path, elf: Path) -> None:
    script = ("-L", "crash", "-T", vendored / "cortex-m-rt/link.x.in", "-Wl,--gc-sections")
    quiet = "-Wl,--no-warn-rwx-segments"
    run(
        "arm-none-eabi-gcc",
        *CORE,
        "-nostartfiles",
        *script,
        quiet,
        program,
        "-lgcc",
        "-lc",
        "-o",
        elf,
    )


def _link_with_lld(objects: list[Path], elf: Path) -> None:
    libraries = [
        run("arm-none-eabi-gcc", *CORE, f"-print-file-name={name}")
        for name in ("libc_nano.a", "libgcc.a")
    ]
    flags = ("--gc-sections", "--nmagic", "--build-id=sha1", "-T", "flash.ld")
    run("ld.lld-14", *flags, *objects, *libraries, "-o", elf)
