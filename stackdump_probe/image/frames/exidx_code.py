"""Unwinding instructions of the Arm-defined personality routines (EHABI32, IHI 0038, table 4).

They move vsp, a virtual stack pointer, from the sp of the frame to that of its caller.
"""

from stackdump_probe.arch.registers import CORE, DOUBLES, SINGLES
from stackdump_probe.image.dwarf.reader import Reader
from stackdump_probe.record import Record

SECTION = ".ARM.exidx"


class MoveVsp(Record):
    """vsp moves by `amount` bytes."""

    amount: int


class SetVsp(Record):
    """vsp becomes what register `name` holds."""

    name: str


class Pop(Record):
    """The words from vsp upwards are those of `names`; vsp moves past them.

    If sp is among them, vsp becomes what was loaded into it.
    """

    names: tuple[str, ...]


Instruction = MoveVsp | SetVsp | Pop


class Refusal(Record):
    """The frame cannot be undone; `reason` completes "the unwind table ..."."""

    reason: str


_NO_WMMX = Refusal("has saved registers of Intel Wireless MMX, which no Cortex-M has")


def decode(octets: bytes, *, offset: int) -> tuple[Instruction, ...] | Refusal:
    """The instructions up to Finish; raises DwarfError, `offset` being that of the index entry.

    Instructions that are spare or reserved refuse the frame (remark f).
    """
    reader = Reader(octets, SECTION, base=offset)
    found: list[Instruction] = []
    while reader.left:
        opcode = reader.u8()
        if opcode == 0xB0:  # Finish
            break
        decoded = _decoded(opcode, reader)
        if isinstance(decoded, Refusal):
            return decoded
        found += decoded
    return tuple(found)


def _decoded(opcode: int, reader: Reader) -> tuple[Instruction, ...] | Refusal:
    match opcode >> 4:
        case 0x0 | 0x1 | 0x2 | 0x3:
            return (MoveVsp(4 * (opcode & 0x3F) + 4),)
        case 0x4 | 0x5 | 0x6 | 0x7:
            return (MoveVsp(-4 * (opcode & 0x3F) - 4),)
        case 0x8:
            mask = (opcode & 0xF) << 8 | reader.u8()
            return (Pop(_under(mask, CORE[4:])),) if mask else Refusal("refuses to unwind it")
        case 0x9:
            # 13 and 15 are prefixes for moves between registers.
            return _spare(opcode) if opcode in (0x9D, 0x9F) else (SetVsp(CORE[opcode & 0xF]),)
        case 0xA:
            return (Pop(CORE[4 : 5 + (opcode & 7)] + CORE[14:15] * (opcode >> 3 & 1)),)
        case 0xB:
            return _integers_and_old_doubles(opcode, reader)
        case 0xC:
            return _ranges(opcode, reader)
        case 0xD if opcode < 0xD8:
            return _doubles(8, 8 + (opcode & 7))
        case _:
            return _spare(opcode)


def _integers_and_old_doubles(opcode: int, reader: Reader) -> tuple[Instruction, ...] | Refusal:
    match opcode:
        case 0xB1:
            mask = reader.u8()
            return (Pop(_under(mask, CORE[:4])),) if 0 < mask < 0x10 else _spare(opcode, mask)
        case 0xB2:
            amount = 0x204 + (reader.uleb() << 2)
            if amount >= 1 << 32:
                raise reader.error(f"vsp moves by {amount:#x} bytes")
            return (MoveVsp(amount),)
        case 0xB3:
            operand = reader.u8()
            return _stored_with_format(operand >> 4, (operand >> 4) + (operand & 0xF))
        case 0xB4:
            return (Pop(("ra_auth_code",)),)
        case 0xB5:
            return ()  # tells only what the authentication code was computed with (remark h)
        case 0xB6 | 0xB7:
            return _spare(opcode)
        case _:
            return _stored_with_format(8, 8 + (opcode & 7))


def _ranges(opcode: int, reader: Reader) -> tuple[Instruction, ...] | Refusal:
    match opcode:
        case 0xC8 | 0xC9:
            operand = reader.u8()
            first = (operand >> 4) + (16 if opcode == 0xC8 else 0)
            return _doubles(first, first + (operand & 0xF))
        case 0xC7:
            mask = reader.u8()
            return _NO_WMMX if 0 < mask < 0x10 else _spare(opcode, mask)
        case _:
            return _NO_WMMX if opcode < 0xC7 else _spare(opcode)


def _doubles(first: int, last: int) -> tuple[Instruction, ...] | Refusal:
    """D`first` to D`last` as VPUSH saves them (remarks d, e); a Cortex-M has none above D15."""
    if last > 31:
        return _no_such_double(last)
    here = Pop(SINGLES[2 * first : 2 * min(last + 1, DOUBLES)])
    passed = MoveVsp(8 * (last + 1 - max(first, DOUBLES)))
    return (*([here] if here.names else []), *([passed] if passed.amount > 0 else []))


def _stored_with_format(first: int, last: int) -> tuple[Instruction, ...] | Refusal:
    """The same as FSTMFDX saves them, with a word after them (remark d)."""
    if last > 15:
        return _no_such_double(last)
    return Pop(SINGLES[2 * first : 2 * last + 2]), MoveVsp(4)


def _no_such_double(number: int) -> Refusal:
    return Refusal(f"has saved D{number}, which cannot be")


def _spare(*octets: int) -> Refusal:
    return Refusal(f"has the unknown instruction {bytes(octets).hex(' ')}")


def _under(mask: int, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for bit, name in enumerate(names) if mask >> bit & 1)
