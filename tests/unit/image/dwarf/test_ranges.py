import pytest

from stackdump_probe.errors import DwarfError
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.dies import Die
from stackdump_probe.image.dwarf.ranges import listed_ranges
from tests.builders.dwarf import ADie, Value, a_dwarf, a_unit
from tests.builders.octets import octets, uleb, words

BASE = 0x0800_0000
LOW = (dw.AT_low_pc, dw.FORM_addr, BASE)


def function(
    *attributes: tuple[int, int, Value],
    version: int = 5,
    top: tuple[tuple[int, int, Value], ...] = (LOW,),
    **sections: bytes,
) -> Die:
    unit = a_unit(ADie(dw.TAG_subprogram, attributes), version=version, top=top)
    contents = {f".{name}": content for name, content in sections.items()}
    return next(a_dwarf(unit, sections=contents).units[0].top.children())


def old_list(content: bytes, *, top: tuple[tuple[int, int, Value], ...] = (LOW,)) -> Die:
    at = (dw.AT_ranges, dw.FORM_sec_offset, 0)
    return function(at, version=4, top=top, debug_ranges=content)


def new_list(content: bytes) -> Die:
    at = (dw.AT_ranges, dw.FORM_sec_offset, 12)
    addresses = bytes(8) + words(BASE + 0x100, BASE + 0x200)
    return function(at, debug_rnglists=bytes(12) + content, debug_addr=addresses)


@pytest.mark.parametrize(
    "high",
    [
        (dw.AT_high_pc, dw.FORM_addr, BASE + 0x30),
        (dw.AT_high_pc, dw.FORM_data4, 0x20),
        (dw.AT_high_pc, dw.FORM_udata, 0x20),
    ],
)
def test_high_pc_is_an_address_or_a_distance(high: tuple[int, int, Value]) -> None:
    die = function((dw.AT_low_pc, dw.FORM_addr, BASE + 0x10), high)
    assert die.ranges() == ((BASE + 0x10, BASE + 0x30),)


def test_without_low_or_high_pc_there_is_no_range() -> None:
    assert function().ranges() == ()
    assert function(LOW).ranges() == ()


def test_old_lists_are_offsets_from_the_base_of_the_unit() -> None:
    die = old_list(words(0x10, 0x20, 0x40, 0x44, 0, 0, 0x50, 0x60))
    assert die.ranges() == ((BASE + 0x10, BASE + 0x20), (BASE + 0x40, BASE + 0x44))


def test_a_base_may_be_chosen_within_an_old_list() -> None:
    die = old_list(words(0xFFFF_FFFF, 0x1000_0000, 0x10, 0x20, 0, 0))
    assert die.ranges() == ((0x1000_0010, 0x1000_0020),)


def test_a_unit_without_low_pc_has_addresses_in_its_old_lists() -> None:
    assert old_list(words(0x100, 0x200, 0, 0), top=()).ranges() == ((0x100, 0x200),)


@pytest.mark.parametrize("form", [dw.FORM_data4, dw.FORM_sec_offset])
def test_an_old_list_is_found_by_either_form(form: int) -> None:
    content = words(1, 2, 0, 0)
    die = function((dw.AT_ranges, form, 0), version=3, debug_ranges=content)
    assert die.ranges() == ((BASE + 1, BASE + 2),)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [  # DWARF 5, 7.25
        (octets(dw.RLE_offset_pair, 0x10, 0x20), (BASE + 0x10, BASE + 0x20)),
        (octets(dw.RLE_start_end) + words(0x100, 0x200), (0x100, 0x200)),
        (octets(dw.RLE_start_length) + words(0x100) + uleb(0x300), (0x100, 0x400)),
        (octets(dw.RLE_startx_endx, 0, 1), (BASE + 0x100, BASE + 0x200)),
        (octets(dw.RLE_startx_length, 1, 8), (BASE + 0x200, BASE + 0x208)),
        (octets(dw.RLE_base_addressx, 1, dw.RLE_offset_pair, 1, 2), (BASE + 0x201, BASE + 0x202)),
        (
            octets(dw.RLE_base_address) + words(0x500) + octets(dw.RLE_offset_pair, 1, 2),
            (0x501, 0x502),
        ),
    ],
)
def test_each_entry_of_a_list_of_version_5_is_read(entry: bytes, expected: tuple[int, int]) -> None:
    assert new_list(entry + octets(0)).ranges() == (expected,)


def test_an_indexed_list_is_found_through_the_offsets_of_the_unit() -> None:
    content = bytes(12) + words(8, 12) + octets(0, 0, 0, 0, dw.RLE_offset_pair, 1, 2, 0)
    base = (dw.AT_rnglists_base, dw.FORM_sec_offset, 12)
    die = function((dw.AT_ranges, dw.FORM_rnglistx, 1), top=(LOW, base), debug_rnglists=content)
    assert die.ranges() == ((BASE + 1, BASE + 2),)


@pytest.mark.parametrize(
    "content",
    [
        words(0, 0x10, 0, 0),
        words(0x10, 0x10, 0, 0),
        words(0x20, 0x10, 0, 0),
        words(0xFFFF_FFFE, 0xFFFF_FFFE, 0, 0),
        words(0xFFFF_FFFF, 0xFFFF_FFFF, 0x10, 0x20, 0, 0),
    ],
)
def test_what_linkers_leave_of_discarded_code_is_left_out(content: bytes) -> None:
    assert old_list(content, top=()).ranges() == ()


def test_discarded_code_is_what_the_program_says() -> None:
    content = words(0x10, 0x20, 0x40, 0x50, 0, 0)
    unit = a_unit(
        ADie(dw.TAG_subprogram, ((dw.AT_ranges, dw.FORM_sec_offset, 0),)), version=4, top=(LOW,)
    )
    dwarf = a_dwarf(
        unit,
        sections={".debug_ranges": content},
        holds_code=lambda low, high: BASE + 0x40 <= low < high,
    )
    die = next(dwarf.units[0].top.children())
    assert die.ranges() == ((BASE + 0x40, BASE + 0x50),)
    assert list(listed_ranges(die)) == [(BASE + 0x10, BASE + 0x20), (BASE + 0x40, BASE + 0x50)]


def test_a_base_at_the_top_does_not_come_round_to_the_bottom() -> None:
    entry = octets(dw.RLE_base_address) + words(0xFFFF_FFFF) + octets(dw.RLE_offset_pair, 9, 12, 0)
    assert list(listed_ranges(new_list(entry))) == [(0x1_0000_0008, 0x1_0000_000B)]


@pytest.mark.parametrize("content", [b"", words(1, 2), words(1, 2, 0)])
def test_an_old_list_without_its_end_is_an_error(content: bytes) -> None:
    with pytest.raises(DwarfError, match=r"\.debug_ranges\+"):
        old_list(content).ranges()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "damaged list: index out of"),
        (octets(dw.RLE_offset_pair, 1), "damaged list: index out of"),
        (octets(dw.RLE_start_end, 1, 2), "damaged list: unpack_from"),
        (octets(0x40), "unknown kind of entry 0x40"),
        (octets(dw.RLE_startx_length, 9, 1), "no entry 9"),
    ],
)
def test_a_damaged_list_of_version_5_is_an_error(content: bytes, why: str) -> None:
    with pytest.raises(DwarfError, match=why):
        new_list(content).ranges()


def test_a_list_that_is_neither_offset_nor_index_is_an_error() -> None:
    die = function((dw.AT_ranges, dw.FORM_string, "x"))
    with pytest.raises(DwarfError, match="neither an offset nor an index"):
        die.ranges()
