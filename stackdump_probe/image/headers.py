"""The headers of a 32-bit little-endian Arm ELF: file, sections, segments."""

from __future__ import annotations

from struct import Struct, error

from stackdump_probe.errors import ImageError
from stackdump_probe.record import Record

# ELF specification (TIS 1.2) and its Arm supplement AAELF32 (IHI 0044).
_FILE_HEADER = Struct("<16s2H5I6H")
_SECTION_HEADER = Struct("<10I")
_PROGRAM_HEADER = Struct("<8I")
_MAGIC_32_LITTLE = b"\x7fELF\x01\x01"
_EM_ARM = 40
_SHN_XINDEX = 0xFFFF
_LONGEST_NAME = 4096

PT_LOAD, PT_NOTE = 1, 4
PF_X, PF_W = 1, 2
SHT_SYMTAB, SHT_NOTE, SHT_NOBITS = 2, 7, 8
SHF_WRITE, SHF_ALLOC, SHF_EXECINSTR, SHF_COMPRESSED = 1, 2, 4, 0x800


class Section(Record):
    """One section header; `offset` and `size` are those in the file, as yet unchecked."""

    name: str
    type: int
    flags: int
    address: int
    offset: int
    size: int
    link: int = 0

    @property
    def end(self) -> int:
        """The address after the last byte."""
        return self.address + self.size

    @property
    def is_loaded(self) -> bool:
        """True if it takes space in the target and its bytes are in the file."""
        return bool(self.flags & SHF_ALLOC) and self.type != SHT_NOBITS and self.size > 0

    @property
    def is_code(self) -> bool:
        """True if it takes space in the target and holds instructions."""
        return self.flags & (SHF_ALLOC | SHF_EXECINSTR) == SHF_ALLOC | SHF_EXECINSTR


class ProgramHeader(Record):
    """`file_size` bytes from `offset`, stored at `physical`, run at `virtual`."""

    type: int
    offset: int
    virtual: int
    physical: int
    file_size: int
    memory_size: int
    flags: int


class Headers(Record):
    """All headers of one file."""

    entry: int
    sections: tuple[Section, ...]
    program_headers: tuple[ProgramHeader, ...]


def read_headers(octets: memoryview) -> Headers:
    """Raise ImageError for all that is not a 32-bit little-endian Arm ELF with whole headers."""
    if bytes(octets[:4]) != _MAGIC_32_LITTLE[:4]:
        raise ImageError("not an ELF file")
    if bytes(octets[:6]) != _MAGIC_32_LITTLE:
        raise ImageError("not a 32-bit little-endian ELF")
    fields = _unpack(_FILE_HEADER, octets, 0, "the ELF header")
    machine, entry, program_at, sections_at = fields[2], fields[4], fields[5], fields[6]
    if machine != _EM_ARM:
        raise ImageError(f"an ELF for machine {machine}, not for Arm ({_EM_ARM})")
    return Headers(
        entry,
        _sections(octets, sections_at, count=fields[12], names_index=fields[13]),
        _program_headers(octets, program_at, count=fields[10]),
    )


def _sections(octets: memoryview, at: int, *, count: int, names_index: int) -> tuple[Section, ...]:
    if at == 0:
        return ()
    first = _unpack(_SECTION_HEADER, octets, at, "section header 0")
    # What does not fit into the ELF header stands in section header 0 (gABI, e_shnum, e_shstrndx).
    count = count or first[5]
    names_index = first[6] if names_index == _SHN_XINDEX else names_index
    if count * _SECTION_HEADER.size > len(octets):
        raise ImageError(f"{count} section headers do not fit into {len(octets)} bytes")
    headers = [
        _unpack(_SECTION_HEADER, octets, at + 40 * index, f"section header {index}")
        for index in range(count)
    ]
    names = b""
    if names_index < count:
        start, size = headers[names_index][4:6]
        names = bytes(octets[start : start + size])
    return tuple(Section(_name(names, fields[0]), *fields[1:7]) for fields in headers)


def _name(names: bytes, at: int) -> str:
    end = names.find(b"\0", at, at + _LONGEST_NAME)
    return names[at:end].decode("utf-8", "replace") if end >= 0 else ""


def _program_headers(octets: memoryview, at: int, *, count: int) -> tuple[ProgramHeader, ...]:
    if at == 0:
        return ()
    return tuple(
        ProgramHeader(
            *_unpack(_PROGRAM_HEADER, octets, at + 32 * index, f"program header {index}")[:7]
        )
        for index in range(count)
    )


def _unpack(layout: Struct, octets: memoryview, at: int, what: str) -> tuple[int, ...]:
    try:
        return layout.unpack_from(octets, at)
    except error:
        raise ImageError(f"the file ends inside {what}, at {at:#x}") from None
