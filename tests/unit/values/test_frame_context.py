import pytest

from stackdump_probe.errors import OptimizedOut, RegisterUnknown, Unsupported
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.expression import BaseType
from stackdump_probe.values.frame_context import FrameContext, Physical
from tests.builders.dwarf import ADie, AUnit
from tests.builders.type_dies import (
    C99,
    INT,
    Attribute,
    expression,
    language,
    named,
    variable,
)
from tests.unit.values.programs import (
    CFA,
    CODE,
    RAM,
    a_c_unit,
    an_image,
    at_address,
    context_of,
    first_variable,
    frame,
    memory,
)


def framed(base: Attribute | None) -> FrameContext:
    told = () if base is None else (base,)
    extent = ((dw.AT_low_pc, dw.FORM_addr, CODE), (dw.AT_high_pc, dw.FORM_data4, 0x40))
    image = an_image(a_c_unit(ADie(dw.TAG_subprogram, (named("f"), *extent, *told))))
    return context_of(image, frame(r7=RAM))


@pytest.mark.parametrize(
    ("octets", "expected"),
    [(b"\x9c", CFA), (b"\x57", RAM), (b"\x77\x08", RAM + 8), (at_address(RAM), RAM)],
)
def test_the_frame_base_may_be_the_cfa_a_register_or_an_address(
    octets: bytes, expected: int
) -> None:
    context = framed(expression(octets, dw.AT_frame_base))
    assert context.frame_base() == expected
    assert context.frame_base() == expected


def test_a_function_may_have_no_frame_base() -> None:
    with pytest.raises(OptimizedOut, match="no frame base"):
        framed(None).frame_base()


def test_a_frame_base_cannot_build_on_itself() -> None:
    with pytest.raises(Unsupported, match="builds on itself"):
        framed(expression(b"\x91\x00", dw.AT_frame_base)).frame_base()


def test_code_without_a_function_has_no_frame_base() -> None:
    image = an_image(a_c_unit())
    physical = Physical((frame(),), 0, memory(), image)
    with pytest.raises(Unsupported, match="without a function"):
        FrameContext(physical, None, image.dwarf.units[0]).frame_base()


def test_a_double_register_is_two_words() -> None:
    context = context_of(an_image(a_c_unit()), frame(s2=1, s3=2))
    assert context.register(257) == 1 | 2 << 32
    with pytest.raises(RegisterUnknown, match="DWARF register 999"):
        context.register(999)


def test_a_frame_may_have_no_address() -> None:
    with pytest.raises(RegisterUnknown, match="the frame address"):
        context_of(an_image(a_c_unit()), frame(cfa=None)).cfa()


def test_base_types_are_found_in_the_unit() -> None:
    image = an_image(a_c_unit(INT, variable("v", "int")))
    unit = image.dwarf.units[0]
    offset = next(unit.walk(dw.TAG_base_type)).offset - unit.offset
    context = context_of(image, frame())
    assert context.base_type(offset) == BaseType(dw.ATE_signed, 4, offset)
    with pytest.raises(Unsupported, match="no base type"):
        context.base_type(first_variable(image).offset - unit.offset)


def test_expressions_of_other_entries_are_found_by_unit_or_section() -> None:
    image = an_image(a_c_unit(INT), a_c_unit(INT, variable("v", "int", expression(b"\x31"))))
    unit = image.dwarf.units[1]
    die = next(unit.walk(dw.TAG_variable))
    context = context_of(image, frame()).in_unit(unit)
    assert context.subexpression(die.offset - unit.offset, in_unit=True) == b"\x31"
    assert context.subexpression(die.offset, in_unit=False) == b"\x31"
    int_at = next(unit.walk(dw.TAG_base_type)).offset
    with pytest.raises(OptimizedOut, match="nothing is told"):
        context.subexpression(int_at, in_unit=False)


def test_indexed_addresses_come_from_the_unit_s_table() -> None:
    top = (*language(C99), (dw.AT_addr_base, dw.FORM_sec_offset, 8))
    table = bytes(8) + (0x1234).to_bytes(4, "little") + RAM.to_bytes(4, "little")
    unit = AUnit(ADie(dw.TAG_compile_unit, top), 5)
    context = context_of(an_image(unit, more={".debug_addr": table}), frame())
    assert context.indexed_address(1) == RAM
    assert context.indexed_constant(0) == 0x1234


def test_a_context_of_the_same_unit_is_kept() -> None:
    image = an_image(a_c_unit(), a_c_unit())
    context = context_of(image, frame())
    assert context.in_unit(image.dwarf.units[0]) is context
    assert context.in_unit(image.dwarf.units[1]).unit is image.dwarf.units[1]
