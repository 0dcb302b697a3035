import pytest

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.types.model import (
    Struct,
    Typedef,
    Unknown,
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
    base,
    flag,
    language,
    member,
    named,
    number,
    struct,
    variable,
    wrapper,
)
from tests.unit.image.types.built import struct_of, type_of, types_of


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


def test_a_type_of_the_language_is_one_for_all_units_that_describe_it_the_same() -> None:
    def unit(octets: int) -> AUnit:
        return a_unit(base("int", octets, dw.ATE_signed), variable("v", "int"), top=language(C99))

    dwarf = a_dwarf(unit(4), unit(4), unit(2))
    tree = TypeTree(dwarf)
    first, same, shorter = (tree.type_of(next(each.walk(dw.TAG_variable))) for each in dwarf.units)
    assert first is same
    assert first is not shorter


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


def test_a_reference_outside_its_unit_costs_the_one_member() -> None:
    away = ADie(dw.TAG_member, (named("away"), (dw.AT_type, dw.FORM_ref4, 0xFFFF)))
    found = struct_of(INT, struct("s", 8, member("a", "int", 0), away, label="it"))
    here, lost = (each.type.type for each in found.members)
    assert (type_name(here), isinstance(lost, Unknown)) == ("int", True)


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
