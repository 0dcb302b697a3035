"""Thumb instructions of 32 bits (Armv7-M ARM, DDI 0403, A5.3; Armv8-M ARM, DDI 0553, C2.3)."""

from stackdump_probe.arch.registers import CORE
from stackdump_probe.unwind.code.floats import vector_registers, written_floats
from stackdump_probe.unwind.code.operations import (
    Add,
    Call,
    Combine,
    Constant,
    Fetch,
    Insert,
    Jump,
    Literal,
    Load,
    Operation,
    Other,
    Slots,
    Store,
    TableJump,
    Trap,
)

_OTHER = Other()
_SECURE_GATEWAY = 0xE97F
# MSR's SYSm: MSP, PSP, CONTROL and their Non-secure aliases put another stack pointer in sp's
# place (DDI 0553 D1.2, MSR).
_STACK_SELECTING = (0x08, 0x09, 0x14, 0x88, 0x89, 0x94, 0x98)


def wide(address: int, first: int, second: int) -> Operation:
    """The operation of two halfwords."""
    match first >> 9 & 0xF:
        case 0b0100:
            return _in_memory(address, first, second)
        case 0b0101:
            return _shifted_register(first, second)
        case 0b0110 | 0b0111 | 0b1110 | 0b1111:
            return _coprocessor(first, second)
        case 0b1100:
            return _single(address, first, second)
        case 0b1101:
            return _register(first, second)
        case _ if second & 0x8000:
            return _branch(address, first, second)
        case _:
            return _immediate(address, first, second)


def _written(*numbers: int) -> Other:
    """What has pc for its target sets flags only."""
    return Other(tuple(CORE[number] for number in numbers if number != 15))


def _in_memory(address: int, first: int, second: int) -> Operation:
    """A5.3.5 and A5.3.6."""
    if first & 0x40:
        return _dual(address, first, second)
    names, base = _listed(second), CORE[first & 0xF]
    if base == "pc":  # CLRM
        return Other(tuple(name for name in names if name != "pc"))
    down, writeback = first >> 8 & 1, first >> 5 & 1
    size = 4 * len(names)
    slots = _ascending(names, -size if down else 0)
    advance = (-size if down else size) if writeback else 0
    return Load(slots, base, advance) if first & 0x10 else Store(slots, base, advance)


def _dual(address: int, first: int, second: int) -> Operation:
    """A5.3.6: LDRD, STRD, exclusive access, table branch."""
    base, low, high = CORE[first & 0xF], second >> 12, second >> 8 & 0xF
    up, writeback = first >> 7 & 1, first >> 5 & 1
    if first == _SECURE_GATEWAY:
        return _OTHER
    if not first & 0x120:
        return _exclusive(address, first, second)
    if base == "pc":
        return _written(low, high)
    amount = 4 * (second & 0xFF) * (1 if up else -1)
    at = amount if first & 0x100 else 0
    slots = ((CORE[low], at), (CORE[high], at + 4))
    kind = Load if first & 0x10 else Store
    return kind(slots, base, amount if writeback else 0)


def _exclusive(address: int, first: int, second: int) -> Operation:
    """LDREX, STREX, LDA, STL and their like; TBB, TBH."""
    if first & 0xFFF0 == 0xE8D0 and second & 0xFFE0 == 0xF000:
        if first & 0xF != 15:
            return Jump()
        return TableJump(address + 4, 2 if second & 0x10 else 1)
    if first & 0x10:
        return _written(second >> 12)
    return _written(second >> 8 & 0xF, second & 0xF)


def _shifted_register(first: int, second: int) -> Operation:
    """A5.3.11."""
    target, source, other = second >> 8 & 0xF, first & 0xF, second & 0xF
    kind, is_shifted = first >> 5 & 0xF, bool(second & 0x70F0)
    if target == 15:
        return _OTHER
    if kind == 0b0010 and source == 15 and not is_shifted:
        return Add(CORE[target], CORE[other], 0)
    if kind in (0b1000, 0b1101) and not is_shifted:
        return Combine(CORE[target], CORE[source], CORE[other], 1 if kind == 0b1000 else -1)
    return _written(target)


def _coprocessor(first: int, second: int) -> Operation:
    """A5.3.18, A6: what moves words between the FPU's registers, memory and ours."""
    if first & 0xEFF0 == 0xEC50:  # VMOV to two core registers, MRRC
        return _written(second >> 12, first & 0xF)
    if first & 0xEF10 == 0xEE10 and second & 0x10:  # VMOV to a core register, VMRS, MRC
        return _written(second >> 12)
    if second & 0x0E00 != 0x0A00:
        return _OTHER
    if first & 0xFE00 == 0xEC00 and first & 0xFFE0 != 0xEC40:
        return _vector(first, second)
    return Other(written_floats(first, second))


def _vector(first: int, second: int) -> Operation:
    """VLDR, VSTR, VLDM, VSTM, VPUSH, VPOP."""
    base, amount = CORE[first & 0xF], 4 * (second & 0xFF)
    up, down = first >> 7 & 1, first >> 8 & 1
    is_one = bool(down) and not first & 0x20
    kind = Load if first & 0x10 else Store
    if is_one:
        count = 2 if second & 0x100 else 1
        start = amount if up else -amount
        return kind(_ascending(vector_registers(first, second, count), start), base)
    names = vector_registers(first, second, second & 0xFF & ~(second >> 8 & 1))
    advance = (-amount if down else amount) if first & 0x20 else 0
    return kind(_ascending(names, -amount if down else 0), base, advance)


def _single(address: int, first: int, second: int) -> Operation:
    """A5.3.7 to A5.3.10: loads and stores of a word, halfword or byte."""
    base, target = CORE[first & 0xF], CORE[second >> 12]
    width = (1, 2, 4, 4)[first >> 5 & 3]
    is_load, has_wide_offset = first & 0x10, first & 0x80
    if base == "pc":
        return _literal(address, first, second, width)
    if not has_wide_offset and not second & 0x800:
        return _indexed(base, target, width, second) if is_load else _OTHER
    amount = second & 0xFFF if has_wide_offset else (second & 0xFF) * (1 if second & 0x200 else -1)
    at = amount if has_wide_offset or second & 0x400 else 0
    advance = amount if not has_wide_offset and second & 0x100 else 0
    if width == 4:
        kind = Load if is_load else Store
        return kind(((target, at),), base, advance)
    if advance:
        return Other((target, base) if is_load else (base,))
    return Fetch(target, base, width, at) if is_load and target != "pc" else _OTHER


def _literal(address: int, first: int, second: int, width: int) -> Operation:
    offset = (second & 0xFFF) * (1 if first & 0x80 else -1)
    target = second >> 12
    if width != 4 or not first & 0x10:
        return _written(target)
    if target == 15:
        return Jump()
    return Literal(CORE[target], (address + 4 & ~3) + offset)


def _indexed(base: str, target: str, width: int, second: int) -> Operation:
    if target == "pc":
        return Fetch("pc", base, 4, index=CORE[second & 0xF]) if width == 4 else _OTHER
    return Fetch(target, base, width, index=CORE[second & 0xF])


def _register(first: int, second: int) -> Operation:
    """A5.3.12 to A5.3.17: shifts, extensions, multiplication, division; BXAUT."""
    if first & 0xFFF0 == 0xFB50 and second & 0x0FF0 == 0x0F10:
        return Jump(register=CORE[first & 0xF])
    is_long = first & 0xFF80 == 0xFB80 and first & 0x70 not in (0x10, 0x30)
    if is_long:
        return _written(second >> 12, second >> 8 & 0xF)
    return _written(second >> 8 & 0xF)


def _immediate(address: int, first: int, second: int) -> Operation:
    """A5.3.1 and A5.3.3: data processing with a constant."""
    target, source = second >> 8 & 0xF, first & 0xF
    bits = (first & 0x400) << 1 | second >> 4 & 0x700 | second & 0xFF
    if target == 15:
        return _OTHER
    name = CORE[target]
    match first & 0xFBE0:
        case 0xF040 | 0xF060 if source == 15:  # MOV, MVN
            number = _expanded(bits)
            return Constant(name, number if first & 0xFBE0 == 0xF040 else number ^ 0xFFFF_FFFF)
        case 0xF100 | 0xF1A0 if source != 15:  # ADD, SUB T3
            number = _expanded(bits)
            return Add(name, CORE[source], -number if first & 0xFBE0 == 0xF1A0 else number)
        case 0xF200 | 0xF2A0:  # ADDW, SUBW, ADR
            amount = -bits if first & 0xFBE0 == 0xF2A0 else bits
            if source == 15:
                return Constant(name, (address + 4 & ~3) + amount)
            return Add(name, CORE[source], amount)
        case 0xF240:  # MOVW
            return Constant(name, source << 12 | bits)
        case 0xF2C0:  # MOVT
            return Insert(name, source << 12 | bits)
        case _:
            return Other((name,))


def _branch(address: int, first: int, second: int) -> Operation:
    """A5.3.4: BL, B T4, B T3; the rest are system instructions."""
    kind = second & 0xD000
    sign, j1, j2 = first >> 10 & 1, second >> 13 & 1, second >> 11 & 1
    if kind in (0x9000, 0xD000):
        high = sign << 24 | (1 - (j1 ^ sign)) << 23 | (1 - (j2 ^ sign)) << 22
        offset = (high | (first & 0x3FF) << 12 | (second & 0x7FF) << 1) - (sign << 25)
        target = address + 4 + offset & 0xFFFF_FFFF
        return Call(target) if kind == 0xD000 else Jump(target)
    if kind == 0xC000:  # DLS, WLS, LE: loops that count in lr (DDI 0553 C2.4)
        return Other(("lr",))
    if first >> 6 & 0xF < 0xE:
        offset = j2 << 19 | j1 << 18 | (first & 0x3F) << 12 | (second & 0x7FF) << 1
        return Jump(address + 4 + offset - (sign << 20), is_conditional=True)
    return _system(first, second)


def _system(first: int, second: int) -> Operation:
    if first & 0xFFE0 == 0xF380:  # MSR
        return Other(("sp",)) if second & 0xFF in _STACK_SELECTING else _OTHER
    if first & 0xFFE0 == 0xF3E0:  # MRS
        return _written(second >> 8 & 0xF)
    if first == 0xF3AF and second & 0xFF in (0x1D, 0x0D):  # PAC, PACBTI
        return Other(("r12",))
    return Trap() if first & 0xFFF0 == 0xF7F0 else _OTHER


def _listed(bits: int) -> tuple[str, ...]:
    return tuple(name for number, name in enumerate(CORE) if bits >> number & 1)


def _ascending(names: tuple[str, ...], start: int) -> Slots:
    return tuple((name, start + 4 * at) for at, name in enumerate(names))


def _expanded(bits: int) -> int:
    """A5.3.2: ThumbExpandImm."""
    octet = bits & 0xFF
    if bits >> 10 == 0:
        return octet * (1, 0x0001_0001, 0x0100_0100, 0x0101_0101)[bits >> 8]
    rotated = octet & 0x7F | 0x80
    turn = bits >> 7
    return (rotated >> turn | rotated << 32 - turn) & 0xFFFF_FFFF
