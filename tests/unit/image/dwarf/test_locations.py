import pytest

from stackdump_probe.errors import DwarfError
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.dies import Die
from stackdump_probe.image.dwarf.locations import LocationEntry, location_at, location_list
from tests.builders.dwarf import ADie, Value, a_dwarf, a_unit
from tests.builders.octets import halfwords, octets, uleb, words

BASE = 0x0800_0000
LOW = (dw.AT_low_pc, dw.FORM_addr, BASE)
R0, R4 = b"\x50", b"\x54"  # DW_OP_reg0, DW_OP_reg4


def variable(
    form: int,
    value: Value,
    *,
    version: int = 5,
    top: tuple[tuple[int, int, Value], ...] = (LOW,),
    **sections: bytes,
) -> Die:
    die = ADie(dw.TAG_variable, ((dw.AT_location, form, value),))
    contents = {f".{name}": content for name, content in sections.items()}
    dwarf = a_dwarf(a_unit(die, version=version, top=top), sections=contents)
    return next(dwarf.units[0].top.children())


def old_entry(low: int, high: int, expression: bytes) -> bytes:
    return words(low, high) + halfwords(len(expression)) + expression


def old_list(*entries: bytes, version: int = 4, form: int = dw.FORM_sec_offset) -> Die:
    content = b"".join(entries) + words(0, 0)
    return variable(form, 0, version=version, debug_loc=content)


def new_list(content: bytes) -> Die:
    addresses = bytes(8) + words(BASE + 0x100, BASE + 0x200)
    return variable(
        dw.FORM_sec_offset, 12, debug_loclists=bytes(12) + content, debug_addr=addresses
    )


def at(die: Die, pc: int) -> bytes | None:
    found = location_at(die, dw.AT_location, pc)
    return None if found is None else bytes(found)


@pytest.mark.parametrize("form", [dw.FORM_exprloc, dw.FORM_block1, dw.FORM_block])
def test_a_single_expression_holds_everywhere(form: int) -> None:
    assert at(variable(form, R4), 0x1234) == R4


def test_without_the_attribute_there_is_no_location() -> None:
    assert location_at(variable(dw.FORM_exprloc, R4), dw.AT_frame_base, 0) is None


def test_the_entry_of_an_old_list_holds_from_its_start_up_to_its_end() -> None:
    die = old_list(old_entry(0x10, 0x20, R0), old_entry(0x20, 0x28, R4))
    found = [at(die, BASE + pc) for pc in (0x0F, 0x10, 0x1F, 0x20, 0x27, 0x28)]
    assert found == [None, R0, R0, R4, R4, None]


def test_a_base_may_be_chosen_within_an_old_list() -> None:
    die = old_list(words(0xFFFF_FFFF, 0x1000_0000), old_entry(0x10, 0x20, R0))
    assert (at(die, 0x1000_0010), at(die, BASE + 0x10)) == (R0, None)


@pytest.mark.parametrize(
    ("version", "form"), [(2, dw.FORM_data4), (3, dw.FORM_data4), (4, dw.FORM_sec_offset)]
)
def test_the_form_of_a_list_depends_on_the_version(version: int, form: int) -> None:
    assert at(old_list(old_entry(0, 4, R0), version=version, form=form), BASE) == R0


@pytest.mark.parametrize(
    ("version", "form"), [(4, dw.FORM_data4), (5, dw.FORM_udata), (3, dw.FORM_sdata)]
)
def test_a_constant_is_no_list(version: int, form: int) -> None:
    assert at(old_list(old_entry(0, 4, R0), version=version, form=form), BASE) is None


def test_an_empty_expression_is_not_none() -> None:
    assert at(old_list(old_entry(0, 4, b"")), BASE) == b""


@pytest.mark.parametrize(
    ("entry", "low", "high"),
    [  # DWARF 5, 7.7.3
        (octets(dw.LLE_offset_pair, 0x10, 0x20), BASE + 0x10, BASE + 0x20),
        (octets(dw.LLE_start_end) + words(0x100, 0x200), 0x100, 0x200),
        (octets(dw.LLE_start_length) + words(0x100) + uleb(0x300), 0x100, 0x400),
        (octets(dw.LLE_startx_endx, 0, 1), BASE + 0x100, BASE + 0x200),
        (octets(dw.LLE_startx_length, 1, 8), BASE + 0x200, BASE + 0x208),
        (octets(dw.LLE_base_addressx, 1, dw.LLE_offset_pair, 1, 2), BASE + 0x201, BASE + 0x202),
        (
            octets(dw.LLE_base_address) + words(0x500) + octets(dw.LLE_offset_pair, 1, 2),
            0x501,
            0x502,
        ),
        (octets(0x09, 1, 2, dw.LLE_offset_pair, 1, 2), BASE + 1, BASE + 2),  # a view pair of GCC
    ],
)
def test_each_entry_of_a_list_of_version_5_is_read(entry: bytes, low: int, high: int) -> None:
    die = new_list(entry + octets(1) + R4 + octets(0))
    assert list(location_list(die, dw.AT_location)) == [LocationEntry(low, high, memoryview(R4))]
    assert [at(die, pc) for pc in (low - 1, low, high - 1, high)] == [None, R4, R4, None]


def test_the_default_entry_holds_where_no_other_does() -> None:
    default = octets(dw.LLE_default_location, 1) + R4
    die = new_list(default + octets(dw.LLE_offset_pair, 0x10, 0x20, 1) + R0 + octets(0))
    assert (at(die, BASE + 0x10), at(die, BASE)) == (R0, R4)


def test_an_indexed_list_is_found_through_the_offsets_of_the_unit() -> None:
    content = bytes(12) + words(8, 9) + octets(0, dw.LLE_offset_pair, 1, 2, 1) + R4 + octets(0)
    base = (dw.AT_loclists_base, dw.FORM_sec_offset, 12)
    die = variable(dw.FORM_loclistx, 1, top=(LOW, base), debug_loclists=content)
    assert at(die, BASE + 1) == R4


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "damaged list: index out of"),
        (octets(dw.LLE_offset_pair, 1, 2, 9), "expression of 9 bytes, 0 left"),
        (octets(dw.LLE_offset_pair, 1, 2, 1) + R0, "damaged list: index out of"),
        (octets(0x40), "unknown kind of entry 0x40"),
    ],
)
def test_a_damaged_list_of_version_5_is_an_error(content: bytes, why: str) -> None:
    with pytest.raises(DwarfError, match=why):
        at(new_list(content), 0)


@pytest.mark.parametrize("content", [b"", words(1, 2), words(1, 2) + halfwords(9)])
def test_a_damaged_old_list_is_an_error(content: bytes) -> None:
    with pytest.raises(DwarfError, match=r"\.debug_loc\+"):
        at(variable(dw.FORM_sec_offset, 0, version=4, debug_loc=content), 0)
