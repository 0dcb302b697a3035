from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.mentions import units_naming
from tests.builders.dwarf import ADie, AUnit, Form, a_dwarf, a_unit


def naming(name: str, form: Form = dw.FORM_string) -> AUnit:
    return a_unit(ADie(dw.TAG_structure_type, ((dw.AT_name, form, name),)))


def test_units_that_hold_the_name_or_its_place_are_told_from_others() -> None:
    dwarf = a_dwarf(
        naming("the string at offset 0", dw.FORM_strp),
        naming("valve"),
        naming("pump", dw.FORM_strp),
        naming("valve", dw.FORM_strp),
    )
    _, first, second, third = dwarf.units
    assert list(units_naming(dwarf, "valve")) == [first, third]
    assert list(units_naming(dwarf, "pump")) == [second]
    assert list(units_naming(dwarf, "tank")) == []


def test_a_name_may_be_the_end_of_another_string() -> None:
    dwarf = a_dwarf(naming("outlet_valve", dw.FORM_strp))
    strings = bytes(dwarf.section(".debug_str"))
    at = strings.index(b"valve\0")
    inside = a_unit(ADie(dw.TAG_structure_type, ((dw.AT_name, dw.FORM_sec_offset, at),)))
    dwarf = a_dwarf(inside, sections={".debug_str": strings})
    assert list(units_naming(dwarf, "valve")) == list(dwarf.units)


def test_a_unit_whose_strings_are_told_by_index_may_name_anything() -> None:
    top = ((dw.AT_str_offsets_base, dw.FORM_sec_offset, 8),)
    dwarf = a_dwarf(a_unit(top=top, version=5), sections={".debug_str_offsets": bytes(12)})
    assert list(units_naming(dwarf, "valve")) == list(dwarf.units)


def test_an_index_into_a_table_that_is_not_there_names_nothing() -> None:
    top = ((dw.AT_str_offsets_base, dw.FORM_sec_offset, 8),)
    assert list(units_naming(a_dwarf(a_unit(top=top, version=5)), "valve")) == []


def test_where_the_name_ends_very_many_strings_all_units_may_name_it() -> None:
    strings = b"".join(b"%dx\0" % number for number in range(100))
    dwarf = a_dwarf(naming("pump"), sections={".debug_str": strings})
    assert list(units_naming(dwarf, "x")) == list(dwarf.units)


def test_type_units_come_after_the_others() -> None:
    top = ADie(
        dw.TAG_type_unit,
        (),
        (ADie(dw.TAG_class_type, ((dw.AT_name, dw.FORM_string, "v"),), label="type"),),
    )
    own = AUnit(top, section=".debug_types", kind=dw.UT_type, signature=1)
    dwarf = a_dwarf(own, naming("v"))
    assert list(units_naming(dwarf, "v")) == [*dwarf.units, *dwarf.type_units]
