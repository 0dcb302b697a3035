import pytest

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.debug_info import Dwarf
from stackdump_probe.image.dwarf.tail_calls import MOST_FUNCTIONS, TailCalls
from stackdump_probe.image.elf import Image
from tests.builders.dwarf import ADie, AUnit, a_dwarf, a_unit
from tests.builders.elves import FUNC, ASymbol, an_elf, code
from tests.builders.type_dies import Attribute, expression, flag, named, of

TEXT = 0x0800_0000
SIZE = 0x10
NAMES = "abcdef"
COMPLETE = flag(dw.AT_call_all_calls)


def entry(name: str) -> int:
    """Where the function of that name begins."""
    return TEXT + NAMES.index(name) * SIZE


def a_function(name: str, *sites: ADie, told: tuple[Attribute, ...] = (COMPLETE,)) -> ADie:
    place = (dw.AT_low_pc, dw.FORM_addr, entry(name)), (dw.AT_high_pc, dw.FORM_data4, SIZE)
    return ADie(dw.TAG_subprogram, (named(name), *place, *told), sites, label=name)


def jump(to: str, at: int = 8) -> ADie:
    """A tail call of `to`; `at` is where it would return to, counted from TEXT."""
    returns = (dw.AT_call_return_pc, dw.FORM_addr, TEXT + at)
    return ADie(dw.TAG_call_site, (flag(dw.AT_call_tail_call), returns, of(to, dw.AT_call_origin)))


def a_call(to: str) -> ADie:
    """A call that comes back."""
    returns = (dw.AT_call_return_pc, dw.FORM_addr, TEXT + 4)
    return ADie(dw.TAG_call_site, (returns, of(to, dw.AT_call_origin)))


def way(*functions: ADie, start: str = "a", goal: str = "c") -> list[int] | None:
    """The functions whose tail calls are taken from `start` to `goal`, by their entries."""
    return way_in(a_dwarf(a_unit(*functions, version=5)), start, goal)


def way_in(dwarf: Dwarf, start: str = "a", goal: str = "c") -> list[int] | None:
    calls = TailCalls(dwarf)
    found = calls.only_way(entry(start), entry(goal))
    return None if found is None else [calls.entry_of(call.function) or 0 for call in found]


def test_one_jump_after_the_other_is_a_way() -> None:
    assert way(a_function("a", jump("b")), a_function("b", jump("c")), a_function("c")) == [
        entry("a"),
        entry("b"),
    ]


def test_a_function_that_was_called_itself_is_reached_by_no_jump() -> None:
    assert way(a_function("a", jump("b")), a_function("b"), goal="a") == []


def test_a_call_that_comes_back_leads_nowhere() -> None:
    assert way(a_function("a", a_call("c")), a_function("c")) is None


def test_a_branch_that_does_not_lead_there_is_no_other_way() -> None:
    functions = (a_function("a", jump("b"), jump("c")), a_function("b", jump("d")))
    assert way(*functions, a_function("c"), a_function("d")) == [entry("a")]


@pytest.mark.parametrize(
    "functions",
    [
        # two jumps of one function, which may pass other arguments
        (a_function("a", jump("c"), jump("c", at=12)), a_function("c")),
        # by way of b, or not
        (a_function("a", jump("b"), jump("c")), a_function("b", jump("c")), a_function("c")),
        # round and round before it goes on
        (a_function("a", jump("b")), a_function("b", jump("a"), jump("c")), a_function("c")),
        # the function itself may have been entered again
        (a_function("a", jump("c")), a_function("c", jump("c"))),
        (a_function("a", jump("c")), a_function("b", jump("c")), a_function("c", jump("b"))),
    ],
)
def test_of_several_ways_none_is_taken(functions: tuple[ADie, ...]) -> None:
    assert way(*functions) is None


def test_a_function_that_can_come_to_itself_was_perhaps_not_entered_by_its_caller() -> None:
    assert way(a_function("a", jump("b")), a_function("b", jump("a")), goal="a") is None


def test_a_function_whose_calls_are_not_all_told_may_lead_anywhere() -> None:
    functions = (a_function("a", jump("c"), jump("b")), a_function("b", told=()))
    assert way(*functions, a_function("c")) is None


def test_a_jump_by_register_may_lead_anywhere() -> None:
    unknown = ADie(
        dw.TAG_call_site,
        (
            flag(dw.AT_call_tail_call),
            (dw.AT_call_return_pc, dw.FORM_addr, TEXT + 12),
            expression(b"\x53", dw.AT_call_target),
        ),
    )
    assert way(a_function("a", jump("c"), unknown), a_function("c")) is None


def test_a_jump_whose_place_is_not_told_is_none_to_reckon_with() -> None:
    nowhere = ADie(dw.TAG_call_site, (flag(dw.AT_call_tail_call), of("c", dw.AT_call_origin)))
    assert way(a_function("a", nowhere), a_function("c")) is None


def test_nothing_is_known_of_code_without_debug_information() -> None:
    assert way(a_function("a"), start="b", goal="b") is None
    assert TailCalls(a_dwarf(a_unit(a_function("a")))).only_way(entry("a") + 2, entry("a")) is None


@pytest.mark.parametrize(
    ("form", "expected"),
    [(dw.AT_call_return_pc, 11), (dw.AT_low_pc, 11), (dw.AT_call_pc, 12)],
)
def test_the_jump_is_where_dwarf_5_says_or_before_what_it_would_return_to(
    form: int, expected: int
) -> None:
    place = (form, dw.FORM_addr, TEXT + 12)
    gnu = ADie(
        dw.TAG_GNU_call_site, (flag(dw.AT_GNU_tail_call), place, of("c", dw.AT_abstract_origin))
    )
    dwarf = a_dwarf(a_unit(a_function("a", gnu), a_function("c")))
    (call,) = TailCalls(dwarf).only_way(entry("a"), entry("c")) or ()
    assert call.lookup_pc == TEXT + expected


def a_copy(name: str, of_abstract: str) -> ADie:
    place = (dw.AT_low_pc, dw.FORM_addr, entry(name)), (dw.AT_high_pc, dw.FORM_data4, SIZE)
    told = (of(of_abstract, dw.AT_abstract_origin), *place, COMPLETE)
    return ADie(dw.TAG_subprogram, told, label=name)


def test_a_call_by_the_abstract_name_means_the_only_copy_of_it() -> None:
    abstract = ADie(dw.TAG_subprogram, (named("g"),), label="g")
    assert way(a_function("a", jump("g")), abstract, a_copy("c", "g")) == [entry("a")]
    copies = (a_copy("b", "g"), a_copy("c", "g"))
    assert way(a_function("a", jump("g")), abstract, *copies) is None


def elsewhere(*told: Attribute) -> tuple[AUnit, AUnit]:
    """A unit that jumps to what it only declares, and one that defines it."""
    named_only = (named("c"), flag(dw.AT_declaration), *told)
    declared = ADie(dw.TAG_subprogram, named_only, label="declared")
    return (
        a_unit(a_function("a", jump("declared")), declared, version=5),
        a_unit(a_function("c"), version=5),
    )


def way_between(*units: AUnit, symbols: tuple[ASymbol, ...]) -> list[int] | None:
    table = Image.from_bytes(an_elf(code(bytes(0x1000), at=TEXT), symbols=symbols)).symbols
    return way_in(a_dwarf(*units, symbols=table))


def test_a_declaration_means_the_symbol_of_its_name() -> None:
    symbol = ASymbol("c", entry("c") | 1, SIZE, FUNC, section=".text")
    assert way_between(*elsewhere(flag(dw.AT_external)), symbols=(symbol,)) == [entry("a")]


def test_the_name_of_a_static_function_may_be_that_of_several() -> None:
    symbol = ASymbol("c", entry("c") | 1, SIZE, FUNC, section=".text")
    assert way_between(*elsewhere(), symbols=(symbol,)) is None


def test_a_declaration_without_a_symbol_means_nothing_that_is_known() -> None:
    assert way_between(*elsewhere(flag(dw.AT_external)), symbols=()) is None


def test_functions_without_number_are_not_followed() -> None:
    count = MOST_FUNCTIONS + 2
    functions = []
    for index in range(count):
        low = TEXT + index * SIZE
        place = (dw.AT_low_pc, dw.FORM_addr, low), (dw.AT_high_pc, dw.FORM_data4, SIZE)
        sites = (jump(f"f{index + 1}"),) if index + 1 < count else ()
        told = (named(f"f{index}"), *place, COMPLETE)
        functions.append(ADie(dw.TAG_subprogram, told, sites, label=f"f{index}"))
    calls = TailCalls(a_dwarf(a_unit(*functions, version=5)))
    assert calls.only_way(TEXT, TEXT + SIZE) is None
    assert calls.only_way(TEXT + 2 * SIZE, TEXT + 3 * SIZE)
