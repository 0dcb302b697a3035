import pytest

from stackdump_probe.errors import DwarfError
from stackdump_probe.image.dwarf.rangemap import RangeMap
from stackdump_probe.image.frames.cfi_table import Fde, FrameTable
from tests.builders.call_frames import SP_IS_CFA, a_cie, an_fde, entries, entries_64
from tests.builders.octets import doublewords, halfwords, octets, uleb, words

EH = words(0)


def debug_frame(content: bytes) -> FrameTable:
    return FrameTable(".debug_frame", memoryview(content))


def eh_frame(content: bytes, *, at: int = 0) -> FrameTable:
    return FrameTable(".eh_frame", memoryview(content), address=at)


def only_fde(table: FrameTable) -> Fde:
    (fde,) = table.fdes()
    return fde


def an_eh_fde(cie: bytes, fields: bytes) -> bytes:
    """A CIE and one FDE that points back to it; `fields` follow the pointer."""
    head = entries(cie)
    return head + entries(words(len(head) + 4) + fields)


def covering(table: FrameTable, pc: int) -> list[Fde]:
    return [table.fde(offset) for _, _, offset in RangeMap(table.extents()).at(pc)]


@pytest.mark.parametrize("version", [1, 3, 4])
def test_every_version_of_a_cie_is_read(version: int) -> None:
    cie = a_cie(SP_IS_CFA, version=version, code_factor=2, data_factor=-4, return_address=14)
    fde = only_fde(debug_frame(entries(cie, an_fde(start=0x101, size=0x20))))
    assert (fde.start, fde.end) == (0x100, 0x120)
    assert (fde.cie.code_factor, fde.cie.data_factor, fde.cie.return_address) == (2, -4, 14)
    assert bytes(fde.cie.instructions).rstrip(b"\0") == SP_IS_CFA.rstrip(b"\0")


def test_a_return_address_column_over_127_is_a_leb_from_version_3_on() -> None:
    table = debug_frame(entries(a_cie(return_address=143), an_fde(start=0, size=2)))
    assert only_fde(table).cie.return_address == 143


def test_a_segment_selector_is_passed_over() -> None:
    cie = a_cie(version=4, segment_size=2)
    fde = words(0) + halfwords(7) + words(0x100, 0x10)
    assert only_fde(debug_frame(entries(cie, fde))).start == 0x100


def test_64_bit_dwarf() -> None:
    cie = a_cie(SP_IS_CFA, identity=doublewords(2**64 - 1))
    fde = doublewords(0) + words(0x100, 0x10) + octets(0x41)
    table = debug_frame(entries_64(cie, fde))
    assert [each.start for each in covering(table, 0x108)] == [0x100]
    assert bytes(only_fde(table).instructions) == octets(0x41)


def test_one_scan_finds_32_bit_entries_before_64_bit_ones() -> None:
    first = entries(a_cie(), an_fde(start=0x100, size=0x10))
    cie = a_cie(identity=doublewords(2**64 - 1))
    second = entries_64(cie, doublewords(len(first)) + words(0x200, 0x10))
    table = debug_frame(first + second)
    assert [covering(table, pc)[0].start for pc in (0x10F, 0x200)] == [0x100, 0x200]


def test_all_entries_that_claim_a_pc_are_found_the_last_start_first() -> None:
    fdes = [an_fde(start=start, size=size) for start, size in ((0, 0x300), (0, 8), (0x100, 0x80))]
    table = debug_frame(entries(a_cie(), *fdes))
    assert [fde.start for fde in covering(table, 0x120)] == [0x100, 0]
    assert [fde.end for fde in covering(table, 4)] == [8, 0x300]
    assert [fde.start for fde in covering(table, 0x180)] == [0]
    assert covering(table, 0x300) == []


def test_a_gnu_2_cie_has_an_exception_table_pointer() -> None:
    table = debug_frame(entries(a_cie(SP_IS_CFA, augmentation="eh"), an_fde(start=8, size=8)))
    assert only_fde(table).cie.code_factor == 2


def test_the_arm_compiler_marks_its_entries() -> None:
    table = debug_frame(entries(a_cie(augmentation="armcc+"), an_fde(start=8, size=8)))
    assert only_fde(table).start == 8


def test_eh_frame_pointers_are_relative_to_where_they_stand() -> None:
    cie = a_cie(identity=EH, augmentation="zR", augmentation_data=octets(0x1B))
    content = an_eh_fde(cie, words(0, 0x40) + uleb(0))
    at = 0x0800_0000 + content.index(words(0, 0x40))
    fde = only_fde(eh_frame(content, at=0x0800_0000))
    assert (fde.start, fde.end) == (at & ~1, (at & ~1) + 0x40)


@pytest.mark.parametrize(
    ("encoding", "fields"),
    [
        (0x00, words(0x100, 0x40)),
        (0x01, uleb(0x100) + uleb(0x40)),
        (0x02, halfwords(0x100, 0x40)),
        (0x03, words(0x100, 0x40)),
        (0x04, doublewords(0x100, 0x40)),
        (0x09, uleb(0x100) + octets(0xC0, 0)),
        (0x0A, halfwords(0x100, 0x40)),
        (0x0B, words(0x100, 0x40)),
        (0x0C, doublewords(0x100, 0x40)),
    ],
)
def test_each_form_of_an_encoded_pointer(encoding: int, fields: bytes) -> None:
    cie = a_cie(identity=EH, augmentation="zR", augmentation_data=octets(encoding))
    fde = only_fde(eh_frame(an_eh_fde(cie, fields + uleb(0))))
    assert (fde.start, fde.end) == (0x100, 0x140)


def test_personality_and_language_data_are_passed_over() -> None:
    data = octets(0x83) + words(0x1234) + octets(0x00, 0x00)
    cie = a_cie(SP_IS_CFA, identity=EH, augmentation="zPLRS", augmentation_data=data)
    fde = only_fde(eh_frame(an_eh_fde(cie, words(0x100, 8) + uleb(4) + words(0x99) + b"\x41")))
    assert fde.cie.is_signal_frame
    assert bytes(fde.instructions).rstrip(b"\0") == b"\x41"
    assert bytes(fde.cie.instructions).rstrip(b"\0") == SP_IS_CFA.rstrip(b"\0")


def test_an_omitted_pointer_takes_no_bytes() -> None:
    data = octets(0xFF, 0x02)
    cie = a_cie(identity=EH, augmentation="zPR", augmentation_data=data)
    assert only_fde(eh_frame(an_eh_fde(cie, halfwords(0x100, 8) + uleb(0)))).start == 0x100


def test_unknown_augmentation_with_a_length_is_passed_over() -> None:
    cie = a_cie(SP_IS_CFA, identity=EH, augmentation="zX", augmentation_data=octets(1, 2, 3))
    fde = only_fde(eh_frame(an_eh_fde(cie, words(0x100, 8) + uleb(0))))
    assert bytes(fde.cie.instructions).rstrip(b"\0") == SP_IS_CFA.rstrip(b"\0")


def test_the_terminator_of_eh_frame_is_no_entry() -> None:
    cie = a_cie(identity=EH)
    table = eh_frame(an_eh_fde(cie, words(0x100, 8)) + words(0))
    assert [fde.start for fde in covering(table, 0x104)] == [0x100]


def test_damage_costs_the_entries_behind_it() -> None:
    good = entries(a_cie(), an_fde(start=0x100, size=0x10))
    table = debug_frame(good + words(0x7FFF_FFFF) + bytes(20))
    assert [fde.start for fde in covering(table, 0x104)] == [0x100]
    cut = eh_frame(an_eh_fde(a_cie(identity=EH), words(0x100, 8)) + words(0x1000))
    assert [fde.start for fde in covering(cut, 0x104)] == [0x100]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (entries(a_cie(version=2), an_fde(start=0, size=8)), "CIE of version 2"),
        (entries(a_cie(version=4, address_size=8), an_fde(start=0, size=8)), "addresses of 8"),
        (entries(a_cie(augmentation="P"), an_fde(start=0, size=8)), "augmentation 'P'"),
        (entries(a_cie(), an_fde(start=0, size=8, cie=0x7000)), "no CIE at 0x7000"),
        (entries(an_fde(start=0, size=8)), "points to something that is no CIE"),
        (entries(words(0xFFFF_FFFF) + b"\x03armcc++", an_fde(start=0, size=8)), "string without"),
        (words(0x100) + words(0), "entry of 256 bytes, 4 left"),
        (words(0xFFFF_FFFF) + doublewords(2**63), "entry of 9223372036854775808 bytes, 0 left"),
    ],
)
def test_malformed_entries_are_errors(content: bytes, message: str) -> None:
    with pytest.raises(DwarfError, match=message):
        list(debug_frame(content).fdes())


@pytest.mark.parametrize("encoding", [0x05, 0x2B, 0x3B, 0x5B])
def test_pointers_relative_to_what_firmware_has_not_are_errors(encoding: int) -> None:
    cie = a_cie(identity=EH, augmentation="zR", augmentation_data=octets(encoding))
    content = an_eh_fde(cie, words(0, 0x40) + uleb(0))
    with pytest.raises(DwarfError, match="pointer encoding"):
        only_fde(eh_frame(content))
