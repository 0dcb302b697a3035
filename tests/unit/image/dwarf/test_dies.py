from collections.abc import Iterable

import pytest

from stackdump_probe.errors import DwarfError
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.debug_info import Dwarf
from stackdump_probe.image.dwarf.dies import Die
from tests.builders.dwarf import ADie, a_dwarf, a_unit, debug_sections


def named(name: str, *children: ADie, tag: int = dw.TAG_namespace, label: str = "") -> ADie:
    return ADie(tag, ((dw.AT_name, dw.FORM_string, name),), children, label)


TREE = (
    named("a", named("a1"), named("a2", named("deep", tag=dw.TAG_variable)), named("a3")),
    named("b", tag=dw.TAG_variable),
    named("c", named("c1", tag=dw.TAG_variable)),
)


def names(dies: Iterable[Die]) -> list[str | None]:
    return [die.name for die in dies]


def top_of(*children: ADie) -> Die:
    return a_dwarf(a_unit(*children)).units[0].top


def test_children_come_in_their_order() -> None:
    top = top_of(*TREE)
    assert names(top.children()) == ["a", "b", "c"]
    assert names(next(top.children()).children()) == ["a1", "a2", "a3"]


def test_a_walk_finds_entries_of_a_tag_at_any_depth() -> None:
    unit = a_dwarf(a_unit(*TREE)).units[0]
    assert names(unit.walk(dw.TAG_variable)) == ["deep", "b", "c1"]
    assert names(unit.walk(dw.TAG_namespace)) == ["a", "a1", "a2", "a3", "c"]
    assert names(unit.walk(dw.TAG_enumerator)) == []
    assert names(unit.walk(dw.TAG_compile_unit, dw.TAG_variable)) == [None, "deep", "b", "c1"]


def test_a_walk_may_want_only_entries_that_have_an_attribute() -> None:
    located = ADie(
        dw.TAG_variable,
        ((dw.AT_name, dw.FORM_string, "x"), (dw.AT_location, dw.FORM_exprloc, b"\x03")),
    )
    unit = a_dwarf(a_unit(*TREE, located)).units[0]
    assert names(unit.walk(dw.TAG_variable, having=(dw.AT_location,))) == ["x"]
    assert names(unit.walk(dw.TAG_variable, having=(dw.AT_location, dw.AT_name))) == [
        *("deep", "b", "c1", "x")
    ]
    assert names(unit.walk(dw.TAG_compile_unit, having=(dw.AT_location,))) == []


def test_a_walk_below_an_entry_does_not_leave_it() -> None:
    a, b, _ = top_of(*TREE).children()
    assert names(a.walk(dw.TAG_variable)) == ["deep"]
    assert names(b.walk(dw.TAG_variable)) == []


def parents(die: Die) -> list[str | None]:
    parent = die.parent
    return [] if parent is None else [parent.name, *parents(parent)]


def test_parents_are_known_to_walked_entries_and_found_for_others() -> None:
    dwarf = a_dwarf(a_unit(*TREE))
    deep = next(dwarf.units[0].walk(dw.TAG_variable))
    assert parents(deep) == ["a2", "a", None]
    assert parents(dwarf.die_at(deep.offset)) == ["a2", "a", None]


def test_an_offset_inside_an_entry_has_no_parents() -> None:
    unit = a_dwarf(a_unit(*TREE)).units[0]
    first = next(unit.top.children())
    with pytest.raises(DwarfError, match="no entry of the tree begins here"):
        unit.tree.path_to(first.offset + 1)


def test_entries_are_equal_where_they_stand_at_the_same_place() -> None:
    dwarf = a_dwarf(a_unit(*TREE), a_unit(*TREE))
    first, second = (next(unit.top.children()) for unit in dwarf.units)
    assert first == dwarf.die_at(first.offset)
    assert hash(first) == hash(dwarf.die_at(first.offset))
    assert first != second
    assert first != "a"


def test_a_missing_attribute_is_none_for_every_reader() -> None:
    die = next(top_of(ADie(dw.TAG_variable)).children())
    at = dw.AT_location
    readers = (die.get, die.string, die.integer, die.address, die.block, die.reference, die.form)
    assert [reader(at) for reader in readers] == [None] * 7
    assert (die.name, die.flag(at), die.inherited(at), at in die) == (None, False, None, False)


def test_an_attribute_of_another_class_is_none() -> None:
    attributes = (
        (dw.AT_name, dw.FORM_data1, 1),
        (dw.AT_type, dw.FORM_string, "int"),
        (dw.AT_low_pc, dw.FORM_data4, 4),
        (dw.AT_byte_size, dw.FORM_addr, 4),
        (dw.AT_location, dw.FORM_string, "loc"),
    )
    die = next(top_of(ADie(dw.TAG_variable, attributes)).children())
    found = (
        die.name,
        die.reference(dw.AT_type),
        die.address(dw.AT_low_pc),
        die.integer(dw.AT_byte_size),
        die.block(dw.AT_location),
    )
    assert found == (None,) * 5


def a_chain(*names_and_origins: tuple[str, int, str]) -> Dwarf:
    return a_dwarf(
        a_unit(
            *(
                ADie(dw.TAG_subprogram, ((origin, dw.FORM_ref4, target),), label=label)
                for label, origin, target in names_and_origins
            ),
            named("declared", tag=dw.TAG_subprogram, label="declaration"),
        )
    )


def test_an_attribute_is_inherited_along_the_chain_of_origins() -> None:
    dwarf = a_chain(
        ("concrete", dw.AT_abstract_origin, "abstract"),
        ("abstract", dw.AT_specification, "declaration"),
    )
    concrete, _, declaration = dwarf.units[0].top.children()
    assert concrete.name is None
    assert concrete.inherited(dw.AT_name) == "declared"
    assert concrete.origin() == declaration
    assert declaration.origin() == declaration


def test_a_chain_of_origins_that_runs_in_a_circle_is_an_error() -> None:
    dwarf = a_chain(("a", dw.AT_abstract_origin, "b"), ("b", dw.AT_specification, "a"))
    with pytest.raises(DwarfError, match="a chain of origins without an end"):
        next(dwarf.units[0].top.children()).inherited(dw.AT_name)


def test_a_chain_of_origins_ends_where_it_leads_into_another_file() -> None:
    elsewhere = ADie(dw.TAG_subprogram, ((dw.AT_abstract_origin, dw.FORM_GNU_ref_alt, 4),))
    die = next(top_of(elsewhere).children())
    assert die.origin() == die
    assert die.inherited(dw.AT_name) is None


def with_siblings(target: str) -> ADie:
    return ADie(
        dw.TAG_structure_type,
        ((dw.AT_sibling, dw.FORM_ref4, target), (dw.AT_name, dw.FORM_string, "first")),
        (named("inner"),),
        label="first",
    )


def test_children_are_passed_by_their_sibling_attribute() -> None:
    # The attribute leads past "second": that shows that it is used.
    top = top_of(with_siblings("third"), named("second"), named("third", label="third"))
    assert names(top.children()) == ["first", "third"]


@pytest.mark.parametrize("target", ["first", "nowhere", "before"])
def test_a_sibling_attribute_that_does_not_lead_forward_is_not_followed(target: str) -> None:
    top = top_of(named("zero", label="before"), with_siblings(target), named("last"))
    assert names(top.children()) == ["zero", "first", "last"]


def damaged(**contents: bytes) -> Die:
    sections = debug_sections(a_unit(*TREE))
    sections |= {f".{name}": content for name, content in contents.items()}
    return a_dwarf(sections=sections).units[0].top


def test_a_code_that_no_abbreviation_has_is_an_error() -> None:
    info = bytearray(debug_sections(a_unit(*TREE))[".debug_info"])
    first = damaged().end_of_attributes
    info[first] = 0x7F
    with pytest.raises(DwarfError, match="no abbreviation has the code 127"):
        list(damaged(debug_info=bytes(info)).children())
    with pytest.raises(DwarfError, match="damaged entry"):
        list(damaged(debug_info=bytes(info)).walk(dw.TAG_variable))


def test_a_code_that_is_cut_short_is_an_error() -> None:
    info = debug_sections(a_unit(*TREE))[".debug_info"][:-1] + b"\x80"
    top = damaged(debug_info=info)
    with pytest.raises(DwarfError, match="no entry here"):
        top.unit.die_at(top.unit.end - 1)


def test_a_null_entry_is_no_entry() -> None:
    top = top_of(*TREE)
    last_null = top.unit.end - 1
    with pytest.raises(DwarfError, match="an entry was expected, a null entry found"):
        top.unit.die_at(last_null)


def test_entries_without_their_last_null_end_with_the_unit() -> None:
    sections = debug_sections(a_unit(*TREE))
    info = sections[".debug_info"]
    cut = (int.from_bytes(info[:4], "little") - 2).to_bytes(4, "little") + info[4:-2]
    top = damaged(debug_info=cut)
    assert names(top.children()) == ["a", "b", "c"]
    assert names(top.walk(dw.TAG_variable)) == ["deep", "b", "c1"]


def test_entries_that_nest_without_end_are_an_error() -> None:
    deep = ADie(dw.TAG_variable)
    for _ in range(300):
        deep = ADie(dw.TAG_namespace, (), (deep,))
    unit = a_dwarf(a_unit(deep)).units[0]
    with pytest.raises(DwarfError, match="more than 256 entries inside each other"):
        list(unit.walk(dw.TAG_variable))
    with pytest.raises(DwarfError, match="more than 256 entries inside each other"):
        unit.tree.path_to(unit.end - 320)


def test_an_attribute_that_is_cut_short_is_an_error() -> None:
    info = debug_sections(a_unit(ADie(dw.TAG_variable, ((dw.AT_name, dw.FORM_data8, 1),))))
    cut = info[".debug_info"][:-6]
    cut = (len(cut) - 4).to_bytes(4, "little") + cut[4:]
    die = next(a_dwarf(sections=info | {".debug_info": cut}).units[0].top.children())
    with pytest.raises(DwarfError, match="damaged attribute"):
        die.get(dw.AT_name)
    with pytest.raises(DwarfError, match="damaged attribute"):
        _ = die.attributes
