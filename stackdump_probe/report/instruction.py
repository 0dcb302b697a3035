"""One Thumb instruction: its text, the registers that it reads, the memory that it touches.

The only home of capstone, which is loaded when an instruction is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from stackdump_probe.arch.registers import CORE, SINGLES, Registers
from stackdump_probe.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

    Kind = Literal["load", "store"]


class Touched(Record):
    """`size` bytes from `base` plus `offset` plus `index`, if there is one, shifted left."""

    kind: Kind
    size: int
    base: str
    offset: int = 0
    index: str | None = None
    shift: int = 0


class Instruction(Record):
    """An instruction at `address`, its `text` as an assembler writes it.

    `reads` are the registers whose values decide what it does, but for pc; `touches` is None if
    it neither loads nor stores.
    """

    address: int
    mnemonic: str
    text: str
    reads: tuple[str, ...]
    touches: Touched | None

    def address_touched(self, registers: Registers) -> int | None:
        """Where it loads or stores; None if a register that says so is not known."""
        touched = self.touches
        if touched is None:
            return None
        index = 0 if touched.index is None else registers.get(touched.index)
        base = self._pc(touched) if touched.base == "pc" else registers.get(touched.base)
        if base is None or index is None:
            return None
        return base + touched.offset + (index << touched.shift) & 0xFFFF_FFFF

    def _pc(self, touched: Touched) -> int:
        """What pc reads as: 4 further, word-aligned for literals (DDI 0403 A5.1.2, A7.7.44)."""
        ahead = self.address + 4
        return ahead & ~3 if touched.index is None else ahead


# Armv7-M ARM (DDI 0403) A7.7, Armv8-M ARM (DDI 0553) C2.4: what accesses one element, in bytes.
_WIDTHS = (
    (1, "ldrb ldrbt ldrsb ldrsbt ldrexb ldab ldaexb tbb", "strb strbt strexb stlb stlexb"),
    (2, "ldrh ldrht ldrsh ldrsht ldrexh ldah ldaexh tbh", "strh strht strexh stlh stlexh"),
    (4, "ldr ldrt ldrex lda ldaex", "str strt strex stl stlex"),
    (8, "ldrd", "strd"),
)
_SINGLE: Mapping[str, tuple[Kind, int]] = MappingProxyType(
    {
        **{name: ("load", size) for size, loads, _stores in _WIDTHS for name in loads.split()},
        **{name: ("store", size) for size, _loads, stores in _WIDTHS for name in stores.split()},
    }
)
_VECTOR: Mapping[str, Kind] = MappingProxyType({"vldr": "load", "vstr": "store"})
# The same of several registers: kind, and whether they lie below the base.
_MULTIPLE: Mapping[str, tuple[Kind, bool]] = MappingProxyType(
    {
        "ldm": ("load", False),
        "ldmdb": ("load", True),
        "stm": ("store", False),
        "stmdb": ("store", True),
        "vldmia": ("load", False),
        "vldmdb": ("load", True),
        "vstmia": ("store", False),
        "vstmdb": ("store", True),
        "pop": ("load", False),
        "push": ("store", True),
        "vpop": ("load", False),
        "vpush": ("store", True),
    }
)
_ON_STACK = ("pop", "push", "vpop", "vpush")


def decoded(code: bytes, address: int) -> Instruction | None:
    """The instruction that `code` begins with; None if there is none, or no capstone."""
    try:
        import capstone
    except ImportError:
        return None
    mode = capstone.CS_MODE_THUMB | capstone.CS_MODE_MCLASS | capstone.CS_MODE_V8
    disassembler = capstone.Cs(capstone.CS_ARCH_ARM, mode)
    disassembler.detail = True
    disassembler.syntax = capstone.CS_OPT_SYNTAX_NOREGNAME  # r9, not sb
    for found in disassembler.disasm(code, address, 1):
        return _instruction(found)
    return None


def _instruction(found: Any) -> Instruction:
    mnemonic = found.mnemonic.removesuffix(".w")
    touches = _touched(mnemonic, found)
    if mnemonic in _MULTIPLE and touches is not None:
        names = [touches.base]
    else:
        names = [found.reg_name(number) for number in found.regs_access()[0]]
    reads = tuple(name for name in names if name in (*CORE, *SINGLES) and name != "pc")
    text = f"{found.mnemonic} {found.op_str}".strip()
    return Instruction(found.address, mnemonic, text, reads, touches)


def _touched(mnemonic: str, found: Any) -> Touched | None:
    from capstone.arm import ARM_OP_MEM

    registers = [found.reg_name(each.reg) for each in found.operands if each.type != ARM_OP_MEM]
    if mnemonic in _MULTIPLE:
        return _several(mnemonic, registers)
    places = [each for each in found.operands if each.type == ARM_OP_MEM]
    if not places:
        return None
    if mnemonic in _VECTOR:
        return _at(places[0], found, _VECTOR[mnemonic], _bytes_of(registers[0]))
    if mnemonic in _SINGLE:
        return _at(places[0], found, *_SINGLE[mnemonic])
    return None


def _several(mnemonic: str, registers: list[str]) -> Touched:
    kind, is_below = _MULTIPLE[mnemonic]
    base, listed = ("sp", registers) if mnemonic in _ON_STACK else (registers[0], registers[1:])
    size = sum(map(_bytes_of, listed))
    return Touched(kind, size, base, -size if is_below else 0)


def _at(place: Any, found: Any, kind: Kind, size: int) -> Touched:
    index = found.reg_name(place.mem.index) if place.mem.index else None
    return Touched(
        kind, size, found.reg_name(place.mem.base), place.mem.disp, index, place.shift.value
    )


def _bytes_of(register: str) -> int:
    return 8 if register.startswith("d") else 4
