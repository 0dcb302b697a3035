import pytest

from stackdump_probe.errors import DwarfError
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.debug_info import Dwarf, not_discarded
from stackdump_probe.image.dwarf.functions import Scope, scopes_at
from stackdump_probe.image.elf import Image
from stackdump_probe.image.symbols import SymbolTable
from tests.builders.dwarf import ADie, Value, a_dwarf, a_unit
from tests.builders.elves import FUNC, ASymbol, an_elf, code
from tests.builders.octets import words

TEXT = 0x0800_0000


def place(low: int, size: int) -> tuple[tuple[int, int, Value], ...]:
    return (dw.AT_low_pc, dw.FORM_addr, low), (dw.AT_high_pc, dw.FORM_data4, size)


def function(name: str, low: int, size: int, *children: ADie) -> ADie:
    attributes = ((dw.AT_name, dw.FORM_string, name), *place(low, size))
    return ADie(dw.TAG_subprogram, attributes, children)


def block(low: int, size: int, *children: ADie, label: str = "") -> ADie:
    return ADie(dw.TAG_lexical_block, place(low, size), children, label)


def inlined(origin: str, low: int, size: int, *children: ADie) -> ADie:
    attributes = ((dw.AT_abstract_origin, dw.FORM_ref4, origin), *place(low, size))
    return ADie(dw.TAG_inlined_subroutine, attributes, children)


def abstract(name: str) -> ADie:
    attributes = (
        (dw.AT_name, dw.FORM_string, name),
        (dw.AT_inline, dw.FORM_data1, dw.INL_inlined),
        (dw.AT_linkage_name, dw.FORM_string, f"{name}_symbol"),
    )
    return ADie(dw.TAG_subprogram, attributes, label=name)


def symbols(*functions: tuple[str, int, int]) -> SymbolTable:
    made = tuple(ASymbol(name, at | 1, size, FUNC, section=".text") for name, at, size in functions)
    return Image.from_bytes(an_elf(code(bytes(0x1000), at=TEXT), symbols=made)).symbols


def names(dwarf: Dwarf, pc: int) -> list[str | None]:
    return [scope.name for scope in scopes_at(dwarf, pc)]


def blocks(scope: Scope) -> list[int]:
    return [die.ranges()[0][0] if die.ranges() else 0 for die in scope.blocks]


def test_a_pc_is_in_the_function_whose_range_holds_it() -> None:
    dwarf = a_dwarf(a_unit(function("a", TEXT, 8), function("b", TEXT + 8, 8)))
    found = [names(dwarf, TEXT + at) for at in (-1, 0, 7, 8, 15, 16)]
    assert found == [[], ["a"], ["a"], ["b"], ["b"], []]


def test_a_function_inside_a_namespace_or_another_function_is_found() -> None:
    inner = function("inner", TEXT + 0x40, 8)
    namespace = ADie(dw.TAG_namespace, (), (function("outer", TEXT, 8, inner),))
    dwarf = a_dwarf(a_unit(namespace))
    assert [scope.die.name for scope in scopes_at(dwarf, TEXT + 0x40)] == ["inner"]


def with_inner(place_of_inner: tuple[int, int]) -> Dwarf:
    """Three functions, the second of which holds one more, and DW_AT_sibling leads past it."""
    named = (dw.AT_name, dw.FORM_string, "outer"), *place(TEXT + 8, 0x20)
    sibling = dw.AT_sibling, dw.FORM_ref4, "last"
    outer = ADie(dw.TAG_subprogram, (*named, sibling), (function("inner", *place_of_inner),))
    last = ADie(
        dw.TAG_subprogram,
        ((dw.AT_name, dw.FORM_string, "last"), *place(TEXT + 0x28, 8)),
        label="last",
    )
    told = symbols(
        ("first", TEXT, 8),
        ("outer", TEXT + 8, 0x20),
        ("last", TEXT + 0x28, 8),
        ("inner", *place_of_inner),
    )
    return a_dwarf(a_unit(function("first", TEXT, 8), outer, last), symbols=told)


@pytest.mark.parametrize("start", [0x40, 0x10, 8])
def test_a_function_in_another_is_found_though_it_is_passed_by_first(start: int) -> None:
    dwarf = with_inner((TEXT + start, 4))
    (unit,) = dwarf.units
    outer = [
        die.name for at in (0, 8, 0x28, start) for _, _, die in unit.outer_functions.at(TEXT + at)
    ]
    assert "inner" not in outer
    found = [names(dwarf, TEXT + at)[-1] for at in (0, 0xC, 0x28, start + 3)]
    assert found == ["first", "outer", "last", "outer" if start == 8 else "inner"]


def test_functions_are_found_behind_a_sibling_attribute_that_leads_astray() -> None:
    named = (dw.AT_name, dw.FORM_string, "first"), *place(TEXT, 8)
    astray = ADie(
        dw.TAG_subprogram, (*named, (dw.AT_sibling, dw.FORM_ref4, "odd")), (block(TEXT, 4),)
    )
    odd = ADie(dw.TAG_base_type, ((dw.AT_name, dw.FORM_string, "\x7f\x7f"),), label="odd")
    told = symbols(("first", TEXT, 8), ("last", TEXT + 8, 8))
    info = a_unit(astray, odd, function("last", TEXT + 8, 8))
    dwarf = a_dwarf(info, symbols=told)
    content = bytearray(dwarf.section(".debug_info"))
    at = content.index(b"\x7f\x7f") - 1  # the beginning of "odd"
    place_of_reference = content.index(words(at))
    content[place_of_reference : place_of_reference + 4] = words(at + 1)
    dwarf = a_dwarf(info, symbols=told, sections={".debug_info": bytes(content)})
    with pytest.raises(DwarfError):
        dwarf.units[0].outer_functions  # noqa: B018
    assert [names(dwarf, TEXT + each) for each in (0, 8)] == [["first"], ["last"]]


def test_inlined_functions_come_first_the_one_with_a_frame_last() -> None:
    outer = function("outer", TEXT, 32, inlined("f", TEXT + 8, 8, inlined("g", TEXT + 12, 2)))
    dwarf = a_dwarf(a_unit(abstract("f"), abstract("g"), outer))
    scopes = scopes_at(dwarf, TEXT + 12)
    assert [(scope.name, scope.inline) for scope in scopes] == [
        ("g", True),
        ("f", True),
        ("outer", False),
    ]
    assert [scope.linkage_name for scope in scopes] == ["g_symbol", "f_symbol", None]
    assert names(dwarf, TEXT + 8) == ["f", "outer"]
    assert names(dwarf, TEXT + 16) == ["outer"]


def test_blocks_belong_to_the_function_that_they_are_written_in() -> None:
    in_f = inlined("f", TEXT + 8, 8, block(TEXT + 8, 4))
    outer = function("outer", TEXT, 32, block(TEXT + 4, 16, block(TEXT + 6, 12, in_f)))
    f, caller = scopes_at(a_dwarf(a_unit(abstract("f"), outer)), TEXT + 10)
    assert blocks(f) == [TEXT + 8, TEXT + 8]
    assert f.blocks[-1] == f.die
    assert blocks(caller) == [TEXT + 6, TEXT + 4, TEXT]
    assert caller.blocks[-1] == caller.die


def test_of_overlapping_blocks_the_one_that_ends_first_holds() -> None:
    outer = function("outer", TEXT, 32, inlined("f", TEXT, 16), inlined("g", TEXT, 16))
    assert names(a_dwarf(a_unit(abstract("f"), abstract("g"), outer)), TEXT) == ["f", "outer"]


def test_an_inner_block_that_reaches_out_of_the_outer_one_holds() -> None:
    outer = function("outer", TEXT, 32, block(TEXT, 4, inlined("f", TEXT + 8, 8)))
    dwarf = a_dwarf(a_unit(abstract("f"), outer))
    assert names(dwarf, TEXT + 8) == ["f", "outer"]


def test_a_block_without_addresses_is_part_of_the_one_around_it() -> None:
    loose = ADie(dw.TAG_lexical_block, (), (ADie(dw.TAG_lexical_block, (), label="inner"),))
    outer = function("outer", TEXT, 32, loose, block(TEXT + 8, 8))
    (scope,) = scopes_at(a_dwarf(a_unit(outer)), TEXT + 8)
    tags = [die.tag for die in scope.blocks]
    assert tags == [dw.TAG_lexical_block] * 3 + [dw.TAG_subprogram]
    assert blocks(scope) == [TEXT + 8, 0, 0, TEXT]
    assert scope.blocks[1].parent == scope.blocks[2]


def test_a_function_in_parts_is_found_in_each() -> None:
    attributes = ((dw.AT_name, dw.FORM_string, "f"), (dw.AT_ranges, dw.FORM_sec_offset, 0))
    unit = a_unit(ADie(dw.TAG_subprogram, attributes))
    lists = words(TEXT, TEXT + 8, TEXT + 0x100, TEXT + 0x108, 0, 0)
    dwarf = a_dwarf(unit, sections={".debug_ranges": lists})
    assert [names(dwarf, TEXT + at) for at in (4, 0x50, 0x104)] == [["f"], [], ["f"]]


def test_a_discarded_function_is_never_found() -> None:
    dwarf = a_dwarf(a_unit(function("dead", 0, 0x100), function("top", 0xFFFF_FFFF, 0x100)))
    assert names(dwarf, 0x10) == []


def test_a_function_at_0_is_found_if_a_symbol_proves_it() -> None:
    def at_0(*symbols: ASymbol) -> Dwarf:
        image = Image.from_bytes(an_elf(code(bytes(64), at=0), symbols=symbols))
        unit = a_unit(function("f", 0, 0x10))
        return a_dwarf(unit, holds_code=image.holds_code, symbols=image.symbols)

    assert names(at_0(), 8) == []
    assert names(at_0(ASymbol("f", 1, 16, FUNC, section=".text")), 8) == ["f"]


def test_of_two_functions_that_claim_a_pc_the_one_of_the_symbol_lives() -> None:
    units = a_unit(function("dead", TEXT, 16)), a_unit(function("alive", TEXT, 16))
    for order in (units, units[::-1]):
        dwarf = a_dwarf(*order, symbols=symbols(("alive", TEXT, 16)))
        assert names(dwarf, TEXT) == ["alive"]


@pytest.mark.parametrize("clone", ["f.cold", "f.part.0", "f.constprop.0.isra.0"])
def test_the_symbol_of_a_part_or_clone_confirms_its_function(clone: str) -> None:
    unit = a_unit(function("dead", TEXT, 16), function("f", TEXT, 16))
    assert names(a_dwarf(unit, symbols=symbols((clone, TEXT, 16))), TEXT) == ["f"]


def test_a_function_that_begins_where_a_symbol_does_is_more_likely_than_one_without() -> None:
    unit = a_unit(function("dead", TEXT + 4, 32), function("alias", TEXT + 8, 16))
    known = symbols(("original", TEXT + 8, 16))
    assert names(a_dwarf(unit, symbols=known), TEXT + 10) == ["alias"]


def test_a_claim_inside_another_function_is_not_believed() -> None:
    # Discarded code, whose debug information kept the offset in a section that moved to 0.
    known = symbols(("memcpy", TEXT, 0x40))
    dwarf = a_dwarf(a_unit(function("dead", TEXT + 0x20, 16)), symbols=known)
    assert names(dwarf, TEXT + 0x28) == []


def test_without_symbols_debug_information_is_believed() -> None:
    assert names(a_dwarf(a_unit(function("f", TEXT, 16))), TEXT) == ["f"]


def test_no_scope_is_where_no_unit_is() -> None:
    assert scopes_at(a_dwarf(), TEXT) == ()
    assert not_discarded(TEXT, TEXT + 1)
