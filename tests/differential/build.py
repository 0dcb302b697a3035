"""Compile the programs; each ELF is kept, by what it was made from."""

import os
import subprocess
import tempfile
from fcntl import LOCK_EX, flock
from hashlib import sha256
from pathlib import Path

from tests.differential.matrix import FOLDER, Build
from tests.firmware import build as fixtures
from tests.firmware.cases import Case

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SOURCES = HERE / "firmware"
CACHE = ROOT / "build" / "differential"
COMPILE = (
    f"-ffile-prefix-map={SOURCES}=/firmware",
    "-mthumb",
    "-ffunction-sections",
    "-fdata-sections",
    "-Wall",
    "-Wextra",
)
# newlib's functions in assembler are in the full one only.
NANO = ("-O0", "-Og", "-Os")


def elf_of(build: Build, cache: Path = CACHE) -> Path:
    """The ELF of a build, compiled unless there already."""
    if build.is_golden:
        return FOLDER / build.program / "fw.elf"
    key = sha256(repr((build, COMPILE, NANO)).encode())
    for source in _sources(build):
        key.update(source.read_bytes())
    elf = cache / f"{build.name}-{key.hexdigest()[:12]}.elf"
    if not elf.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as scratch:
            _compile(build, Path(scratch) / "fw.elf", Path(scratch) / "objects", cache)
            (Path(scratch) / "fw.elf").replace(elf)
    return elf


def _sources(build: Build) -> list[Path]:
    if build.program == "workout":
        return sorted(SOURCES.iterdir())
    shared = (fixtures.SOURCES / name for name in ("flash.ld", "startup.c"))
    return [*shared, *sorted((fixtures.SOURCES / build.program).iterdir())]


def _compile(build: Build, elf: Path, scratch: Path, cache: Path) -> None:
    scratch.mkdir()
    if build.program == "workout":
        objects = [_object(build, source, scratch) for source in sorted(SOURCES.glob("*.c"))]
        _link(build, objects, elf)
        return
    option = "-Cdwarf-version=" if build.compiler == "rustc" else "-gdwarf-"
    standard = ("-std=c++17",) if build.compiler == "g++" else ()
    flags = (*build.optimization, f"{option}{build.dwarf}", *standard)
    case = Case(build.name, build.program, build.compiler, flags)
    # The Rust core library is put beside the folder of the object files, and kept there.
    with (cache / "one-at-a-time").open("w") as lock:
        flock(lock, LOCK_EX)
        fixtures.build(case, elf, cache / "fixtures" / f"{build.name}-{os.getpid()}")


def _object(build: Build, source: Path, scratch: Path) -> Path:
    target = scratch / f"{source.stem}.o"
    how = (*build.target.flags, *COMPILE, *build.optimization, f"-gdwarf-{build.dwarf}")
    if build.compiler == "clang":
        compiler: tuple[str, ...] = ("clang-14", f"--target={build.target.triple}")
        compiler += ("-isystem", "/usr/include/newlib")
    else:
        compiler = ("arm-none-eabi-gcc",)
    _run(*compiler, *how, "-c", source.name, "-o", target)
    return target


def _link(build: Build, objects: list[Path], elf: Path) -> None:
    target = build.target
    places = {"FLASH_O": target.flash, "FLASH_L": 0x20000, "RAM_O": target.ram}
    places["RAM_L"] = target.ram_size
    symbols = [f"-Wl,--defsym={name}={place:#x}" for name, place in places.items()]
    library = ("--specs=nano.specs",) if build.optimization[0] in NANO else ()
    how = (*target.flags, "-mthumb", *build.optimization, f"-gdwarf-{build.dwarf}")
    link = ("-nostartfiles", *library, "--specs=nosys.specs", "-Wl,--gc-sections")
    quiet = "-Wl,--no-warn-rwx-segments"
    _run("arm-none-eabi-gcc", *how, *link, quiet, *symbols, "-T", "any.ld", *objects, "-o", elf)


def _run(*command: str | Path) -> None:
    """Run in the folder of the sources, so that the ELF holds relative names."""
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=SOURCES, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, " ".join(words) + "\n" + done.stderr
