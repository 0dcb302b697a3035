"""Compile the program, both images in one ELF or each in its own; kept by what it was made from."""

import subprocess
import tempfile
from collections.abc import Callable, Mapping
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
FLASH, NS_FLASH = 0x10000000, 0x00200000  # as in both.ld
BYTES_OF_BOTH = """\
.section .s, "a"
.incbin "s.bin"
.section .ns, "a"
.incbin "ns.bin"
"""


@dataclass(frozen=True, slots=True)
class Build:
    """One ELF; `scene` are the macros of the program, `flags` the compiler's."""

    flags: tuple[str, ...]
    scene: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """A name for files and reports."""
        return f"trustzone{''.join(self.flags)}{''.join(f'-{each}' for each in self.scene)}"


@dataclass(frozen=True, slots=True)
class Pair:
    """Both images linked apart, as they are in projects, and their bytes in one ELF to run."""

    secure: Path
    nonsecure: Path
    bytes_of_both: Path


def elf_of(build: Build) -> Path:
    """The ELF of a build, compiled unless there already."""
    return _made(build, ("",), _linked_as_one)[0]


def pair_of(build: Build) -> Pair:
    """The ELFs of a build, compiled unless there already."""
    return Pair(*_made(build, ("-s", "-ns", "-bytes"), _linked_apart))


def _made(
    build: Build, kinds: tuple[str, ...], link: Callable[[Path], tuple[Path, ...]]
) -> tuple[Path, ...]:
    key = sha256(repr((build, Path(__file__).read_text())).encode())
    for source in sorted(SOURCES.iterdir()):
        key.update(source.read_bytes())
    name = f"{build.name}-{key.hexdigest()[:12]}"
    elves = tuple(CACHE / f"{name}{kind}.elf" for kind in kinds)
    if not all(elf.exists() for elf in elves):
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
            _compile(build, Path(scratch))
            for made, elf in zip(link(Path(scratch)), elves, strict=True):
                made.replace(elf)
    return elves


def _compile(build: Build, scratch: Path) -> None:
    flags = (*CORE, *COMPILE, *build.flags, *(f"-D{each}" for each in build.scene))
    _run(scratch, "arm-none-eabi-gcc", *flags, "-mcmse", "-c", SOURCES / "secure.c")
    _run(scratch, "arm-none-eabi-gcc", *flags, "-mlong-calls", "-c", SOURCES / "nonsecure.c")
    renamed = [f"--redefine-sym={name}=gate_{name}" for name in GATES]
    _run(scratch, "arm-none-eabi-objcopy", *renamed, "nonsecure.o")


def _linked_as_one(scratch: Path) -> tuple[Path, ...]:
    """Linked twice: linked with the entry functions themselves, their callers would miss the SG."""
    gates = dict.fromkeys(GATES, 0)
    for _ in range(2):
        elf = _link(scratch, "fw.elf", "secure.o", "nonsecure.o", "-lgcc", *_defined(gates))
        gates = {name: labels(elf)[name] for name in GATES}
    return (elf,)


def _linked_apart(scratch: Path) -> tuple[Path, ...]:
    secure = _link(scratch, "s.elf", "secure.o", "-lgcc", f"-Wl,--defsym=ns_vectors={NS_FLASH:#x}")
    gates = {name: labels(secure)[name] for name in GATES}
    nonsecure = _link(scratch, "ns.elf", "nonsecure.o", "-Wl,-e,ns_Reset", *_defined(gates))
    for elf in (secure, nonsecure):
        _run(scratch, "arm-none-eabi-objcopy", "-O", "binary", elf, elf.with_suffix(".bin"))
    (scratch / "both.s").write_text(BYTES_OF_BOTH)
    _run(scratch, "arm-none-eabi-gcc", *CORE, "-c", "both.s")
    places = (f"-Wl,--section-start=.s={FLASH:#x},--section-start=.ns={NS_FLASH:#x}", "-Wl,-n")
    _run(scratch, "arm-none-eabi-gcc", *CORE, "-nostdlib", *places, "both.o", "-o", "bytes.elf")
    return secure, nonsecure, scratch / "bytes.elf"


def _defined(gates: Mapping[str, int]) -> list[str]:
    return [f"-Wl,--defsym=gate_{name}={at | 1:#x}" for name, at in gates.items()]


def _link(scratch: Path, name: str, *parts: str) -> Path:
    script = ("-nostdlib", "-T", SOURCES / "both.ld")
    _run(scratch, "arm-none-eabi-gcc", *CORE, *script, *parts, "-o", name)
    return scratch / name


def _run(folder: Path, *command: str | Path) -> None:
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=folder, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, " ".join(words) + "\n" + done.stderr
