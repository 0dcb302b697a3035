import pytest

from stackdump_probe.cli.units import frequency, region, size
from stackdump_probe.errors import UsageError


@pytest.mark.parametrize(
    ("text", "hertz"),
    [
        ("4m", 4_000_000),
        ("500k", 500_000),
        ("4000000", 4_000_000),
        ("1.5MHz", 1_500_000),
        ("10Mhz", 10_000_000),
        ("100kHz", 100_000),
    ],
)
def test_frequencies_as_people_write_them(text: str, hertz: int) -> None:
    assert frequency(text) == hertz


@pytest.mark.parametrize("text", ["", "fast", "0", "-4m", "4g", "1e400", "nan", "10", "4mm", "m"])
def test_what_is_no_frequency(text: str) -> None:
    with pytest.raises(UsageError):
        frequency(text)


@pytest.mark.parametrize(
    ("text", "start", "length"),
    [
        ("0x20000000:0x400", 0x2000_0000, 0x400),
        ("0x20000000:4k", 0x2000_0000, 4096),
        ("536870912:16", 0x2000_0000, 16),
        ("0xFFFFFFF0:16", 0xFFFF_FFF0, 16),
        ("0:1MiB", 0, 1 << 20),
    ],
)
def test_regions_as_people_write_them(text: str, start: int, length: int) -> None:
    found = region(text)
    assert (found.start, found.size) == (start, length)


@pytest.mark.parametrize(
    "text", ["", "5", "0x20000000", "0x20000000:", ":4", "0x10:0", "0xFFFFFFFF:2", "-4:4", "0x1:4q",
             "0x1:-4", "1_0:4٣"]
)  # fmt: skip
def test_what_is_no_region(text: str) -> None:
    with pytest.raises(UsageError):
        region(text)


@pytest.mark.parametrize(
    ("count", "text"),
    [(344, "344 bytes"), (1024, "1 KiB"), (1536, "1.5 KiB"), (197_708, "193.1 KiB"),
     (3 << 20, "3 MiB")],
)  # fmt: skip
def test_sizes_for_people(count: int, text: str) -> None:
    assert size(count) == text
