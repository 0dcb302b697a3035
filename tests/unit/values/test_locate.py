import pytest

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.unwind.frame import Frame
from stackdump_probe.values.frame_context import UnitContext
from stackdump_probe.values.locate import storage_of
from stackdump_probe.values.storage import Absence, Storage
from tests.builders.dwarf import ADie
from tests.builders.octets import uleb
from tests.builders.type_dies import INT, Attribute, expression, named, number, of, variable
from tests.unit.values.programs import (
    ADDR,
    CFA,
    PC,
    RAM,
    STACK_VALUE,
    a_c_unit,
    a_function,
    an_image,
    at_address,
    context_of,
    first_variable,
    frame,
    memory,
)

LIT1 = b"\x31"
REGX, PIECE, BIT_PIECE = b"\x90", b"\x93", b"\x9d"


def located(
    *told: Attribute, size: int = 4, at: Frame | None = None, held: bytes = bytes(0x100)
) -> Storage:
    """The object that a local variable with these attributes describes."""
    image = an_image(a_c_unit(INT, a_function(variable("v", "int", *told))))
    context = context_of(image, at or frame(), held=memory(held))
    return storage_of(first_variable(image), context, size)


def by(octets: bytes, size: int = 4, **words: int) -> Storage:
    return located(expression(octets), size=size, at=frame(PC, words))


def state_of(storage: Storage) -> Absence | None:
    return storage.missing(0, 1)


# --- memory and registers ---------------------------------------------------------------------


def test_an_object_on_the_stack_lies_relative_to_the_frame_base() -> None:
    held = bytes(0x7C) + b"\x05\0\0\0" + bytes(0x80)
    found = located(expression(b"\x91\x7c"), held=held)
    assert found == Storage(b"\x05\0\0\0", CFA - 4)


def test_an_object_in_a_core_register() -> None:
    assert by(b"\x53", r3=0x1234_5678) == Storage(b"\x78\x56\x34\x12")


def test_a_small_object_is_the_low_end_of_its_register() -> None:
    assert by(b"\x53", 1, r3=0x1234_5678) == Storage(b"\x78")


def test_an_object_of_eight_bytes_goes_on_in_the_next_register() -> None:
    assert by(b"\x54", 8, r4=1, r5=2) == Storage(b"\1\0\0\0\2\0\0\0")


@pytest.mark.parametrize(
    ("number_", "size", "octets"),
    [
        # AADWARF32 4.1: 64 is s0, 65 is s1; 256 is d0, which lies over s0 and s1.
        (64, 4, b"\1\0\0\0"),
        (65, 4, b"\2\0\0\0"),
        (64, 8, b"\1\0\0\0\2\0\0\0"),
        (256, 8, b"\1\0\0\0\2\0\0\0"),
        (256, 4, b"\1\0\0\0"),
        (257, 8, b"\3\0\0\0\4\0\0\0"),
        (256, 16, b"\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0"),  # q0, a vector of 16 bytes
    ],
)
def test_floating_point_registers_in_both_numberings(
    number_: int, size: int, octets: bytes
) -> None:
    words = {"s0": 1, "s1": 2, "s2": 3, "s3": 4}
    assert by(REGX + uleb(number_), size, **words).octets == octets


def test_a_register_that_nobody_knows_is_unsupported() -> None:
    found = by(REGX + uleb(999))
    assert state_of(found) == Absence("unsupported", "4 bytes from DWARF register 999 on")


def test_an_object_larger_than_all_registers_is_unsupported_behind_them() -> None:
    registers = {f"r{number_}": 0 for number_ in range(13)}
    found = by(b"\x5c", 64, **registers, sp=0, lr=0)
    assert found.missing(0, 32) is None
    last = found.missing(511, 512)
    assert last is not None
    assert last.state == "unsupported"


# --- registers that are not known -------------------------------------------------------------


def test_a_register_that_the_innermost_frame_lacks_was_not_captured() -> None:
    assert state_of(by(b"\x53")) == Absence("not_captured", "r3 is not known in this frame")


@pytest.mark.parametrize(
    ("operation", "name"), [(b"\x53", "r3"), (b"\x5c", "r12"), (REGX + uleb(79), "s15")]
)
def test_a_register_that_a_call_may_change_is_lost_in_the_caller(
    operation: bytes, name: str
) -> None:
    found = located(expression(operation), at=frame(returned=True))
    assert state_of(found) == Absence("optimized_out", f"{name} is not saved across the call")


def test_a_register_that_a_call_must_keep_was_not_captured() -> None:
    found = located(expression(b"\x54"), at=frame(returned=True))
    assert state_of(found) == Absence("not_captured", "r4 is not known in this frame")


def test_an_address_built_on_a_lost_register_is_lost_with_it() -> None:
    found = located(expression(b"\x73\x00"), at=frame(returned=True))
    assert state_of(found) == Absence("optimized_out", "r3 is not saved across the call")


def test_without_a_frame_address_locals_cannot_be_found() -> None:
    found = located(expression(b"\x91\x7c"), at=frame(cfa=None))
    absence = state_of(found)
    assert absence is not None
    assert absence.state == "not_captured"


# --- values without a place -------------------------------------------------------------------


def test_a_computed_value_has_no_address() -> None:
    assert by(LIT1 + bytes((STACK_VALUE,))) == Storage(b"\1\0\0\0")


def test_a_negative_constant_fills_a_long_object() -> None:
    assert by(b"\x11\x7f\x9f", 8) == Storage(b"\xff" * 8)


def test_an_implicit_value_is_its_bytes() -> None:
    assert by(b"\x9e\x04abcd") == Storage(b"abcd")


def test_an_implicit_value_that_is_too_short_leaves_the_rest_unknown() -> None:
    found = by(b"\x9e\x02ab", 4)
    assert found.missing(0, 16) is None
    assert found.missing(16, 32) == Absence("optimized_out", "its constant is too short")


def test_an_implicit_pointer_is_gone() -> None:
    found = by(b"\xa0\x00\x00\x00\x00\x00")
    absence = state_of(found)
    assert absence is not None
    assert absence.state == "optimized_out"


@pytest.mark.parametrize(
    ("told", "size", "octets"),
    [
        (number(dw.AT_const_value, -2), 4, b"\xfe\xff\xff\xff"),
        (number(dw.AT_const_value, 300), 2, b"\x2c\x01"),
        ((dw.AT_const_value, dw.FORM_block1, b"abcd"), 4, b"abcd"),
        ((dw.AT_const_value, dw.FORM_string, "ab"), 3, b"ab\0"),
    ],
)
def test_a_constant_is_in_the_debug_information(told: Attribute, size: int, octets: bytes) -> None:
    assert located(told, size=size) == Storage(octets)


def test_a_constant_that_is_no_constant_is_optimised_out() -> None:
    reference = of("int", dw.AT_const_value)
    assert state_of(located(reference)) == Absence("optimized_out")


# --- optimised out ----------------------------------------------------------------------------


def test_nothing_told_means_optimised_out() -> None:
    assert state_of(located()) == Absence("optimized_out")


def test_an_empty_expression_means_optimised_out() -> None:
    assert state_of(by(b"")) == Absence("optimized_out")


def test_a_list_without_an_entry_for_the_pc_means_optimised_out() -> None:
    entry = b"\x20\0\0\0\x30\0\0\0\x01\0\x53"  # from 0x20 on, in r3
    told = (dw.AT_location, dw.FORM_sec_offset, 0)
    image = an_image(
        a_c_unit(INT, a_function(variable("v", "int", told))),
        more={".debug_loc": entry + bytes(8)},
    )
    die = first_variable(image)
    assert state_of(storage_of(die, context_of(image, frame(PC, r3=1)), 4)) == Absence(
        "optimized_out"
    )
    inside = storage_of(die, context_of(image, frame(0x20, r3=1)), 4)
    assert inside == Storage(b"\1\0\0\0")


# --- pieces -----------------------------------------------------------------------------------


def test_pieces_come_from_registers_memory_and_constants() -> None:
    octets = b"\x53" + PIECE + b"\x04" + at_address(RAM) + PIECE + b"\x02" + LIT1 + b"\x9f"
    found = by(octets + PIECE + b"\x02", 8, r3=0x1234_5678)
    assert found == Storage(b"\x78\x56\x34\x12\0\0\1\0")


def test_an_empty_piece_is_optimised_out() -> None:
    found = by(b"\x53" + PIECE + b"\x04" + PIECE + b"\x04", 8, r3=1)
    assert found.missing(0, 32) is None
    assert found.missing(32, 64) == Absence("optimized_out")


def test_a_quad_register_is_two_pieces() -> None:
    """AADWARF32 4.1: q0 is d0 and d1."""
    octets = REGX + uleb(256) + PIECE + b"\x08" + REGX + uleb(257) + PIECE + b"\x08"
    found = by(octets, 16, s0=1, s1=2, s2=3, s3=4)
    assert found == Storage(bytes.fromhex("01000000020000000300000004000000"))


def test_a_bit_piece_takes_bits_from_the_middle_of_a_register() -> None:
    # clang's s1: the upper half of d0.
    octets = REGX + uleb(256) + BIT_PIECE + uleb(32) + uleb(32)
    assert by(octets, 4, s0=1, s1=2) == Storage(b"\2\0\0\0")


def test_a_piece_that_cannot_be_had_costs_that_piece() -> None:
    found = by(b"\x53" + PIECE + b"\x04\x54" + PIECE + b"\x04", 8, r3=1)
    assert found.missing(0, 32) is None
    assert found.missing(32, 64) == Absence("not_captured", "r4 is not known in this frame")


def test_a_piece_of_2_to_the_60_bits_is_no_larger_than_the_object() -> None:
    assert by(b"\x53" + BIT_PIECE + uleb(1 << 60) + b"\0", 4, r3=1).octets == b"\1\0\0\0"


def test_a_piece_from_a_bit_far_outside_is_unsupported() -> None:
    found = by(b"\x53" + BIT_PIECE + b"\x20" + uleb(1 << 60), 4, r3=1)
    absence = state_of(found)
    assert absence is not None
    assert absence.state == "unsupported"


def test_a_gap_moves_with_the_bits_of_its_piece() -> None:
    octets = REGX + uleb(256) + BIT_PIECE + uleb(40) + uleb(16)
    found = by(octets, 5, s0=0xFFFF_0000)  # s1, bits 32 on, is not known
    assert found.missing(0, 16) is None
    assert found.missing(16, 40) is not None


# --- damage -----------------------------------------------------------------------------------


@pytest.mark.parametrize("octets", [b"\x03", b"\x22", b"\xff", b"\x2f\xfd\xff"])
def test_a_malformed_expression_costs_the_variable_and_says_so(octets: bytes) -> None:
    absence = state_of(by(octets))
    assert absence is not None
    assert absence.state == "unsupported"
    assert absence.why


def test_thread_local_storage_is_unsupported() -> None:
    absence = state_of(by(at_address(0) + b"\xe0"))
    assert absence is not None
    assert absence.state == "unsupported"


def test_memory_that_a_location_reads_may_be_missing() -> None:
    absence = state_of(by(at_address(0x6000_0000) + b"\x06"))
    assert absence is not None
    assert absence.state == "not_captured"


# --- where it is told -------------------------------------------------------------------------


def test_a_definition_tells_the_place_of_what_it_declares() -> None:
    declared = ADie(dw.TAG_variable, (named("v"), of("int")), label="declared")
    defined = ADie(
        dw.TAG_formal_parameter,
        (of("declared", dw.AT_abstract_origin), expression(b"\x53")),
    )
    image = an_image(a_c_unit(INT, declared, a_function(defined)))
    die = next(image.dwarf.units[0].walk(dw.TAG_formal_parameter))
    assert storage_of(die, context_of(image, frame(r3=1)), 4) == Storage(b"\1\0\0\0")


def test_a_constant_of_the_abstract_object_holds_for_the_inlined_one() -> None:
    declared = ADie(
        dw.TAG_variable,
        (named("v"), of("int"), number(dw.AT_const_value, 7)),
        label="declared",
    )
    inlined = ADie(dw.TAG_formal_parameter, (of("declared", dw.AT_abstract_origin),))
    image = an_image(a_c_unit(INT, declared, a_function(inlined)))
    die = next(image.dwarf.units[0].walk(dw.TAG_formal_parameter))
    assert storage_of(die, context_of(image, frame()), 4) == Storage(b"\7\0\0\0")


def test_objects_in_circles_of_origins_are_optimised_out() -> None:
    itself = ADie(
        dw.TAG_variable, (named("v"), of("circle", dw.AT_abstract_origin)), label="circle"
    )
    image = an_image(a_c_unit(INT, a_function(itself)))
    found = storage_of(first_variable(image), context_of(image, frame()), 4)
    assert state_of(found) == Absence("optimized_out")


# --- without a frame --------------------------------------------------------------------------


def test_a_register_without_a_frame_is_unsupported() -> None:
    image = an_image(a_c_unit(INT, variable("v", "int", expression(b"\x53"))))
    context = UnitContext(image.dwarf.units[0], memory())
    found = storage_of(first_variable(image), context, 4)
    assert state_of(found) == Absence("unsupported", "r3 without a frame")


def test_an_address_needs_no_frame() -> None:
    image = an_image(a_c_unit(INT, variable("v", "int", expression(at_address(RAM)))))
    context = UnitContext(image.dwarf.units[0], memory(b"\5\0\0\0"))
    assert storage_of(first_variable(image), context, 4) == Storage(b"\5\0\0\0", RAM)
    assert at_address(RAM)[0] == ADDR
