import struct

import pytest

from stackdump_probe.errors import DwarfError, OptimizedOut, Unsupported
from stackdump_probe.image.dwarf.expression import (
    Address,
    BaseType,
    Context,
    Empty,
    ImplicitPointer,
    ImplicitValue,
    InRegister,
    Piece,
    Pieces,
    StackValue,
    evaluate,
)
from tests.builders.octets import doublewords, halfwords, octets, sleb, uleb, words

# DWARF 5 table 7.9.
ADDR, DEREF, DUP, DROP, OVER, PICK, SWAP, ROT = 0x03, 0x06, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17
ABS, AND, DIV, MINUS, MOD, MUL, NEG, NOT = 0x19, 0x1A, 0x1B, 0x1C, 0x1D, 0x1E, 0x1F, 0x20
OR, PLUS, PLUS_UCONST, SHL, SHR, SHRA, XOR = 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27
BRA, EQ, GE, GT, LE, LT, NE, SKIP = 0x28, 0x29, 0x2A, 0x2B, 0x2C, 0x2D, 0x2E, 0x2F
LIT0, REG0, BREG0, REGX, FBREG, BREGX, PIECE = 0x30, 0x50, 0x70, 0x90, 0x91, 0x92, 0x93
DEREF_SIZE, NOP, OBJECT, CALL2, CALL4, CALL_REF = 0x94, 0x96, 0x97, 0x98, 0x99, 0x9A
TLS, CFA, BIT_PIECE, IMPLICIT, STACK_VALUE = 0x9B, 0x9C, 0x9D, 0x9E, 0x9F
IMPLICIT_POINTER, ADDRX, CONSTX, ENTRY_VALUE = 0xA0, 0xA1, 0xA2, 0xA3
CONST_TYPE, REGVAL_TYPE, DEREF_TYPE, CONVERT, REINTERPRET = 0xA4, 0xA5, 0xA6, 0xA8, 0xA9
CONSTU, CONSTS = 0x10, 0x11
FLOAT, DOUBLE, INT, UNSIGNED, LONG, BYTE = 0x20, 0x28, 0x30, 0x38, 0x40, 0x48

BASE_TYPES = {
    FLOAT: BaseType(0x04, 4, FLOAT),
    DOUBLE: BaseType(0x04, 8, DOUBLE),
    INT: BaseType(0x05, 4, INT),
    UNSIGNED: BaseType(0x07, 4, UNSIGNED),
    LONG: BaseType(0x05, 8, LONG),
    BYTE: BaseType(0x05, 1, BYTE),
    0x50: BaseType(0x04, 10, 0x50),
    0x51: BaseType(0x07, 10**9, 0x51),
}


class Frame(Context):
    """A frame with r0 = 0x20000000, r1 = -1, d8 (264) = 2.5, and four words of memory."""

    def __init__(self, *, version: int = 5, offset_size: int = 4) -> None:
        self.version = version
        self.offset_size = offset_size

    def register(self, number: int) -> int:
        double = int.from_bytes(struct.pack("<d", 2.5), "little")
        return {0: 0x2000_0000, 1: 0xFFFF_FFFF, 40: 0x11, 264: double}[number]

    def read(self, address: int, size: int) -> bytes:
        memory = words(0x1234_5678, 0xFFFF_FF80, 0, 0)
        return memory[address - 0x2000_0000 :][:size]

    def frame_base(self) -> int:
        return 0x2000_0100

    def cfa(self) -> int:
        return 0x2000_0200

    def object_address(self) -> int:
        return 0x2000_0300

    def tls_address(self, offset: int) -> int:
        return 0x2000_0400 + offset

    def indexed_address(self, index: int) -> int:
        return 0x2000_0500 + index

    def indexed_constant(self, index: int) -> int:
        return 1000 + index

    def entry_value(self, expression: bytes | memoryview) -> int:
        typed_register = bytes([REGVAL_TYPE, 64, FLOAT])
        half = int.from_bytes(struct.pack("<f", 0.5), "little")
        return {bytes([REG0]): 7, typed_register: half}[bytes(expression)]

    def entry_parameter(self, die_offset: int) -> int:
        return {0x99: 8}[die_offset]

    def base_type(self, die_offset: int) -> BaseType:
        return BASE_TYPES[die_offset]

    def subexpression(self, die_offset: int, *, in_unit: bool) -> bytes:
        if die_offset == 0x77:
            raise OptimizedOut("no location")
        return {
            (0x11, True): octets(LIT0 + 5),
            (0x12, False): octets(LIT0 + 6),
            (0x13, True): octets(CALL2) + halfwords(0x13),
        }[die_offset, in_unit]

    def variable_value(self, die_offset: int) -> int:
        return {0x55: 9}[die_offset]


def value_of(*expression: bytes | int, context: Context | None = None) -> int:
    """The number that `expression` leaves on the stack."""
    program = b"".join(each if isinstance(each, bytes) else octets(each) for each in expression)
    result = evaluate(program + octets(STACK_VALUE), context or Frame())
    assert isinstance(result, StackValue)
    return result.number


def constant(number: int) -> bytes:
    return octets(CONSTS) + sleb(number)


def typed(number: float, base: int) -> bytes:
    size = BASE_TYPES[base].size
    form = {FLOAT: "<f", DOUBLE: "<d"}.get(base)
    if form:
        content = struct.pack(form, number)
    else:
        content = int(number).to_bytes(size, "little", signed=True)
    return octets(CONST_TYPE) + uleb(base) + octets(size) + content


def test_no_operations_mean_optimised_out() -> None:
    assert evaluate(b"", Frame()) == Empty()


def test_what_is_left_on_the_stack_is_an_address() -> None:
    assert evaluate(octets(ADDR) + words(0x2000_0010), Frame()) == Address(0x2000_0010)


def test_the_initial_stack_is_there() -> None:
    assert evaluate(octets(PLUS_UCONST, 8), Context(), initial=[0x100]) == Address(0x108)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (octets(ADDR) + words(0x2000_0010), 0x2000_0010),
        (octets(0x08, 0xFF), 255),
        (octets(0x09, 0xFF), -1),
        (octets(0x0A) + halfwords(0xFFFE), 0xFFFE),
        (octets(0x0B) + halfwords(0xFFFE), -2),
        (octets(0x0C) + words(0x8000_0000), 0x8000_0000),
        (octets(0x0D) + words(0x8000_0000), -0x8000_0000),
        (octets(0x0E) + doublewords(2**63), 2**63),
        (octets(0x0F) + doublewords(2**63), -(2**63)),
        (octets(CONSTU) + uleb(300), 300),
        (octets(CONSTS) + sleb(-300), -300),
        (octets(LIT0), 0),
        (octets(LIT0 + 31), 31),
    ],
)
def test_a_constant_is_what_was_written(expression: bytes, expected: int) -> None:
    assert value_of(expression) == expected


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (octets(DUP, MINUS), (1, 0)),
        (octets(DROP), (1,)),
        (octets(OVER), (1, 2, 1)),
        (octets(PICK, 1), (1, 2, 1)),
        (octets(PICK, 0), (1, 2, 2)),
        (octets(SWAP), (2, 1)),
        (octets(NOP), (1, 2)),
        (octets(LIT0 + 3, ROT), (3, 1, 2)),
    ],
)
def test_operations_on_the_stack(operation: bytes, expected: tuple[int, ...]) -> None:
    program = octets(LIT0 + 1, LIT0 + 2) + operation
    pieces = octets(STACK_VALUE, PIECE, 4) * len(expected)
    result = evaluate(program + pieces, Frame())
    assert isinstance(result, Pieces)
    found = [piece.location for piece in reversed(result.pieces)]
    assert found == [StackValue(number) for number in expected]


@pytest.mark.parametrize(
    ("left", "right", "operation", "expected"),
    [
        (12, 10, AND, 8),
        (-7, 2, DIV, 2**32 - 3),
        (7, -2, DIV, 2**32 - 3),
        (3, 5, MINUS, 2**32 - 2),
        (-7, 5, MOD, (2**32 - 7) % 5),
        (0x10000, 0x10001, MUL, 0x10000),
        (12, 10, OR, 14),
        (0xFFFF_FFFF, 2, PLUS, 1),
        (1, 31, SHL, 0x8000_0000),
        (1, 2**31, SHL, 0),
        (-8, 1, SHR, 0x7FFF_FFFC),
        (-8, 1, SHRA, 2**32 - 4),
        (-8, 1000, SHRA, 2**32 - 1),
        (12, 10, XOR, 6),
        (5, 5, EQ, 1),
        (-1, 0xFFFF_FFFF, EQ, 1),
        (-1, 1, GE, 0),
        (1, -1, GT, 1),
        (-1, 1, LE, 1),
        (-1, 1, LT, 1),
        (5, 5, NE, 0),
    ],
)
def test_binary_operations_on_the_generic_type(
    left: int, right: int, operation: int, expected: int
) -> None:
    assert value_of(constant(left), constant(right), operation) == expected


@pytest.mark.parametrize(
    ("number", "operation", "expected"),
    [
        (-5, octets(ABS), 5),
        (5, octets(NEG), 2**32 - 5),
        (0x0F, octets(NOT), 0xFFFF_FFF0),
        (0xFFFF_FFFF, octets(PLUS_UCONST) + uleb(300), 299),
    ],
)
def test_unary_operations_on_the_generic_type(number: int, operation: bytes, expected: int) -> None:
    assert value_of(constant(number), operation) == expected


def test_a_register_is_the_location_itself() -> None:
    assert evaluate(octets(REG0 + 7), Frame()) == InRegister(7)
    assert evaluate(octets(REGX) + uleb(264), Frame()) == InRegister(264)


def test_a_register_and_an_offset_are_an_address() -> None:
    assert evaluate(octets(BREG0) + sleb(-16), Frame()) == Address(0x1FFF_FFF0)
    assert evaluate(octets(BREG0 + 1) + sleb(2), Frame()) == Address(1)  # r1 is -1
    assert evaluate(octets(BREGX) + uleb(40) + sleb(4), Frame()) == Address(0x15)


def test_the_frame_base_and_the_cfa_come_from_the_frame() -> None:
    assert evaluate(octets(FBREG) + sleb(-20), Frame()) == Address(0x2000_00EC)
    assert evaluate(octets(CFA), Frame()) == Address(0x2000_0200)


def test_a_dereference_reads_a_word_or_less() -> None:
    assert value_of(BREG0, 0, DEREF) == 0x1234_5678
    assert value_of(BREG0, 4, DEREF_SIZE, 1) == 0x80
    assert value_of(BREG0, 0, DEREF_SIZE, 2) == 0x5678


def test_jumps_go_forward_and_back() -> None:
    assert value_of(LIT0 + 9, SKIP, halfwords(1), LIT0 + 1) == 9
    assert value_of(LIT0 + 9, LIT0, BRA, halfwords(1), LIT0 + 1) == 1
    count_down = octets(LIT0 + 5, LIT0 + 1, MINUS, DUP, BRA) + halfwords(-6 & 0xFFFF)
    assert value_of(count_down) == 0


def test_other_dies_and_sections_are_asked_of_the_context() -> None:
    assert value_of(OBJECT) == 0x2000_0300
    assert value_of(LIT0 + 4, TLS) == value_of(LIT0 + 4, 0xE0) == 0x2000_0404
    assert value_of(ADDRX, 2) == value_of(0xFB, 2) == 0x2000_0502
    assert value_of(CONSTX, 2) == value_of(0xFC, 2) == 1002
    assert value_of(ENTRY_VALUE, 1, REG0) == value_of(0xF3, 1, REG0) == 7
    assert value_of(0xFA, words(0x99)) == 8
    assert value_of(0xFD, words(0x55)) == 9
    assert value_of(0xFD, doublewords(0x55), context=Frame(offset_size=8)) == 9


def test_an_entry_value_has_the_type_of_its_register() -> None:
    # As GCC describes `d / 4` of a parameter d that is gone.
    entry = octets(ENTRY_VALUE, 3, REGVAL_TYPE, 64, FLOAT)
    product = value_of(entry, typed(0.25, FLOAT), MUL)
    assert product == int.from_bytes(struct.pack("<f", 0.125), "little")


def test_a_call_works_on_the_same_stack() -> None:
    assert value_of(CALL2, halfwords(0x11)) == 5
    assert value_of(CALL4, words(0x11)) == 5
    assert value_of(CALL_REF, words(0x12)) == 6
    assert value_of(CALL_REF, doublewords(0x12), context=Frame(offset_size=8)) == 6


def test_a_call_of_an_object_without_location_does_nothing() -> None:
    assert value_of(LIT0 + 3, CALL2, halfwords(0x77)) == 3


def test_an_implicit_value_has_its_bytes_in_the_expression() -> None:
    assert evaluate(octets(IMPLICIT, 3, 7, 8, 9), Frame()) == ImplicitValue(b"\x07\x08\x09")


def test_an_implicit_pointer_names_a_die() -> None:
    pointer = ImplicitPointer(0x123, -4)
    assert evaluate(octets(IMPLICIT_POINTER) + words(0x123) + sleb(-4), Frame()) == pointer
    assert evaluate(octets(0xF2) + words(0x123) + sleb(-4), Frame()) == pointer


def test_an_implicit_pointer_of_dwarf_2_has_the_size_of_an_address() -> None:
    context = Frame(version=2, offset_size=8)
    expected = ImplicitPointer(0x123, 1)
    assert evaluate(octets(0xF2) + words(0x123) + sleb(1), context) == expected


def test_pieces_are_put_together_in_order() -> None:
    program = (
        octets(REG0, PIECE, 4)
        + octets(PIECE, 2)
        + octets(CFA, PIECE, 8)
        + octets(REG0 + 1, BIT_PIECE, 3, 5)
    )
    assert evaluate(program, Frame()) == Pieces(
        (
            Piece(32, 0, InRegister(0)),
            Piece(16, 0, Empty()),
            Piece(64, 0, Address(0x2000_0200)),
            Piece(3, 5, InRegister(1)),
        )
    )


def test_a_value_is_said_to_be_uninitialised_without_effect() -> None:
    assert evaluate(octets(REG0 + 2, 0xF0), Frame()) == InRegister(2)


def test_typed_integers_keep_their_sign_and_size() -> None:
    assert value_of(typed(-7, LONG), typed(2, LONG), DIV) == 2**64 - 3
    assert value_of(typed(-7, LONG), typed(4, LONG), MOD) == 2**64 - 3
    assert value_of(typed(-1, UNSIGNED), typed(1, UNSIGNED), GT) == 1
    assert value_of(typed(-1, INT), typed(1, INT), GT) == 0
    assert value_of(typed(100, BYTE), typed(100, BYTE), PLUS) == 200
    assert value_of(typed(-128, BYTE), LIT0 + 1, SHRA) == 0xC0


def test_a_typed_result_names_its_type() -> None:
    assert evaluate(typed(5, LONG) + octets(STACK_VALUE), Frame()) == StackValue(5, LONG)


@pytest.mark.parametrize(
    ("operation", "expected"), [(PLUS, 4.0), (MINUS, 1.0), (MUL, 3.75), (DIV, 2.5 / 1.5)]
)
def test_floating_point_arithmetic(operation: int, expected: float) -> None:
    bits = value_of(typed(2.5, DOUBLE), typed(1.5, DOUBLE), operation)
    assert bits.to_bytes(8, "little") == struct.pack("<d", expected)


def test_floating_point_is_rounded_to_its_size() -> None:
    assert value_of(typed(0.1, FLOAT), typed(3.0, FLOAT), MUL) == 0x3E99_999A  # 0.3 in binary32


def test_floating_point_too_large_for_its_size_is_infinite() -> None:
    bits = value_of(typed(3e38, FLOAT), typed(10.0, FLOAT), MUL)
    assert bits == 0x7F80_0000


def test_floating_point_signs_and_order() -> None:
    assert value_of(typed(2.5, DOUBLE), NEG, ABS, typed(2.5, DOUBLE), EQ) == 1
    assert value_of(typed(-2.5, DOUBLE), typed(2.5, DOUBLE), LT) == 1


def test_a_register_read_with_a_type() -> None:
    expected = int.from_bytes(struct.pack("<d", 2.5), "little")
    assert value_of(REGVAL_TYPE, uleb(264), DOUBLE) == expected
    assert value_of(0xF5, uleb(1), BYTE) == 0xFF


def test_memory_read_with_a_type() -> None:
    assert value_of(BREG0, 4, DEREF_TYPE, 1, BYTE, CONVERT, INT) == 2**32 - 128
    assert value_of(BREG0, 4, 0xF6, 4, UNSIGNED, 0xF7, 0) == 0xFFFF_FF80


def test_conversions_keep_the_number_and_reinterpretation_the_bits() -> None:
    assert value_of(typed(-3, INT), CONVERT, uleb(DOUBLE), CONVERT, uleb(INT)) == 2**32 - 3
    assert value_of(typed(2.75, FLOAT), CONVERT, uleb(INT)) == 2
    assert value_of(typed(-1, BYTE), CONVERT, 0) == 0xFFFF_FFFF
    assert value_of(typed(1.0, FLOAT), REINTERPRET, uleb(INT)) == 0x3F80_0000
    assert value_of(LIT0, 0xF9, uleb(FLOAT)) == 0
    assert value_of(typed(1.5, FLOAT), CONVERT, uleb(DOUBLE)) == 0x3FF8_0000_0000_0000


def test_clang_writes_64_bit_constants_in_the_generic_type() -> None:
    big = octets(CONSTU) + uleb(0x1_2345_6789) + octets(STACK_VALUE)
    assert evaluate(big, Frame()) == StackValue(0x1_2345_6789)


def test_clang_computes_with_64_bit_constants_in_the_generic_type() -> None:
    # What clang 14 writes for a struct of bitfields: DW_OP_lit0, DW_OP_constu, DW_OP_or.
    bits = octets(0x30, CONSTU) + uleb(0xB_1234_5678_9AC8) + octets(0x21, STACK_VALUE)
    assert evaluate(bits, Frame()) == StackValue(0xB_1234_5678_9AC8)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (octets(PLUS), "the stack is empty"),
        (octets(DROP), "the stack is empty"),
        (octets(DUP), "entry 0 of a stack of 0"),
        (octets(LIT0, PICK, 9), "entry 9 of a stack of 1"),
        (octets(SKIP) + halfwords(-3 & 0xFFFF), "no end after 10000 operations"),
        (octets(SKIP) + halfwords(-4 & 0xFFFF), "jump of -4 bytes leaves the expression"),
        (octets(SKIP) + halfwords(1), "jump of 1 bytes leaves the expression"),
        (octets(LIT0, REG0, LIT0), "operation 0x30 after a complete location"),
        (octets(REG0, PLUS), "operation 0x22 after a complete location"),
        (octets(BREG0, 0, DEREF_SIZE, 8), "DW_OP_deref_size of 8 bytes"),
        (octets(BREG0, 0, DEREF_TYPE, 8, FLOAT), "reads 8 bytes of a type of 4"),
        (octets(CONST_TYPE, FLOAT, 2, 0, 0), "constant of 2 bytes for a type of 4"),
        (octets(CALL2) + halfwords(0x13), "calls nested over 16 deep"),
        (octets(ADDR, 0, 0), "4 bytes needed, 2 left"),
        (octets(CONSTU, *[0xFF] * 50), "no LEB128 number"),
        (octets(IMPLICIT) + uleb(2**40), "bytes needed"),
        (typed(1.0, FLOAT) + octets(PLUS_UCONST, 1), "plus_uconst on a floating-point value"),
    ],
)
def test_malformed_expressions_are_errors(expression: bytes, message: str) -> None:
    with pytest.raises(DwarfError, match=message):
        evaluate(expression, Frame())


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (octets(0x18), "DWARF operation 0x18"),
        (octets(0xFF), "DWARF operation 0xff"),
        (octets(LIT0 + 1, LIT0, DIV), "division by zero"),
        (octets(LIT0 + 1, LIT0, MOD), "division by zero"),
        (typed(1.0, FLOAT) + typed(0.0, FLOAT) + octets(DIV), "division by zero"),
        (typed(1.0, FLOAT) + typed(1.0, FLOAT) + octets(AND), "bit operation on a floating"),
        (typed(1.0, FLOAT) + octets(NOT), "bit operation on a floating"),
        (typed(1.0, FLOAT) + octets(LIT0, SHL), "bit operation on a floating"),
        (typed(1.0, FLOAT) + typed(1, INT) + octets(PLUS), "operands of different types"),
        (typed(1.0, DOUBLE) + octets(REINTERPRET, INT), "8 bytes reinterpreted as 4"),
        (typed(1, INT) + octets(CONVERT, 0x50), "floating-point type of 10 bytes"),
        (typed(1, INT) + octets(CONVERT, 0x51), "base type of 1000000000 bytes"),
        (octets(CONST_TYPE, FLOAT, 4) + words(0x7FC0_0000) + octets(CONVERT, INT), "no integer"),
    ],
)
def test_what_cannot_be_evaluated_says_why(expression: bytes, message: str) -> None:
    with pytest.raises(Unsupported, match=message):
        evaluate(expression, Frame())


@pytest.mark.parametrize(
    "expression",
    [
        octets(BREG0, 0),
        octets(LIT0, DEREF),
        octets(FBREG, 0),
        octets(CFA),
        octets(OBJECT),
        octets(LIT0, TLS),
        octets(ADDRX, 0),
        octets(CONSTX, 0),
        octets(ENTRY_VALUE, 0),
        octets(0xFA) + words(1),
        octets(CONVERT, 1),
        octets(CALL2) + halfwords(1),
        octets(0xFD) + words(1),
    ],
)
def test_without_surroundings_only_constants_can_be_evaluated(expression: bytes) -> None:
    with pytest.raises(Unsupported):
        evaluate(expression, Context())
