import pytest

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.dies import Die
from stackdump_probe.image.dwarf.names import demangle, qualified_name, scope_path
from tests.builders.dwarf import ADie, AUnit, Value, a_dwarf, a_unit

Attribute = tuple[int, int, Value]


def named(name: str) -> Attribute:
    return dw.AT_name, dw.FORM_string, name


def linked(name: str, at: int = dw.AT_linkage_name) -> Attribute:
    return at, dw.FORM_string, name


def function(*attributes: Attribute, label: str = "", children: tuple[ADie, ...] = ()) -> ADie:
    return ADie(dw.TAG_subprogram, attributes, children, label)


def namespace(*children: ADie, name: str | None = None) -> ADie:
    return ADie(dw.TAG_namespace, [named(name)] if name else [], children)


def structure(*children: ADie, name: str | None = None, tag: int = dw.TAG_structure_type) -> ADie:
    return ADie(tag, [named(name)] if name else [], children)


def last(unit: AUnit, tag: int = dw.TAG_subprogram) -> Die:
    """The last entry of a unit that has `tag`."""
    *_, die = a_dwarf(unit).units[0].walk(tag)
    return die


def test_a_function_of_c_has_its_plain_name() -> None:
    assert qualified_name(last(a_unit(function(named("main"))))) == "main"


def test_what_has_no_name_has_none() -> None:
    assert qualified_name(last(a_unit(function()))) is None


def test_scopes_stand_before_a_name() -> None:
    unit = a_unit(
        namespace(structure(function(named("method")), name="Class<int>"), name="ns"),
    )
    assert qualified_name(last(unit)) == "ns::Class<int>::method"
    assert scope_path(last(unit)) == ("ns", "Class<int>")


@pytest.mark.parametrize(
    "tag",
    [
        dw.TAG_class_type, dw.TAG_structure_type, dw.TAG_union_type, dw.TAG_enumeration_type,
        dw.TAG_interface_type,
    ],
)  # fmt: skip
def test_every_kind_of_type_is_a_scope(tag: int) -> None:
    assert scope_path(last(a_unit(structure(function(named("f")), name="T", tag=tag)))) == ("T",)


def test_a_namespace_without_a_name_is_called_anonymous() -> None:
    unit = a_unit(namespace(namespace(function(named("f"))), name="ns"))
    assert qualified_name(last(unit)) == "ns::(anonymous namespace)::f"


def test_a_type_without_a_name_is_no_part_of_a_path() -> None:
    unit = a_unit(structure(structure(function(named("f"))), name="T"))
    assert qualified_name(last(unit)) == "T::f"


def test_the_scopes_are_those_of_the_declaration() -> None:
    declared = structure(function(named("method"), label="declaration"), name="Class")
    defined = function((dw.AT_specification, dw.FORM_ref4, "declaration"), label="definition")
    inlined = function((dw.AT_abstract_origin, dw.FORM_ref4, "definition"))
    assert qualified_name(last(a_unit(namespace(declared, name="ns"), defined, inlined))) == (
        "ns::Class::method"
    )


def test_a_path_ends_at_a_function() -> None:
    local = structure(function(named("h")), name="Local")
    block = ADie(dw.TAG_lexical_block, (), [local])
    assert qualified_name(last(a_unit(function(named("f"), children=(block,))))) == "Local::h"


def test_a_closure_is_named_after_the_function_that_it_stands_in() -> None:
    closure = structure(function(named("operator()")))
    around = function(named("main"), children=(ADie(dw.TAG_lexical_block, (), [closure]),))
    unit = a_unit(namespace(around, name="app"))
    assert qualified_name(last(unit)) == "app::main::{lambda}::operator()"


@pytest.mark.parametrize("at", [dw.AT_linkage_name, dw.AT_MIPS_linkage_name])
def test_a_mangled_name_counts_for_more_than_scopes(at: int) -> None:
    attributes = [named("drive"), linked("_RNvMs_CsQI3SdhWsP1_5roverNtB4_5Rover5drive", at)]
    unit = a_unit(namespace(function(*attributes), name="{impl#0}"))
    assert qualified_name(last(unit)) == "<rover::Rover>::drive"


def test_a_mangled_name_may_stand_at_the_declaration() -> None:
    declared = function(named("make"), linked("_ZN2ns4makeIiEEvT_"), label="declaration")
    defined = function((dw.AT_specification, dw.FORM_ref4, "declaration"))
    assert qualified_name(last(a_unit(declared, defined))) == "ns::make<int>"


@pytest.mark.parametrize("linkage_name", ["SysTick", "_Zbroken", "_RZ"])
def test_a_linkage_name_that_is_not_mangled_does_not_count(linkage_name: str) -> None:
    unit = a_unit(namespace(function(named("tick"), linked(linkage_name)), name="app"))
    assert qualified_name(last(unit)) == "app::tick"


def test_a_variable_is_named_like_a_function() -> None:
    variable = ADie(dw.TAG_variable, [named("x"), linked("_ZN2ns1xE")])
    assert qualified_name(last(a_unit(variable), dw.TAG_variable)) == "ns::x"


def test_scopes_without_end_are_cut() -> None:
    nested = function(named("f"))
    for _ in range(100):
        nested = namespace(nested, name="n")
    assert len(scope_path(last(a_unit(nested)))) == 64


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        ("main", "main"),
        ("_RNvC3foo3bar", "foo::bar"),
        ("_ZN3foo3bar17h05af221e174051e9E", "foo::bar"),
        ("_ZN3foo3barEi", "foo::bar"),
        ("_ZN3foo3barEi.isra.0", "foo::bar"),
        ("_Reset", "_Reset"),
        ("_ZN3foo", "_ZN3foo"),
        ("_ZN$17h05af221e174051e9E", "_ZN$17h05af221e174051e9E"),
    ],
)
def test_a_symbol_is_named_by_its_kind_of_mangling_or_as_it_is(symbol: str, name: str) -> None:
    assert demangle(symbol) == name
