"""Exception tables: how to undo the frame of a function at its calls (EHABI32, IHI 0038)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from struct import unpack_from

from stackdump_probe.errors import DwarfError, NotCaptured
from stackdump_probe.image.frames.exidx_code import SECTION, Instruction, Refusal, decode
from stackdump_probe.memory import Memory
from stackdump_probe.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.image.elf import Image

# AAELF32 (IHI 0044): special section types, program header types.
_SHT_ARM_EXIDX = 0x7000_0001
_PT_ARM_EXIDX = 0x7000_0001

_ENTRY_SIZE = 8
_EXIDX_CANTUNWIND = 1
_MASK = 0xFFFF_FFFF

# Personality routines that have libgcc's __gnu_unwind_frame undo the frame: gas and LLVM put the
# instructions of table 4 behind their address, as behind that of the routine 1.
_GNU_PERSONALITIES = frozenset((
    "__gcc_personality_v0", "__gxx_personality_v0", "__gnu_objc_personality_v0",
    "__gnat_personality_v0", "__gdc_personality_v0", "rust_eh_personality",
))  # fmt: skip


class Entry(Record):
    """What is said of the code from `start` up to `end`.

    That is the function at `start`, but others may follow. Linkers leave out an entry that is
    like the one before it, if both are `is_inline`, held by the index itself. And a function
    without an entry falls to the one before it: linkers mark only whole sections without any.
    """

    start: int
    end: int
    unwinding: tuple[Instruction, ...] | Refusal
    is_inline: bool


class ExceptionTables:
    """The tables of a program: `indexes` are the address and the bytes of each index.

    `memory` holds the entries that do not fit into an index. `code_end` gives the end of the
    section of code that holds an address, None if it is not code; `names_at` the names of the
    functions that begin at an address.
    """

    def __init__(
        self,
        indexes: Iterable[tuple[int, bytes | memoryview]],
        memory: Memory,
        *,
        code_end: Callable[[int], int | None],
        names_at: Callable[[int], Sequence[str]],
    ) -> None:
        self._indexes = tuple(indexes)
        self._memory = memory
        self._code_end = code_end
        self._names_at = names_at

    def entry_at(self, pc: int) -> Entry | None:
        """The entry that covers `pc`; raises DwarfError if it is malformed."""
        for address, octets in self._indexes:
            found = self._covering(address, octets, pc)
            if found is not None:
                return found
        return None

    def _covering(self, address: int, octets: bytes | memoryview, pc: int) -> Entry | None:
        count = len(octets) // _ENTRY_SIZE
        starts = _Starts(address, octets)
        number = bisect_right(range(count), pc, key=starts.__getitem__) - 1
        if number < 0:
            return None
        low, high = starts[number], self._code_end(starts[number])
        if high is not None and number + 1 < count:
            high = min(high, starts[number + 1])
        if high is None or not low <= pc < high:
            return None
        at = number * _ENTRY_SIZE
        return self._entry(low, high, unpack_from("<2I", octets, at), address + at, at)

    def _entry(
        self, low: int, high: int, words: tuple[int, ...], address: int, offset: int
    ) -> Entry:
        """The entry of the two `words` at `address`, `offset` bytes into the index."""
        first, second = words
        if first >> 31:
            raise _error("bit 31 of the function's place is set", offset)
        if second == _EXIDX_CANTUNWIND:
            return Entry(low, high, Refusal("says that it cannot be unwound"), True)
        if second >> 31:
            return Entry(low, high, _compact(second, lambda _: b"", offset), True)
        place = _prel31(second, address + 4)
        try:
            return Entry(low, high, self._table_entry(place, offset), False)
        except NotCaptured as gap:
            raise _error(f"the entry at {gap.address:#010x} is not in the file", offset) from None

    def _table_entry(self, place: int, offset: int) -> tuple[Instruction, ...] | Refusal:
        def words(at: int, count: int) -> bytes:
            return b"".join(_instruction_bytes(self._memory.u32(at + 4 * i)) for i in range(count))

        first = self._memory.u32(place)
        if first >> 31:
            return _compact(first, lambda count: words(place + 4, count), offset)
        routine = _prel31(first, place) & ~1
        names = self._names_at(routine)
        if _GNU_PERSONALITIES.isdisjoint(names):
            known_as = names[0] if names else f"at {routine:#010x}"
            return Refusal(f"leaves it to the routine {known_as}, which is not known")
        second = words(place + 4, 1)
        return decode(second[1:] + words(place + 8, second[0]), offset=offset)


def exception_tables(image: Image) -> ExceptionTables:
    """The exception tables of `image`."""

    def code_end(address: int) -> int | None:
        sections = [(each.address, each.end) for each in image.sections if each.is_code]
        ranges = (*sections, *image.code_ranges)
        return next((high for low, high in ranges if low <= address < high), None)

    return ExceptionTables(
        _indexes(image),
        image.flash,
        code_end=code_end,
        names_at=lambda address: [each.name for each in image.symbols.functions_from(address)],
    )


def _indexes(image: Image) -> list[tuple[int, bytes | memoryview]]:
    """Found by section, by segment, or by what the linker script of libgcc's unwinder defines."""
    found: list[tuple[int, bytes | memoryview]] = [
        (each.address, image.stored(each)) for each in image.sections if each.type == _SHT_ARM_EXIDX
    ]
    found = found or [
        (each.virtual, image.octets[each.offset : each.offset + each.file_size])
        for each in image.program_headers
        if each.type == _PT_ARM_EXIDX
    ]
    low, high = image.symbols.named("__exidx_start"), image.symbols.named("__exidx_end")
    if not found and low and high:
        size = max(high.address - low.address, 0)
        found = list(image.flash.read_available(low.address, size)[:1])
    return found


class _Starts:
    """The first addresses of the functions of an index, bit 0 cleared."""

    def __init__(self, address: int, octets: bytes | memoryview) -> None:
        self._address = address
        self._octets = octets

    def __getitem__(self, number: int) -> int:
        at = number * _ENTRY_SIZE
        word: int = unpack_from("<I", self._octets, at)[0]
        return _prel31(word, self._address + at) & ~1


def _compact(
    word: int, more: Callable[[int], bytes], offset: int
) -> tuple[Instruction, ...] | Refusal:
    """An entry of the compact model, `word` its first; `more` gives that many further words."""
    routine, octets = word >> 24 & 0x7F, _instruction_bytes(word)
    if routine == 0:  # Su16
        return decode(octets[1:], offset=offset)
    if routine > 2:  # 1 and 2 are Lu16 and Lu32
        return Refusal(f"leaves it to the reserved routine {routine}")
    further = more(octets[1])
    if len(further) < 4 * octets[1]:
        raise _error(f"{octets[1]} more words do not fit into the index", offset)
    return decode(octets[2:] + further, offset=offset)


def _instruction_bytes(word: int) -> bytes:
    """Instructions run from a word's most significant byte down."""
    return word.to_bytes(4, "big")


def _prel31(word: int, place: int) -> int:
    """A signed offset of 31 bits from where it stands (IHI 0038, Relocations)."""
    return place + (word & 0x3FFF_FFFF) - (word & 0x4000_0000) & _MASK


def _error(message: str, offset: int) -> DwarfError:
    return DwarfError(message, section=SECTION, offset=offset)
