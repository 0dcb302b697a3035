import pytest

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.types.model import (
    Array,
    Base,
    Dynamic,
    Enum,
    Function,
    MemberPointer,
    Pointer,
    Qualified,
    Reference,
    Struct,
    Unknown,
    Unspecified,
    Void,
    size_of,
    stripped,
)
from tests.builders.dwarf import ADie
from tests.builders.type_dies import (
    CPP14,
    INT,
    RUST,
    array,
    base,
    enum,
    expression,
    member,
    named,
    number,
    of,
    pointer,
    struct,
    up_to,
    variable,
    wrapper,
)
from tests.unit.image.types.built import struct_of, type_of, types_of


def test_a_variable_without_a_type_is_void() -> None:
    assert isinstance(types_of(variable("v", None))["v"], Void)


def test_a_base_type_has_name_size_encoding_and_language() -> None:
    found = types_of(INT, variable("v", "int"), code=RUST)["v"]
    assert isinstance(found, Base)
    assert (found.name, found.size, found.encoding) == ("int", 4, dw.ATE_signed)
    assert (found.language, found.bit_size, found.big_endian) == ("rust", None, False)


def test_a_base_type_of_fewer_bits_than_its_bytes_and_big_endian() -> None:
    odd = base("it", 4, dw.ATE_signed, number(dw.AT_bit_size, 24), number(dw.AT_endianity, 1))
    found = type_of(odd)
    assert isinstance(found, Base)
    assert (found.bit_size, found.big_endian) == (24, True)


def test_a_type_is_built_once() -> None:
    found = types_of(INT, variable("a", "int"), variable("b", "int"))
    assert found["a"] is found["b"]


def test_a_struct_may_point_to_itself() -> None:
    found = struct_of(struct("node", 8, member("next", "pointer", 0), label="it"), pointer("it"))
    target = found.members[0].type.type
    assert isinstance(target, Pointer)
    assert target.target.type is found


def test_typedefs_in_a_circle_are_unknown() -> None:
    found = type_of(
        wrapper(dw.TAG_typedef, "b", named("a"), label="it"),
        wrapper(dw.TAG_typedef, "it", named("b"), label="b"),
    )
    assert isinstance(stripped(found), Unknown)


def test_pointers_references_and_qualifiers_keep_their_target() -> None:
    found = types_of(
        INT,
        pointer("int"),
        wrapper(dw.TAG_reference_type, "int", label="l"),
        wrapper(dw.TAG_rvalue_reference_type, "int", label="r"),
        wrapper(dw.TAG_const_type, "int", label="c"),
        wrapper(dw.TAG_volatile_type, "c", label="vc"),
        variable("pointer", "pointer"),
        variable("l", "l"),
        variable("r", "r"),
        variable("vc", "vc"),
    )
    assert isinstance(found["pointer"], Pointer)
    assert isinstance(found["l"], Reference)
    assert isinstance(found["r"], Reference)
    assert (found["l"].rvalue, found["r"].rvalue) == (False, True)
    assert isinstance(found["vc"], Qualified)
    assert stripped(found["vc"]) is found["pointer"].target.type


def test_a_pointer_to_nothing_points_to_void_and_has_the_unit_s_address_size() -> None:
    found = type_of(ADie(dw.TAG_pointer_type, label="it"))
    assert isinstance(found, Pointer)
    assert isinstance(found.target.type, Void)
    assert found.size == 4


def test_a_null_pointer_s_type_has_the_size_of_an_address() -> None:
    found = type_of(ADie(dw.TAG_unspecified_type, (named("decltype(nullptr)"),), label="it"))
    assert isinstance(found, Unspecified)
    assert (found.name, found.size) == ("decltype(nullptr)", 4)


def test_wide_characters_of_c_are_known_by_their_typedef() -> None:
    found = type_of(
        base("unsigned int", 4, dw.ATE_unsigned),
        wrapper(dw.TAG_typedef, "unsigned int", named("wchar_t"), label="it"),
    )
    assert isinstance(found, Base)
    assert (found.name, found.size) == ("wchar_t", 4)


# --- arrays ----------------------------------------------------------------------------------


def test_dimensions_are_arrays_of_arrays_the_first_outermost() -> None:
    found = type_of(INT, array("int", up_to(1), up_to(2), label="it"))
    assert isinstance(found, Array)
    inner = found.element.type
    assert isinstance(inner, Array)
    assert (found.count, inner.count, size_of(found)) == (2, 3, 24)


def test_a_count_may_be_told_instead_of_a_bound() -> None:
    found = type_of(INT, array("int", (number(dw.AT_count, 5),), label="it"))
    assert isinstance(found, Array)
    assert found.count == 5


def test_a_lower_bound_shortens_the_array() -> None:
    bounds = (number(dw.AT_lower_bound, 1), number(dw.AT_upper_bound, 3))
    found = type_of(INT, array("int", bounds, label="it"))
    assert isinstance(found, Array)
    assert found.count == 3


@pytest.mark.parametrize("bound", [-1, 0xFFFF_FFFF])
def test_an_upper_bound_of_minus_one_means_no_elements(bound: int) -> None:
    found = type_of(INT, array("int", up_to(bound), label="it"))
    assert isinstance(found, Array)
    assert found.count == 0


def test_an_array_without_a_bound_has_no_size() -> None:
    found = type_of(INT, array("int", (), label="it"))
    assert isinstance(found, Array)
    assert (found.count, size_of(found)) == (None, None)


def test_a_bound_may_be_an_expression() -> None:
    bound = (expression(b"\x91\x6c\x06", dw.AT_upper_bound),)
    found = type_of(INT, array("int", bound, label="it"))
    assert isinstance(found, Array)
    assert found.count == Dynamic(b"\x91\x6c\x06", None, 1)


def test_a_bound_may_be_a_variable() -> None:
    bound = (of("length", dw.AT_count),)
    found = type_of(INT, array("int", bound, label="it"), variable("n", "int", label="length"))
    assert isinstance(found, Array)
    assert isinstance(found.count, Dynamic)
    assert (found.count.expression, found.count.added) == (None, 0)
    assert found.count.variable is not None


def test_a_stride_takes_the_place_of_the_element_s_size() -> None:
    entry = ADie(
        dw.TAG_array_type,
        (of("int"), number(dw.AT_byte_stride, 8)),
        (ADie(dw.TAG_subrange_type, up_to(3)),),
        label="it",
    )
    assert size_of(type_of(INT, entry)) == 32


def test_an_array_of_2_to_the_60_elements_costs_nothing() -> None:
    found = type_of(INT, array("int", (number(dw.AT_count, 1 << 60),), label="it"))
    assert size_of(found) == 4 << 60


# --- enums, functions, member pointers --------------------------------------------------------


def test_an_enumerator_wider_than_a_word_may_be_a_block() -> None:
    wide = (named("Last"), (dw.AT_const_value, dw.FORM_block1, bytes(15) + b"\xfe"))
    told = (named("Serial"), number(dw.AT_byte_size, 16))
    die = ADie(dw.TAG_enumeration_type, told, (ADie(dw.TAG_enumerator, wide),), label="it")
    found = types_of(die, variable("v", "it"), code=RUST)["v"]
    assert isinstance(found, Enum)
    assert found.enumerators == (("Last", 0xFE << 120),)


def test_an_enum_is_signed_if_its_base_type_or_a_number_is() -> None:
    found = types_of(
        INT,
        enum("a", 4, ("A", 1), more=(of("int"),)),
        enum("b", 1, ("B", -1), ("C", 3)),
        enum("c", 1, ("D", 3)),
        variable("a", "a"),
        variable("b", "b"),
        variable("c", "c"),
    )
    signs = [each.signed for each in found.values() if isinstance(each, Enum)]
    assert signs == [True, True, False]
    assert isinstance(found["b"], Enum)
    assert found["b"].enumerators == (("B", -1), ("C", 3))


def test_a_function_has_result_parameters_and_may_take_more() -> None:
    found = type_of(
        INT,
        ADie(
            dw.TAG_subroutine_type,
            (of("int"),),
            (
                ADie(dw.TAG_formal_parameter, (of("int"),)),
                ADie(dw.TAG_unspecified_parameters),
            ),
            label="it",
        ),
    )
    assert isinstance(found, Function)
    assert (len(found.parameters), found.variadic) == (1, True)
    assert isinstance(found.result.type, Base)


def test_a_pointer_to_a_member_is_an_offset_or_for_a_function_two_words() -> None:
    found = types_of(
        INT,
        struct("s", 4, label="s"),
        ADie(dw.TAG_subroutine_type, label="f"),
        wrapper(dw.TAG_ptr_to_member_type, "int", of("s", dw.AT_containing_type), label="d"),
        wrapper(dw.TAG_ptr_to_member_type, "f", of("s", dw.AT_containing_type), label="m"),
        variable("d", "d"),
        variable("m", "m"),
        code=CPP14,
    )
    assert isinstance(found["d"], MemberPointer)
    assert isinstance(found["d"].owner.type, Struct)
    assert (size_of(found["d"]), size_of(found["m"])) == (4, 8)
