"""What is known of a program without our own reader of ELF."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from elftools.elf.elffile import ELFFile

from stackdump_probe.memory import Memory
from tests.judge.server import flash

# DDI 0403 A7.7.19: BLX (register), encoding T1; A7.7.18: BL, encoding T1.
BLX, BLX_MASK = 0x4780, 0xFF87
BL, BL_MASK = 0xD000_F000, 0xD000_F800  # the first halfword is the lower one


@dataclass(frozen=True, slots=True)
class Program:
    """An ELF, the addresses of its functions (bit 0 clear), and what it loads into flash."""

    elf: Path
    functions: Mapping[str, int]
    flash: Memory

    def is_call(self, return_pc: int) -> bool:
        """True if what stands before a return address calls anything."""
        is_bl = self.flash.u32(return_pc - 4) & BL_MASK == BL
        return is_bl or self.calls_by_register(return_pc)

    def calls_by_register(self, return_pc: int) -> bool:
        """True if what stands before a return address calls through a pointer."""
        return self.flash.u16(return_pc - 2) & BLX_MASK == BLX

    def calls_directly(self, return_pc: int, pc: int) -> bool:
        """True if what stands before a return address calls the function that `pc` is in."""
        word = self.flash.u32(return_pc - 4)
        entry = max(address for address in self.functions.values() if address <= pc)
        return word & BL_MASK == BL and return_pc + _bl_offset(word) == entry


def program_of(elf: Path) -> Program:
    """Read its symbol table and its segments."""
    with elf.open("rb") as file:
        symbols = ELFFile(file).get_section_by_name(".symtab")
        functions = {
            symbol.name: symbol["st_value"] & ~1
            for symbol in symbols.iter_symbols()
            if symbol["st_info"]["type"] == "STT_FUNC"
        }
    return Program(elf, functions, flash(elf))


def _bl_offset(word: int) -> int:
    """A7.7.18: imm32 = SignExtend(S:I1:I2:imm10:imm11:'0'), I = NOT(J EOR S)."""
    sign, imm10 = word >> 10 & 1, word & 0x3FF
    j1, j2, imm11 = word >> 29 & 1, word >> 27 & 1, word >> 16 & 0x7FF
    i1, i2 = 1 ^ j1 ^ sign, 1 ^ j2 ^ sign
    return (i1 << 23 | i2 << 22 | imm10 << 12 | imm11 << 1) - (sign << 24)
