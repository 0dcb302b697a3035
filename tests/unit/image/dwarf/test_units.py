import pytest

from stackdump_probe.errors import DwarfError
from stackdump_probe.image.dwarf import constants as dw
from tests.builders.dwarf import ADie, AUnit, a_dwarf, a_unit, debug_sections
from tests.builders.octets import octets, words

TOP = ADie(dw.TAG_compile_unit, ((dw.AT_name, dw.FORM_string, "main.c"),))


@pytest.mark.parametrize("version", [2, 3, 4, 5])
@pytest.mark.parametrize("offset_size", [4, 8])
@pytest.mark.parametrize("address_size", [4, 8])
def test_the_header_of_every_version_is_read(
    version: int, offset_size: int, address_size: int
) -> None:
    (unit,) = a_dwarf(AUnit(TOP, version, offset_size, address_size)).units
    found = (unit.version, unit.offset_size, unit.address_size, unit.offset)
    assert found == (version, offset_size, address_size, 0)
    assert (unit.name, unit.is_type_unit) == ("main.c", False)


def test_units_follow_one_another() -> None:
    dwarf = a_dwarf(AUnit(TOP), AUnit(TOP, 5, 8), AUnit(TOP, 3))
    assert [unit.version for unit in dwarf.units] == [4, 5, 3]
    assert [unit.offset for unit in dwarf.units[1:]] == [unit.end for unit in dwarf.units[:-1]]


@pytest.mark.parametrize("kind", [dw.UT_partial, dw.UT_skeleton, dw.UT_split_compile])
def test_units_of_other_kinds_are_units_too(kind: int) -> None:
    (unit,) = a_dwarf(AUnit(TOP, 5, kind=kind)).units
    assert (unit.kind, unit.name) == (kind, "main.c")


def test_type_units_are_kept_apart() -> None:
    dwarf = a_dwarf(
        AUnit(TOP, 5),
        AUnit(ADie(dw.TAG_type_unit), 5, kind=dw.UT_type, signature=5),
        AUnit(ADie(dw.TAG_type_unit), 4, section=".debug_types", signature=4),
    )
    assert [unit.version for unit in dwarf.units] == [5]
    assert [unit.signature for unit in dwarf.type_units] == [5, 4]


def test_a_unit_of_an_unknown_version_is_left_out() -> None:
    info = bytearray(debug_sections(AUnit(TOP), AUnit(TOP))[".debug_info"])
    info[4] = 6
    dwarf = a_dwarf(AUnit(TOP), AUnit(TOP), sections={".debug_info": bytes(info)})
    assert len(dwarf.units) == 1


def test_the_top_entry_tells_of_the_unit() -> None:
    top = (
        (dw.AT_language, dw.FORM_data1, dw.LANG_Rust),
        (dw.AT_comp_dir, dw.FORM_strp, "/build"),
        (dw.AT_low_pc, dw.FORM_addr, 0x0800_0000),
    )
    (unit,) = a_dwarf(a_unit(top=top)).units
    assert (unit.language, unit.comp_dir, unit.low_pc) == (dw.LANG_Rust, "/build", 0x0800_0000)


def test_what_the_top_entry_does_not_tell_is_none() -> None:
    (unit,) = a_dwarf(a_unit()).units
    assert (unit.name, unit.language, unit.comp_dir, unit.low_pc) == (None, 0, None, None)


@pytest.mark.parametrize(
    ("section", "why"),
    [
        (words(0x40) + octets(4, 0), r"a unit of 64 bytes, 2 left"),
        (octets(1, 0), "4 bytes needed, 2 left"),
        (words(0xFFFF_FFF5), "reserved unit length 0xfffffff5"),
        (words(0xFFFF_FFFF, 0), "8 bytes needed, 4 left"),
        (words(7) + octets(4, 0, 0, 0, 0, 0, 3), "addresses of 3 bytes"),
        (words(2) + octets(4, 0), "4 bytes needed, 0 left"),
    ],
)
def test_a_damaged_header_is_an_error(section: bytes, why: str) -> None:
    with pytest.raises(DwarfError, match=why):
        _ = a_dwarf(sections={".debug_info": section}).units


def test_a_unit_that_ends_after_its_header_has_no_top_entry() -> None:
    empty = words(7) + octets(4, 0, 0, 0, 0, 0, 4)
    (unit,) = a_dwarf(sections={".debug_info": empty}).units
    with pytest.raises(DwarfError, match="a unit without an entry"):
        _ = unit.top


def test_an_entry_is_looked_up_in_the_unit_around_it() -> None:
    variable = ADie(dw.TAG_variable, label="v")
    dwarf = a_dwarf(a_unit(variable), a_unit(variable))
    for unit in dwarf.units:
        (expected,) = unit.top.children()
        assert dwarf.die_at(expected.offset) == expected


@pytest.mark.parametrize("offset", [0, 5, 10_000])
def test_no_entry_is_where_there_is_no_unit_or_a_header(offset: int) -> None:
    dwarf = a_dwarf(a_unit())
    with pytest.raises(DwarfError):
        dwarf.die_at(offset)
    with pytest.raises(DwarfError, match="an entry of this unit was expected"):
        dwarf.units[0].die_at(offset)


def test_a_string_past_the_end_of_its_section_is_an_error() -> None:
    with pytest.raises(DwarfError, match=r"\.debug_str\+0x9: string without an end"):
        a_dwarf(sections={".debug_str": b"cut"}).string_at(".debug_str", 9)
    with pytest.raises(DwarfError, match="string without an end"):
        a_dwarf(sections={".debug_str": b"cut"}).string_at(".debug_str", 0)
