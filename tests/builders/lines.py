"""Line number programs of all versions, made in the test (DWARF 5, 6.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from struct import pack

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.line_header import LineHeader, read_line_header
from tests.builders.octets import halfwords, octets, sleb, uleb

# How many operands standard opcodes 1 to 12 take (6.2.5.2).
OPERAND_COUNTS = bytes((0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1))


def extended(*content: int | bytes) -> bytes:
    """An extended opcode: its number, then its operands."""
    body = b"".join(each if isinstance(each, bytes) else octets(each) for each in content)
    return octets(0) + uleb(len(body)) + body


def set_address(address: int, size: int = 4) -> bytes:
    """DW_LNE_set_address."""
    return extended(2, address.to_bytes(size, "little"))


def discriminator(number: int) -> bytes:
    """DW_LNE_set_discriminator."""
    return extended(4, uleb(number))


def advance_pc(distance: int) -> bytes:
    """DW_LNS_advance_pc."""
    return octets(2) + uleb(distance)


def advance_line(distance: int) -> bytes:
    """DW_LNS_advance_line."""
    return octets(3) + sleb(distance)


def set_file(number: int) -> bytes:
    """DW_LNS_set_file."""
    return octets(4) + uleb(number)


def set_column(column: int) -> bytes:
    """DW_LNS_set_column."""
    return octets(5) + uleb(column)


def fixed_advance_pc(distance: int) -> bytes:
    """DW_LNS_fixed_advance_pc."""
    return octets(9) + halfwords(distance)


COPY = octets(1)
NEGATE_STMT = octets(6)
SET_BASIC_BLOCK = octets(7)
CONST_ADD_PC = octets(8)
SET_PROLOGUE_END = octets(10)
SET_EPILOGUE_BEGIN = octets(11)
END_SEQUENCE = extended(1)


@dataclass(frozen=True, slots=True)
class ALineProgram:
    """A program with its header; `directories` and `files` (name, directory) as DWARF numbers them.

    In DWARF 5 the first directory and the first file are number 0, before it they are number 1.
    `tables` takes the place of both tables, given as bytes.
    """

    program: bytes = b""
    version: int = 4
    offset_size: int = 4
    minimum_instruction_length: int = 1
    maximum_operations: int = 1
    default_is_stmt: int = 1
    line_base: int = -5
    line_range: int = 14
    opcode_base: int = 13
    operand_counts: bytes = OPERAND_COUNTS
    directories: Sequence[str] = ()
    files: Sequence[tuple[str, int]] = (("main.c", 0),)
    tables: bytes | None = None

    def octets(self) -> bytes:
        """The program as it stands in .debug_line."""
        header = pack("<B", self.minimum_instruction_length)
        if self.version >= 4:
            header += pack("<B", self.maximum_operations)
        header += pack(
            "<BbBB", self.default_is_stmt, self.line_base, self.line_range, self.opcode_base
        )
        header += self.operand_counts + (self._tables() if self.tables is None else self.tables)
        offset = "<Q" if self.offset_size == 8 else "<I"
        body = pack("<H", self.version) + (octets(4, 0) if self.version >= 5 else b"")
        body += pack(offset, len(header)) + header + self.program
        escape = b"\xff\xff\xff\xff" if self.offset_size == 8 else b""
        return escape + pack(offset, len(body)) + body

    def _tables(self) -> bytes:
        if self.version >= 5:
            return self._tables_of_5()
        directories = b"".join(_text(name) for name in self.directories)
        files = b"".join(_text(name) + uleb(at) + octets(0, 0) for name, at in self.files)
        return directories + b"\0" + files + b"\0"

    def _tables_of_5(self) -> bytes:
        path, index = (1, dw.FORM_string), (2, dw.FORM_udata)
        directories = table_of_5([path], [_text(name) for name in self.directories])
        files = [_text(name) + uleb(at) for name, at in self.files]
        return directories + table_of_5([path, index], files)

    def header(self, strings: Mapping[str, bytes] | None = None) -> LineHeader:
        """The header as it is read, strings being taken from `strings` by section."""

        def string_at(section: str, offset: int) -> str:
            return (strings or {})[section][offset:].partition(b"\0")[0].decode()

        return read_line_header(memoryview(self.octets()), 0, string_at)


def table_of_5(formats: Sequence[tuple[int, int]], entries: Sequence[bytes]) -> bytes:
    """A table of DWARF 5 in which each entry has `formats`: (content type, form)."""
    described = b"".join(uleb(content) + uleb(form) for content, form in formats)
    return octets(len(formats)) + described + uleb(len(entries)) + b"".join(entries)


def _text(name: str) -> bytes:
    return name.encode() + b"\0"
