"""The DWARF stack machine: a location expression and its surroundings give a location.

DWARF 5 sections 2.5, 2.6 and 7.7.1; the GNU operations as GCC emits them (binutils
include/dwarf2.def). Pure: what it needs to know it asks of its Context.
"""

from collections.abc import Sequence

from stackdump_probe.errors import OptimizedOut, Unsupported
from stackdump_probe.image.dwarf.expression_context import (
    Address,
    Context,
    Empty,
    ImplicitPointer,
    ImplicitValue,
    InRegister,
    Location,
    Piece,
    Pieces,
    Simple,
    StackValue,
)
from stackdump_probe.image.dwarf.expression_operations import CONSTANTS, OPERATIONS
from stackdump_probe.image.dwarf.expression_values import (
    GENERIC,
    BaseType,
    Value,
    binary,
    is_binary,
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
    "Piece",
    "Pieces",
    "StackValue",
    "evaluate",
]

SECTION = "expression"  # offsets in errors count from its first byte
STEPS = 10_000  # operations that one evaluation may take: bra and skip can loop
CALLS = 16  # how deep DW_OP_call may nest
# What may follow a register, an implicit value or pointer, or a stack value.
_AFTER_LOCATION = frozenset((0x93, 0x9D, 0x96, 0xF0))


def evaluate(
    expression: bytes | memoryview, context: Context, *, initial: Sequence[int] = ()
) -> Location:
    """The location that `expression` describes, `initial` pushed first, its last on top.

    Raises DwarfError if it is malformed, a subclass of Unavailable if it needs what cannot be
    had. An expression without operations is Empty.
    """
    machine = Machine(context, initial)
    machine.run(expression)
    return machine.result()


class Machine:
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
        elif opcode in CONSTANTS:
            self.push(CONSTANTS[opcode](reader))
        elif opcode in OPERATIONS:
            OPERATIONS[opcode](self, reader)
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
