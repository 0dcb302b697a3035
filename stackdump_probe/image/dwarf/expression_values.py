"""What stands on the stack of a DWARF expression, and its arithmetic (DWARF 5 section 2.5.1.4)."""

import math
import struct
from collections.abc import Callable

from stackdump_probe.errors import Unsupported
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.record import Record

_SIGNED = frozenset((dw.ATE_signed, dw.ATE_signed_char))
_FLOAT_FORMATS = {2: "<e", 4: "<f", 8: "<d"}
_LONG_MASK = (1 << 64) - 1
_LARGEST_INTEGER = 32  # bytes; the largest register that any base type is put in


class BaseType(Record):
    """A DW_TAG_base_type: `encoding` is its DW_ATE, `offset` where its DIE is in its unit."""

    encoding: int
    size: int
    offset: int | None = None

    @property
    def is_float(self) -> bool:
        """True if values of this type are Python floats."""
        return self.encoding == dw.ATE_float

    @property
    def is_signed(self) -> bool:
        """True if the type is a signed integer; the generic type is not."""
        return self.encoding in _SIGNED


# DWARF 5 section 2.5.1: an integer of the size of an address, of unspecified sign.
GENERIC = BaseType(dw.ATE_unsigned, 4)


class Value(Record):
    """An entry of the stack.

    A constant keeps what was written, even if the generic type has no room for it: clang writes
    64-bit variables that way. Arithmetic brings it into the range of its type.
    """

    number: int | float
    type: BaseType = GENERIC

    @property
    def unsigned(self) -> int:
        """The bits of the value, as an integer >= 0."""
        if isinstance(self.number, float):
            return _float_bits(self.number, self.type)
        return self.number & _mask(self.type)

    @property
    def signed(self) -> int:
        """The bits of the value as a two's complement integer."""
        bits = self.unsigned
        return bits - (1 << 8 * self.type.size) if bits >> (8 * self.type.size - 1) else bits

    @property
    def by_sign(self) -> int:
        """The integer that the bits mean in this type."""
        return self.signed if self.type.is_signed else self.unsigned


def of_bits(bits: int, base: BaseType) -> Value:
    """The value of type `base` whose representation is the low bits of `bits`."""
    raw = Value(bits, BaseType(dw.ATE_unsigned, _known_size(base)))
    if base.is_float:
        return Value(_float_of(raw.unsigned, base), base)
    return Value(Value(bits, base).by_sign, base)


def convert(value: Value, base: BaseType) -> Value:
    """DW_OP_convert: the same number in another type, integers reduced to its size."""
    if base.is_float:
        number = value.number if isinstance(value.number, float) else value.by_sign
        return _rounded(float(number), base)
    if isinstance(value.number, float):
        if not math.isfinite(value.number):
            raise Unsupported(f"{value.number} has no integer value")
        return of_bits(int(value.number), base)
    return of_bits(value.by_sign, base)


def reinterpret(value: Value, base: BaseType) -> Value:
    """DW_OP_reinterpret: the same bits in another type of the same size."""
    if base.size != value.type.size:
        raise Unsupported(f"{value.type.size} bytes reinterpreted as {base.size}")
    return of_bits(value.unsigned, base)


def unary(opcode: int, value: Value) -> Value:
    """DW_OP_abs, neg or not."""
    if isinstance(value.number, float):
        if opcode == _NOT:
            raise Unsupported("bit operation on a floating-point value")
        return Value(abs(value.number) if opcode == _ABS else -value.number, value.type)
    if opcode == _NOT:
        return of_bits(~value.unsigned, value.type)
    return of_bits(abs(value.signed) if opcode == _ABS else -value.signed, value.type)


def binary(opcode: int, left: Value, right: Value) -> Value:
    """An operation of two operands; `right` was on top of the stack."""
    if opcode in _SHIFTS:
        return _shift(opcode, left, right)
    if left.type != right.type:
        raise Unsupported("operands of different types")
    if isinstance(left.number, float) and isinstance(right.number, float):
        return _of_floats(opcode, left.number, right.number, left.type)
    if opcode in _COMPARISONS:
        return Value(int(_COMPARISONS[opcode](_ordered(left), _ordered(right))))
    if opcode in (_DIV, _MOD):
        return _quotient_or_remainder(opcode, left, right)
    operate = _INTEGER[opcode]
    if _is_long(left) or _is_long(right):
        return Value(operate(int(left.number), int(right.number)) & _LONG_MASK, left.type)
    return of_bits(operate(left.unsigned, right.unsigned), left.type)


def _is_long(value: Value) -> bool:
    """True for a constant that the generic type has no room for: clang computes with them too."""
    number = value.number
    return value.type == GENERIC and isinstance(number, int) and not -(1 << 31) <= number < 1 << 32


def is_binary(opcode: int) -> bool:
    """True if `binary` knows `opcode`."""
    return opcode in _BINARY


_ABS, _AND, _DIV, _MINUS, _MOD, _MUL = 0x19, 0x1A, 0x1B, 0x1C, 0x1D, 0x1E
_NOT, _OR, _PLUS, _SHL, _SHR, _SHRA, _XOR = 0x20, 0x21, 0x22, 0x24, 0x25, 0x26, 0x27

_SHIFTS = frozenset((_SHL, _SHR, _SHRA))
_INTEGER: dict[int, Callable[[int, int], int]] = {
    _AND: lambda a, b: a & b,
    _MINUS: lambda a, b: a - b,
    _MUL: lambda a, b: a * b,
    _OR: lambda a, b: a | b,
    _PLUS: lambda a, b: a + b,
    _XOR: lambda a, b: a ^ b,
}
_COMPARISONS: dict[int, Callable[[int | float, int | float], bool]] = {
    0x29: lambda a, b: a == b,
    0x2A: lambda a, b: a >= b,
    0x2B: lambda a, b: a > b,
    0x2C: lambda a, b: a <= b,
    0x2D: lambda a, b: a < b,
    0x2E: lambda a, b: a != b,
}
_FLOATING: dict[int, Callable[[float, float], float]] = {
    _DIV: lambda a, b: a / b,
    _MINUS: lambda a, b: a - b,
    _MUL: lambda a, b: a * b,
    _PLUS: lambda a, b: a + b,
}
_BINARY = frozenset((*_SHIFTS, *_INTEGER, *_COMPARISONS, _DIV, _MOD))


def _ordered(value: Value) -> int:
    # DWARF 5 section 2.5.1.4: the generic type is compared as signed.
    return value.signed if value.type == GENERIC else value.by_sign


def _shift(opcode: int, left: Value, right: Value) -> Value:
    if isinstance(left.number, float) or isinstance(right.number, float):
        raise Unsupported("bit operation on a floating-point value")
    bits = min(right.unsigned, 8 * left.type.size)
    if opcode == _SHL:
        return of_bits(left.unsigned << bits, left.type)
    return of_bits((left.signed if opcode == _SHRA else left.unsigned) >> bits, left.type)


def _quotient_or_remainder(opcode: int, left: Value, right: Value) -> Value:
    # DWARF 5 section 2.5.1.4: on the generic type div is signed, mod is not.
    if left.type == GENERIC and opcode == _DIV:
        a, b = left.signed, right.signed
    else:
        a, b = left.by_sign, right.by_sign
    if b == 0:
        raise Unsupported("division by zero in a location expression")
    quotient = abs(a) // abs(b) * (-1 if (a < 0) != (b < 0) else 1)
    return of_bits(quotient if opcode == _DIV else a - quotient * b, left.type)


def _of_floats(opcode: int, a: float, b: float, base: BaseType) -> Value:
    if opcode in _COMPARISONS:
        return Value(int(_COMPARISONS[opcode](a, b)))
    if opcode not in _FLOATING:
        raise Unsupported("bit operation on a floating-point value")
    if opcode == _DIV and b == 0:
        raise Unsupported("division by zero in a location expression")
    return _rounded(_FLOATING[opcode](a, b), base)


def _rounded(number: float, base: BaseType) -> Value:
    return Value(_float_of(_float_bits(number, base), base), base)


def _float_bits(number: float, base: BaseType) -> int:
    form = _float_format(base)
    try:
        octets = struct.pack(form, number)
    except OverflowError:
        octets = struct.pack(form, math.copysign(math.inf, number))
    return int.from_bytes(octets, "little")


def _float_of(bits: int, base: BaseType) -> float:
    number: float = struct.unpack(_float_format(base), bits.to_bytes(base.size, "little"))[0]
    return number


def _float_format(base: BaseType) -> str:
    try:
        return _FLOAT_FORMATS[base.size]
    except KeyError:
        raise Unsupported(f"floating-point type of {base.size} bytes") from None


def _mask(base: BaseType) -> int:
    return (1 << 8 * base.size) - 1


def _known_size(base: BaseType) -> int:
    if not 1 <= base.size <= _LARGEST_INTEGER:
        raise Unsupported(f"base type of {base.size} bytes in an expression")
    return base.size
