"""Thumb instructions: what they do to registers, the stack and the flow of control.

Armv7-M ARM (DDI 0403) A5 and A7.7, which Armv6-M's instructions are a part of; Armv8-M ARM
(DDI 0553) C2. Flags are of no interest here.
"""

from collections.abc import Callable

from stackdump_probe.arch.registers import CORE
from stackdump_probe.memory import Memory
from stackdump_probe.unwind.code.operations import (
    Add,
    Call,
    Combine,
    Constant,
    Fetch,
    IfThen,
    Jump,
    Literal,
    Load,
    Operation,
    Other,
    Relocate,
    Shift,
    Store,
    TableJump,
    Trap,
)
from stackdump_probe.unwind.code.thumb_wide import wide

_OTHER = Other()


def fetching(memory: Memory, near: int) -> Callable[[int], int]:
    """What gives the halfword at an address, fast where that is not far from `near`.

    It raises NotCaptured.
    """
    segment = memory.segment_at(near)
    if segment is None:
        return memory.u16
    start, content, last = segment.start, segment.content, len(segment.content) - 1

    def fetch(address: int) -> int:
        at = address - start
        return content[at] | content[at + 1] << 8 if 0 <= at < last else memory.u16(address)

    return fetch


def decode(address: int, fetch: Callable[[int], int]) -> tuple[int, Operation]:
    """The size in bytes and the operation at `address`; `fetch` gives halfwords."""
    first = fetch(address)
    if first >> 11 in (0b11101, 0b11110, 0b11111):
        return 4, wide(address, first, fetch(address + 2))
    return 2, _GROUPS[first >> 12](address, first)


def _low(word: int, shift: int = 0) -> str:
    return CORE[word >> shift & 7]


def _shift_or_add(address: int, word: int) -> Operation:  # noqa: ARG001
    """A5.2.1, with bit 12 set: ADD, SUB; ASR."""
    target, source = _low(word), _low(word, 3)
    match word >> 9 & 7:
        case 0b100 | 0b101:
            return Combine(target, source, _low(word, 6), -1 if word & 0x200 else 1)
        case 0b110 | 0b111:
            amount = word >> 6 & 7
            return Add(target, source, -amount if word & 0x200 else amount)
        case _:
            return Other((target,))


def _shift(address: int, word: int) -> Operation:  # noqa: ARG001
    """LSL, LSR; LSL by 0 is MOV (register) T2."""
    target, source, amount = _low(word), _low(word, 3), word >> 6 & 0x1F
    if word & 0x800:
        return Other((target,))
    return Shift(target, source, amount) if amount else Add(target, source, 0)


def _move_or_compare(address: int, word: int) -> Operation:  # noqa: ARG001
    return _OTHER if word & 0x800 else Constant(_low(word, 8), word & 0xFF)


def _add_immediate(address: int, word: int) -> Operation:  # noqa: ARG001
    register, amount = _low(word, 8), word & 0xFF
    return Add(register, register, -amount if word & 0x800 else amount)


def _data_processing(address: int, word: int) -> Operation:
    """A5.2.2, A5.2.3 and LDR (literal)."""
    if word & 0x0800:
        return Literal(_low(word, 8), (address + 4 & ~3) + 4 * (word & 0xFF))
    if word & 0x0400:
        return _special_data(address, word)
    match word >> 6 & 0xF:
        case 0b1000 | 0b1010 | 0b1011:  # TST, CMP, CMN
            return _OTHER
        case 0b1001:  # RSB from 0
            return Combine(_low(word), None, _low(word, 3), -1)
        case _:
            return Other((_low(word),))


def _special_data(address: int, word: int) -> Operation:
    """A5.2.3: ADD, CMP, MOV of all registers, BX, BLX."""
    target, source = CORE[word >> 4 & 8 | word & 7], CORE[word >> 3 & 0xF]
    match word >> 8 & 3:
        case 0b10:  # MOV
            return Jump(register=source) if target == "pc" else Add(target, source, 0)
        case 0b11:  # BLX, BX
            return Call() if word & 0x80 else Jump(register=source)
        case 0b00:  # ADD
            if target == "pc":
                return TableJump(address + 4, register=source)
            if source == "pc":
                return Relocate(target, address + 4)
            return Combine(target, target, source)
        case _:
            return _OTHER


def _by_register(address: int, word: int) -> Operation:  # noqa: ARG001
    """A5.2.4, 0101: STR, STRH, STRB, LDRSB, LDR, LDRH, LDRB, LDRSH."""
    kind = word >> 9 & 7
    if kind < 3:
        return _OTHER
    width = (0, 0, 0, 1, 4, 2, 1, 2)[kind]
    return Fetch(_low(word), _low(word, 3), width, index=_low(word, 6))


def _word_immediate(address: int, word: int) -> Operation:  # noqa: ARG001
    slots = ((_low(word), 4 * (word >> 6 & 0x1F)),)
    return Load(slots, _low(word, 3)) if word & 0x800 else Store(slots, _low(word, 3))


def _byte_immediate(address: int, word: int) -> Operation:  # noqa: ARG001
    if not word & 0x800:
        return _OTHER
    return Fetch(_low(word), _low(word, 3), 1, word >> 6 & 0x1F)


def _halfword_immediate(address: int, word: int) -> Operation:  # noqa: ARG001
    if not word & 0x800:
        return _OTHER
    return Fetch(_low(word), _low(word, 3), 2, 2 * (word >> 6 & 0x1F))


def _on_stack(address: int, word: int) -> Operation:  # noqa: ARG001
    slots = ((_low(word, 8), 4 * (word & 0xFF)),)
    return Load(slots, "sp") if word & 0x800 else Store(slots, "sp")


def _address(address: int, word: int) -> Operation:
    """ADR; ADD (SP plus immediate)."""
    amount = 4 * (word & 0xFF)
    if word & 0x800:
        return Add(_low(word, 8), "sp", amount)
    return Constant(_low(word, 8), (address + 4 & ~3) + amount)


def _miscellaneous(address: int, word: int) -> Operation:
    """A5.2.5."""
    if word & 0xFE00 == 0xB400:  # PUSH
        return push(word & 0xFF | (word & 0x100) << 6)
    if word & 0xFE00 == 0xBC00:  # POP
        names = _listed(word & 0xFF | (word & 0x100) << 7)
        return Load(_ascending(names), "sp", 4 * len(names))
    if word & 0xFF00 == 0xB000:  # ADD, SUB (SP plus, minus immediate)
        amount = 4 * (word & 0x7F)
        return Add("sp", "sp", -amount if word & 0x80 else amount)
    if word & 0xF500 == 0xB100:  # CBZ, CBNZ
        return Jump(address + 4 + (word >> 3 & 0x40 | word >> 2 & 0x3E), is_conditional=True)
    if word & 0xFF00 == 0xBF00 and word & 0xF:  # IT
        return _if_then(word >> 4 & 0xF, word & 0xF)
    if word & 0xFF00 == 0xBE00:  # BKPT
        return Trap()
    if word & 0xFF00 in (0xB200, 0xBA00):  # SXTH and its like, REV and its like
        return Other((_low(word),))
    return _OTHER


def _if_then(first: int, mask: int) -> IfThen:
    """A7.7.38: of `mask`, the lowest bit that is set ends it; each above says then or else."""
    bits = range(3, (mask & -mask).bit_length() - 1, -1)
    return IfThen((first, *(first & 0xE | mask >> bit & 1 for bit in bits)))


def push(bits: int) -> Store:
    """A store below sp, which moves there."""
    names = _listed(bits)
    size = 4 * len(names)
    return Store(tuple((name, 4 * at - size) for at, name in enumerate(names)), "sp", -size)


def _multiple(address: int, word: int) -> Operation:  # noqa: ARG001
    """STM, LDM: the base moves unless it is loaded itself."""
    names, base = _listed(word & 0xFF), _low(word, 8)
    if not word & 0x800:
        return Store(_ascending(names), base, 4 * len(names))
    return Load(_ascending(names), base, 0 if base in names else 4 * len(names))


def _listed(bits: int) -> tuple[str, ...]:
    return tuple(name for number, name in enumerate(CORE) if bits >> number & 1)


def _ascending(names: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    return tuple((name, 4 * at) for at, name in enumerate(names))


def _conditional(address: int, word: int) -> Operation:
    """A5.2.6: B T1, UDF, SVC."""
    match word >> 8 & 0xF:
        case 0xE:
            return Trap()
        case 0xF:
            return _OTHER
        case _:
            return Jump(address + 4 + 2 * _signed(word, 8), is_conditional=True)


def _branch(address: int, word: int) -> Operation:
    return Jump(address + 4 + 2 * _signed(word, 11))


def _signed(word: int, bits: int) -> int:
    number = word & (1 << bits) - 1
    return number - (1 << bits) if number >> bits - 1 else number


# A5.2, by the upper four bits.
_GROUPS: tuple[Callable[[int, int], Operation], ...] = (
    _shift, _shift_or_add, _move_or_compare, _add_immediate,
    _data_processing, _by_register, _word_immediate, _byte_immediate,
    _halfword_immediate, _on_stack, _address, _miscellaneous,
    _multiple, _conditional, _branch, _branch,
)  # fmt: skip
