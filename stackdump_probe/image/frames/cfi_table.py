"""Common and frame information entries of .debug_frame and .eh_frame.

DWARF 5 section 6.4.1; DWARF 2 to 4 likewise; for .eh_frame the Linux Standard Base, Core
generic part, section 10.6.
"""

from collections.abc import Iterator
from functools import cached_property
from struct import Struct

from stackdump_probe.errors import DwarfError
from stackdump_probe.image.dwarf.rangemap import Columns
from stackdump_probe.image.dwarf.reader import Reader
from stackdump_probe.record import Record

_DWARF64 = 0xFFFF_FFFF
_FDE_HEAD = Struct("<IIII").unpack_from  # length, CIE pointer, initial location, range
_ADDRESSES = Struct("<II")  # the last two of these
_LENGTH = Struct("<I").unpack_from
_MOST_TRIED = 16  # places with the bytes of an entry that is searched for
# In place of the pointer a CIE has an identifier; 7.4: from _NOT_PLAIN on it is no length.
_NO_CIE, _NOT_PLAIN, _SHORTEST = 0xFFFF_FFFF, 0xFFFF_FFF0, 12

# LSB 10.5.1: the low nibble of a pointer encoding is its form, here (size, signed).
_OMITTED = 0xFF
_POINTER_FORMS = {
    0x0: (4, False), 0x2: (2, False), 0x3: (4, False), 0x4: (8, False),
    0xA: (2, True), 0xB: (4, True), 0xC: (8, True),
}  # fmt: skip
_ULEB, _SLEB, _PC_RELATIVE = 0x1, 0x9, 0x10


class Cie(Record):
    """What a group of functions has in common.

    `return_address` is the DWARF number of the column that holds it; `is_signal_frame` says that
    the return address is exact, as after an interrupt (augmentation S).
    """

    offset: int
    version: int
    augmentation: str
    code_factor: int
    data_factor: int
    return_address: int
    pointer_encoding: int
    segment_size: int
    is_signal_frame: bool
    instructions: memoryview
    instructions_offset: int


class Fde(Record):
    """How to unwind code from `start` up to `end`; bit 0 of both is clear."""

    offset: int
    cie: Cie
    start: int
    end: int
    instructions: memoryview
    instructions_offset: int


class FrameTable:
    """One section; entries are found by one scan over their heads and decoded when asked for."""

    def __init__(self, name: str, octets: memoryview, *, address: int = 0) -> None:
        self.name = name
        self.octets = octets
        self.address = address
        self.is_eh = name == ".eh_frame"
        self._cies: dict[int, Cie] = {}
        self._chains: dict[int, _Chain] = {}
        self._searched: dict[bytes, int | None] = {}

    def fdes(self) -> Iterator[Fde]:
        """All entries in their order; a damaged one raises DwarfError."""
        for offset, is_cie in self._heads():
            if not is_cie:
                yield self.fde(offset)

    def exactly(self, start: int, end: int) -> int | None:
        """The offset of the first entry for the code from `start` up to `end`, without a scan.

        The bytes it must have are searched for, and count only where entries lead to them from the
        CIE that they name. None if that is not so: then `extents` tells.
        """
        wanted = _ADDRESSES.pack(start, end - start)
        if wanted not in self._searched:
            self._searched[wanted] = None if self.is_eh else self._search(wanted)
        return self._searched[wanted]

    def _search(self, wanted: bytes) -> int | None:
        octets, at = self._copy, 7
        for _ in range(_MOST_TRIED):
            at = octets.find(wanted, at + 1)
            if at < 0:
                break
            if self._is_fde(at - 8):
                return at - 8
        return None

    def _is_fde(self, offset: int) -> bool:
        """True if the entry at `offset` is surely one, with plain addresses."""
        length, cie_at, _, _ = _FDE_HEAD(self._copy, offset)
        if not (cie_at < offset and _SHORTEST <= length <= len(self._copy) - offset - 4):
            return False
        try:
            cie = self.cie(cie_at)
        except DwarfError:
            return False
        if cie.segment_size or cie.pointer_encoding:
            return False
        if cie_at not in self._chains:
            self._chains[cie_at] = _Chain(self._copy, cie_at)
        return self._chains[cie_at].leads_to(offset)

    @cached_property
    def _copy(self) -> bytes:
        return bytes(self.octets)  # a view has no `find`, and reading it takes half as long again

    def extents(self) -> Columns[int]:
        """Start, end and offset of each entry; damage costs the entries behind it."""
        if self.is_eh:
            return Columns.of(self._decoded_extents())
        starts: list[int] = []
        ends: list[int] = []
        offsets: list[int] = []
        octets, at, head = self._copy, 0, _FDE_HEAD
        end = len(octets)
        while at + 16 <= end:
            length, pointer, start, size = head(octets, at)
            if length >= _NOT_PLAIN:
                others = Columns.of(self._decoded_extents(at))
                return Columns(starts + others.lows, ends + others.highs, offsets + others.owners)
            if pointer != _NO_CIE and length >= _SHORTEST:
                starts.append(start & ~1)
                ends.append((start & ~1) + size)
                offsets.append(at)
            at += 4 + length
        return Columns(starts, ends, offsets)

    def _decoded_extents(self, at: int = 0) -> Iterator[tuple[int, int, int]]:
        try:
            for offset, is_cie in self._heads(at):
                if not is_cie:
                    fde = self.fde(offset)
                    yield fde.start, fde.end, offset
        except DwarfError:
            return

    def _heads(self, at: int = 0) -> Iterator[tuple[int, bool]]:
        """Yield (offset, is a CIE) of each entry."""
        while at < len(self.octets):
            reader, offset_size, empty = self._entry(at)
            if not empty:
                yield at, reader.unsigned(offset_size) == self._cie_id(offset_size)
            at = reader.end

    def _entry(self, offset: int) -> tuple[Reader, int, bool]:
        """A reader over the entry after its length, the offset size, and whether it is empty."""
        reader = Reader(self.octets, self.name, at=offset)
        length, offset_size = reader.unsigned(4), 4
        if length == _DWARF64:
            length, offset_size = reader.unsigned(8), 8
        if length > reader.left:
            raise reader.error(f"entry of {length} bytes, {reader.left} left")
        reader.end = reader.at + length
        return reader, offset_size, length == 0

    def _cie_id(self, offset_size: int) -> int:
        return 0 if self.is_eh else (1 << 8 * offset_size) - 1

    def fde(self, offset: int) -> Fde:
        """The entry at `offset`; raises DwarfError."""
        reader, offset_size, _ = self._entry(offset)
        base = reader.at
        # LSB 10.6.1.2: in .eh_frame the pointer counts back from where it stands itself.
        pointer = reader.unsigned(offset_size)
        cie = self.cie(base - pointer if self.is_eh else pointer)
        reader.take(cie.segment_size)
        start = self.pointer(reader, cie.pointer_encoding) & ~1
        size = self.pointer(reader, cie.pointer_encoding & 0x0F)
        if cie.augmentation.startswith("z"):
            reader.take(reader.uleb())
        at = reader.at
        return Fde(offset, cie, start, start + size, memoryview(reader.take(reader.left)), at)

    def cie(self, offset: int) -> Cie:
        """The common entry at `offset`, decoded once; raises DwarfError."""
        known = self._cies.get(offset)
        if known is None:
            known = self._cies[offset] = self._decode_cie(offset)
        return known

    def _decode_cie(self, offset: int) -> Cie:
        if not 0 <= offset < len(self.octets):
            raise DwarfError(f"no CIE at {offset:#x}", section=self.name, offset=0)
        reader, offset_size, empty = self._entry(offset)
        if empty or reader.unsigned(offset_size) != self._cie_id(offset_size):
            raise reader.error("the FDE points to something that is no CIE")
        version = reader.u8()
        if version not in (1, 3, 4):
            raise reader.error(f"CIE of version {version}")
        augmentation = reader.cstring().decode("latin-1")
        if augmentation == "eh":
            reader.take(4)  # GCC 2's exception table
        segment_size = self._sizes(reader) if version == 4 else 0
        code_factor, data_factor = reader.uleb(), reader.sleb()
        return_address = reader.u8() if version == 1 else reader.uleb()
        encoding, is_signal_frame = self._augmentation(reader, augmentation)
        at = reader.at
        return Cie(
            offset, version, augmentation, code_factor, data_factor, return_address,
            encoding, segment_size, is_signal_frame, memoryview(reader.take(reader.left)), at,
        )  # fmt: skip

    def _sizes(self, reader: Reader) -> int:
        """DWARF 4: address_size and segment_selector_size; the latter is returned."""
        address_size = reader.u8()
        if address_size != 4:
            raise reader.error(f"addresses of {address_size} bytes")
        return reader.u8()

    def _augmentation(self, reader: Reader, augmentation: str) -> tuple[int, bool]:
        """LSB 10.6.1.1.1: the encoding of pointers (R), and whether S is there."""
        encoding, is_signal_frame = 0, False
        if not augmentation.startswith("z"):
            # "armcc+" is RVCT's way to say that its CFA offsets are right; no data belong to it.
            if augmentation not in ("", "eh", "armcc+"):
                raise reader.error(f"augmentation {augmentation!r}")
            return encoding, is_signal_frame
        size = reader.uleb()
        end = reader.at + size
        for letter in augmentation[1:]:
            if letter == "R":
                encoding = reader.u8()
            elif letter == "L":
                reader.u8()
            elif letter == "P":
                self.pointer(reader, reader.u8())
            elif letter == "S":
                is_signal_frame = True
            elif letter != "B":  # AArch64: key B; anything else has data we cannot pass over
                break
        reader.at = max(reader.at, min(end, reader.end))
        return encoding, is_signal_frame

    def pointer(self, reader: Reader, encoding: int) -> int:
        """An encoded pointer (LSB 10.5.1), absolute or relative to where it stands.

        An indirect one is passed over only: what it points to is not needed here.
        """
        if encoding == _OMITTED:
            return 0
        at = self.address + reader.at
        form, relative_to = encoding & 0x0F, encoding & 0x70
        if form in (_ULEB, _SLEB):
            number = reader.uleb() if form == _ULEB else reader.sleb()
        elif form in _POINTER_FORMS:
            size, signed = _POINTER_FORMS[form]
            number = reader.signed(size) if signed else reader.unsigned(size)
        else:
            raise reader.error(f"pointer encoding {encoding:#04x}")
        if relative_to not in (0, _PC_RELATIVE):
            raise reader.error(f"pointer encoding {encoding:#04x}")
        return (number + at if relative_to else number) & 0xFFFF_FFFF


class _Chain:
    """Where 32-bit entries begin from the one at `at` on, each length followed once."""

    def __init__(self, octets: bytes, at: int) -> None:
        self._octets = octets
        self._next = at
        self._passed: set[int] = set()

    def leads_to(self, offset: int) -> bool:
        """True if an entry begins at `offset`, which must be inside the section."""
        octets, at, passed = self._octets, self._next, self._passed
        while at < offset:
            passed.add(at)
            at += 4 + _LENGTH(octets, at)[0]
        self._next = at
        return at == offset or offset in passed
