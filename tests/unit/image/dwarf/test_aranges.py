from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as some

from stackdump_probe.errors import DwarfError
from stackdump_probe.image.dwarf.aranges import address_ranges, range_sets, searched_ranges
from stackdump_probe.image.dwarf.rangemap import RangeMap
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


STARTS = some.builds(
    lambda block, low: block << 16 | low,
    some.sampled_from((0, 1, 2, 0x0800, 0x0801, 0x2100, 0xFFFF)),
    some.sampled_from((0, 4, 0x10, 0xF00, 0x1000, 0x1004, 0xF000, 0xFFF0)),
)
SIZES = some.sampled_from((0, 4, 0x10, 0xFFF, 0x1000, 0x1001, 0xFFFF, 0x10000, 0x12345, 1 << 24))


@given(
    some.lists(some.lists(some.tuples(STARTS, SIZES), max_size=8), max_size=6),
    some.lists(some.tuples(STARTS, some.integers(-4, 0x11)), min_size=1, max_size=8),
)
def test_a_search_finds_what_reading_all_finds(
    units: list[list[tuple[int, int]]], asked: list[tuple[int, int]]
) -> None:
    sets = [a_set(0x10003 * at, *sum(pairs, ())) for at, pairs in enumerate(units, 1)]
    octets = memoryview(b"".join(sets))
    searched = searched_ranges(octets)
    assert searched is not None
    everything = RangeMap(address_ranges(range_sets(octets), with_zero=False))
    for start, distance in asked:
        assert searched.at(start + distance) == everything.at(start + distance)


@pytest.mark.parametrize("size", [0x20, 0x1000, 0x30000])
def test_a_range_is_found_behind_the_block_that_it_begins_in(size: int) -> None:
    searched = searched_ranges(memoryview(a_set(0x40, 0x1FFF0, size, 0x30000, 4)))
    assert searched is not None
    found = [searched.at(0x1FFF0 + at) for at in (-1, 0, 0x10, size - 1, size)]
    extent = (0x1FFF0, 0x1FFF0 + size, 0x40)
    assert [extent in each for each in found] == [False, True, True, True, False]


@pytest.mark.parametrize(
    "odd",
    [
        a_set(0, 0x100, 0x10, version=9),
        a_set(0, 0x100, 0x10, length=34) + bytes(6),
        a_set(0, 0x100, 0x10, length=32),
        a_set(0, 0x100, 0x10)[:-8],
        a_set(0, 0x100, 0x10)[:12],
        b"\xff\xff\xff\xff" + pack("<QHQBB", 44, 2, 0x40, 8, 0) + bytes(32),
        pack("<IHIBB", 28, 2, 0, 8, 0) + bytes(20),
        pack("<IHIBB", 28, 2, 0, 4, 4) + bytes(20),
    ],
)
def test_only_a_plain_table_is_searched(odd: bytes) -> None:
    assert searched_ranges(memoryview(a_set(0, 0x200, 4))) is not None
    assert searched_ranges(memoryview(a_set(0, 0x200, 4) + odd)) is None
