"""What each operation of the DWARF stack machine does (DWARF 5, 2.5 and table 7.9)."""

from __future__ import annotations

from collections.abc import Callable

from stackdump_probe.image.dwarf.expression_context import (
    ImplicitPointer,
    ImplicitValue,
    InRegister,
    StackValue,
)
from stackdump_probe.image.dwarf.expression_values import (
    GENERIC,
    BaseType,
    convert,
    of_bits,
    reinterpret,
    unary,
)
from stackdump_probe.image.dwarf.reader import Reader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.image.dwarf.expression import Machine

    Operation = Callable[[Machine, Reader], None]

FIRST_OF_OTHERS = 16  # AADWARF32 4.1: below are r0-r15, of 32 bits each

# Section 2.5.1.1: what is pushed as written.
CONSTANTS: dict[int, Callable[[Reader], int]] = {
    0x03: lambda reader: reader.unsigned(4),  # addr
    0x08: lambda reader: reader.unsigned(1),
    0x09: lambda reader: reader.signed(1),
    0x0A: lambda reader: reader.unsigned(2),
    0x0B: lambda reader: reader.signed(2),
    0x0C: lambda reader: reader.unsigned(4),
    0x0D: lambda reader: reader.signed(4),
    0x0E: lambda reader: reader.unsigned(8),
    0x0F: lambda reader: reader.signed(8),
    0x10: lambda reader: reader.uleb(),
    0x11: lambda reader: reader.sleb(),
}


def _deref(machine: Machine, reader: Reader, base: BaseType, size: int) -> None:
    octets = machine.context.read(machine.pop_address(reader), size)
    machine.stack.append(of_bits(int.from_bytes(octets, "little"), base))


def _deref_address(machine: Machine, reader: Reader) -> None:
    _deref(machine, reader, GENERIC, GENERIC.size)


def _deref_size(machine: Machine, reader: Reader) -> None:
    size = reader.u8()
    if not 1 <= size <= GENERIC.size:
        raise reader.error(f"DW_OP_deref_size of {size} bytes")
    _deref(machine, reader, GENERIC, size)


def _deref_type(machine: Machine, reader: Reader) -> None:
    size = reader.u8()
    base = machine.type_at(reader)
    if size != base.size:
        raise reader.error(f"DW_OP_deref_type reads {size} bytes of a type of {base.size}")
    _deref(machine, reader, base, size)


def _dup(machine: Machine, reader: Reader) -> None:
    machine.stack.append(machine.from_top(0, reader))


def _drop(machine: Machine, reader: Reader) -> None:
    machine.pop(reader)


def _over(machine: Machine, reader: Reader) -> None:
    machine.stack.append(machine.from_top(1, reader))


def _pick(machine: Machine, reader: Reader) -> None:
    machine.stack.append(machine.from_top(reader.u8(), reader))


def _swap(machine: Machine, reader: Reader) -> None:
    first, second = machine.pop(reader), machine.pop(reader)
    machine.stack += first, second


def _rot(machine: Machine, reader: Reader) -> None:
    first, second, third = machine.pop(reader), machine.pop(reader), machine.pop(reader)
    machine.stack += first, third, second


def _unary(opcode: int) -> Operation:
    def operate(machine: Machine, reader: Reader) -> None:
        machine.stack.append(unary(opcode, machine.pop(reader)))

    return operate


def _plus_uconst(machine: Machine, reader: Reader) -> None:
    value = machine.pop(reader)
    if value.type.is_float:
        raise reader.error("DW_OP_plus_uconst on a floating-point value")
    machine.stack.append(of_bits(value.unsigned + reader.uleb(), value.type))


def _skip(machine: Machine, reader: Reader) -> None:  # noqa: ARG001
    distance = reader.signed(2)
    if not 0 <= reader.at + distance <= reader.end:
        raise reader.error(f"jump of {distance} bytes leaves the expression")
    reader.at += distance


def _bra(machine: Machine, reader: Reader) -> None:
    if machine.pop(reader).unsigned:
        _skip(machine, reader)
    else:
        reader.take(2)


def _regx(machine: Machine, reader: Reader) -> None:
    machine.named = InRegister(reader.uleb())


def _bregx(machine: Machine, reader: Reader) -> None:
    number = reader.uleb()
    machine.push_masked(machine.context.register(number) + reader.sleb())


def _fbreg(machine: Machine, reader: Reader) -> None:
    machine.push_masked(machine.context.frame_base() + reader.sleb())


def _piece(machine: Machine, reader: Reader) -> None:
    machine.add_piece(8 * reader.uleb(), 0)


def _bit_piece(machine: Machine, reader: Reader) -> None:
    bit_size = reader.uleb()
    machine.add_piece(bit_size, reader.uleb())


def _nop(machine: Machine, reader: Reader) -> None: ...


def _push_object_address(machine: Machine, reader: Reader) -> None:  # noqa: ARG001
    machine.push(machine.context.object_address())


def _call(size: int) -> Operation:
    def operate(machine: Machine, reader: Reader) -> None:
        machine.call(reader.unsigned(size), reader, in_unit=True)

    return operate


def _call_ref(machine: Machine, reader: Reader) -> None:
    machine.call(reader.unsigned(machine.context.offset_size), reader, in_unit=False)


def _tls_address(machine: Machine, reader: Reader) -> None:
    machine.push(machine.context.tls_address(machine.pop_address(reader)))


def _call_frame_cfa(machine: Machine, reader: Reader) -> None:  # noqa: ARG001
    machine.push(machine.context.cfa())


def _implicit_value(machine: Machine, reader: Reader) -> None:
    machine.named = ImplicitValue(bytes(reader.take(reader.uleb())))


def _stack_value(machine: Machine, reader: Reader) -> None:
    value = machine.pop(reader)
    if value.type is GENERIC and isinstance(value.number, int):
        machine.named = StackValue(value.number)
    else:
        machine.named = StackValue(value.unsigned, value.type.offset)


def _implicit_pointer(machine: Machine, reader: Reader) -> None:
    # In DWARF 2 a reference to another unit has the size of an address (section 7.5.4 there).
    size = 4 if machine.context.version < 3 else machine.context.offset_size
    die_offset = reader.unsigned(size)
    machine.named = ImplicitPointer(die_offset, reader.sleb())


def _addrx(machine: Machine, reader: Reader) -> None:
    machine.push(machine.context.indexed_address(reader.uleb()))


def _constx(machine: Machine, reader: Reader) -> None:
    machine.push(machine.context.indexed_constant(reader.uleb()))


_REGVAL_TYPES = (0xA5, 0xF5)  # DW_OP_regval_type and its GNU form


def _entry_value(machine: Machine, reader: Reader) -> None:
    """Section 2.5.1.7: the value that the block would have pushed on entry, with its type."""
    expression = reader.take(reader.uleb())
    bits = machine.context.entry_value(expression)
    block = Reader(expression, "entry value")
    if block.left and block.u8() in _REGVAL_TYPES:
        block.uleb()  # the register
        machine.stack.append(of_bits(bits, machine.type_at(block)))
    else:
        machine.push(bits)


def _parameter_ref(machine: Machine, reader: Reader) -> None:
    machine.push(machine.context.entry_parameter(reader.unsigned(4)))


def _const_type(machine: Machine, reader: Reader) -> None:
    base = machine.type_at(reader)
    octets = reader.take(reader.u8())
    if len(octets) != base.size:
        raise reader.error(f"constant of {len(octets)} bytes for a type of {base.size}")
    machine.stack.append(of_bits(int.from_bytes(octets, "little"), base))


def _regval_type(machine: Machine, reader: Reader) -> None:
    number = reader.uleb()
    base = machine.type_at(reader)
    bits = machine.context.register(number)
    if base.size > 4 and number < FIRST_OF_OTHERS:
        # GCC names the first of the two core registers that a double is in, and so does GDB.
        bits |= machine.context.register(number + 1) << 32
    machine.stack.append(of_bits(bits, base))


def _convert(machine: Machine, reader: Reader) -> None:
    base = machine.type_at(reader)
    machine.stack.append(convert(machine.pop(reader), base))


def _reinterpret(machine: Machine, reader: Reader) -> None:
    base = machine.type_at(reader)
    machine.stack.append(reinterpret(machine.pop(reader), base))


def _variable_value(machine: Machine, reader: Reader) -> None:
    machine.push(machine.context.variable_value(reader.unsigned(machine.context.offset_size)))


# Table 7.9; the numbers from 0xE0 on are GNU's.
OPERATIONS: dict[int, Operation] = {
    0x06: _deref_address,
    0x12: _dup,
    0x13: _drop,
    0x14: _over,
    0x15: _pick,
    0x16: _swap,
    0x17: _rot,
    0x19: _unary(0x19),  # abs
    0x1F: _unary(0x1F),  # neg
    0x20: _unary(0x20),  # not
    0x23: _plus_uconst,
    0x28: _bra,
    0x2F: _skip,
    0x90: _regx,
    0x91: _fbreg,
    0x92: _bregx,
    0x93: _piece,
    0x94: _deref_size,
    0x96: _nop,
    0x97: _push_object_address,
    0x98: _call(2),
    0x99: _call(4),
    0x9A: _call_ref,
    0x9B: _tls_address,
    0x9C: _call_frame_cfa,
    0x9D: _bit_piece,
    0x9E: _implicit_value,
    0x9F: _stack_value,
    0xA0: _implicit_pointer,
    0xA1: _addrx,
    0xA2: _constx,
    0xA3: _entry_value,
    0xA4: _const_type,
    0xA5: _regval_type,
    0xA6: _deref_type,
    0xA8: _convert,
    0xA9: _reinterpret,
    0xE0: _tls_address,
    0xF0: _nop,  # uninit
    0xF2: _implicit_pointer,
    0xF3: _entry_value,
    0xF4: _const_type,
    0xF5: _regval_type,
    0xF6: _deref_type,
    0xF7: _convert,
    0xF9: _reinterpret,
    0xFA: _parameter_ref,
    0xFB: _addrx,
    0xFC: _constx,
    0xFD: _variable_value,
}
