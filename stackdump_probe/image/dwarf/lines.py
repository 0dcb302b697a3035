"""From a pc to file, line and column, and from file numbers to names."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import cached_property

from stackdump_probe.image.dwarf.line_header import SECTION, FileEntry, LineHeader, read_line_header
from stackdump_probe.image.dwarf.line_parts import parts_of
from stackdump_probe.image.dwarf.line_program import Lines, Part, Row, Sequence, run_line_program
from stackdump_probe.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from stackdump_probe.image.dwarf.units import Unit

_AFTER_ANY_FILE = float("inf")


class SourceLocation(Record):
    """A place in a source file, whose name is as it was given to the compiler."""

    file: str
    line: int
    column: int | None = None


class LineTable:
    """The line number program of a unit; a sequence of it runs when a pc in it is looked up.

    `comp_dir` is the directory the compiler ran in. Sequences for which `is_live(start, end)` is
    false belong to code that the linker dropped.
    """

    def __init__(
        self, header: LineHeader, comp_dir: str | None, is_live: Callable[[int, int], bool]
    ) -> None:
        self.header = header
        self._comp_dir = comp_dir or ""
        self._is_live = is_live
        self._names: dict[int, str | None] = {}
        self._lines: dict[int, Lines] = {}  # by where their part begins

    def location_at(self, pc: int) -> SourceLocation | None:
        """Where the instruction at `pc` comes from; None if no file or no line is given for it."""
        sequence = self._sequence_at(pc)
        row = self._row_at(sequence, pc) if sequence else None
        if row is None:
            return None
        _, file, line, column, _ = row
        name = self.file_name(file)
        return None if name is None else SourceLocation(name, line, column or None)

    def file_name(self, number: int) -> str | None:
        """The name of a file as rows, DW_AT_decl_file and DW_AT_call_file number it.

        As compiled: relative to `comp_dir` if the compiler was given a relative one.
        """
        if number not in self._names:
            self._names[number] = self._name(number)
        return self._names[number]

    def _name(self, number: int) -> str | None:
        entry = self._file(number)
        if entry is None:
            return None
        directory = self.header.directory(entry.directory) if entry.directory else None
        return _joined(directory or "", entry.name)

    def full_path(self, number: int) -> str | None:
        """The absolute path of a file on the machine that compiled it, if that is known."""
        name = self.file_name(number)
        if name is None:
            return None
        start = self.header.directory(0) if self.header.version >= 5 else None
        return _joined(_joined(self._comp_dir, start or ""), name)

    @cached_property
    def sequences(self) -> tuple[Sequence, ...]:
        """The sequences of live code, lowest start first."""
        found = (sequence for part in self._parts for sequence in self._run(part).sequences)
        return tuple(sorted(found, key=lambda sequence: sequence.start))

    @cached_property
    def _parts(self) -> tuple[Part, ...]:
        return parts_of(self.header)

    def _run(self, part: Part) -> Lines:
        if part.begin not in self._lines:
            self._lines[part.begin] = run_line_program(self.header, self._is_live, part)
        return self._lines[part.begin]

    def _sequence_at(self, pc: int) -> Sequence | None:
        """Of the sequences that hold `pc` the one that starts last."""
        count = bisect_right(self._parts, pc, key=lambda part: part.start)
        for part in reversed(self._parts[:count]):
            for sequence in reversed(self._run(part).sequences):
                if sequence.start <= pc < sequence.end:
                    return sequence
        return None

    def _file(self, number: int) -> FileEntry | None:
        entry = self.header.file(number)
        if entry is None and number > len(self.header.files):
            defined = [file for part in self._parts for file in self._run(part).defined_files]
            index = number - len(self.header.files) - 1
            return defined[index] if index < len(defined) else None
        return entry

    def _row_at(self, sequence: Sequence, pc: int) -> Row | None:
        """The row that holds at `pc`: of the nearest address at or below it that has one.

        Rows without a line do not count, so that the line before them goes on. This and what
        follows is how GDB 13 does it (lnp_state_machine::record_line in dwarf2/read.c,
        find_pc_sect_line in symtab.c).
        """
        rows = sequence.rows
        end = bisect_right(rows, (pc, _AFTER_ANY_FILE))
        nearest = rows[end - 1]
        while end := self._end_of_address(rows, end):
            start = bisect_left(rows, (rows[end - 1][0],))
            name = self._file_before(sequence, start)
            candidates, _ = self._candidates(sequence, start, end, name)
            if candidates:
                row = next((row for row in reversed(candidates) if row[4]), candidates[-1])
                return nearest if nearest[1:3] == row[1:3] else row
            end = start
        return None

    def _end_of_address(self, rows: list[Row], end: int) -> int:
        """The index after the last row below `end` that has a line and a file; 0 if none has."""
        while end and not (rows[end - 1][2] and self.file_name(rows[end - 1][1])):
            end -= 1
        return end

    def _candidates(
        self, sequence: Sequence, start: int, end: int, name: str | None
    ) -> tuple[list[Row], str | None]:
        """Rows of one address, rows[start:end], of which the last that begins a statement holds.

        Where none does, the last one holds. All are of the same file, whose name is returned with
        them; `name` is the one that holds before.
        """
        candidates: list[Row] = []
        begins_statement = False
        for index in range(start, end):
            row = sequence.rows[index]
            _, file, line, _, is_stmt = row
            name_here = self.file_name(file) if line else None
            if name_here is not None:
                if name_here != name:
                    if is_stmt or not begins_statement:
                        candidates, name = [row], name_here
                elif index not in sequence.continued:
                    candidates.append(row)
            begins_statement |= is_stmt
        return candidates, name

    def _file_before(self, sequence: Sequence, end: int) -> str | None:
        """The file that holds before rows[end], the first one of its address."""
        end = self._end_of_address(sequence.rows, end)
        start = bisect_left(sequence.rows, (sequence.rows[end - 1][0],)) if end else 0
        return self._candidates(sequence, start, end, None)[1]


def lines_for(unit: Unit) -> LineTable | None:
    """The line table of `unit`, None if it has none; a malformed header raises DwarfError.

    Units that share a table, as type units do with the one they came from, get the same object.
    """
    offset = unit.lines_at
    if offset is None:
        return None
    dwarf = unit.dwarf
    table = dwarf.line_tables.get(offset)
    if table is None:
        header = read_line_header(dwarf.section(SECTION), offset, dwarf.string_at)
        table = dwarf.line_tables[offset] = LineTable(header, unit.comp_dir, dwarf.holds_code)
    return table


def _joined(directory: str, name: str) -> str:
    if not directory or _is_absolute(name):
        return name
    return f"{directory.rstrip('/')}/{name}" if name else directory


def _is_absolute(name: str) -> bool:
    return name.startswith(("/", "\\")) or name[1:2] == ":"
