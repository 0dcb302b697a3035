import pytest

from stackdump_probe.errors import DwarfError
from stackdump_probe.image.dwarf.reader import Reader
from tests.builders.octets import octets, sleb, uleb


def test_numbers_are_little_endian_and_advance_the_cursor() -> None:
    reader = Reader(octets(1, 2, 3, 0xFE, 0xFF), ".debug_frame")
    assert (reader.u8(), reader.unsigned(2), reader.signed(2)) == (1, 0x0302, -2)
    assert reader.left == 0


@pytest.mark.parametrize("number", [0, 1, 127, 128, 0x20000000, 2**64 - 1])
def test_uleb_reads_what_the_standard_writes(number: int) -> None:
    assert Reader(uleb(number), ".debug_frame").uleb() == number


@pytest.mark.parametrize("number", [0, 63, 64, -1, -64, -65, 2**62, -(2**63)])
def test_sleb_reads_what_the_standard_writes(number: int) -> None:
    assert Reader(sleb(number), ".debug_frame").sleb() == number


def test_a_string_ends_at_its_nul() -> None:
    reader = Reader(b"zR\0\x01", ".eh_frame")
    assert (reader.cstring(), reader.u8()) == (b"zR", 1)


def test_a_cut_number_says_where_in_the_section() -> None:
    with pytest.raises(DwarfError, match=r"4 bytes needed, 3 left") as caught:
        Reader(octets(0, 1, 2, 3), ".debug_frame", at=1, base=0x100).unsigned(4)
    assert (caught.value.section, caught.value.offset) == (".debug_frame", 0x101)


def test_no_byte_is_read_behind_the_end_of_an_entry() -> None:
    reader = Reader(octets(1, 2), ".debug_frame", end=1)
    reader.u8()
    with pytest.raises(DwarfError, match="1 bytes needed, 0 left"):
        reader.u8()


def test_a_leb_that_runs_on_behind_its_entry_is_an_error() -> None:
    with pytest.raises(DwarfError, match="LEB128 number without end"):
        Reader(octets(0x80, 0x01), ".debug_frame", end=1).uleb()


def test_a_leb_longer_than_any_number_is_an_error() -> None:
    with pytest.raises(DwarfError, match="no LEB128 number"):
        Reader(octets(*[0x80] * 1000), ".debug_frame").uleb()


def test_a_string_without_end_is_an_error() -> None:
    with pytest.raises(DwarfError, match="string without end"):
        Reader(b"zR", ".debug_frame").cstring()


def test_a_size_from_the_file_that_exceeds_it_is_an_error() -> None:
    with pytest.raises(DwarfError, match="bytes needed, 2 left"):
        Reader(b"ab", ".debug_frame").take(2**63)
