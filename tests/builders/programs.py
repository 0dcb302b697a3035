"""A program as unwinding sees it, and dumps of it, made in the test."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stackdump_probe.arch.registers import Registers
from stackdump_probe.image.frames.cfi_rules import CfaOffset, CfaRule, Offset, Row, Rule
from stackdump_probe.image.frames.exidx import Entry
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.unwind.step import Position, Surroundings
from tests.builders.octets import halfwords, words

RAM = 0x2000_0000
FLASH = 0x0800_0000
NOP = 0xBF00
BLX_R3 = 0x4798
SP_IS_CFA = CfaOffset(13, 0)


@dataclass(frozen=True, slots=True)
class AFunction:
    """A function of `size` bytes; `row` are its call frame rules, if it has any."""

    name: str
    address: int
    size: int = 0x40
    row: Row | None = None


@dataclass(frozen=True, slots=True)
class SomeVectors:
    """Handlers by exception number; 1 is the reset handler."""

    handlers: Mapping[int, int]

    @property
    def reset(self) -> int:
        return self.handlers[1]

    def handler(self, number: int) -> int | None:
        return self.handlers.get(number)


@dataclass(frozen=True, slots=True)
class SomeCalls:
    """The rules of whole functions."""

    functions: Sequence[AFunction]

    def function_at(self, address: int) -> AFunction | None:
        for function in self.functions:
            if function.address <= address < function.address + function.size:
                return function
        return None

    def row_at(self, pc: int) -> Row | None:
        function = self.function_at(pc)
        return None if function is None else function.row


@dataclass(frozen=True, slots=True)
class SomeEntries:
    """Entries of exception tables."""

    entries: Sequence[Entry] = ()

    def entry_at(self, pc: int) -> Entry | None:
        return next((each for each in self.entries if each.start <= pc < each.end), None)


@dataclass(frozen=True, slots=True)
class AProgram:
    """Functions in flash; whatever lies in one is code."""

    functions: Sequence[AFunction] = ()
    vectors: SomeVectors | None = None
    entry: int = 0
    exidx: SomeEntries = SomeEntries()

    @property
    def symbols(self) -> SomeCalls:
        return SomeCalls(self.functions)

    @property
    def cfi(self) -> SomeCalls:
        return SomeCalls(self.functions)

    def at(self, _address: int) -> "AProgram":
        return self

    def is_code(self, address: int) -> bool:
        return self.symbols.function_at(address) is not None


def pushed(*names: int, locals_size: int = 0) -> Row:
    """The row after a push of these registers, by number, lowest first, and `sub sp`."""
    saved = {number: Offset(-4 * (len(names) - at)) for at, number in enumerate(names)}
    return a_row(CfaOffset(13, 4 * len(names) + locals_size), saved)


def a_row(cfa: CfaRule = SP_IS_CFA, registers: Mapping[int, Rule] | None = None) -> Row:
    """A row; without anything, that of a function's first instruction."""
    return Row(cfa, registers or {}, 14)


def a_stack(*contents: int, at: int = RAM) -> Segment:
    """Words of a captured stack, lowest address first."""
    return Segment(at, words(*contents))


def a_call(returning_to: int, *, target: int | None = None) -> Segment:
    """The four bytes before a return address: BL `target`, or BLX r3."""
    if target is None:
        return Segment(returning_to - 4, halfwords(NOP, BLX_R3), "elf")
    return Segment(returning_to - 4, bl(target - returning_to), "elf")


def bl(offset: int) -> bytes:
    """Armv7-M ARM (DDI 0403) A7.7.18, encoding T1."""
    sign, i1, i2 = offset >> 24 & 1, offset >> 23 & 1, offset >> 22 & 1
    j1, j2 = 1 - (i1 ^ sign), 1 - (i2 ^ sign)
    first = 0xF000 | sign << 10 | offset >> 12 & 0x3FF
    return halfwords(first, 0xD000 | j1 << 13 | j2 << 11 | offset >> 1 & 0x7FF)


def a_frame(*, pc: int, xpsr: int = 1 << 24, lr: int = 0xFFFF_FFFF) -> tuple[int, ...]:
    """What exception entry stacks: r0-r3 and r12 hold 0xA0, 0xA1, 0xA2, 0xA3, 0xAC."""
    return 0xA0, 0xA1, 0xA2, 0xA3, 0xAC, lr, pc, xpsr


def around(
    *segments: Segment, program: AProgram | None = None, live: Registers | None = None
) -> Surroundings:
    """Surroundings of a step."""
    return Surroundings(Memory(segments), program or AProgram(), live or Registers())


def at(registers: Mapping[str, int], *, is_exact: bool = True) -> Position:
    """A frame with these registers."""
    return Position(Registers(registers), "innermost", is_exact)
