"""The lines of source around a location, where the file is on this machine."""

from collections.abc import Callable, Iterator, Sequence

from stackdump_probe.record import Record
from stackdump_probe.report.model import Location

# Gives the lines of the file at a path, or None; the caller decides what may be opened.
ReadSource = Callable[[str], Sequence[str] | None]


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
        lines = read_source(path)
        if lines is not None:
            return tuple(_around(lines, location.line, before, after))
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


def _around(lines: Sequence[str], line: int, before: int, after: int) -> Iterator[SourceLine]:
    if not 1 <= line <= len(lines):
        return
    for number in range(max(line - before, 1), min(line + after, len(lines)) + 1):
        yield SourceLine(number, lines[number - 1], number == line)
