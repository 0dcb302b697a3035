"""Firmware of a few instructions, put together in the test, for any machine of the simulator."""

from pathlib import Path

from stackdump_probe.simulator.machines import MachineModel
from tests.builders import an_elf, halfwords, words
from tests.builders.elves import code

COUNTER = 0x100  # from the start of RAM: a word that grows while the program runs
PROCESS_STACK = 0x1000  # from the start of RAM
MAIN_STACK = 0x2000


def counting(*, flash: int, ram: int) -> bytes:
    """An ELF that counts for ever, in thread mode on the process stack, with r4 = 44.

    Thumb of Armv6-M (DDI 0419 A6.7):
        ldr r0, =stack; msr psp, r0; movs r0, #2; msr control, r0; isb
        ldr r2, =counter; movs r4, #44
        loop: adds r1, #1; str r1, [r2]; b loop
    """
    start = flash + 0x400
    vectors = words(ram + MAIN_STACK, *[start | 1] * 15).ljust(0x400, b"\0")
    instructions = halfwords(
        0x4806, 0xF380, 0x8809, 0x2002, 0xF380, 0x8814, 0xF3BF, 0x8F6F,
        0x4A03, 0x242C,
        0x3101, 0x6011, 0xE7FC, 0x0000,
    )  # fmt: skip
    literals = words(ram + PROCESS_STACK, ram + COUNTER)
    return an_elf(code(vectors + instructions + literals, at=flash), entry=start | 1)


def counting_on(model: MachineModel, folder: Path) -> Path:
    """That program for a machine, as a file in `folder`."""
    path = folder / "counting.elf"
    path.write_bytes(counting(flash=model.code.start, ram=model.ram[0][0]))
    return path
