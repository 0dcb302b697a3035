"""Compile the program with both images in one ELF; kept by what it was made from."""

import subprocess
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tests.differential.programs import labels

HERE = Path(__file__).parent
SOURCES = HERE / "firmware"
MACHINE = "mps2-an505"
CACHE = HERE.parent.parent / "build" / "trustzone"
CORE = ("-mcpu=cortex-m33", "-mthumb", "-mfpu=fpv5-sp-d16", "-mfloat-abi=hard")
COMPILE = ("-g", "-ffreestanding", "-ffunction-sections", "-Wall", "-Wextra", "-Werror")
GATES = ("s_gate", "s_ask", "s_is_interrupted", "s_pend", "s_handler_calls", "s_service")


@dataclass(frozen=True, slots=True)
class Build:
    """One ELF; `scene` are the macros of the program, `flags` the compiler's."""

    flags: tuple[str, ...]
    scene: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """A name for files and reports."""
        return f"trustzone{''.join(self.flags)}{''.join(f'-{each}' for each in self.scene)}"


def elf_of(build: Build) -> Path:
    """The ELF of a build, compiled unless there already."""
    key = sha256(repr((build, Path(__file__).read_text())).encode())
    for source in sorted(SOURCES.iterdir()):
        key.update(source.read_bytes())
    elf = CACHE / f"{build.name}-{key.hexdigest()[:12]}.elf"
    if not elf.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
            _compile(build, Path(scratch)).replace(elf)
    return elf


def _compile(build: Build, scratch: Path) -> Path:
    """Linked twice: linked with the entry functions themselves, their callers would miss the SG."""
    flags = (*CORE, *COMPILE, *build.flags, *(f"-D{each}" for each in build.scene))
    _run(scratch, "arm-none-eabi-gcc", *flags, "-mcmse", "-c", SOURCES / "secure.c")
    _run(scratch, "arm-none-eabi-gcc", *flags, "-mlong-calls", "-c", SOURCES / "nonsecure.c")
    renamed = [f"--redefine-sym={name}=gate_{name}" for name in GATES]
    _run(scratch, "arm-none-eabi-objcopy", *renamed, "nonsecure.o")
    places = dict.fromkeys(GATES, 0)
    elf = scratch / "fw.elf"
    for _ in range(2):
        symbols = [f"-Wl,--defsym=gate_{name}={at | 1:#x}" for name, at in places.items()]
        how = (*CORE, "-nostdlib", *symbols, "-T", str(SOURCES / "both.ld"))
        _run(scratch, "arm-none-eabi-gcc", *how, "secure.o", "nonsecure.o", "-lgcc", "-o", elf)
        places = {name: labels(elf)[name] for name in GATES}
    return elf


def _run(folder: Path, *command: str | Path) -> None:
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=folder, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, " ".join(words) + "\n" + done.stderr
