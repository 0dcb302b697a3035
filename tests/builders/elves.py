"""ELF files of any shape, made in the test (TIS ELF 1.2; numbers of ELF for the Arm, IHI 0044)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from struct import pack

PROGBITS, SYMTAB, STRTAB, NOTE, NOBITS = 1, 2, 3, 7, 8
WRITE, ALLOC, EXEC, COMPRESSED = 1, 2, 4, 0x800
NOTYPE, OBJECT, FUNC, SECTION = 0, 1, 2, 3
LOCAL, GLOBAL, WEAK = 0, 1, 2
ARM = 40
_HEADER_SIZE, _SEGMENT_SIZE, _SECTION_SIZE, _SYMBOL_SIZE = 52, 32, 40, 16


@dataclass(frozen=True, slots=True)
class ASection:
    """A section; `size` counts only for NOBITS. A `load_address` makes a PT_LOAD segment."""

    name: str
    content: bytes = b""
    address: int = 0
    flags: int = 0
    type: int = PROGBITS
    size: int = 0
    link: int = 0
    info: int = 0
    entry_size: int = 0
    load_address: int | None = None

    @property
    def memory_size(self) -> int:
        return self.size if self.type == NOBITS else len(self.content)


@dataclass(frozen=True, slots=True)
class ASymbol:
    """A symbol in the section of that name; "" makes it an absolute one."""

    name: str
    value: int
    size: int = 0
    type: int = FUNC
    binding: int = GLOBAL
    section: str = ""


def code(content: bytes, *, at: int, name: str = ".text") -> ASection:
    """Code that is loaded where it runs."""
    return ASection(name, content, at, ALLOC | EXEC, load_address=at)


def constants(content: bytes, *, at: int, name: str = ".rodata") -> ASection:
    """Read-only data that is loaded where it is used."""
    return ASection(name, content, at, ALLOC, load_address=at)


def variables(content: bytes, *, at: int, load_address: int, name: str = ".data") -> ASection:
    """Initialised variables, whose first values lie at `load_address`."""
    return ASection(name, content, at, ALLOC | WRITE, load_address=load_address)


def zeroed(size: int, *, at: int, name: str = ".bss") -> ASection:
    """Variables without bytes in the file."""
    return ASection(name, b"", at, ALLOC | WRITE, NOBITS, size)


def debug_sections(contents: Mapping[str, bytes]) -> tuple[ASection, ...]:
    """Sections that take no part in the program, such as ".debug_info"."""
    return tuple(ASection(name, content) for name, content in contents.items())


def an_elf(
    *sections: ASection,
    symbols: Sequence[ASymbol] = (),
    entry: int = 0,
    machine: int = ARM,
) -> bytes:
    """An executable for the Arm; section headers stand in the order given, from index 1."""
    every = [ASection("", type=0), *sections]
    if symbols:
        every += _symbol_sections(symbols, [section.name for section in every])
    names = _strings([*(section.name for section in every), ".shstrtab"])
    every.append(ASection(".shstrtab", names, type=STRTAB))
    loads = sum(section.load_address is not None for section in every)
    contents_at = _HEADER_SIZE + _SEGMENT_SIZE * loads
    sizes = (len(section.content) for section in every)
    *offsets, headers_at = accumulate(sizes, initial=contents_at)
    placed = list(zip(every, offsets, strict=True))
    return b"".join(
        (
            _header(entry, machine, loads, headers_at, len(every)),
            *(_program_header(*each) for each in placed if each[0].load_address is not None),
            *(section.content for section in every),
            *(_section_header(section, names, offset) for section, offset in placed),
        )
    )


def _header(entry: int, machine: int, loads: int, headers_at: int, sections: int) -> bytes:
    ident = b"\x7fELF" + bytes((1, 1, 1)) + bytes(9)  # 32-bit, little-endian, version 1
    sizes = (_HEADER_SIZE, _SEGMENT_SIZE, loads, _SECTION_SIZE, sections, sections - 1)
    offsets = (_HEADER_SIZE if loads else 0, headers_at)
    return ident + pack("<HHIIIII6H", 2, machine, 1, entry, *offsets, 0x0500_0400, *sizes)


def _program_header(load: ASection, offset: int) -> bytes:
    protection = 4 | (2 if load.flags & WRITE else 0) | (1 if load.flags & EXEC else 0)
    sizes = (len(load.content), load.memory_size)
    addresses = (load.address, load.load_address)
    return pack("<8I", 1, offset, *addresses, *sizes, protection, 4)


def _section_header(section: ASection, names: bytes, offset: int) -> bytes:
    name = names.index(section.name.encode() + b"\0")
    where = (section.address, offset, section.memory_size)
    rest = (section.link, section.info, 1, section.entry_size)
    return pack("<10I", name, section.type, section.flags, *where, *rest)


def _symbol_sections(symbols: Sequence[ASymbol], sections: Sequence[str]) -> list[ASection]:
    strings = _strings(symbol.name for symbol in symbols)
    table = bytes(_SYMBOL_SIZE) + b"".join(
        pack(
            "<IIIBBH",
            strings.index(symbol.name.encode() + b"\0"),
            symbol.value,
            symbol.size,
            symbol.binding << 4 | symbol.type,
            0,
            sections.index(symbol.section) if symbol.section else 0xFFF1,
        )
        for symbol in symbols
    )
    strings_index = len(sections) + 1
    return [
        ASection(".symtab", table, type=SYMTAB, link=strings_index, info=1, entry_size=16),
        ASection(".strtab", strings, type=STRTAB),
    ]


def _strings(names: Iterable[str]) -> bytes:
    """A string table; it starts with the empty name."""
    return b"\0" + b"".join(name.encode() + b"\0" for name in names if name)
