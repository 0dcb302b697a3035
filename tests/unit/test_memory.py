"""Memory: reads, gaps, overlap, and a dump laid over flash."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackdump_probe.errors import NotCaptured
from stackdump_probe.memory import Memory, Segment
from tests.builders import a_memory

REGIONS = st.lists(st.tuples(st.integers(0, 64), st.binary(max_size=24)), max_size=8)


def test_a_read_inside_one_segment_returns_its_bytes() -> None:
    assert a_memory({0x2000_0000: b"abcdef"}).read(0x2000_0002, 3) == b"cde"


def test_a_read_across_touching_segments_joins_them() -> None:
    assert a_memory({0x14: b"ef", 0x10: b"abcd"}).read(0x12, 3) == b"cde"


def test_an_empty_read_needs_no_memory() -> None:
    assert a_memory({}).read(0x1234, 0) == b""


@pytest.mark.parametrize(
    ("address", "size", "first_missing", "missing"),
    [
        (0x0F, 2, 0x0F, 2),
        (0x12, 4, 0x14, 2),
        (0x14, 1, 0x14, 1),
        (0x10, 0x20, 0x14, 0x1C),
    ],
)
def test_a_read_that_touches_a_gap_names_the_first_byte_missing(
    address: int, size: int, first_missing: int, missing: int
) -> None:
    memory = a_memory({0x10: b"abcd", 0x18: b"efgh"})
    with pytest.raises(NotCaptured) as caught:
        memory.read(address, size)
    assert (caught.value.address, caught.value.size) == (first_missing, missing)


def test_where_segments_overlap_the_first_given_wins() -> None:
    memory = a_memory({0x12: b"first", 0x10: b"second!!!"})
    assert memory.read(0x10, 9) == b"sefirst!!"


def test_a_segment_inside_another_one_given_later_splits_it() -> None:
    memory = a_memory({0x12: b"AB", 0x10: b"abcdef"})
    assert [(s.start, bytes(s.content)) for s in memory.segments] == [
        (0x10, b"ab"),
        (0x12, b"AB"),
        (0x14, b"ef"),
    ]


def test_a_segment_wholly_covered_is_left_out() -> None:
    assert len(a_memory({0x10: b"abcdef", 0x12: b"AB"}).segments) == 1


def test_empty_segments_hold_nothing() -> None:
    memory = Memory([Segment(0x10, b""), Segment(0x10, b"a"), Segment(0x11, b"")])
    assert memory.read(0x10, 1) == b"a"
    assert not memory.holds(0x11)
    assert list(memory.spans()) == [(0x10, 0x11)]


def test_the_known_runs_of_a_range_come_lowest_first_without_the_gaps() -> None:
    memory = a_memory({0x18: b"efgh", 0x10: b"abcd"})
    assert memory.read_available(0x12, 8) == [(0x12, b"cd"), (0x18, b"ef")]


def test_no_run_is_known_where_nothing_was_captured() -> None:
    assert a_memory({0x10: b"abcd"}).read_available(0x20, 8) == []


def test_a_halfword_and_a_word_are_little_endian() -> None:
    memory = a_memory({0: b"\x01\x02\x03\x84"})
    assert (memory.u16(0), memory.u32(0)) == (0x0201, 0x84030201)


def test_memory_holds_a_range_only_if_every_byte_is_known() -> None:
    memory = a_memory({0x10: b"abcd", 0x14: b"ef", 0x18: b"g"})
    assert memory.holds(0x10, 6)
    assert not memory.holds(0x10, 7)
    assert not memory.holds(0x0F)


def test_spans_join_touching_segments_and_keep_gaps() -> None:
    memory = a_memory({0x18: b"gh", 0x10: b"abcd", 0x14: b"ef"})
    assert list(memory.spans()) == [(0x10, 0x16), (0x18, 0x1A)]


def test_no_memory_has_no_spans() -> None:
    assert list(Memory().spans()) == []


def test_a_dump_laid_over_flash_hides_what_it_covers() -> None:
    flash = a_memory({0x0800_0000: b"flash"}, origin="elf")
    both = a_memory({0x0800_0001: b"DU"}).over(flash)
    assert both.read(0x0800_0000, 5) == b"fDUsh"


def test_a_byte_knows_who_vouches_for_it() -> None:
    both = a_memory({0x11: b"D"}).over(a_memory({0x10: b"abc"}, origin="elf"))
    origins = [segment.origin for at in range(0x10, 0x13) if (segment := both.segment_at(at))]
    assert origins == ["elf", "dump", "elf"]


def test_splitting_a_segment_copies_nothing() -> None:
    content = b"abcdef"
    part = Segment(0x10, content).between(0x12, 0x14)
    assert isinstance(part.content, memoryview)
    assert part.content.obj is content


@given(REGIONS)
def test_every_byte_reads_as_the_first_region_that_holds_it(
    regions: list[tuple[int, bytes]],
) -> None:
    memory = Memory(Segment(start, content) for start, content in regions)
    for address in range(96):
        holders = [(s, c) for s, c in regions if s <= address < s + len(c)]
        assert memory.holds(address) == bool(holders)
        if holders:
            start, content = holders[0]
            assert memory.read(address, 1) == content[address - start : address - start + 1]


@given(REGIONS, st.integers(0, 96), st.integers(0, 32))
def test_the_known_runs_are_exactly_the_bytes_that_can_be_read(
    regions: list[tuple[int, bytes]], address: int, size: int
) -> None:
    memory = Memory(Segment(start, content) for start, content in regions)
    runs = memory.read_available(address, size)
    known = {at + index: byte for at, run in runs for index, byte in enumerate(run)}
    assert known == {
        at: memory.read(at, 1)[0] for at in range(address, address + size) if memory.holds(at)
    }
