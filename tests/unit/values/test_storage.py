from stackdump_probe.memory import Memory, Segment
from stackdump_probe.values.storage import (
    OUTSIDE,
    PARTIAL_LIMIT,
    Absence,
    Gap,
    Place,
    Storage,
    absent,
    in_memory,
    joined,
)

LOST = Absence("optimized_out", "gone")
RAM = 0x2000_0000


def test_memory_that_was_captured_has_no_gaps() -> None:
    held = in_memory(Memory([Segment(RAM, b"abcdef")]), RAM + 1, 3)
    assert held == Storage(b"bcd", RAM + 1)


def test_what_was_not_captured_is_a_gap_with_its_address() -> None:
    memory = Memory([Segment(RAM, b"ab"), Segment(RAM + 4, b"ef")])
    held = in_memory(memory, RAM, 8)
    assert held.octets == b"ab\0\0ef\0\0"
    assert [(gap.start, gap.end) for gap in held.gaps] == [(16, 32), (48, 64)]
    assert held.missing(0, 16) is None
    first = held.missing(0, 64)
    assert first == Absence("not_captured", "2 bytes at 0x20000002 are not in the dump")


def test_an_object_of_2_to_the_60_bytes_costs_no_memory() -> None:
    held = in_memory(Memory([Segment(RAM, b"ab")]), RAM, 1 << 60)
    assert len(held.octets) == PARTIAL_LIMIT
    assert held.missing(0, 16) is None
    assert held.missing(0, 24) is not None
    assert held.missing(8 << 59, 8 << 60) is not None


def test_no_bytes_are_never_missing() -> None:
    assert in_memory(Memory(), RAM, 0) == Storage(b"", RAM)


def test_an_absent_object_lacks_every_bit() -> None:
    assert absent(4, LOST).missing(0, 32) is LOST
    assert absent(0, LOST).missing(0, 1) is LOST


def test_what_lies_behind_the_bytes_that_are_held_is_missing() -> None:
    beyond = Storage(b"ab").missing(8, 24)
    assert beyond is not None
    assert beyond.state == "unsupported"


def test_pieces_are_joined_from_the_lowest_bit_on() -> None:
    whole = joined(
        [(4, Storage(b"\x0a")), (12, Storage(b"\xbc\x0f")), (16, Storage(b"\x34\x12"))], 4
    )
    assert whole.octets == bytes.fromhex("cafb3412")
    assert whole.gaps == ()


def test_gaps_of_pieces_move_with_them() -> None:
    whole = joined([(16, Storage(b"ab")), (16, absent(2, LOST))], 4)
    assert whole.gaps == (Gap(16, 32, LOST),)


def test_what_no_piece_covers_is_optimised_out() -> None:
    whole = joined([(8, Storage(b"a"))], 4)
    why = "only 1 of 4 bytes are described"
    assert whole.gaps == (Gap(8, 32, Absence("optimized_out", why)),)
    (gap,) = joined([(3, Storage(b"a"))], 4).gaps
    assert gap.absence.why == "only 3 of 32 bits are described"
    (gap,) = joined([], 4).gaps
    assert gap.absence.why is None


def test_a_part_of_which_something_is_known_says_how_much() -> None:
    gone = Absence("optimized_out")
    torn = joined([(32, Storage(b"abcd")), (16, absent(2, gone)), (16, Storage(b"ef"))], 8)
    assert torn.missing(0, 32) is None
    assert torn.missing(32, 48) == gone
    assert torn.missing(0, 64) == Absence("optimized_out", "only 6 of 8 bytes are known")
    assert torn.missing(28, 53) == Absence("optimized_out", "only 9 of 25 bits are known")


def test_pieces_of_more_than_the_object_are_cut_off() -> None:
    whole = joined([(1 << 60, Storage(b"abcdef")), (8, Storage(b"g"))], 2)
    assert whole.octets == b"ab"
    assert whole.gaps == ()


def test_a_place_reads_numbers_from_where_it_is() -> None:
    place = Place(Storage(b"\0\0\x01\x02\x03\x04", RAM), 2)
    assert place.number(0, 4) == 0x0403_0201
    assert place.moved(1).octets(2) == b"\x02\x03"
    assert place.address == RAM + 2
    assert place.number(2, 4) is OUTSIDE


def test_addresses_wrap_at_the_end_of_the_address_space() -> None:
    assert Storage(b"", 0xFFFF_FFFC).address_at(8) == 4


def test_nothing_lies_before_an_object() -> None:
    assert Storage(b"ab").missing(-8, 8) is OUTSIDE
