"""How the programs in C are compiled and linked."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.bench.folder import HERE
from tests.differential.matrix import TARGETS
from tests.firmware.build import SOURCES as FIXTURES

FIRMWARE = HERE / "firmware"
TARGET = (*TARGETS["m7f"].flags, "-mthumb")
COMPILE = (*TARGET, "-g3", "-ffunction-sections", "-fdata-sections", "-w")
LINK = ("-nostartfiles", "--specs=nosys.specs", "-Wl,--gc-sections", "-Wl,--build-id=sha1")
SCRIPT: tuple[str | Path, ...] = ("-Wl,--no-warn-rwx-segments", "-T", FIRMWARE / "station.ld")


def compiled(source: Path, target: Path, *flags: str | Path) -> Path:
    """The object file `target`; one that is there is taken as it is."""
    if not target.exists():
        scratch = target.with_suffix(".part")
        run("arm-none-eabi-gcc", *COMPILE, *flags, "-c", source, "-o", scratch)
        scratch.replace(target)
    return target


def linked(objects: Sequence[Path], stations: Sequence[str], elf: Path, *flags: str) -> None:
    """The program that runs the last of `stations`, whose entries are in `objects`."""
    names = " ".join(f"STATION({name})" for name in stations)
    folder = elf.parent / elf.stem
    main = compiled(FIRMWARE / "main.c", folder / "main.o", "-O2", f"-DSTATIONS={names}")
    startup = compiled(FIXTURES / "startup.c", folder / "startup.o", "-O2")
    everything: tuple[str | Path, ...] = (*flags, startup, main, *objects, "-lm")
    run("arm-none-eabi-gcc", *TARGET, *LINK, *SCRIPT, *everything, "-o", elf)


def run(*command: str | Path) -> None:
    """Run a tool; what it complains of goes into the error."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    assert done.returncode == 0, f"{command[0]}: {done.stderr[:2000]}"
