"""From an address to the units that claim it."""

from struct import pack

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.debug_info import Dwarf
from tests.builders.dwarf import ADie, AUnit, Value, a_dwarf, a_unit
from tests.builders.octets import words

TEXT = 0x0800_0000


def place(low: int, size: int) -> tuple[tuple[int, int, Value], ...]:
    return (dw.AT_low_pc, dw.FORM_addr, low), (dw.AT_high_pc, dw.FORM_data4, size)


def unit(name: str, low: int, size: int) -> AUnit:
    return a_unit(top=((dw.AT_name, dw.FORM_string, name), *place(low, size)))


def silent(name: str, *functions: tuple[int, int]) -> AUnit:
    """A unit whose top entry tells no address."""
    children = [ADie(dw.TAG_subprogram, place(*each)) for each in functions]
    return a_unit(*children, top=((dw.AT_name, dw.FORM_string, name),))


def aranges(offset: int, *pairs: int) -> bytes:
    body = pack("<HIBB4x", 2, offset, 4, 0) + words(*pairs, 0, 0)
    return pack("<I", len(body)) + body


def names(dwarf: Dwarf, pc: int) -> list[str | None]:
    return [unit.name for unit in dwarf.units_at(pc)]


def test_units_are_found_by_what_aranges_say_of_them() -> None:
    units = silent("a.c"), silent("b.c")
    second = a_dwarf(*units).units[1].offset
    table = aranges(0, TEXT, 8) + aranges(second, TEXT + 8, 8)
    dwarf = a_dwarf(*units, sections={".debug_aranges": table})
    found = [names(dwarf, TEXT + at) for at in (0, 7, 8, 15, 16)]
    assert found == [["a.c"], ["a.c"], ["b.c"], ["b.c"], []]


def test_units_that_aranges_leave_out_are_found_by_their_own_ranges() -> None:
    listed, other = unit("listed.c", TEXT, 8), unit("other.c", TEXT + 8, 8)
    dwarf = a_dwarf(listed, other, sections={".debug_aranges": aranges(0, TEXT, 8)})
    assert [names(dwarf, TEXT + at) for at in (0, 8)] == [["listed.c"], ["other.c"]]


def test_without_aranges_units_are_found_by_their_own_ranges() -> None:
    dwarf = a_dwarf(unit("a.c", TEXT, 8), unit("b.c", TEXT + 8, 8))
    assert [names(dwarf, TEXT + at) for at in (0, 8, 16)] == [["a.c"], ["b.c"], []]


def test_a_unit_whose_top_entry_is_silent_is_found_by_its_functions() -> None:
    dwarf = a_dwarf(silent("a.c", (TEXT, 4), (TEXT + 8, 4)))
    assert [names(dwarf, TEXT + at) for at in (0, 4, 8)] == [["a.c"], [], ["a.c"]]


def test_discarded_ranges_belong_to_no_unit() -> None:
    table = aranges(0, 0, 0x100, TEXT, 8)
    dwarf = a_dwarf(silent("a.c"), sections={".debug_aranges": table})
    assert [names(dwarf, at) for at in (0x10, TEXT)] == [[], ["a.c"]]


def test_several_units_may_claim_a_pc() -> None:
    dwarf = a_dwarf(unit("a.c", TEXT, 8), unit("b.c", TEXT, 8))
    assert sorted(map(str, names(dwarf, TEXT))) == ["a.c", "b.c"]
    first = dwarf.unit_at(TEXT)
    assert first is not None
    assert first.name == names(dwarf, TEXT)[0]
    assert dwarf.unit_at(TEXT + 8) is None


def test_a_damaged_unit_does_not_hide_the_others() -> None:
    units = unit("a.c", TEXT, 8), unit("b.c", TEXT + 8, 8)
    info = bytearray(a_dwarf(*units).section(".debug_info"))
    info[11] = 0x77  # the code of the first unit's top entry
    dwarf = a_dwarf(*units, sections={".debug_info": bytes(info)})
    assert [names(dwarf, TEXT + at) for at in (0, 8)] == [[], ["b.c"]]


def test_a_unit_is_the_same_object_each_time() -> None:
    dwarf = a_dwarf(unit("a.c", TEXT, 8))
    assert dwarf.unit_at(TEXT) is dwarf.units[0] is dwarf.unit_around(11)
