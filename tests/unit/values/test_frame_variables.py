import pytest

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.functions import scopes_at
from stackdump_probe.image.elf import Image
from stackdump_probe.unwind.frame import Frame
from stackdump_probe.values.decode import Limits
from stackdump_probe.values.frame_variables import variables_of
from stackdump_probe.values.model import Pointer, Value, Variable
from stackdump_probe.values.program import decoder_for
from stackdump_probe.values.text import short_text
from tests.builders.dwarf import ADie
from tests.builders.type_dies import (
    CHAR,
    INT,
    Attribute,
    array,
    expression,
    flag,
    member,
    named,
    number,
    of,
    parameter,
    pointer,
    struct,
    up_to,
    variable,
    wrapper,
)
from tests.unit.values.programs import (
    CODE,
    PC,
    RAM,
    a_block,
    a_c_unit,
    a_function,
    an_image,
    at_address,
    backtrace,
    frame,
    locals_of,
    memory,
)

R4 = expression(b"\x54")


def const(value: int) -> Attribute:
    return number(dw.AT_const_value, value)


def block(octets: bytes) -> Attribute:
    return (dw.AT_const_value, dw.FORM_block1, octets)


def names(variables: tuple[Variable, ...]) -> list[tuple[str, str, str | None]]:
    return [(each.name, each.kind, short_text(each.value)) for each in variables]


def of_function(
    *children: ADie, types: tuple[ADie, ...] = (INT,), **words: int
) -> list[tuple[str, str, str | None]]:
    image = an_image(a_c_unit(*types, a_function(*children)))
    return names(locals_of(image, frame(PC, words)))


# --- which variables, in which order ----------------------------------------------------------


def test_parameters_come_first_then_locals_in_order() -> None:
    found = of_function(
        variable("a", "int", const(1)),
        parameter("p", "int", const(2)),
        variable("b", "int", const(3)),
    )
    assert found == [("p", "parameter", "2"), ("a", "local", "1"), ("b", "local", "3")]


def test_only_blocks_around_the_pc_count_the_innermost_first() -> None:
    found = of_function(
        variable("outer", "int", const(1)),
        a_block(
            variable("inner", "int", const(2)),
            a_block(variable("innermost", "int", const(3))),
        ),
        a_block(variable("elsewhere", "int", const(4)), low=CODE + 0x20, size=0x10),
    )
    assert [name for name, _, _ in found] == ["innermost", "inner", "outer"]


def test_of_one_name_the_inner_one_comes_first() -> None:
    found = of_function(
        parameter("x", "int", const(1)),
        variable("x", "int", const(2)),
        a_block(variable("x", "int", const(3))),
    )
    assert [text for _, _, text in found] == ["3", "1", "2"]


def test_an_argument_of_an_async_function_is_there_once() -> None:
    def at(line: int, name: str, value: int) -> ADie:
        return variable(name, "int", const(value), number(dw.AT_decl_line, line))

    def values_in(function: str, *inside: ADie) -> list[str | None]:
        body = a_function(at(7, "x", 1), at(7, "y", 2), a_block(*inside), name=function)
        found = locals_of(an_image(a_c_unit(INT, body)), frame())
        return [short_text(each.value) for each in found]

    assert values_in("{async_fn#0}", at(7, "x", 3)) == ["3", "2"]
    assert values_in("{async_fn#0}", at(8, "x", 3)) == ["3", "1", "2"]
    assert values_in("{async_fn#0}", a_block(at(7, "x", 4)), at(7, "x", 3)) == ["4", "3", "2"]
    assert values_in("f", at(7, "x", 3)) == ["3", "1", "2"]


def test_a_local_at_a_fixed_address_is_static() -> None:
    found = of_function(variable("count", "int", expression(at_address(RAM))))
    assert found == [("count", "static", "0")]


def test_declarations_and_what_has_no_name_are_no_variables() -> None:
    found = of_function(
        variable("elsewhere", "int", flag(dw.AT_declaration)),
        variable(None, "int", const(1)),
        ADie(dw.TAG_label),
    )
    assert found == []


def test_a_return_address_at_a_block_s_end_still_belongs_to_the_block() -> None:
    function = a_function(a_block(variable("v", "int", const(1)), low=CODE, size=0x10))
    image = an_image(a_c_unit(INT, function))
    assert locals_of(image, frame(CODE + 0x10)) == ()
    inside = locals_of(image, frame(CODE + 0x10, returned=True))
    assert [each.name for each in inside] == ["v"]


def test_a_variable_tells_where_it_was_declared() -> None:
    image = an_image(
        a_c_unit(INT, a_function(variable("v", "int", const(1), number(dw.AT_decl_line, 7))))
    )
    (found,) = locals_of(image, frame())
    assert (found.line, found.inlined) == (7, False)


# --- inlined functions ------------------------------------------------------------------------


def inlined(*concrete: ADie, abstract: tuple[ADie, ...]) -> Image:
    """`f`, into which `g` is inlined at the pc."""
    extent = ((dw.AT_low_pc, dw.FORM_addr, CODE), (dw.AT_high_pc, dw.FORM_data4, 0x20))
    copy = ADie(dw.TAG_inlined_subroutine, (of("g", dw.AT_abstract_origin), *extent), concrete)
    body = ADie(dw.TAG_subprogram, ((dw.AT_name, dw.FORM_string, "g"),), abstract, label="g")
    return an_image(a_c_unit(INT, body, a_function(variable("mine", "int", const(9)), copy)))


def origin(label: str, *more: Attribute, tag: int = dw.TAG_variable) -> ADie:
    return ADie(tag, (of(label, dw.AT_abstract_origin), *more))


def test_an_inlined_function_s_variables_take_names_and_types_from_its_body() -> None:
    image = inlined(
        origin("p", const(1), tag=dw.TAG_formal_parameter),
        origin("v", R4),
        abstract=(parameter("p", "int", label="p"), variable("v", "int", label="v")),
    )
    found = locals_of(image, frame(r4=2))
    assert names(found) == [("p", "parameter", "1"), ("v", "local", "2")]
    assert all(each.inlined for each in found)
    outer = locals_of(image, frame(r4=2), scope=1)
    assert names(outer) == [("mine", "local", "9")]
    assert not outer[0].inlined


def test_what_the_copy_leaves_out_was_optimised_out() -> None:
    image = inlined(
        origin("v", const(1)),
        abstract=(variable("v", "int", label="v"), variable("gone", "int")),
    )
    found = locals_of(image, frame())
    assert [(each.name, each.value.state) for each in found] == [
        ("v", "ok"),
        ("gone", "optimized_out"),
    ]


def test_a_live_variable_hides_a_gone_one_of_its_name() -> None:
    image = inlined(
        variable("v", "int", const(1)),
        abstract=(variable("v", "int"),),
    )
    assert names(locals_of(image, frame())) == [("v", "local", "1")]


def test_a_variable_of_an_inner_block_is_not_gone_in_the_outer_one() -> None:
    image = inlined(
        a_block(origin("v", const(1)), size=0x20),
        abstract=(variable("v", "int", label="v"),),
    )
    assert names(locals_of(image, frame())) == [("v", "local", "1")]


# --- values -----------------------------------------------------------------------------------


def test_each_frame_has_its_own_registers() -> None:
    image = an_image(a_c_unit(INT, a_function(variable("v", "int", R4))))
    frames = (frame(r4=1), frame(PC, returned=True, r4=2))
    assert names(locals_of(image, *frames)) == [("v", "local", "1")]
    assert names(locals_of(image, *frames, level=1)) == [("v", "local", "2")]


def test_a_damaged_expression_costs_its_variable_alone() -> None:
    found = locals_of(
        an_image(
            a_c_unit(
                INT,
                a_function(
                    variable("bad", "int", expression(b"\x03")), variable("good", "int", const(1))
                ),
            )
        ),
        frame(),
    )
    assert [(each.name, each.value.state) for each in found] == [
        ("bad", "unsupported"),
        ("good", "ok"),
    ]


def test_a_variable_of_a_damaged_type_says_so() -> None:
    lost = (dw.AT_type, dw.FORM_ref_sig8, 1)
    broken = ADie(dw.TAG_variable, (named("v"), lost, const(1)))
    (found,) = locals_of(an_image(a_c_unit(a_function(broken))), frame())
    assert found.value.state == "unsupported"
    assert "0x0000000000000001" in (found.value.why or "")


def test_limits_can_be_given() -> None:
    image = an_image(
        a_c_unit(
            INT,
            array("int", up_to(9)),
            a_function(variable("v", "array", expression(at_address(RAM)))),
        )
    )
    here = frame()
    (scope,) = scopes_at(image.dwarf, PC)
    decoder = decoder_for(image, memory(), Limits(entries=2))
    (found,) = variables_of(scope, here, backtrace(here), image, decoder)
    assert short_text(found.value) == "[0, 0, ...]"


# --- pointers that are gone -------------------------------------------------------------------


def implicit(target: str, offset: int, type_: str) -> Value:
    """A pointer of `type_` to the object labelled `target`, itself optimised out."""
    types = (
        INT,
        CHAR,
        struct("pair", 8, member("a", "int", 0), member("b", "int", 4), label="pair"),
        array("char", up_to(5), label="text"),
        pointer("int", label="int *"),
        pointer("char", label="char *"),
        pointer(None, label="void *"),
        wrapper(dw.TAG_reference_type, "int", label="int &"),
        variable(
            "pair",
            "pair",
            block(b"\1\0\0\0\2\0\0\0"),
            label="a_pair",
        ),
        variable("text", "text", block(b"ready\0"), label="a_text"),
    )

    def image_with(place: bytes) -> Image:
        return an_image(a_c_unit(*types, a_function(variable("v", type_, expression(place)))))

    placeholder = image_with(b"\xa0" + bytes(4) + bytes([offset]))
    wanted = {"a_pair": "pair", "a_text": "text"}[target]
    die = next(
        each for each in placeholder.dwarf.units[0].walk(dw.TAG_variable) if each.name == wanted
    )
    image = image_with(b"\xa0" + die.offset.to_bytes(4, "little") + bytes([offset]))
    return locals_of(image, frame())[0].value


@pytest.mark.parametrize("type_", ["int *", "int &"])
@pytest.mark.parametrize(("offset", "expected"), [(0, "1"), (4, "2")])
def test_a_pointer_that_is_gone_shows_what_it_pointed_to(
    type_: str, offset: int, expected: str
) -> None:
    found = implicit("a_pair", offset, type_)
    assert (found.state, found.why) == ("partial", "the pointer itself was optimized out")
    assert short_text(found) == f"<optimized out> {expected}"
    assert isinstance(found.content, Pointer)
    assert found.content.address is None


def test_text_behind_a_pointer_that_is_gone_is_shown() -> None:
    assert short_text(implicit("a_text", 0, "char *")) == '<optimized out> "ready"'
    assert short_text(implicit("a_text", 2, "char *")) == '<optimized out> "ady"'


def test_a_pointer_past_its_target_shows_nothing() -> None:
    found = implicit("a_pair", 60, "int *")
    assert (found.content, found.state, found.octets, found.size) == (
        None,
        "optimized_out",
        None,
        4,
    )


def test_an_implicit_pointer_that_is_no_pointer_is_unsupported() -> None:
    found = implicit("a_pair", 0, "int")
    assert (found.state, found.why) == ("unsupported", "an implicit pointer that is no pointer")


def test_an_implicit_pointer_to_nowhere_is_unsupported() -> None:
    place = b"\xa0" + (0xFFFF).to_bytes(4, "little") + b"\0"
    image = an_image(
        a_c_unit(INT, pointer("int"), a_function(variable("v", "pointer", expression(place))))
    )
    here: Frame = frame()
    (found,) = locals_of(image, here)
    assert found.value.state == "unsupported"
