"""Compile the program, and take from its ELF what shall not help; kept by what it was made from."""

import subprocess
import tempfile
from hashlib import sha256
from pathlib import Path

from tests.differential.build import COMPILE
from tests.stepping.matrix import RAM_SIZE, Build, Variant

HERE = Path(__file__).parent
SOURCES = HERE / "firmware"
CACHE = HERE.parent.parent / "build" / "stepping"

_FRAMES = ("-R", ".debug_frame", "-R", ".eh_frame")
_TABLES = ("-R", ".ARM.exidx", "-R", ".ARM.extab")
_LEFT_OUT: dict[Variant, tuple[str, ...]] = {
    "full": (),
    "exidx": _FRAMES,
    "symbols": (*_FRAMES, *_TABLES),
    "stripped": ("--strip-all",),
    "bare": ("--strip-all", *_TABLES),
    "rom": ("-R", ".rom"),
}


def elf_of(build: Build, variant: Variant = "full") -> Path:
    """The ELF of a build, compiled unless there already."""
    how = (build, build.target, build.far, RAM_SIZE, COMPILE, Path(__file__).read_text())
    key = sha256(repr(how).encode())
    for source in sorted(SOURCES.iterdir()):
        key.update(source.read_bytes())
    elf = CACHE / f"{build.name}-{key.hexdigest()[:12]}.{variant}.elf"
    if not elf.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
            made = Path(scratch) / "fw.elf"
            if variant == "full":
                _compile(build, made, Path(scratch))
            else:
                _run("arm-none-eabi-objcopy", *_LEFT_OUT[variant], elf_of(build), made)
            made.replace(elf)
    return elf


def _compile(build: Build, elf: Path, scratch: Path) -> None:
    objects = [_object(build, source, scratch) for source in sorted(SOURCES.glob("*.[cS]"))]
    target = build.target
    places = {"FLASH_O": target.flash, "RAM_O": target.ram, "RAM_L": RAM_SIZE, "FAR_O": build.far}
    symbols = [f"-Wl,--defsym={name}={place:#x}" for name, place in places.items()]
    optimization = [flag for flag in build.flags if flag[:2] in ("-O", "-f")]
    optimization = optimization if build.compiler == "gcc" else []
    link = ("-nostartfiles", "--specs=nosys.specs", "-Wl,--gc-sections", "-Wl,--no-warnings")
    how = (*target.flags, "-mthumb", *optimization, *link, *symbols, "-T", "any.ld")
    _run("arm-none-eabi-gcc", *how, *objects, "-lm", "-o", elf)


def _object(build: Build, source: Path, scratch: Path) -> Path:
    target = scratch / f"{source.stem}.o"
    how = ("-c", source.name, "-o", target)
    if source.suffix == ".S":
        _run("arm-none-eabi-gcc", *build.target.flags, "-mthumb", *how)
        return target
    # The ABI's tables come with -funwind-tables; they change no code.
    flags = (*build.target.flags, *COMPILE, "-funwind-tables", *build.flags, "-gdwarf-4")
    compiler: tuple[str, ...] = ("arm-none-eabi-gcc",)
    if build.compiler == "clang":
        compiler = ("clang-14", f"--target={build.target.triple}")
        compiler += ("-isystem", "/usr/include/newlib")
    _run(*compiler, *flags, *how)
    return target


def _run(*command: str | Path) -> None:
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=SOURCES, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, " ".join(words) + "\n" + done.stderr
