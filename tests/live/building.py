"""Firmware of one C file with its vectors in it, compiled in the test for any machine."""

import subprocess
from pathlib import Path

from tests.differential.build import SOURCES as LINKER_SCRIPTS
from tests.differential.matrix import TARGETS, CoreName

RAM_SIZE = 0x2000


def built(source: Path, core: CoreName, folder: Path, *how: str) -> Path:
    """Its ELF in `folder`; `how` is for the compiler."""
    target, elf = TARGETS[core], folder / "fw.elf"
    places = {"FLASH_O": target.flash, "FLASH_L": 0x20000, "RAM_O": target.ram}
    symbols = [f"-Wl,--defsym={name}={place:#x}" for name, place in places.items()]
    symbols.append(f"-Wl,--defsym=RAM_L={RAM_SIZE:#x}")
    command = ["arm-none-eabi-gcc", *target.flags, "-mthumb", "-Os", "-g", "-fno-toplevel-reorder"]
    command += [
        "-nostartfiles",
        "--specs=nosys.specs",
        "-Wl,--no-warn-rwx-segments",
        *symbols,
        *how,
    ]
    command += ["-T", str(LINKER_SCRIPTS / "any.ld"), str(source), "-o", str(elf)]
    subprocess.run(command, check=True)
    return elf
