"""The lines of source around a location, where the file is on this machine."""

from collections.abc import Callable, Iterator

from stackdump_probe.record import Record
from stackdump_probe.report.model import Location

# Gives what is in the file at a path, or None; the caller decides what may be opened.
ReadSource = Callable[[str], bytes | None]
_BLOCK = 0x4000  # bytes whose lines are counted at once, which is ten times faster than to split


class SourceLine(Record):
    """A line of a source file; `is_here` for the one that the location names."""

    number: int
    text: str
    is_here: bool


def source_around(
    location: Location, read_source: ReadSource, *, elf_path: str, before: int, after: int
) -> tuple[SourceLine, ...]:
    """The line of `location` and its neighbours; empty if no such file or line is found."""
    for path in candidate_paths(location, elf_path):
        octets = read_source(path)
        if octets is not None:
            return tuple(_around(octets, location.line, before, after))
    return ()


def candidate_paths(location: Location, elf_path: str) -> Iterator[str]:
    """Yield where the file may be: as compiled, from where the compiler ran, beside the ELF."""
    yield location.file
    if _is_absolute(location.file):
        return
    if location.directory is not None:
        yield f"{location.directory}/{location.file}"
    folder, slash, _name = elf_path.rpartition("/")
    if slash:
        yield f"{folder}/{location.file}"


def caret_column(line: str, column: int) -> int:
    """How many characters of `line` with its tabs expanded stand before `column`.

    `column` counts bytes from 1, as compilers do (DWARF 5, 6.2.2 leaves the unit open).
    """
    before = line.encode("utf-8", "replace")[: column - 1].decode("utf-8", "replace")
    return len(expanded(before))


def expanded(line: str) -> str:
    """`line` with spaces for its tabs."""
    return line.expandtabs(4)


def _is_absolute(path: str) -> bool:
    """True also for a path of Windows, where the program may have been compiled."""
    return path.startswith(("/", "\\")) or path[1:2] == ":"


def _around(octets: bytes, line: int, before: int, after: int) -> Iterator[SourceLine]:
    first = max(line - before, 1)
    start = _start_of(octets, first)
    if line < 1 or start is None:
        return
    count = line + after - first + 1
    texts = octets[start:].split(b"\n", count)[:count]
    if line - first < len(texts):
        for number, text in enumerate(texts, first):
            shown = text.removesuffix(b"\r").decode("utf-8", "replace")
            yield SourceLine(number, shown, number == line)


def _start_of(octets: bytes, line: int) -> int | None:
    """Where a line begins; None if there are not as many."""
    at, left = 0, line - 1  # line ends to pass
    while (count := octets.count(b"\n", at, at + _BLOCK)) < left:
        at, left = at + _BLOCK, left - count
        if at >= len(octets):
            return None
    for _ in range(left):
        at = octets.index(b"\n", at) + 1
    return at
