import pytest

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.types.model import (
    Base,
    Struct,
)
from stackdump_probe.image.types.tree import TypeTree
from tests.builders.dwarf import ADie, a_dwarf, a_unit
from tests.builders.type_dies import (
    INT,
    RUST,
    flag,
    language,
    member,
    named,
    number,
    of,
    struct,
    variable,
)
from tests.unit.image.types.built import only_member, struct_of, types_of


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


def test_the_types_of_a_parameter_pack_bear_its_name() -> None:
    types = [ADie(dw.TAG_template_type_param, (of(name),)) for name in ("int", "it")]
    number_ = ADie(dw.TAG_template_value_param, (of("int"), number(dw.AT_const_value, 3)))
    pack = ADie(dw.TAG_GNU_template_parameter_pack, (named("Ts"),), (*types, number_))
    parameters = struct_of(INT, struct("s", 4, pack, label="it")).parameters
    assert [name for name, _ in parameters] == ["Ts", "Ts"]
    assert [type(link.type) for _, link in parameters] == [Base, Struct]


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
