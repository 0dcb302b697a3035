"""The header of a line number program, DWARF 2 to 5 (DWARF 5, 6.2.4; DWARF 4, 6.2.4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.reader import Reader
from stackdump_probe.image.dwarf.units import read_length
from stackdump_probe.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar, overload

    E = TypeVar("E")

SECTION = ".debug_line"

LNCT_PATH, LNCT_DIRECTORY_INDEX = 1, 2  # 7.22; size, time, MD5 and what vendors add is skipped

# Forms that a directory or file entry may hold, by the way they are read (7.5.5, 7.5.6).
_FIXED_SIZES = {
    dw.FORM_data1: 1, dw.FORM_data2: 2, dw.FORM_data4: 4, dw.FORM_data8: 8, dw.FORM_data16: 16,
    dw.FORM_flag: 1, dw.FORM_strx1: 1, dw.FORM_strx2: 2, dw.FORM_strx3: 3, dw.FORM_strx4: 4,
}  # fmt: skip
_BLOCK_LENGTHS = {dw.FORM_block1: 1, dw.FORM_block2: 2, dw.FORM_block4: 4}
_LEB128 = frozenset((dw.FORM_udata, dw.FORM_sdata, dw.FORM_strx))
_OFFSETS = frozenset((dw.FORM_strp, dw.FORM_line_strp, dw.FORM_strp_sup, dw.FORM_sec_offset))
_STRING_SECTIONS = {dw.FORM_strp: ".debug_str", dw.FORM_line_strp: ".debug_line_str"}

StringAt = Callable[[str, int], str]
"""Reads the string at an offset of a section, `.debug_str` or `.debug_line_str`."""


class FileEntry(Record):
    """A source file's name as compiled, and the number of its directory in the header."""

    name: str
    directory: int


class LineHeader(Record):
    """What the state machine must know, its program, and the names that rows refer to."""

    version: int
    minimum_instruction_length: int
    maximum_operations: int
    default_is_stmt: bool
    line_base: int
    line_range: int
    opcode_base: int
    operand_counts: bytes  # of standard opcode 1 and up
    directories: Sequence[str]
    files: Sequence[FileEntry]
    program: bytes
    program_offset: int  # in .debug_line

    def file(self, number: int) -> FileEntry | None:
        """The file that rows and DW_AT_decl_file call `number`: from 0 in DWARF 5, else from 1."""
        index = number if self.version >= 5 else number - 1
        return self.files[index] if 0 <= index < len(self.files) else None

    def directory(self, number: int) -> str | None:
        """Directory `number`; number 0 is the compilation directory, which only DWARF 5 lists."""
        index = number if self.version >= 5 else number - 1
        return self.directories[index] if 0 <= index < len(self.directories) else None


def read_line_header(section: memoryview, offset: int, string_at: StringAt) -> LineHeader:
    """Read the header at `offset` of .debug_line; a malformed one raises DwarfError."""
    length = Reader(section, SECTION, at=offset)
    end, offset_size = read_length(length)
    octets = bytes(section[length.at : end])
    return _header(Reader(octets, SECTION, base=length.at), offset_size, string_at)


def _header(reader: Reader, offset_size: int, string_at: StringAt) -> LineHeader:
    version = reader.unsigned(2)
    if not 2 <= version <= 5:
        raise reader.error(f"line number program of version {version}")
    if version >= 5:
        reader.take(2)  # address_size, segment_selector_size
    header_length = reader.unsigned(offset_size)
    program_at = reader.at + header_length
    minimum_instruction_length = reader.u8()
    maximum_operations = reader.u8() if version >= 4 else 1
    default_is_stmt = reader.u8() != 0
    line_base, line_range, opcode_base = reader.signed(1), reader.u8(), reader.u8()
    if not (minimum_instruction_length and maximum_operations and line_range and opcode_base):
        raise reader.error("line number program with a size of 0")
    operand_counts = bytes(reader.take(opcode_base - 1))
    if program_at > reader.end:
        raise reader.error("line number program starts after its end")
    tables = _Tables(reader, offset_size, string_at) if version >= 5 else _OldTables(reader)
    return LineHeader(
        version=version,
        minimum_instruction_length=minimum_instruction_length,
        maximum_operations=maximum_operations,
        default_is_stmt=default_is_stmt,
        line_base=line_base,
        line_range=line_range,
        opcode_base=opcode_base,
        operand_counts=operand_counts,
        directories=tables.directories,
        files=tables.files,
        program=bytes(reader.octets[program_at:]),
        program_offset=reader.base + program_at,
    )


class _OldTables:
    """Directories and files of DWARF 2 to 4; an empty string ends each table (DWARF 4, 6.2.4)."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.directories: Sequence[str] = _Entries(self._positions(numbers=0), self._directory)
        # Beside the directory, the time of last modification and the length.
        self.files: Sequence[FileEntry] = _Entries(self._positions(numbers=3), self._file)

    def _positions(self, numbers: int) -> list[int]:
        """Where the names of a table begin, each with so many numbers of LEB128 behind it."""
        reader, positions = self._reader, []
        octets, at = bytes(reader.octets), reader.at
        try:
            while octets[at]:
                positions.append(at)
                at = octets.index(0, at) + 1
                for _ in range(numbers):
                    while octets[at] >= 0x80:
                        at += 1
                    at += 1
        except (IndexError, ValueError):
            raise reader.error("a table of files without an end") from None
        reader.at = at + 1
        return positions

    def _directory(self, at: int) -> str:
        self._reader.at = at
        return _text(self._reader.cstring())

    def _file(self, at: int) -> FileEntry:
        return FileEntry(self._directory(at), self._reader.uleb())


class _Tables:
    """Directories and files of DWARF 5, which say themselves what they hold in which form."""

    def __init__(self, reader: Reader, offset_size: int, string_at: StringAt) -> None:
        self._reader = reader
        self._offset_size = offset_size
        self._string_at = string_at
        self.directories: Sequence[str] = self._table(lambda path, _: path)
        self.files: Sequence[FileEntry] = self._table(FileEntry)

    def _table(self, made: Callable[[str, int], E]) -> Sequence[E]:
        reader = self._reader
        formats = [(reader.uleb(), reader.uleb()) for _ in range(reader.u8())]
        count = reader.uleb()
        if not formats:
            return ()  # else a count from the file would be believed
        if count > reader.left:
            raise reader.error(f"{count} entries in {reader.left} bytes")
        positions = self._positions(formats, count)
        return _Entries(positions, lambda at: made(*self._entry(formats, at)))

    def _positions(self, formats: list[tuple[int, int]], count: int) -> Sequence[int]:
        """Where the entries begin; they are passed over."""
        reader, start = self._reader, self._reader.at
        size = self._common_size([form for _, form in formats], count)
        if size:
            reader.take(size * count)
            return range(start, reader.at, size)
        positions = []
        for _ in range(count):
            positions.append(reader.at)
            for _, form in formats:
                self._value(form)
        return positions

    def _common_size(self, forms: list[int], count: int) -> int:
        """The size of an entry if all are of the same; 0 if they are not, or cut short."""
        sizes = [self._size(form) for form in forms]
        size, at = sum(sizes), self._reader.at
        octets = bytes(self._reader.octets[at : at + size * count])
        if 0 in sizes or len(octets) < size * count:
            return 0
        for form, place in zip(forms, accumulate(sizes, initial=0), strict=False):
            if form in _LEB128 and max(octets[place::size], default=0) >= 0x80:
                return 0
        return size

    def _size(self, form: int) -> int:
        """The size of a value, of an LEB128 if it is short; 0 if only the value tells it."""
        if form in _OFFSETS:
            return self._offset_size
        return 1 if form in _LEB128 else _FIXED_SIZES.get(form, 0)

    def _entry(self, formats: list[tuple[int, int]], at: int) -> tuple[str, int]:
        self._reader.at = at
        path, directory = "", 0
        for content, form in formats:
            value = self._value(form)
            if content == LNCT_PATH:
                path = self._path(form, value)
            elif content == LNCT_DIRECTORY_INDEX and isinstance(value, int):
                directory = value
        return path, directory

    def _value(self, form: int) -> int | bytes:
        reader = self._reader
        if form == dw.FORM_string:
            return reader.cstring()
        if form in _OFFSETS:
            return reader.unsigned(self._offset_size)
        if form in _LEB128:
            return reader.uleb()
        if form in _FIXED_SIZES:
            return reader.unsigned(_FIXED_SIZES[form])
        if form == dw.FORM_block:
            return bytes(reader.take(reader.uleb()))
        if form in _BLOCK_LENGTHS:
            return bytes(reader.take(reader.unsigned(_BLOCK_LENGTHS[form])))
        raise reader.error(f"form {form:#x} in a table of files")

    def _path(self, form: int, value: int | bytes) -> str:
        if isinstance(value, int) and form in _STRING_SECTIONS:
            return self._string_at(_STRING_SECTIONS[form], value)
        if isinstance(value, bytes) and form == dw.FORM_string:
            return _text(value)
        raise self._reader.error(f"a file name in form {form:#x}")


class _Entries(Sequence["E"]):
    """Entries of a table, each read from its position when it is asked for."""

    def __init__(self, positions: Sequence[int], read: Callable[[int], E]) -> None:
        self._positions = positions
        self._read = read

    def __len__(self) -> int:
        return len(self._positions)

    if TYPE_CHECKING:

        @overload
        def __getitem__(self, index: int) -> E: ...
        @overload
        def __getitem__(self, index: slice) -> Sequence[E]: ...

    def __getitem__(self, index: int | slice) -> E | Sequence[E]:
        if isinstance(index, slice):
            return [self._read(at) for at in self._positions[index]]
        return self._read(self._positions[index])


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "replace")
