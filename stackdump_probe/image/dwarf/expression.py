"""The DWARF stack machine: a location expression and its surroundings give a location.

DWARF 5 sections 2.5, 2.6 and 7.7.1; the GNU operations as GCC emits them (binutils
include/dwarf2.def). Pure: what it needs to know it asks of its Context.
"""

from collections.abc import Callable, Sequence

from stackdump_probe.errors import OptimizedOut, Unsupported
from stackdump_probe.image.dwarf.expression_context import (
    Address,
    Context,
    Empty,
    ImplicitPointer,
    ImplicitValue,
    InRegister,
    Location,
    NoContext,
    Piece,
    Pieces,
    Simple,
    StackValue,
)
from stackdump_probe.image.dwarf.expression_values import (
    GENERIC,
    BaseType,
    Value,
    binary,
    convert,
    is_binary,
    of_bits,
    reinterpret,
    unary,
)
from stackdump_probe.image.dwarf.reader import Reader

__all__ = [
    "Address",
    "BaseType",
    "Context",
    "Empty",
    "ImplicitPointer",
    "ImplicitValue",
    "InRegister",
    "Location",
    "NoContext",
    "Piece",
    "Pieces",
    "StackValue",
    "evaluate",
]

SECTION = "expression"  # offsets in errors count from its first byte
STEPS = 10_000  # operations that one evaluation may take: bra and skip can loop
FIRST_OF_OTHERS = 16  # AADWARF32 4.1: below are r0-r15, of 32 bits each
CALLS = 16  # how deep DW_OP_call may nest


def evaluate(
    expression: bytes | memoryview, context: Context, *, initial: Sequence[int] = ()
) -> Location:
    """The location that `expression` describes, `initial` pushed first, its last on top.

    Raises DwarfError if it is malformed, a subclass of Unavailable if it needs what cannot be
    had. An expression without operations is Empty.
    """
    machine = _Machine(context, initial)
    machine.run(expression)
    return machine.result()


class _Machine:
    """The stack, the location that the last operation named, and the pieces before it."""

    def __init__(self, context: Context, initial: Sequence[int]) -> None:
        self.context = context
        self.stack = [Value(number) for number in initial]
        self.named: Simple | None = None
        self.pieces: list[Piece] = []
        self.steps = 0
        self.calls = 0

    def run(self, expression: bytes | memoryview) -> None:
        reader = Reader(expression, SECTION)
        while reader.left:
            self.steps += 1
            if self.steps > STEPS:
                raise reader.error(f"no end after {STEPS} operations")
            opcode = reader.u8()
            if self.named is not None and opcode not in _AFTER_LOCATION:
                raise reader.error(f"operation {opcode:#04x} after a complete location")
            self.step(opcode, reader)

    def step(self, opcode: int, reader: Reader) -> None:
        if 0x30 <= opcode <= 0x4F:
            self.push(opcode - 0x30)
        elif 0x50 <= opcode <= 0x6F:
            self.named = InRegister(opcode - 0x50)
        elif 0x70 <= opcode <= 0x8F:
            self.push_masked(self.context.register(opcode - 0x70) + reader.sleb())
        elif is_binary(opcode):
            right, left = self.pop(reader), self.pop(reader)
            self.stack.append(binary(opcode, left, right))
        elif opcode in _CONSTANTS:
            self.push(_CONSTANTS[opcode](reader))
        elif opcode in _OPERATIONS:
            _OPERATIONS[opcode](self, reader)
        else:
            raise Unsupported(f"DWARF operation {opcode:#04x}")

    def push(self, number: int) -> None:
        self.stack.append(Value(number))

    def push_masked(self, number: int) -> None:
        self.stack.append(Value(number & 0xFFFF_FFFF))

    def pop(self, reader: Reader) -> Value:
        if not self.stack:
            raise reader.error("the stack is empty")
        return self.stack.pop()

    def pop_address(self, reader: Reader) -> int:
        return self.pop(reader).unsigned

    def from_top(self, index: int, reader: Reader) -> Value:
        if index >= len(self.stack):
            raise reader.error(f"entry {index} of a stack of {len(self.stack)}")
        return self.stack[-1 - index]

    def type_at(self, reader: Reader) -> BaseType:
        """The base type that the next ULEB names; 0 is the generic type."""
        offset = reader.uleb()
        return self.context.base_type(offset) if offset else GENERIC

    def take_location(self) -> Simple:
        """What was described since the last piece."""
        if self.named is not None:
            named, self.named = self.named, None
            return named
        return Address(self.stack.pop().unsigned) if self.stack else Empty()

    def add_piece(self, bit_size: int, bit_offset: int) -> None:
        self.pieces.append(Piece(bit_size, bit_offset, self.take_location()))

    def result(self) -> Location:
        return Pieces(tuple(self.pieces)) if self.pieces else self.take_location()

    def call(self, die_offset: int, reader: Reader, *, in_unit: bool) -> None:
        if self.calls >= CALLS:
            raise reader.error(f"calls nested over {CALLS} deep")
        try:
            expression = self.context.subexpression(die_offset, in_unit=in_unit)
        except OptimizedOut:
            return  # DWARF 5 section 2.5.1.5: no DW_AT_location, no effect
        self.calls += 1
        self.run(expression)
        self.calls -= 1


# Section 2.5.1.1: what is pushed as written.
_CONSTANTS: dict[int, Callable[[Reader], int]] = {
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


def _deref(machine: _Machine, reader: Reader, base: BaseType, size: int) -> None:
    octets = machine.context.read(machine.pop_address(reader), size)
    machine.stack.append(of_bits(int.from_bytes(octets, "little"), base))


def _deref_address(machine: _Machine, reader: Reader) -> None:
    _deref(machine, reader, GENERIC, GENERIC.size)


def _deref_size(machine: _Machine, reader: Reader) -> None:
    size = reader.u8()
    if not 1 <= size <= GENERIC.size:
        raise reader.error(f"DW_OP_deref_size of {size} bytes")
    _deref(machine, reader, GENERIC, size)


def _deref_type(machine: _Machine, reader: Reader) -> None:
    size = reader.u8()
    base = machine.type_at(reader)
    if size != base.size:
        raise reader.error(f"DW_OP_deref_type reads {size} bytes of a type of {base.size}")
    _deref(machine, reader, base, size)


def _dup(machine: _Machine, reader: Reader) -> None:
    machine.stack.append(machine.from_top(0, reader))


def _drop(machine: _Machine, reader: Reader) -> None:
    machine.pop(reader)


def _over(machine: _Machine, reader: Reader) -> None:
    machine.stack.append(machine.from_top(1, reader))


def _pick(machine: _Machine, reader: Reader) -> None:
    machine.stack.append(machine.from_top(reader.u8(), reader))


def _swap(machine: _Machine, reader: Reader) -> None:
    first, second = machine.pop(reader), machine.pop(reader)
    machine.stack += first, second


def _rot(machine: _Machine, reader: Reader) -> None:
    first, second, third = machine.pop(reader), machine.pop(reader), machine.pop(reader)
    machine.stack += first, third, second


def _unary(opcode: int) -> Callable[[_Machine, Reader], None]:
    def operate(machine: _Machine, reader: Reader) -> None:
        machine.stack.append(unary(opcode, machine.pop(reader)))

    return operate


def _plus_uconst(machine: _Machine, reader: Reader) -> None:
    value = machine.pop(reader)
    if value.type.is_float:
        raise reader.error("DW_OP_plus_uconst on a floating-point value")
    machine.stack.append(of_bits(value.unsigned + reader.uleb(), value.type))


def _skip(machine: _Machine, reader: Reader) -> None:  # noqa: ARG001
    distance = reader.signed(2)
    if not 0 <= reader.at + distance <= reader.end:
        raise reader.error(f"jump of {distance} bytes leaves the expression")
    reader.at += distance


def _bra(machine: _Machine, reader: Reader) -> None:
    if machine.pop(reader).unsigned:
        _skip(machine, reader)
    else:
        reader.take(2)


def _regx(machine: _Machine, reader: Reader) -> None:
    machine.named = InRegister(reader.uleb())


def _bregx(machine: _Machine, reader: Reader) -> None:
    number = reader.uleb()
    machine.push_masked(machine.context.register(number) + reader.sleb())


def _fbreg(machine: _Machine, reader: Reader) -> None:
    machine.push_masked(machine.context.frame_base() + reader.sleb())


def _piece(machine: _Machine, reader: Reader) -> None:
    machine.add_piece(8 * reader.uleb(), 0)


def _bit_piece(machine: _Machine, reader: Reader) -> None:
    bit_size = reader.uleb()
    machine.add_piece(bit_size, reader.uleb())


def _nop(machine: _Machine, reader: Reader) -> None: ...


def _push_object_address(machine: _Machine, reader: Reader) -> None:  # noqa: ARG001
    machine.push(machine.context.object_address())


def _call(size: int) -> Callable[[_Machine, Reader], None]:
    def operate(machine: _Machine, reader: Reader) -> None:
        machine.call(reader.unsigned(size), reader, in_unit=True)

    return operate


def _call_ref(machine: _Machine, reader: Reader) -> None:
    machine.call(reader.unsigned(machine.context.offset_size), reader, in_unit=False)


def _tls_address(machine: _Machine, reader: Reader) -> None:
    machine.push(machine.context.tls_address(machine.pop_address(reader)))


def _call_frame_cfa(machine: _Machine, reader: Reader) -> None:  # noqa: ARG001
    machine.push(machine.context.cfa())


def _implicit_value(machine: _Machine, reader: Reader) -> None:
    machine.named = ImplicitValue(bytes(reader.take(reader.uleb())))


def _stack_value(machine: _Machine, reader: Reader) -> None:
    value = machine.pop(reader)
    if value.type is GENERIC and isinstance(value.number, int):
        machine.named = StackValue(value.number)
    else:
        machine.named = StackValue(value.unsigned, value.type.offset)


def _implicit_pointer(machine: _Machine, reader: Reader) -> None:
    # In DWARF 2 a reference to another unit has the size of an address (section 7.5.4 there).
    size = 4 if machine.context.version < 3 else machine.context.offset_size
    die_offset = reader.unsigned(size)
    machine.named = ImplicitPointer(die_offset, reader.sleb())


def _addrx(machine: _Machine, reader: Reader) -> None:
    machine.push(machine.context.indexed_address(reader.uleb()))


def _constx(machine: _Machine, reader: Reader) -> None:
    machine.push(machine.context.indexed_constant(reader.uleb()))


_REGVAL_TYPES = (0xA5, 0xF5)  # DW_OP_regval_type and its GNU form


def _entry_value(machine: _Machine, reader: Reader) -> None:
    """Section 2.5.1.7: the value that the block would have pushed on entry, with its type."""
    expression = reader.take(reader.uleb())
    bits = machine.context.entry_value(expression)
    block = Reader(expression, "entry value")
    if block.left and block.u8() in _REGVAL_TYPES:
        block.uleb()  # the register
        machine.stack.append(of_bits(bits, machine.type_at(block)))
    else:
        machine.push(bits)


def _parameter_ref(machine: _Machine, reader: Reader) -> None:
    machine.push(machine.context.entry_parameter(reader.unsigned(4)))


def _const_type(machine: _Machine, reader: Reader) -> None:
    base = machine.type_at(reader)
    octets = reader.take(reader.u8())
    if len(octets) != base.size:
        raise reader.error(f"constant of {len(octets)} bytes for a type of {base.size}")
    machine.stack.append(of_bits(int.from_bytes(octets, "little"), base))


def _regval_type(machine: _Machine, reader: Reader) -> None:
    number = reader.uleb()
    base = machine.type_at(reader)
    bits = machine.context.register(number)
    if base.size > 4 and number < FIRST_OF_OTHERS:
        # GCC names the first of the two core registers that a double is in, and so does GDB.
        bits |= machine.context.register(number + 1) << 32
    machine.stack.append(of_bits(bits, base))


def _convert(machine: _Machine, reader: Reader) -> None:
    base = machine.type_at(reader)
    machine.stack.append(convert(machine.pop(reader), base))


def _reinterpret(machine: _Machine, reader: Reader) -> None:
    base = machine.type_at(reader)
    machine.stack.append(reinterpret(machine.pop(reader), base))


def _variable_value(machine: _Machine, reader: Reader) -> None:
    machine.push(machine.context.variable_value(reader.unsigned(machine.context.offset_size)))


# Table 7.9; the numbers from 0xE0 on are GNU's.
_OPERATIONS: dict[int, Callable[[_Machine, Reader], None]] = {
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
# What may follow a register, an implicit value or pointer, or a stack value.
_AFTER_LOCATION = frozenset((0x93, 0x9D, 0x96, 0xF0))
