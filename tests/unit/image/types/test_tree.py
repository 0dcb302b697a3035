from collections.abc import Sequence

import pytest

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.types.model import (
    Array,
    Base,
    Dynamic,
    Enum,
    Function,
    Member,
    MemberPointer,
    Pointer,
    Qualified,
    Reference,
    Struct,
    Type,
    Typedef,
    Unknown,
    Unspecified,
    Void,
    size_of,
    stripped,
)
from stackdump_probe.image.types.names import type_name
from stackdump_probe.image.types.tree import TypeTree
from tests.builders.dwarf import ADie, AUnit, a_dwarf, a_unit
from tests.builders.type_dies import (
    C99,
    CHAR,
    CPP14,
    INT,
    RUST,
    array,
    base,
    enum,
    expression,
    flag,
    language,
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


def types_of(
    *dies: ADie, code: int = C99, version: int = 4, more: Sequence[AUnit] = ()
) -> dict[str, Type]:
    """The types of all variables of a unit, and of the units `more`, by name."""
    dwarf = a_dwarf(a_unit(*dies, version=version, top=language(code)), *more)
    tree = TypeTree(dwarf)
    return {
        die.name or "": tree.type_of(die)
        for unit in dwarf.units
        for die in unit.walk(dw.TAG_variable)
    }


def type_of(*dies: ADie, code: int = C99, version: int = 4) -> Type:
    """The type of a variable of the type that is labelled "it"."""
    return types_of(*dies, variable("v", "it"), code=code, version=version)["v"]


def struct_of(*dies: ADie, code: int = C99) -> Struct:
    found = type_of(*dies, code=code)
    assert isinstance(found, Struct)
    return found


def only_member(*dies: ADie) -> Member:
    (found,) = struct_of(*dies).members
    return found


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


# --- structs ---------------------------------------------------------------------------------


def test_members_keep_their_order_and_offsets_and_those_of_a_union_are_at_0() -> None:
    found = types_of(
        INT,
        struct("s", 8, member("a", "int", 0), member("b", "int", 4), label="s"),
        struct("u", 4, member("a", "int"), member("b", "int"), tag=dw.TAG_union_type, label="u"),
        variable("s", "s"),
        variable("u", "u"),
    )
    assert isinstance(found["s"], Struct)
    assert isinstance(found["u"], Struct)
    assert [(each.name, each.offset) for each in found["s"].members] == [("a", 0), ("b", 4)]
    assert [each.offset for each in found["u"].members] == [0, 0]
    assert (found["s"].kind, found["u"].kind) == ("struct", "union")


def test_an_offset_may_be_written_as_an_expression() -> None:
    place = (dw.AT_data_member_location, dw.FORM_block1, b"\x23\x84\x01")
    found = only_member(INT, struct("s", 136, member("a", "int", None, place), label="it"))
    assert (found.offset, found.location) == (132, None)


def test_a_virtual_base_keeps_its_expression() -> None:
    place = (dw.AT_data_member_location, dw.FORM_block1, b"\x12\x06\x23\x04")
    inherited = ADie(dw.TAG_inheritance, (of("int"), place, number(dw.AT_virtuality, 1)))
    found = only_member(INT, struct("s", 8, inherited, label="it"))
    assert (found.offset, found.location) == (None, b"\x12\x06\x23\x04")
    assert (found.inherited, found.virtual) == (True, True)


@pytest.mark.parametrize(
    ("told", "bit_offset"),
    [
        ((number(dw.AT_data_bit_offset, 35),), 35),
        # DWARF 3 5.5.6: from the top of the 4 bytes at offset 4; 3 bits, 26 below the top.
        ((number(dw.AT_byte_size, 4), number(dw.AT_bit_offset, 26)), 32 + 32 - 26 - 3),
        ((number(dw.AT_bit_offset, 26),), 32 + 32 - 26 - 3),
        ((), 32),
    ],
)
def test_a_bitfield_counts_from_the_struct_s_lowest_bit(
    told: tuple[tuple[int, int, int], ...], bit_offset: int
) -> None:
    place = (
        ()
        if told and told[0][0] == dw.AT_data_bit_offset
        else (number(dw.AT_data_member_location, 4),)
    )
    field = member("f", "int", None, number(dw.AT_bit_size, 3), *place, *told)
    found = only_member(INT, struct("s", 8, field, label="it"))
    assert (found.bit_size, found.bit_offset) == (3, bit_offset)


def test_static_members_are_no_part_of_the_object() -> None:
    counted = member("count", "int", None, flag(dw.AT_external), flag(dw.AT_declaration))
    assert struct_of(INT, struct("s", 1, counted, label="it")).members == ()


def test_template_parameters_are_kept_by_name() -> None:
    parameter = ADie(dw.TAG_template_type_param, (named("T"), of("int")))
    ((name, link),) = struct_of(INT, struct("s", 4, parameter, label="it")).parameters
    assert name == "T"
    assert isinstance(link.type, Base)


def test_a_rust_enum_has_a_discriminant_and_cases() -> None:
    part = ADie(
        dw.TAG_variant_part,
        (of("tag", dw.AT_discr),),
        (
            ADie(dw.TAG_member, (of("int"), number(dw.AT_data_member_location, 4)), label="tag"),
            ADie(dw.TAG_variant, (number(dw.AT_discr_value, 7),), (member("A", "int", 0),)),
            ADie(dw.TAG_variant, (), (member("B", "int", 0),)),
            ADie(
                dw.TAG_variant,
                ((dw.AT_discr_list, dw.FORM_block1, b"\x00\x05\x01\x08\x0a"),),
                (member("C", "int", 0),),
            ),
        ),
    )
    found = struct_of(INT, struct("E", 8, part, label="it"), code=RUST)
    assert found.variants is not None
    assert found.variants.discriminant is not None
    assert found.variants.discriminant.offset == 4
    assert [case.ranges for case in found.variants.cases] == [
        ((7, 7),),
        (),
        ((5, 5), (8, 10)),
    ]
    assert [case.members[0].name for case in found.variants.cases] == ["A", "B", "C"]


def test_a_discriminant_wider_than_a_word_may_be_a_block() -> None:
    value = (dw.AT_discr_value, dw.FORM_block1, bytes(15) + b"\x01")
    part = ADie(dw.TAG_variant_part, (), (ADie(dw.TAG_variant, (value,)),))
    found = struct_of(struct("E", 16, part, label="it"), code=RUST)
    assert found.variants is not None
    assert found.variants.cases[0].ranges == ((1 << 120, 1 << 120),)


def test_a_variant_knows_the_entry_that_tells_its_line() -> None:
    line = number(dw.AT_decl_line, 47)
    cases = (
        ADie(dw.TAG_variant, (), (member("3", "int", 0, line),)),
        ADie(dw.TAG_variant, ()),
    )
    dwarf = a_dwarf(
        a_unit(
            INT,
            struct("E", 8, ADie(dw.TAG_variant_part, (), cases), label="it"),
            variable("v", "it"),
            top=language(RUST),
        )
    )
    (die,) = dwarf.units[0].top.walk(dw.TAG_variable)
    found = TypeTree(dwarf).type_of(die)
    assert isinstance(found, Struct)
    assert found.variants is not None
    first, second = found.variants.cases
    assert first.die is not None
    assert dwarf.die_at(first.die).integer(dw.AT_decl_line) == 47
    assert second.die is None


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


# --- declarations, scopes, damage -------------------------------------------------------------


def test_a_declaration_is_completed_by_another_unit() -> None:
    declared = struct("s", None, more=(flag(dw.AT_declaration),), label="it")
    defining = a_unit(INT, struct("s", 4, member("a", "int", 0)), top=language(C99))
    dwarf = a_dwarf(a_unit(declared, variable("v", "it"), top=language(C99)), defining)
    tree = TypeTree(dwarf)
    found = tree.type_of(next(dwarf.units[0].walk(dw.TAG_variable)))
    assert isinstance(found, Struct)
    assert found.declaration
    whole = tree.definition(found)
    assert isinstance(whole, Struct)
    assert (whole.size, whole.declaration) == (4, False)


def test_a_declaration_that_nobody_defines_stays_one() -> None:
    declared = struct("s", None, more=(flag(dw.AT_declaration),), label="it")
    dwarf = a_dwarf(a_unit(declared, variable("v", "it"), top=language(C99)))
    tree = TypeTree(dwarf)
    found = tree.type_of(next(dwarf.units[0].walk(dw.TAG_variable)))
    assert isinstance(found, Struct)
    assert tree.definition(found) is found


def test_a_class_without_a_name_that_can_be_called_is_a_lambda() -> None:
    call = ADie(dw.TAG_subprogram, (named("operator()"),))
    assert struct_of(struct(None, 4, call, label="it"), code=CPP14).name == "{lambda}"
    assert struct_of(struct("Action", 4, call, label="it"), code=CPP14).name == "Action"
    assert struct_of(struct(None, 4, label="it"), code=CPP14).name is None


def test_a_class_may_be_declared_as_a_struct_and_is_found_in_its_namespace() -> None:
    declared = struct("Ledger", None, more=(flag(dw.AT_declaration),), label="it")
    using = ADie(dw.TAG_namespace, (named("depot"),), (declared,))
    other = struct("Ledger", 2, tag=dw.TAG_class_type)
    ledger = struct("Ledger", 4, tag=dw.TAG_class_type)
    defining = ADie(dw.TAG_namespace, (named("depot"),), (ledger,))
    dwarf = a_dwarf(
        a_unit(other, using, variable("v", "it"), top=language(CPP14)),
        a_unit(defining, top=language(CPP14)),
    )
    tree = TypeTree(dwarf)
    found = tree.type_of(next(dwarf.units[0].walk(dw.TAG_variable)))
    assert isinstance(found, Struct)
    assert size_of(tree.definition(found)) == 4
    assert tree.class_named("depot::Ledger") is tree.definition(found)
    assert size_of(tree.class_named("Ledger") or Void()) == 2


def test_a_class_that_is_not_there_or_damaged_is_not_found() -> None:
    broken = ADie(dw.TAG_class_type, ((dw.AT_name, dw.FORM_strp_sup, 1),))
    named_so = struct("s", 4, more=(flag(dw.AT_declaration),))
    tree = TypeTree(a_dwarf(a_unit(INT, broken, named_so, top=language(CPP14))))
    assert tree.class_named("s") is None
    assert tree.class_named("") is None


@pytest.mark.parametrize("version", [4, 5])
def test_a_signature_leads_to_the_type_s_own_unit(version: int) -> None:
    own = AUnit(
        ADie(dw.TAG_type_unit, language(C99), (struct("s", 12, label="type"),)),
        version,
        kind=dw.UT_type,
        section=".debug_types" if version == 4 else ".debug_info",
        signature=0x1122_3344_5566_7788,
    )
    direct = (dw.AT_type, dw.FORM_ref_sig8, 0x1122_3344_5566_7788)
    through = (dw.AT_signature, dw.FORM_ref_sig8, 0x1122_3344_5566_7788)
    declared = struct("s", None, more=(flag(dw.AT_declaration), through), label="it")
    dies = (ADie(dw.TAG_variable, (named("d"), direct)), declared, variable("v", "it"))
    found = types_of(*dies, version=version, more=(own,))
    assert (size_of(found["d"]), size_of(found["v"])) == (12, 12)


def test_names_of_cpp_types_are_qualified_and_those_of_c_and_rust_are_not() -> None:
    inside = ADie(
        dw.TAG_namespace,
        (named("ns"),),
        (struct("C", 1, ADie(dw.TAG_class_type, (named("I"),), label="it"), label="C"),),
    )
    assert type_name(type_of(inside, code=CPP14)) == "ns::C::I"
    assert type_name(type_of(inside, code=RUST)) == "I"


def test_an_anonymous_namespace_has_gdb_s_name() -> None:
    inside = ADie(dw.TAG_namespace, (), (struct("C", 1, label="it"),))
    assert type_name(type_of(inside, code=CPP14)) == "(anonymous namespace)::C"


def test_a_tag_that_is_no_type_is_unknown() -> None:
    found = type_of(ADie(dw.TAG_label, label="it"))
    assert found == found
    assert isinstance(found, Unknown)
    assert found.why == "no type: DWARF tag 0xa"


def test_a_reference_that_leads_nowhere_is_unknown() -> None:
    lost = ADie(dw.TAG_variable, (named("v"), (dw.AT_type, dw.FORM_ref_sig8, 1)))
    found = types_of(lost)["v"]
    assert isinstance(found, Unknown)
    assert "0x0000000000000001" in found.why


def test_a_type_behind_a_broken_link_is_unknown_too() -> None:
    lost = wrapper(dw.TAG_typedef, None, named("t"), label="it")
    broken = ADie(lost.tag, (*lost.attributes, (dw.AT_type, dw.FORM_ref_sig8, 1)), label="it")
    assert isinstance(stripped(type_of(broken)), Unknown)


def test_a_type_without_an_alias_keeps_its_typedef() -> None:
    found = type_of(CHAR, wrapper(dw.TAG_typedef, "char", named("byte_t"), label="it"))
    assert isinstance(found, Typedef)
    assert found.name == "byte_t"


def test_sizes_below_zero_are_none() -> None:
    found = types_of(
        base("b", -4, dw.ATE_signed),
        struct("s", -8, member("f", "b", 0, number(dw.AT_bit_size, -1)), label="s"),
        variable("b", "b"),
        variable("s", "s"),
    )
    assert (size_of(found["b"]), size_of(found["s"])) == (0, None)
    assert isinstance(found["s"], Struct)
    assert found["s"].members[0].bit_size is None
