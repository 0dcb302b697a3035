from struct import pack

import pytest

from stackdump_probe.errors import DwarfError
from stackdump_probe.image.dwarf.aranges import address_ranges, range_sets
from tests.builders.octets import doublewords, words


def a_set(unit: int, *pairs: int, length: int | None = None, version: int = 2) -> bytes:
    header = pack("<HIBB", version, unit, 4, 0)
    body = header + bytes(4) + words(*pairs, 0, 0)
    return pack("<I", len(body) if length is None else length) + body


def ranges(octets: bytes) -> list[tuple[int, int, int]]:
    found = address_ranges(range_sets(memoryview(octets)))
    return list(zip(found.lows, found.highs, found.owners, strict=True))


def test_each_set_tells_the_ranges_of_its_unit() -> None:
    octets = a_set(0, 0x100, 0x10) + a_set(0x40, 0x200, 4, 0x300, 8)
    assert ranges(octets) == [(0x100, 0x110, 0), (0x200, 0x204, 0x40), (0x300, 0x308, 0x40)]


def test_a_pair_of_zeros_in_the_middle_ends_no_set() -> None:
    assert ranges(a_set(0, 0, 0, 0x100, 0x10)) == [(0x100, 0x110, 0)]


def test_64_bit_sets_are_read() -> None:
    header = pack("<HQBB", 2, 0x40, 8, 0) + bytes(8)
    body = header + doublewords(0x100, 0x10, 0, 0)
    assert ranges(b"\xff\xff\xff\xff" + pack("<Q", len(body)) + body) == [(0x100, 0x110, 0x40)]


def test_a_set_of_another_version_is_passed_over() -> None:
    octets = a_set(0, 0x100, 0x10, version=9) + a_set(0x40, 0x200, 4)
    assert ranges(octets) == [(0x200, 0x204, 0x40)]


@pytest.mark.parametrize("octets", [a_set(0, 1, 1)[:9], a_set(0, 1, 1, length=0xFFF0)])
def test_a_set_that_is_cut_short_is_an_error(octets: bytes) -> None:
    with pytest.raises(DwarfError, match=r"\.debug_aranges\+0x0: damaged set"):
        ranges(octets)
