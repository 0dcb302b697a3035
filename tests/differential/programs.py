"""What is known of a program without our own reader of ELF."""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from elftools.elf.elffile import ELFFile

from stackdump_probe.memory import Memory
from tests.judge.server import flash

# DDI 0403 A7.7.19: BLX (register), encoding T1; A7.7.18: BL, encoding T1.
BLX, BLX_MASK = 0x4780, 0xFF87
BL, BL_MASK = 0xD000_F000, 0xD000_F800  # the first halfword is the lower one

# As binutils prints them: operation, tab, operands.
INSTRUCTION = re.compile(r"^ *[0-9a-f]+:\t[0-9a-f ]+\t(?!\.)(.+)$", re.MULTILINE)
BRANCH = re.compile(r"(b|b[a-z]{2}|cbn?z)(\.[nw])?")
TARGET = re.compile(r"\b([0-9a-f]+) <")
LOADS = re.compile(r"ldm\S*\t(?!sp)\w+!?, \{(.*)\}")
OTHER_NAME = MappingProxyType({"r10": "sl", "r11": "fp"})
LONGEST = 0x1000  # bytes of the last function
TO_PC = re.compile(r"^pc,|\bpc\}")


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

    def never_returns(self, pc: int) -> bool:
        """True if no instruction of the function that `pc` is in leads out of it."""
        start = max(address for address in self.functions.values() if address <= pc)
        behind = (address for address in self.functions.values() if address > start)
        end = min(behind, default=start + LONGEST)
        listed = _disassembled(self.elf, start, end)
        return bool(listed) and not any(_leads_out(line, start, end) for line in listed)

    def has_loaded(self, pc: int, name: str) -> bool:
        """True if the function that `pc` is in loads a register before, and not from the stack."""
        start = max(address for address in self.functions.values() if address <= pc)
        loads = (LOADS.match(line) for line in _disassembled(self.elf, start, pc))
        listed = [found[1].split(", ") for found in loads if found]
        return any(OTHER_NAME.get(name, name) in names for names in listed)

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


@cache
def _disassembled(elf: Path, start: int, end: int) -> list[str]:
    """The instructions there, each as binutils prints it behind its bytes."""
    command = ["arm-none-eabi-objdump", "-d", f"--start-address={start}", f"--stop-address={end}"]
    done = subprocess.run([*command, elf], check=True, capture_output=True, encoding="utf-8")
    return INSTRUCTION.findall(done.stdout)


def _leads_out(instruction: str, start: int, end: int) -> bool:
    operation, _, operands = instruction.partition("\t")
    if operation.startswith(("bx", "tb")) or TO_PC.search(operands):
        return True
    target = TARGET.search(operands) if BRANCH.fullmatch(operation) else None
    return target is not None and not start <= int(target[1], 16) < end


def labels(elf: Path) -> dict[str, int]:
    """All that has a name; bit 0 clear."""
    with elf.open("rb") as file:
        symbols = ELFFile(file).get_section_by_name(".symtab")
        return {symbol.name: symbol["st_value"] & ~1 for symbol in symbols.iter_symbols()}


def _bl_offset(word: int) -> int:
    """A7.7.18: imm32 = SignExtend(S:I1:I2:imm10:imm11:'0'), I = NOT(J EOR S)."""
    sign, imm10 = word >> 10 & 1, word & 0x3FF
    j1, j2, imm11 = word >> 29 & 1, word >> 27 & 1, word >> 16 & 0x7FF
    i1, i2 = 1 ^ j1 ^ sign, 1 ^ j2 ^ sign
    return (i1 << 23 | i2 << 22 | imm10 << 12 | imm11 << 1) - (sign << 24)
