"""Thumb instructions as far as they move the stack, save registers or branch.

Armv7-M ARM (DDI 0403) A5 and A7.7, which Armv6-M's instructions are a part of. All else is Other:
it is taken to leave sp alone.
"""

from collections.abc import Callable

from stackdump_probe.arch.registers import CORE
from stackdump_probe.record import record


@record
class Load:
    """Each register of `slots` from `base` + its offset; then `base` moves by `advance`."""

    slots: tuple[tuple[str, int], ...]
    base: str
    advance: int = 0


@record
class Store:
    """Each register of `slots` to `base` + its offset; then `base` moves by `advance`."""

    slots: tuple[tuple[str, int], ...]
    base: str
    advance: int = 0


@record
class Add:
    """`target` becomes `source` + `amount`, or something unknown if that is None."""

    target: str
    source: str
    amount: int | None


@record
class Jump:
    """A branch to `target`, or to what `register` holds, or to what is not known here."""

    target: int | None = None
    register: str | None = None
    is_conditional: bool = False


@record
class Call:
    """A branch that leaves the address behind it in lr."""


@record
class IfThen:
    """Makes the next `count` instructions conditional."""

    count: int


@record
class Other:
    """Anything else."""


Operation = Load | Store | Add | Jump | Call | IfThen | Other
_OTHER = Other()


def decode(address: int, fetch: Callable[[int], int]) -> tuple[int, Operation]:
    """The size in bytes and the operation at `address`; `fetch` gives halfwords."""
    first = fetch(address)
    if first >> 11 in (0b11101, 0b11110, 0b11111):
        return 4, _wide(address, first, fetch(address + 2))
    return 2, _narrow(address, first)


def _narrow(address: int, word: int) -> Operation:
    low, middle = word & 7, word >> 3 & 7
    top = word & 0xF800
    if word & 0xFE00 == 0xB400:  # PUSH
        return _push(_listed(word & 0xFF | (word & 0x100) << 6))
    if word & 0xFE00 == 0xBC00:  # POP
        return _pop(_listed(word & 0xFF | (word & 0x100) << 7))
    if word & 0xFF00 == 0xB000:  # ADD, SUB (SP plus, minus immediate)
        amount = 4 * (word & 0x7F)
        return Add("sp", "sp", -amount if word & 0x80 else amount)
    if word & 0xFC00 == 0x4400:
        return _special_data(word)
    if word & 0xF000 == 0xD000 and word & 0x0F00 < 0x0E00:  # B T1
        return Jump(address + 4 + 2 * _signed(word, 8), is_conditional=True)
    if top == 0xE000:  # B T2
        return Jump(address + 4 + 2 * _signed(word, 11))
    if word & 0xF500 == 0xB100:  # CBZ, CBNZ
        return Jump(address + 4 + (word >> 3 & 0x40 | word >> 2 & 0x3E), is_conditional=True)
    if word & 0xFF00 == 0xBF00 and word & 0xF:  # IT
        return IfThen(4 - ((word & -word).bit_length() - 1))
    if word & 0xFF00 in (0xDE00, 0xBE00):  # UDF, BKPT
        return Jump()
    register = CORE[word >> 8 & 7]
    if top in (0x9000, 0x9800):  # STR, LDR (SP plus immediate)
        slots = ((register, 4 * (word & 0xFF)),)
        return Load(slots, "sp") if top == 0x9800 else Store(slots, "sp")
    if top == 0xA800:  # ADD (SP plus immediate)
        return Add(register, "sp", 4 * (word & 0xFF))
    if top in (0x3000, 0x3800):  # ADD, SUB (immediate, 8 bits)
        return Add(register, register, -(word & 0xFF) if top == 0x3800 else word & 0xFF)
    if word & 0xFC00 == 0x1C00:  # ADD, SUB (immediate, 3 bits)
        amount = word >> 6 & 7
        return Add(CORE[low], CORE[middle], -amount if word & 0x200 else amount)
    if word & 0xFFC0 == 0:  # MOV (register) T2
        return Add(CORE[low], CORE[middle], 0)
    return _OTHER


def _special_data(word: int) -> Operation:
    """A5.2.3: ADD, CMP, MOV of all registers, BX, BLX."""
    target, source = CORE[word >> 4 & 8 | word & 7], CORE[word >> 3 & 0xF]
    match word >> 8 & 3:
        case 0b10:  # MOV
            return Jump(register=source) if target == "pc" else Add(target, source, 0)
        case 0b11:  # BLX, BX
            return Call() if word & 0x80 else Jump(register=source)
        case 0b00:  # ADD
            return Jump() if target == "pc" else Add(target, source, None)
        case _:
            return _OTHER


def _wide(address: int, first: int, second: int) -> Operation:
    base, target = CORE[first & 0xF], CORE[second >> 8 & 0xF]
    if first & 0xF800 == 0xF000 and second & 0x8000:
        return _wide_branch(address, first, second)
    if first & 0xFE40 == 0xE840:
        return _dual(first, second)
    if first & 0xFE40 == 0xE800:
        return _multiple(first, second)
    if first & 0xFFBF in (0xED2D, 0xECBD):  # VPUSH, VPOP
        names = _vector_registers(first, second)
        return _push(names) if first & 0xFFBF == 0xED2D else _pop(names)
    if first & 0xFF60 == 0xF840:
        return _single(first, second)
    if first & 0xF800 == 0xF000:
        amount = _immediate(first, second)
        if first & 0xFBE0 in (0xF100, 0xF1A0):  # ADD, SUB (immediate) T3
            number = _expanded(amount)
            return _sum(target, base, -number if first & 0xFBE0 == 0xF1A0 else number)
        if first & 0xFBF0 in (0xF200, 0xF2A0):  # ADDW, SUBW
            return _sum(target, base, -amount if first & 0xFBF0 == 0xF2A0 else amount)
        return Add("sp", base, None) if target == "sp" else _OTHER
    if first == 0xEA4F and not second & 0x70F0:  # MOV.W
        return _sum(target, CORE[second & 0xF], 0)
    if first & 0xFE00 == 0xEA00 and target == "sp":
        return Add("sp", base, None)
    return _OTHER


def _sum(target: str, source: str, amount: int) -> Operation:
    if target == "pc" or source == "pc":  # CMN, CMP; ADR
        return _OTHER
    return Add(target, source, amount)


def _wide_branch(address: int, first: int, second: int) -> Operation:
    """A5.3.4: BL, B T4, B T3; the rest are system instructions."""
    kind = second & 0xD000
    if kind == 0xD000:
        return Call()
    sign, j1, j2 = first >> 10 & 1, second >> 13 & 1, second >> 11 & 1
    if kind == 0x9000:
        high = sign << 24 | (1 - (j1 ^ sign)) << 23 | (1 - (j2 ^ sign)) << 22
        offset = high | (first & 0x3FF) << 12 | (second & 0x7FF) << 1
        return Jump(address + 4 + offset - (sign << 25))
    if kind == 0x8000 and first >> 6 & 0xF < 0xE:
        offset = j2 << 19 | j1 << 18 | (first & 0x3F) << 12 | (second & 0x7FF) << 1
        return Jump(address + 4 + offset - (sign << 20), is_conditional=True)
    return _OTHER


def _dual(first: int, second: int) -> Operation:
    """A5.3.6: LDRD and STRD at sp; TBB and TBH."""
    pre, up, writeback = first >> 8 & 1, first >> 7 & 1, first >> 5 & 1
    if not pre and not writeback:
        return Jump() if first & 0xFFF0 == 0xE8D0 and second & 0xFFE0 == 0xF000 else _OTHER
    amount = 4 * (second & 0xFF) * (1 if up else -1)
    at = amount if pre else 0
    slots = (CORE[second >> 12], at), (CORE[second >> 8 & 0xF], at + 4)
    kind = Load if first & 0x10 else Store
    return kind(slots, CORE[first & 0xF], amount if writeback else 0)


def _multiple(first: int, second: int) -> Operation:
    """A5.3.5: LDM and STM, increment after or decrement before."""
    names, base = _listed(second), CORE[first & 0xF]
    down, writeback = first >> 8 & 1, first >> 5 & 1
    size = 4 * len(names)
    start = -size if down else 0
    slots = tuple((name, start + 4 * at) for at, name in enumerate(names))
    advance = (-size if down else size) if writeback else 0
    return Load(slots, base, advance) if first & 0x10 else Store(slots, base, advance)


def _single(first: int, second: int) -> Operation:
    """A5.3.7, A5.3.10: LDR and STR of a word with an immediate offset."""
    base, name = CORE[first & 0xF], CORE[second >> 12]
    kind = Load if first & 0x10 else Store
    if base == "pc":
        return Jump() if name == "pc" else _OTHER
    if first & 0x80:
        return kind(((name, second & 0xFFF),), base)
    if not second & 0x800:
        return Jump() if name == "pc" else _OTHER
    amount = (second & 0xFF) * (1 if second & 0x200 else -1)
    at = amount if second & 0x400 else 0
    return kind(((name, at),), base, amount if second & 0x100 else 0)


def _push(names: tuple[str, ...]) -> Store:
    size = 4 * len(names)
    return Store(tuple((name, 4 * at - size) for at, name in enumerate(names)), "sp", -size)


def _pop(names: tuple[str, ...]) -> Load:
    return Load(tuple((name, 4 * at) for at, name in enumerate(names)), "sp", 4 * len(names))


def _listed(bits: int) -> tuple[str, ...]:
    return tuple(name for number, name in enumerate(CORE) if bits >> number & 1)


def _vector_registers(first: int, second: int) -> tuple[str, ...]:
    """A7.7.249: the singles of VPUSH and VPOP."""
    high, low, count = first >> 6 & 1, second >> 12 & 0xF, second & 0xFF
    start = 2 * (high << 4 | low) if second & 0x100 else low << 1 | high
    return tuple(f"s{number}" for number in range(start, start + (count & ~(second >> 8 & 1))))


def _immediate(first: int, second: int) -> int:
    return (first & 0x400) << 1 | second >> 4 & 0x700 | second & 0xFF


def _expanded(bits: int) -> int:
    """A5.3.2: ThumbExpandImm."""
    octet = bits & 0xFF
    if bits >> 10 == 0:
        return octet * (1, 0x0001_0001, 0x0100_0100, 0x0101_0101)[bits >> 8]
    rotated = octet & 0x7F | 0x80
    turn = bits >> 7
    return (rotated >> turn | rotated << 32 - turn) & 0xFFFF_FFFF


def _signed(word: int, bits: int) -> int:
    number = word & (1 << bits) - 1
    return number - (1 << bits) if number >> bits - 1 else number
