from struct import pack

import pytest

from stackdump_probe.errors import OptimizedOut, Unsupported
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.expression import Address, Empty, InRegister, StackValue
from stackdump_probe.image.elf import Image
from stackdump_probe.unwind.frame import Frame
from stackdump_probe.values.frame_context import FrameContext, Physical
from stackdump_probe.values.model import Variable
from stackdump_probe.values.text import short_text
from stackdump_probe.values.words import word_of
from tests.builders.dwarf import ADie
from tests.builders.elves import ASymbol
from tests.builders.octets import uleb, words
from tests.builders.type_dies import INT, Attribute, base, expression, flag, named, of, parameter
from tests.unit.values.programs import (
    CODE,
    PC,
    a_c_unit,
    a_function,
    an_image,
    frame,
    locals_of,
    memory,
)

CALLER = CODE + 0x40
RETURN = CALLER + 0x10
ENTRY_OF_R0 = b"\xa3\x01\x50\x9f"  # DW_OP_entry_value (DW_OP_reg0), DW_OP_stack_value

DWARF5 = (
    dw.TAG_call_site,
    dw.TAG_call_site_parameter,
    dw.AT_call_return_pc,
    dw.AT_call_origin,
    dw.AT_call_value,
    dw.AT_call_target,
)
GNU = (
    dw.TAG_GNU_call_site,
    dw.TAG_GNU_call_site_parameter,
    dw.AT_low_pc,
    dw.AT_abstract_origin,
    dw.AT_GNU_call_site_value,
    dw.AT_GNU_call_site_target,
)


EXTERNAL = flag(dw.AT_external)
COMPLETE = (flag(dw.AT_call_all_calls),)  # as compilers say that no call is left out


def the_callee(*children: ADie) -> ADie:
    return a_function(*children, more=COMPLETE)


def a_call(
    *passed: ADie,
    calls: Attribute | None = None,
    returns: int = RETURN,
    form: tuple[int, ...] = DWARF5,
) -> ADie:
    site, _, at_pc, origin, _, _ = form
    target = of("f", origin) if calls is None else calls
    return ADie(site, ((at_pc, dw.FORM_addr, returns), target), passed)


def passed(place: bytes, value: bytes, form: tuple[int, ...] = DWARF5) -> ADie:
    return ADie(form[1], (expression(place), expression(value, form[4])))


def image_of(*calls: ADie, entry: bytes = ENTRY_OF_R0, more: tuple[ADie, ...] = ()) -> Image:
    callee = the_callee(parameter("p", "int", expression(entry), label="p"))
    caller = a_function(*calls, low=CALLER, name="caller")
    return an_image(a_c_unit(INT, callee, caller, *more))


def parameter_of(image: Image, outer: Frame | None = None) -> Variable:
    here = frame(PC)
    caller = outer or frame(RETURN, returned=True, r4=40)
    (found,) = locals_of(image, here, caller)
    return found


def text(image: Image) -> str | None:
    return short_text(parameter_of(image).value)


@pytest.mark.parametrize("form", [DWARF5, GNU])
def test_the_caller_tells_what_was_in_a_register(form: tuple[int, ...]) -> None:
    call = a_call(passed(b"\x50", b"\x74\x02", form), form=form)  # r0 = r4 + 2
    assert text(image_of(call)) == "42"


def test_another_register_tells_nothing() -> None:
    found = parameter_of(image_of(a_call(passed(b"\x51", b"\x31")))).value
    assert found.state == "optimized_out"
    assert found.why == "the caller does not tell what was passed"


def test_another_call_of_the_caller_tells_nothing() -> None:
    call = a_call(passed(b"\x50", b"\x31"), returns=RETURN + 4)
    assert parameter_of(image_of(call)).value.state == "optimized_out"


def test_a_parameter_without_a_place_or_a_value_tells_nothing() -> None:
    nowhere = ADie(dw.TAG_call_site_parameter, (expression(b"\x31", dw.AT_call_value),))
    nothing = ADie(dw.TAG_call_site_parameter, (expression(b"\x50"),))
    assert parameter_of(image_of(a_call(nowhere, nothing))).value.state == "optimized_out"


def test_without_a_caller_nothing_is_told() -> None:
    image = image_of(a_call(passed(b"\x50", b"\x31")))
    (found,) = locals_of(image, frame(PC))
    assert found.value.state == "optimized_out"


def test_an_interrupted_function_is_no_caller() -> None:
    image = image_of(a_call(passed(b"\x50", b"\x31")))
    entry = Frame(frame(0xFFFF_FFF9).registers, None, "exception", 0xFFFF_FFF9, 15)
    (found,) = locals_of(image, frame(PC), entry, frame(RETURN))
    assert found.value.state == "optimized_out"
    assert Physical((entry, frame(RETURN)), 0, memory(), image).caller is None


def test_a_caller_without_debug_information_tells_nothing() -> None:
    image = image_of(a_call(passed(b"\x50", b"\x31")))
    (found,) = locals_of(image, frame(PC), frame(0x0800_8000, returned=True))
    assert found.value.state == "optimized_out"


def test_a_call_of_something_else_tells_nothing() -> None:
    """A tail call stands between: the callee did not get what this call passed."""
    other = a_function(low=CODE + 0x80, name="other")
    call = a_call(passed(b"\x50", b"\x31"), calls=of("other", dw.AT_call_origin))
    assert parameter_of(image_of(call, more=(other,))).value.state == "optimized_out"


def a_jump(to: str, *passed: ADie, function: int) -> ADie:
    """A tail call of `to` at the end of the function that begins at `function`."""
    returns = (dw.AT_call_return_pc, dw.FORM_addr, function + 0x10)
    told = (flag(dw.AT_call_tail_call), returns, of(to, dw.AT_call_origin))
    return ADie(dw.TAG_call_site, told, passed)


BETWEEN, BESIDE = CODE + 0x80, CODE + 0xC0
R0_WAS_R1_PLUS_2 = b"\xa3\x01\x51\x32\x22"  # DW_OP_entry_value (DW_OP_reg1), lit2, plus
R0_IS_R4 = b"\x74\x00"


def image_by_a_jump(*more: ADie, r0: bytes, jumps: tuple[ADie, ...] = ()) -> Image:
    """The caller calls "between", which jumps to "f" with `r0`; `more` functions beside."""
    jump = a_jump("f", passed(b"\x50", r0), function=BETWEEN)
    between = a_function(jump, *jumps, low=BETWEEN, size=0x20, name="between", more=COMPLETE)
    call = a_call(passed(b"\x51", b"\x74\x02"), calls=of("between", dw.AT_call_origin))
    return image_of(call, more=(between, *more))


def test_a_parameter_is_told_by_the_tail_call_that_passed_it() -> None:
    """Its value on entry is made of what the caller passed: r1 = r4 + 2, and 2 is added."""
    assert text(image_by_a_jump(r0=R0_WAS_R1_PLUS_2)) == "44"


def test_a_tail_call_has_left_the_registers_of_the_caller() -> None:
    assert text(image_by_a_jump(r0=R0_IS_R4)) == "40"
    found = parameter_of(image_by_a_jump(r0=b"\x71\x00")).value  # r1, which need not be kept
    assert found.state == "optimized_out"


def test_of_two_tail_calls_neither_is_believed() -> None:
    other = a_jump("beside", function=BETWEEN + 4)
    beside = a_function(
        a_jump("f", function=BESIDE), low=BESIDE, size=0x20, name="beside", more=COMPLETE
    )
    assert text(image_by_a_jump(beside, r0=R0_IS_R4, jumps=(other,))) is None


def test_the_instruction_tells_which_copy_of_a_function_was_called() -> None:
    """Both copies have one abstract instance, by which the call names them; it is a BL to f."""
    abstract = ADie(dw.TAG_subprogram, (named("g"),), label="g")
    came_from = of("g", dw.AT_abstract_origin)
    f = a_function(parameter("p", "int", expression(ENTRY_OF_R0)), more=(*COMPLETE, came_from))
    copy = a_function(low=BETWEEN, size=0x20, name="copy", more=(*COMPLETE, came_from))
    call = a_call(passed(b"\x50", b"\x31"), calls=of("g", dw.AT_call_origin))
    image = an_image(a_c_unit(INT, abstract, f, copy, a_function(call, low=CALLER, name="caller")))
    frames = (frame(PC), frame(RETURN, returned=True))
    for target, expected in ((CODE, "1"), (BETWEEN, None), (BESIDE, None)):
        bl = memory(words(bl_to(target, RETURN)), at=RETURN - 4)
        (found,) = locals_of(image, *frames, held=bl)
        assert short_text(found.value) == expected


def bl_to(target: int, return_address: int) -> int:
    """BL T1 (Armv7-M ARM A7.7.18) to a place close by, its first halfword the lower one."""
    offset = target - return_address
    return 0xF800_F000 | (offset >> 12 & 0x7FF) | (offset >> 1 & 0x7FF) << 16


def test_a_call_whose_target_is_not_told_tells_nothing() -> None:
    call = a_call(passed(b"\x50", b"\x31"), calls=flag(dw.AT_call_all_calls))
    assert parameter_of(image_of(call)).value.state == "optimized_out"


@pytest.mark.parametrize(("target", "expected"), [(CODE | 1, "1"), (CODE + 0x20, None)])
def test_a_call_through_a_pointer_counts_if_it_led_here(target: int, expected: str | None) -> None:
    there = expression(b"\x74\x00", dw.AT_call_target)
    image = image_of(a_call(passed(b"\x50", b"\x31"), calls=there))
    found = parameter_of(image, frame(RETURN, returned=True, r4=target))
    assert short_text(found.value) == expected


def test_a_declaration_in_the_caller_s_unit_is_found_by_its_symbol() -> None:
    declared = ADie(
        dw.TAG_subprogram, (named("f"), flag(dw.AT_declaration), EXTERNAL), label="declared"
    )
    call = a_call(passed(b"\x50", b"\x31"), calls=of("declared", dw.AT_call_origin))
    callee = the_callee(parameter("p", "int", expression(ENTRY_OF_R0)))
    image = an_image(
        a_c_unit(INT, callee),
        a_c_unit(declared, a_function(call, low=CALLER, name="caller")),
        symbols=(ASymbol("f", CODE | 1, 0x40, section=".text"),),
    )
    assert text(image) == "1"


def test_a_float_is_matched_by_its_register_whatever_its_type() -> None:
    single = base("float", 4, dw.ATE_float)
    # DW_OP_entry_value (DW_OP_regval_type s0, generic): the call site names s0 alone.
    entry = b"\xa3\x03\xa5" + uleb(64) + b"\0" + b"\x9f"
    call = a_call(passed(b"\x90" + uleb(64), b"\x0c" + pack("<f", 1.5)))
    callee = the_callee(parameter("p", "float", expression(entry)))
    image = an_image(a_c_unit(single, callee, a_function(call, low=CALLER, name="caller")))
    assert text(image) == "1.5"


TWO_POINT_TWO = pack("<d", 2.2)
D0 = b"\x90" + uleb(256)


def image_of_double(place: bytes, value: bytes) -> Image:
    """A double that was passed in d0, told with `value` for `place`."""
    double = base("double", 8, dw.ATE_float)
    callee = the_callee(parameter("p", "double", expression(b"\xa3\x03" + D0 + b"\x9f")))
    caller = a_function(a_call(passed(place, value)), low=CALLER, name="caller")
    return an_image(a_c_unit(double, callee, caller))


@pytest.mark.parametrize(
    "value",
    [
        b"\x0e" + TWO_POINT_TWO,  # DW_OP_const8u
        b"\x0e" + TWO_POINT_TWO + b"\x9f",  # and DW_OP_stack_value
        b"\x9e\x08" + TWO_POINT_TWO,  # DW_OP_implicit_value is no number
    ],
)
def test_a_double_keeps_all_its_bits_or_is_not_shown(value: bytes) -> None:
    found = parameter_of(image_of_double(D0, value)).value
    assert short_text(found) in ("2.2", None)
    assert (found.state == "ok") == (value[0] == 0x0E)


def test_a_typed_double_keeps_all_its_bits() -> None:
    double = base("double", 8, dw.ATE_float)
    told = b"\xa4" + uleb(double_at()) + b"\x08" + TWO_POINT_TWO  # DW_OP_const_type
    callee = the_callee(parameter("p", "double", expression(b"\xa3\x03" + D0 + b"\x9f")))
    caller = a_function(a_call(passed(D0, told)), low=CALLER, name="caller")
    assert text(an_image(a_c_unit(double, callee, caller))) == "2.2"


def double_at() -> int:
    """Where the first entry of a unit such as these stands in it."""
    image = an_image(a_c_unit(base("double", 8, dw.ATE_float)))
    unit = image.dwarf.units[0]
    return next(unit.walk(dw.TAG_base_type)).offset - unit.offset


def test_a_place_of_pieces_is_not_its_first_register() -> None:
    halves = b"\x90" + uleb(256) + b"\x93\x04\x90" + uleb(257) + b"\x93\x04"
    found = parameter_of(image_of_double(halves, b"\x0e" + TWO_POINT_TWO)).value
    assert found.state == "optimized_out"


@pytest.mark.parametrize("attribute", [dw.AT_call_parameter, dw.AT_abstract_origin])
def test_a_parameter_that_is_gone_is_told_by_its_entry(attribute: int) -> None:
    """DW_OP_GNU_parameter_ref names a parameter of which no register is left."""
    told = ADie(
        dw.TAG_call_site_parameter,
        (of("p", attribute), expression(b"\x37", dw.AT_call_value)),
    )
    image = image_of(a_call(told))
    p = next(image.dwarf.units[0].walk(dw.TAG_formal_parameter))
    function = next(image.dwarf.units[0].walk(dw.TAG_subprogram))
    frames = (frame(PC), frame(RETURN, returned=True))
    physical = Physical(frames, 0, memory(), image)
    context = FrameContext(physical, function, function.unit)
    assert context.entry_parameter(p.offset - function.unit.offset) == 7
    with pytest.raises(OptimizedOut):
        context.entry_parameter(1)


def test_entry_values_of_entry_values_end() -> None:
    """A function that calls itself passes on what it was given, for ever."""
    again = a_call(passed(b"\x50", b"\xa3\x01\x50"), returns=PC + 4)
    callee = the_callee(parameter("p", "int", expression(ENTRY_OF_R0)), again)
    image = an_image(a_c_unit(INT, callee))
    frames = [frame(PC), *(frame(PC + 4, returned=True) for _ in range(100))]
    (found, *_) = locals_of(image, *frames)
    assert found.value.state == "optimized_out"


def test_a_number_is_had_of_whatever_stands_for_one() -> None:
    image = image_of()
    physical = Physical((frame(PC, r3=7),), 0, memory(), image)
    context = FrameContext(physical, None, image.dwarf.units[0])
    assert word_of(Address(5), context) == 5
    assert word_of(StackValue(-1), context) == 0xFFFF_FFFF
    assert word_of(InRegister(3), context) == 7
    with pytest.raises(Unsupported, match="Empty where a number is needed"):
        word_of(Empty(), context)
