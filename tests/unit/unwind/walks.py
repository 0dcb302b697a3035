"""A small program, and traces of it: reset calls main calls work calls a leaf; a handler."""

from stackdump_probe.arch.registers import Registers
from stackdump_probe.image.frames.cfi_rules import Row
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.unwind.frame import Backtrace
from stackdump_probe.unwind.unwinder import unwind
from tests.builders.octets import words
from tests.builders.programs import (
    RAM,
    AFunction,
    AProgram,
    SomeVectors,
    a_call,
    a_row,
    bl,
    pushed,
)

RESET, MAIN, WORK, HANDLER, LEAF = (0x0800_0000 + 0x100 * n for n in range(1, 6))
T = 1 << 24
CALLS = pushed(4, 14)
FUNCTIONS = {
    "Reset_Handler": AFunction("Reset_Handler", RESET, row=pushed(3, 14)),
    "main": AFunction("main", MAIN, row=CALLS),
    "work": AFunction("work", WORK, row=CALLS),
    "SysTick_Handler": AFunction("SysTick_Handler", HANDLER, row=CALLS),
    "leaf": AFunction("leaf", LEAF, row=a_row()),
}
VECTORS = SomeVectors({1: RESET | 1, 3: LEAF | 1, 15: HANDLER | 1})
IN_RESET, IN_MAIN, IN_WORK, IN_HANDLER = (at + 0x11 for at in (RESET, MAIN, WORK, HANDLER))
SITES = tuple(a_call(at - 1) for at in (IN_RESET, IN_MAIN, IN_WORK, IN_HANDLER))


def program(*, entry: int = 0, vectors: SomeVectors | None = VECTORS, **rows: Row) -> AProgram:
    functions = [
        AFunction(name, function.address, row=rows.get(name, function.row))
        for name, function in FUNCTIONS.items()
    ]
    return AProgram(functions, vectors, entry)


def trace(
    registers: dict[str, int],
    *segments: Segment,
    code: AProgram | None = None,
    limit: int = 100,
) -> Backtrace:
    memory = Memory((*segments, *SITES))
    return unwind(Registers(registers), memory, code or program(), limit=limit)


def pcs(backtrace: Backtrace) -> list[int]:
    return [frame.pc for frame in backtrace.frames]


def in_leaf(**words: int) -> dict[str, int]:
    return {"pc": LEAF + 4, "sp": RAM, "lr": IN_WORK, "xpsr": T, **words}


MAIN_STACK = (0x44, IN_MAIN, 0x45, IN_RESET)
RESUMED = (0, 0x1234, 0x44, IN_WORK, 0x45, IN_MAIN, 0x46, IN_RESET, 0, 0)
CALLS_TO = (
    Segment(IN_WORK - 5, bl(LEAF - IN_WORK + 1), "elf"),
    Segment(IN_MAIN - 5, bl(WORK - IN_MAIN + 1), "elf"),
)


def cfsr(word: int) -> Segment:
    return Segment(0xE000_ED28, words(word))
