from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.elf import Image
from stackdump_probe.memory import Memory
from stackdump_probe.values.kept_statics import merged
from stackdump_probe.values.model import Variable
from stackdump_probe.values.statics import StaticsSearch
from stackdump_probe.values.text import short_text
from tests.builders.dwarf import ADie, AUnit, a_unit
from tests.builders.elves import ASymbol
from tests.builders.type_dies import (
    CPP14,
    INT,
    RUST,
    Attribute,
    array,
    expression,
    flag,
    language,
    named,
    number,
    of,
    up_to,
    variable,
)
from tests.unit.values.programs import (
    CODE,
    RAM,
    a_block,
    a_c_unit,
    a_function,
    an_image,
    an_object,
    at_address,
    memory,
)

HELD = bytes(range(0x40)) + bytes(0xC0)


def static(name: str, address: int, *more: Attribute, label: str = "") -> ADie:
    return variable(name, "int", expression(at_address(address)), *more, label=label)


def statics(image: Image, held: Memory, *, noise: bool = False) -> list[Variable]:
    """All of them; the same if each unit is searched by itself, and if they are found again."""
    searches = [StaticsSearch(image, held, noise=noise, remember=each) for each in (False, True)]
    first, second = (found_by(each, image) for each in searches)
    assert first == second
    return first


def found_by(search: StaticsSearch, image: Image) -> list[Variable]:
    units = image.dwarf.units
    found, kept = merged([search.of_units(units, lambda variable: variable)])
    parts = [search.of_units([each], lambda variable: variable) for each in reversed(units)]
    assert merged(parts[::-1]) == (found, kept)
    again = search.again(kept)
    assert again.between(0, len(found), lambda variable: variable) == found
    return found


def found_in(
    image: Image, held: Memory | None = None, *, noise: bool = False
) -> list[tuple[str, str | None]]:
    found = statics(image, held or memory(), noise=noise)
    return [(each.name, short_text(each.value)) for each in found]


def names_in(*dies: ADie, noise: bool = False) -> list[str]:
    return [name for name, _ in found_in(an_image(a_c_unit(INT, *dies)), noise=noise)]


# --- which, in which order --------------------------------------------------------------------


def test_statics_come_by_unit_then_by_address() -> None:
    image = an_image(
        a_c_unit(INT, static("b", RAM + 8), static("a", RAM + 4)),
        a_c_unit(INT, static("c", RAM)),
    )
    assert [name for name, _ in found_in(image)] == ["a", "b", "c"]


def test_a_static_has_value_kind_and_line() -> None:
    image = an_image(a_c_unit(INT, static("v", RAM, number(dw.AT_decl_line, 7))))
    (found,) = statics(image, memory(b"\x05\0\0\0"))
    assert (found.kind, found.line, short_text(found.value)) == ("static", 7, "5")
    assert found.value.address == RAM


def test_statics_of_functions_bear_their_function_s_name() -> None:
    function = a_function(static("count", RAM), a_block(static("inner", RAM + 4)))
    assert names_in(function) == ["f::count", "f::inner"]


def test_a_static_of_a_method_bears_the_method_s_whole_name() -> None:
    declared = ADie(dw.TAG_subprogram, (named("move"), flag(dw.AT_declaration)), label="move")
    valve = ADie(dw.TAG_class_type, (named("Valve"),), (declared,))
    space = ADie(dw.TAG_namespace, (named("plant"),), (valve,))
    body = ADie(dw.TAG_subprogram, (of("move", dw.AT_specification),), (static("moves", RAM),))
    image = an_image(a_unit(INT, space, body, top=language(CPP14)))
    assert [name for name, _ in found_in(image)] == ["plant::Valve::move::moves"]


def test_locals_of_functions_are_no_statics() -> None:
    assert names_in(a_function(variable("v", "int", expression(b"\x53")))) == []
    assert names_in(a_function(variable("v", "int", number(dw.AT_const_value, 1)))) == []


def test_a_static_of_an_inlined_function_is_found_once() -> None:
    body = a_function(static("count", RAM, label="count"), name="g")
    copy = ADie(
        dw.TAG_inlined_subroutine,
        (of("g", dw.AT_abstract_origin),),
        (
            ADie(
                dw.TAG_variable,
                (of("count", dw.AT_abstract_origin), expression(at_address(RAM))),
            ),
        ),
    )
    assert names_in(body, a_function(copy)) == ["g::count"]


def located(address: int) -> ADie:
    """What LTO tells of the variable labelled "early", which another unit describes."""
    return ADie(
        dw.TAG_variable,
        (
            (dw.AT_abstract_origin, dw.FORM_ref_addr, "early"),
            expression(at_address(address)),
        ),
    )


def test_a_description_whose_place_another_unit_tells_is_the_same_object() -> None:
    early = a_c_unit(INT, variable("v", "int", label="early"))
    for units in ((early, a_c_unit(located(RAM))), (a_c_unit(located(RAM)), early)):
        assert found_in(an_image(*units), memory(b"\x07\0\0\0")) == [("v", "7")]


def test_a_description_whose_place_was_discarded_is_no_object() -> None:
    early = a_c_unit(INT, variable("v", "int", label="early"))
    assert found_in(an_image(early, a_c_unit(located(0)))) == []


def test_a_constant_that_many_units_describe_is_found_once() -> None:
    unit = a_c_unit(INT, variable("limit", "int", number(dw.AT_const_value, 7)))
    other = a_c_unit(INT, variable("limit", "int", number(dw.AT_const_value, 8)))
    assert found_in(an_image(unit, unit, other)) == [("limit", "7"), ("limit", "8")]


def test_constants_that_only_look_alike_are_told_apart_by_their_lines() -> None:
    def a_limit(line: int) -> AUnit:
        told = number(dw.AT_const_value, 7), number(dw.AT_decl_line, line)
        return a_c_unit(INT, variable("limit", "int", *told))

    assert found_in(an_image(a_limit(3), a_limit(4), a_limit(3))) == [("limit", "7")] * 2


def test_what_another_unit_defines_again_is_found_once() -> None:
    unit = a_c_unit(INT, static("v", RAM))
    assert [name for name, _ in found_in(an_image(unit, unit))] == ["v"]


def test_names_in_namespaces_and_classes_are_qualified() -> None:
    declared = variable("count", "int", flag(dw.AT_declaration), label="count")
    inside = ADie(
        dw.TAG_namespace,
        (named("ns"),),
        (
            static("v", RAM),
            ADie(dw.TAG_class_type, (named("C"),), (declared,)),
            ADie(dw.TAG_namespace, (), (static("hidden", RAM + 8),)),
        ),
    )
    defined = ADie(
        dw.TAG_variable,
        (of("count", dw.AT_specification), expression(at_address(RAM + 4))),
    )
    image = an_image(a_unit(INT, inside, defined, top=language(CPP14)))
    assert [name for name, _ in found_in(image)] == [
        "ns::v",
        "ns::C::count",
        "ns::(anonymous namespace)::hidden",
    ]


def test_constants_of_classes_are_found_before_and_in_dwarf_5() -> None:
    for tag, version in ((dw.TAG_member, 4), (dw.TAG_variable, 5)):
        told = (named("most"), of("int"), flag(dw.AT_declaration), flag(dw.AT_external))
        constant = ADie(tag, (*told, number(dw.AT_const_value, 9)))
        valve = ADie(dw.TAG_class_type, (named("Valve"),), (constant,))
        image = an_image(a_unit(INT, valve, top=language(CPP14), version=version))
        assert found_in(image) == [("Valve::most", "9")]


def test_a_constant_that_has_a_place_too_is_found_once() -> None:
    told = (named("most"), of("int"), flag(dw.AT_declaration), number(dw.AT_const_value, 9))
    valve = ADie(dw.TAG_class_type, (named("Valve"),), (ADie(dw.TAG_variable, told, label="most"),))
    defined = ADie(dw.TAG_variable, (of("most", dw.AT_specification), expression(at_address(RAM))))
    image = an_image(a_unit(INT, valve, defined, top=language(CPP14), version=5))
    assert found_in(image, memory(b"\x07\0\0\0")) == [("Valve::most", "7")]


def test_declarations_alone_are_no_objects() -> None:
    assert names_in(variable("elsewhere", "int", flag(dw.AT_declaration))) == []


def test_what_has_no_name_is_left_out() -> None:
    assert names_in(variable(None, "int", expression(at_address(RAM)))) == []


def test_what_the_compiler_removed_is_optimised_out_and_comes_last() -> None:
    image = an_image(a_c_unit(INT, variable("gone", "int"), static("v", RAM)))
    found = statics(image, memory())
    assert [(each.name, each.value.state) for each in found] == [
        ("v", "ok"),
        ("gone", "optimized_out"),
    ]


def test_constants_have_values_without_addresses() -> None:
    image = an_image(a_c_unit(INT, variable("limit", "int", number(dw.AT_const_value, 7))))
    assert found_in(image) == [("limit", "7")]


# --- what the linker discarded ----------------------------------------------------------------


def test_what_lies_in_no_section_was_discarded() -> None:
    assert names_in(static("a", 0), static("b", 0xFFFF_FFFF), static("c", RAM + 0x100)) == []


def image_from_0(*units: AUnit, symbols: tuple[ASymbol, ...] = ()) -> Image:
    return an_image(*units, symbols=symbols, low=bytes(0x100))


def test_where_flash_begins_at_0_a_symbol_tells_what_was_kept() -> None:
    unit = a_c_unit(INT, static("kept", 0x10), static("gone", 0), static("other", 0x10))
    image = image_from_0(unit, symbols=(an_object("kept", 0x10, section=".vectors"),))
    assert [name for name, _ in found_in(image)] == ["kept"]


def test_a_symbol_may_bear_the_linkage_name_or_a_number() -> None:
    mangled = (dw.AT_linkage_name, dw.FORM_string, "_ZN2ns1vE")
    unit = a_c_unit(INT, static("v", 0x10, mangled), a_function(static("count", 0x20)))
    symbols = (
        an_object("_ZN2ns1vE", 0x10, section=".vectors"),
        an_object("count.0", 0x20, section=".vectors"),
    )
    assert [name for name, _ in found_in(image_from_0(unit, symbols=symbols))] == ["v", "f::count"]


def test_a_symbol_around_the_address_does_not_vouch_for_it() -> None:
    unit = a_c_unit(INT, static("v", 0x10))
    image = image_from_0(unit, symbols=(an_object("v", 0xC, 8, ".vectors"),))
    assert found_in(image) == []


# --- noise ------------------------------------------------------------------------------------


def test_what_no_author_wrote_is_left_out_unless_asked_for() -> None:
    noise = (
        static("__func__", RAM),
        static("made", RAM + 4, flag(dw.AT_artificial)),
        static("DEFMT_LOG_STATEMENT", RAM + 8),
        static("<u32 as core::fmt::Debug>::{vtable}", RAM + 12),
    )
    unit = a_unit(INT, *noise, static("mine", RAM + 16), top=language(RUST))
    image = an_image(unit)
    assert [name for name, _ in found_in(image)] == ["mine"]
    assert len(found_in(image, noise=True)) == 5


def test_what_the_cpp_library_and_the_abi_put_there_is_noise() -> None:
    library = tuple(
        ADie(dw.TAG_namespace, (named(name),), (static("constant", RAM + at),))
        for at, name in ((0, "std"), (4, "__gnu_cxx"), (8, "stdlib"))
    )
    runtime = (static("_ZTV5Valve", RAM + 12), static("_ZGVZ1fvE1v", RAM + 16))
    unit = a_unit(INT, *library, *runtime, static("mine", RAM + 20), top=language(CPP14))
    assert [name for name, _ in found_in(an_image(unit))] == ["stdlib::constant", "mine"]
    assert len(found_in(an_image(unit), noise=True)) == 6


def test_what_libraries_of_rust_put_there_is_noise() -> None:
    library = tuple(
        ADie(dw.TAG_namespace, (named(name),), (static("TABLE", RAM + at),))
        for at, name in ((0, "core"), (4, "alloc"), (8, "compiler_builtins"), (12, "corelation"))
    )
    vectors = (static("__INTERRUPTS", RAM + 16), static("__EXCEPTIONS", RAM + 20))
    unit = a_unit(INT, *library, *vectors, static("MINE", RAM + 24), top=language(RUST))
    assert [name for name, _ in found_in(an_image(unit))] == ["corelation::TABLE", "MINE"]
    assert len(found_in(an_image(unit), noise=True)) == 7


def test_a_table_of_gcc_s_own_is_noise() -> None:
    unit = a_c_unit(INT, static("all_implied_fbits", RAM), static("mine", RAM + 4))
    assert [name for name, _ in found_in(an_image(unit))] == ["mine"]


def test_names_with_underscores_are_no_noise_in_c() -> None:
    assert names_in(static("__Vectors", RAM)) == ["__Vectors"]


# --- damage and size --------------------------------------------------------------------------


def test_a_damaged_expression_costs_its_variable() -> None:
    image = an_image(a_c_unit(INT, variable("bad", "int", expression(b"\x22")), static("v", RAM)))
    found = statics(image, memory())
    assert [(each.name, each.value.state) for each in found] == [
        ("v", "ok"),
        ("bad", "unsupported"),
    ]


def test_a_damaged_unit_costs_its_own_variables() -> None:
    broken = ADie(dw.TAG_variable, (named("x"), (dw.AT_specification, dw.FORM_ref_sig8, 1)))
    image = an_image(a_c_unit(INT, static("v", RAM), broken), a_c_unit(INT, static("w", RAM + 4)))
    assert [name for name, _ in found_in(image)] == ["v", "w"]


def test_an_array_of_2_to_the_60_elements_is_shown_as_far_as_it_was_captured() -> None:
    huge = array("int", (number(dw.AT_count, 1 << 60),))
    image = an_image(a_c_unit(INT, huge, variable("v", "array", expression(at_address(RAM)))))
    (found,) = statics(image, memory(b"\x01\0\0\0"))
    assert found.value.state == "partial"
    assert found.value.octets is None


def test_a_static_that_was_not_captured_says_so() -> None:
    image = an_image(a_c_unit(INT, static("v", RAM)))
    (found,) = statics(image, Memory())
    assert found.value.state == "not_captured"


def test_ram_of_the_elf_is_not_taken_for_that_of_the_device() -> None:
    image = an_image(a_c_unit(INT, static("v", RAM), array("int", up_to(1))))
    (found,) = statics(image, Memory().over(image.flash))
    assert found.value.state == "not_captured"


def test_code_is_no_reason_to_leave_an_object_out() -> None:
    assert names_in(static("table", CODE + 4)) == ["table"]
