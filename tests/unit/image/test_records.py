import pytest
from hypothesis import given
from hypothesis import strategies as some

from stackdump_probe.image import records
from stackdump_probe.image.records import Blocks, either, places, words
from tests.builders.octets import words as octets_of

BLOCKS = (0, 1, 0xFE01, 0x0800, 0x2000, 0x2100, 0xFF00, 0xFFFF)  # among them some of one hash
ADDRESSES = some.builds(
    lambda block, low: block << 16 | low, some.sampled_from(BLOCKS), some.integers(0, 0xFFFF)
)


@pytest.mark.parametrize("is_little", [records.HOST_IS_LITTLE, False])
def test_words_are_little_endian_whatever_the_host_is(
    monkeypatch: pytest.MonkeyPatch, is_little: bool
) -> None:
    monkeypatch.setattr(records, "HOST_IS_LITTLE", is_little)
    assert list(words(b"\1\0\0\0\2\1\0\x80")) == [1, 0x8000_0102]


def test_every_place_of_an_octet_is_found() -> None:
    assert places(b"\1\0\1\1\2", 1) == [0, 2, 3]
    assert places(b"\1\0\1\1\2", 3) == []
    assert places(b"", 0) == []


def test_either_has_the_bits_of_all_columns() -> None:
    assert either(b"\1\0\0", b"\2\0\xff", b"\1\0\1") == b"\3\0\xff"


@given(some.lists(some.tuples(ADDRESSES, some.booleans()), max_size=40), some.sampled_from(BLOCKS))
def test_all_records_of_a_block_are_found_but_those_left_out(
    entries: list[tuple[int, bool]], block: int
) -> None:
    octets = b"".join(octets_of(0x5555_5555, address, 0xAAAA_AAAA) for address, _ in entries)
    left_out = bytes(0xFF * is_out for _, is_out in entries)
    found = Blocks(octets, size=12, at=4, left_out=left_out).candidates(block)
    kept = [number for number, (_, is_out) in enumerate(entries) if not is_out]
    assert found == sorted(set(found))
    assert set(found) <= set(kept)
    assert {number for number in kept if entries[number][0] >> 16 == block} <= set(found)
