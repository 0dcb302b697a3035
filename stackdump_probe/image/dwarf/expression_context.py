"""What a DWARF expression evaluates to, and what it may ask of its surroundings."""

from __future__ import annotations

from stackdump_probe.errors import Unsupported
from stackdump_probe.image.dwarf.expression_values import BaseType
from stackdump_probe.record import Record


class Address(Record):
    """The object is in memory."""

    address: int


class InRegister(Record):
    """The object is the register of this DWARF number, or its low bytes."""

    number: int


class ImplicitValue(Record):
    """The object is nowhere; these are its bytes."""

    octets: bytes


class StackValue(Record):
    """The object is nowhere; this is its value.

    `type` is the unit-relative offset of the base type of a typed value, `number` then its bits
    as an integer >= 0. Without a type, `number` is what was computed in 32 bits, >= 0, or a
    constant as it was written, which may be negative or longer: reduce it to the object's size.
    """

    number: int
    type: int | None = None


class ImplicitPointer(Record):
    """A pointer that was optimised out, but what it points to is known.

    It points `byte_offset` bytes into the object of the DIE at `die_offset` of .debug_info.
    """

    die_offset: int
    byte_offset: int


class Empty(Record):
    """The object was optimised out."""


class Piece(Record):
    """`bit_size` bits of the object, which are those from `bit_offset` on at `location`."""

    bit_size: int
    bit_offset: int
    location: Simple


class Pieces(Record):
    """The object is put together from these, lowest address first."""

    pieces: tuple[Piece, ...]


Simple = Address | InRegister | ImplicitValue | StackValue | ImplicitPointer | Empty
Location = Simple | Pieces


class Context:
    """What an expression may ask for.

    A method that has no answer raises a subclass of Unavailable; here none has one. `version` is
    the DWARF version of the unit that holds the expression, `offset_size` 4 or 8, the size of an
    offset in that unit.
    """

    version = 5
    offset_size = 4

    def register(self, number: int) -> int:
        """The value of the register of this DWARF number, >= 0."""
        raise Unsupported(f"register {number} in an expression that has no frame")

    def read(self, address: int, size: int) -> bytes:
        """`size` bytes of memory."""
        raise Unsupported(f"{size} bytes at {address:#010x} in an expression that has no memory")

    def frame_base(self) -> int:
        """The value of DW_AT_frame_base of the function."""
        raise Unsupported("DW_OP_fbreg in an expression that has no function")

    def cfa(self) -> int:
        """The canonical frame address of the frame."""
        raise Unsupported("DW_OP_call_frame_cfa in an expression that has no frame")

    def object_address(self) -> int:
        """The address of the object whose attribute this is (DW_OP_push_object_address)."""
        raise Unsupported("DW_OP_push_object_address in an expression that has no object")

    def tls_address(self, offset: int) -> int:
        """The address of the thread-local object at `offset` of its block."""
        raise Unsupported(f"thread-local storage at {offset:#x}")

    def indexed_address(self, index: int) -> int:
        """Entry `index` of the unit's part of .debug_addr, an address."""
        raise Unsupported(f"DW_OP_addrx {index} in an expression that has no unit")

    def indexed_constant(self, index: int) -> int:
        """Entry `index` of the unit's part of .debug_addr, a constant."""
        raise Unsupported(f"DW_OP_constx {index} in an expression that has no unit")

    def entry_value(self, expression: bytes | memoryview) -> int:  # noqa: ARG002
        """What `expression` was worth on entry to the function."""
        raise Unsupported("DW_OP_entry_value in an expression that has no caller")

    def entry_parameter(self, die_offset: int) -> int:
        """What the parameter at `die_offset` of the unit was worth on entry to the function."""
        raise Unsupported(f"DW_OP_GNU_parameter_ref {die_offset:#x} without a caller")

    def base_type(self, die_offset: int) -> BaseType:
        """The base type at `die_offset` of the unit."""
        raise Unsupported(f"base type at {die_offset:#x} in an expression that has no unit")

    def subexpression(self, die_offset: int, *, in_unit: bool) -> bytes | memoryview:  # noqa: ARG002
        """DW_AT_location of the DIE at that offset of the unit or else of .debug_info."""
        raise Unsupported(f"call of the expression at {die_offset:#x} without a unit")

    def variable_value(self, die_offset: int) -> int:
        """The value of the variable at `die_offset` of .debug_info."""
        raise Unsupported(f"DW_OP_GNU_variable_value {die_offset:#x} without a unit")
