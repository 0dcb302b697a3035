import pytest

from stackdump_probe.image.leb import DAMAGE, sleb, uleb
from tests.builders.octets import octets


@pytest.mark.parametrize(
    ("encoded", "number"),
    [  # DWARF 5, table 7.7
        (octets(2), 2),
        (octets(127), 127),
        (octets(0x80, 1), 128),
        (octets(0x81, 1), 129),
        (octets(57 + 0x80, 100), 12857),
    ],
)
def test_unsigned_numbers_are_those_of_the_standard(encoded: bytes, number: int) -> None:
    assert uleb(encoded, 0) == (number, len(encoded))


@pytest.mark.parametrize(
    ("encoded", "number"),
    [  # DWARF 5, table 7.8
        (octets(2), 2),
        (octets(0x7E), -2),
        (octets(127 + 0x80, 0), 127),
        (octets(1 + 0x80, 0x7F), -127),
        (octets(0 + 0x80, 1), 128),
        (octets(0 + 0x80, 0x7F), -128),
        (octets(1 + 0x80, 1), 129),
        (octets(0x7F + 0x80, 0x7E), -129),
    ],
)
def test_signed_numbers_are_those_of_the_standard(encoded: bytes, number: int) -> None:
    assert sleb(encoded, 0) == (number, len(encoded))


def test_a_padded_number_is_read_whole() -> None:
    assert uleb(octets(0x81, 0x80, 0x80, 0x00, 9), 0) == (1, 4)
    assert sleb(octets(0xFF, 0xFF, 0xFF, 0x7F), 0) == (-1, 4)


@pytest.mark.parametrize("encoded", [b"", octets(0x80), octets(*[0x80] * 10, 0)])
def test_a_number_without_end_is_damage(encoded: bytes) -> None:
    with pytest.raises(DAMAGE):
        uleb(encoded, 0)
