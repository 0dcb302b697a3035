"""Where source is looked for, and which lines are shown."""

import pytest

from stackdump_probe.report.model import Location
from stackdump_probe.report.source import SourceLine, candidate_paths, caret_column, source_around

FILE = b"one\ntwo\nthree\nfour\nfive"


def test_a_relative_file_is_sought_from_three_places() -> None:
    location = Location("src/main.c", 1, None, "/build/fw")
    assert list(candidate_paths(location, "out/fw.elf")) == [
        "src/main.c",
        "/build/fw/src/main.c",
        "out/src/main.c",
    ]


def test_an_absolute_file_is_sought_only_there() -> None:
    assert list(candidate_paths(Location("/src/main.c", 1, None, "/b"), "out/fw.elf")) == [
        "/src/main.c"
    ]
    assert list(candidate_paths(Location("C:\\main.c", 1, None, "C:\\b"), "out/fw.elf")) == [
        "C:\\main.c"
    ]


def test_the_lines_around_are_those_that_exist() -> None:
    found = source_around(
        Location("a.c", 2), lambda _path: FILE, elf_path="fw.elf", before=2, after=1
    )
    assert found == (
        SourceLine(1, "one", False),
        SourceLine(2, "two", True),
        SourceLine(3, "three", False),
    )


@pytest.mark.parametrize("line", [0, 6, 7, 100_000])
@pytest.mark.parametrize("before", [0, 1, 9])
def test_a_line_that_is_not_in_the_file_shows_nothing(line: int, before: int) -> None:
    location = Location("a.c", line)
    assert source_around(location, lambda _p: FILE, elf_path="fw.elf", before=before, after=9) == ()


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
@pytest.mark.parametrize(("before", "after"), [(0, 0), (3, 2)])
def test_each_line_of_a_long_file_is_found(before: int, after: int, end: str) -> None:
    lines = ["", *(f"{number} is the line" * (number % 5) for number in range(1, 3000))]
    octets = "\r\n".join(lines).encode() + end.encode()
    lines += [""] if end else []
    for line in (1, 2, 3, *range(4, 3000, 97), 2998, 2999, 3000):
        found = source_around(
            Location("a.c", line), lambda _: octets, elf_path="", before=before, after=after
        )
        shown = range(max(line - before, 1), min(line + after, len(lines)) + 1)
        assert found == tuple(SourceLine(n, lines[n - 1], n == line) for n in shown)


def test_what_is_no_utf_8_is_replaced() -> None:
    found = source_around(
        Location("a.c", 1), lambda _: b"two \xff\xc3", elf_path="", before=0, after=0
    )
    assert [line.text for line in found] == ["two \ufffd\ufffd"]


def test_a_file_that_is_nowhere_shows_nothing() -> None:
    location = Location("a.c", 1)
    assert source_around(location, lambda _p: None, elf_path="fw.elf", before=0, after=0) == ()


def test_the_second_place_is_tried_when_the_first_has_no_such_file() -> None:
    files = {"/build/a.c": FILE}
    location = Location("a.c", 5, None, "/build")
    found = source_around(location, files.get, elf_path="fw.elf", before=0, after=0)
    assert [line.text for line in found] == ["five"]


def test_the_caret_counts_bytes_and_tabs() -> None:
    assert caret_column("\tx = 1;", 2) == 4
    assert caret_column("/* ü */ x", len("/* ü */ x".encode())) == 8
