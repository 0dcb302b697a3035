from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.elf import Image
from stackdump_probe.values.declared import declared_at
from tests.builders.dwarf import ADie
from tests.builders.type_dies import INT, Attribute, number, of, variable
from tests.unit.values.programs import a_c_unit, an_image, first_variable

LINE_12 = number(dw.AT_decl_line, 12)


def declared(*told: Attribute) -> tuple[str | None, int | None]:
    return declared_at(first_variable(an_image(a_c_unit(INT, variable("v", "int", *told)))))


def test_a_unit_without_a_line_table_tells_the_line_alone() -> None:
    assert declared(LINE_12, number(dw.AT_decl_file, 1)) == (None, 12)


def test_nothing_told_is_nothing_known() -> None:
    assert declared() == (None, None)
    assert declared(number(dw.AT_decl_file, 1)) == (None, None)


def test_a_line_without_a_file_is_a_line() -> None:
    assert declared(LINE_12) == (None, 12)


def test_a_definition_takes_the_line_of_its_declaration() -> None:
    image: Image = an_image(
        a_c_unit(
            INT,
            ADie(dw.TAG_variable, (of("declared", dw.AT_specification),)),
            variable("v", "int", LINE_12, label="declared"),
        )
    )
    assert declared_at(first_variable(image)) == (None, 12)


def test_damage_is_nothing_known() -> None:
    broken = (dw.AT_abstract_origin, dw.FORM_ref_sig8, 1)
    assert declared(broken) == (None, None)
