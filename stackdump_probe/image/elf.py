"""The program as its ELF file holds it: sections, flash contents, build id, symbols, DWARF."""

from __future__ import annotations

from functools import cached_property

from stackdump_probe.errors import ImageError
from stackdump_probe.image.headers import (
    PF_W,
    PF_X,
    PT_LOAD,
    PT_NOTE,
    SHF_COMPRESSED,
    SHF_WRITE,
    SHT_NOBITS,
    SHT_NOTE,
    Headers,
    ProgramHeader,
    Section,
    read_headers,
)
from stackdump_probe.image.notes import BuildId, build_id_in
from stackdump_probe.memory import Memory, Segment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from mmap import mmap

    from stackdump_probe.image.dwarf.debug_info import Dwarf
    from stackdump_probe.image.dwarf.tail_calls import TailCalls
    from stackdump_probe.image.frames.cfi import CallFrameInfo
    from stackdump_probe.image.frames.exidx import ExceptionTables
    from stackdump_probe.image.symbols import SymbolTable
    from stackdump_probe.image.types.rust_vtables import RustVtables
    from stackdump_probe.image.types.tree import TypeTree
    from stackdump_probe.image.vectors import VectorTable

_NOTHING = memoryview(b"")


class Image:
    """One ELF file; what takes work is done when it is first asked for."""

    def __init__(self, octets: memoryview, headers: Headers) -> None:
        self.octets = octets
        self.sections = headers.sections
        self.program_headers = headers.program_headers
        self.entry = headers.entry
        self._section_by_name = {section.name: section for section in reversed(self.sections)}
        self._contents: dict[str, memoryview] = {}

    @classmethod
    def from_bytes(cls, data: bytes | bytearray | memoryview | mmap) -> Image:
        """Read the headers of an ELF; nothing is copied, so `data` must live as long as this does.

        Raises ImageError for all that is not a 32-bit little-endian Arm ELF.
        """
        octets = memoryview(data).cast("B").toreadonly()
        return cls(octets, read_headers(octets))

    def at(self, address: int) -> Image:  # noqa: ARG002
        """The program that `address` is in; SideBySide knows of several."""
        return self

    def section(self, name: str) -> Section | None:
        """The first section of that name."""
        return self._section_by_name.get(name)

    def contents(self, name: str) -> memoryview:
        """The bytes of a section, decompressed; empty if it is absent or not in the file.

        Asking for `.debug_info` finds `.zdebug_info` also. Raises ImageError if the file ends
        before the section does, or if the compressed bytes are damaged.
        """
        known = self._contents.get(name)
        if known is None:
            known = self._contents[name] = self._read(name)
        return known

    def _read(self, name: str) -> memoryview:
        section = self.section(name)
        if section is None:
            return self._read_gnu_compressed(name)
        stored = self.stored(section)
        if not section.flags & SHF_COMPRESSED:
            return stored
        from stackdump_probe.image.compressed import decompressed

        return decompressed(stored, name)

    def _read_gnu_compressed(self, name: str) -> memoryview:
        section = self.section(f".z{name[1:]}") if name.startswith(".debug_") else None
        if section is None:
            return _NOTHING
        from stackdump_probe.image.compressed import decompressed_gnu

        return decompressed_gnu(self.stored(section), section.name)

    def stored(self, section: Section) -> memoryview:
        """The section's bytes as they are in the file; raises ImageError if it is cut short."""
        if section.type == SHT_NOBITS:
            return _NOTHING
        octets = self.octets[section.offset : section.offset + section.size]
        if len(octets) < section.size:
            raise ImageError(
                f"section {section.name} needs {section.size} bytes, the file has {len(octets)}"
            )
        return octets

    @cached_property
    def flash(self) -> Memory:
        """What the running program cannot have changed, as Memory of origin "elf".

        Read-only sections where they run, and every loaded section where it is stored (its load
        address); never writable data where it runs, for RAM has changed since.
        """
        return Memory(self._kept_sections() if self.sections else self._kept_segments())

    def _kept_sections(self) -> Iterator[Segment]:
        loaded = [section for section in self.sections if section.is_loaded]
        for section in loaded:
            if not section.flags & SHF_WRITE:
                yield Segment(section.address, self.stored(section), "elf")
        for section in loaded:
            address = self._load_address(section)
            if address is not None and address != section.address:
                yield Segment(address, self.stored(section), "elf")

    def _kept_segments(self) -> Iterator[Segment]:
        for header in self._loads:
            octets = self.octets[header.offset : header.offset + header.file_size]
            if not header.flags & PF_W:
                yield Segment(header.virtual, octets, "elf")
            if header.physical != header.virtual:
                yield Segment(header.physical, octets, "elf")

    def _load_address(self, section: Section) -> int | None:
        """Where the section is stored; found by file offset, as `objcopy -O binary` does."""
        for header in self._loads:
            inside = section.offset - header.offset
            if inside >= 0 and inside + section.size <= header.file_size:
                return header.physical + inside & 0xFFFF_FFFF
        return None

    @property
    def _loads(self) -> tuple[ProgramHeader, ...]:
        return tuple(header for header in self.program_headers if header.type == PT_LOAD)

    def is_code(self, address: int) -> bool:
        """True inside an executable section, or an executable segment where sections are gone."""
        return any(low <= address < high for low, high in self.code_ranges)

    @cached_property
    def code_ranges(self) -> tuple[tuple[int, int], ...]:
        """(start, end) of what may hold instructions, touching ones joined, lowest first."""
        if self.sections:
            return _joined([(each.address, each.end) for each in self.sections if each.is_code])
        return _joined(
            [
                (each.virtual, each.virtual + each.memory_size)
                for each in self._loads
                if each.flags & PF_X
            ]
        )

    def holds_code(self, low: int, high: int) -> bool:
        """True if [low, high) can be code of this program, and not what the linker discarded.

        Discarded functions keep their debug information, at 0 (GNU ld) or at the very top (LLD).
        So the range must lie in executable memory; at 0, which is executable on parts that boot
        from there but begins with the vector table, a function's symbol must prove it.
        """
        if not any(start <= low < high <= end for start, end in self.code_ranges):
            return False
        return low != 0 or self.symbols.has_function(0)

    @property
    def build_id(self) -> bytes | None:
        """The descriptor of the GNU build-id note."""
        return self._build_id[0] if self._build_id else None

    @property
    def build_id_address(self) -> int | None:
        """Where the target holds the bytes of `build_id`; None if it does not."""
        return self._build_id[1] if self._build_id else None

    @cached_property
    def _build_id(self) -> tuple[bytes, int | None] | None:
        for section in self.sections:
            found = build_id_in(self.stored(section)) if section.type == SHT_NOTE else None
            if found:
                return found.octets, _address_of(found, section)
        for header in self.program_headers:
            if header.type == PT_NOTE:
                notes = self.octets[header.offset : header.offset + header.file_size]
                found = build_id_in(notes)
                if found:
                    return found.octets, header.virtual + found.offset
        return None

    @cached_property
    def symbols(self) -> SymbolTable:
        """The symbol table; empty in a stripped file."""
        from stackdump_probe.image.symbols import read_symbols

        return read_symbols(self)

    @cached_property
    def cfi(self) -> CallFrameInfo:
        """The call frame information; without entries if there is none."""
        from stackdump_probe.image.frames.cfi import call_frame_info

        return call_frame_info(self)

    @cached_property
    def exidx(self) -> ExceptionTables:
        """The exception tables of the Arm ABI; without entries if there are none."""
        from stackdump_probe.image.frames.exidx import exception_tables

        return exception_tables(self)

    @cached_property
    def dwarf(self) -> Dwarf:
        """The debug information; empty if there is none."""
        from stackdump_probe.image.dwarf.debug_info import Dwarf

        return Dwarf(self.contents, self.holds_code, lambda: self.symbols)

    @cached_property
    def tail_calls(self) -> TailCalls:
        """How functions leave to others without coming back."""
        from stackdump_probe.image.dwarf.tail_calls import TailCalls

        return TailCalls(self.dwarf)

    @cached_property
    def types(self) -> TypeTree:
        """The types that the debug information describes."""
        from stackdump_probe.image.types.tree import TypeTree

        return TypeTree(self.dwarf)

    @cached_property
    def rust_vtables(self) -> RustVtables:
        """The vtables of Rust's trait objects; none if the debug information describes none."""
        from stackdump_probe.image.types.rust_vtables import RustVtables

        return RustVtables(self.dwarf, self.types)

    @cached_property
    def vectors(self) -> VectorTable | None:
        """The vector table as the file alone tells; `find_vector_table` takes VTOR also."""
        from stackdump_probe.image.vectors import find_vector_table

        return find_vector_table(self)

    def exception_name(self, number: int, vectors: VectorTable | None = None) -> str:
        """The name of an exception, that of an interrupt from the symbol of its handler."""
        from stackdump_probe.image.vectors import exception_name

        return exception_name(number, vectors or self.vectors, self.symbols)


def _address_of(build_id: BuildId, section: Section) -> int | None:
    return section.address + build_id.offset if section.is_loaded else None


def _joined(ranges: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    joined: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if joined and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        elif low < high:
            joined.append((low, high))
    return tuple(joined)
