"""Where an object's bytes are: what is known of them, and why the rest is not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stackdump_probe.errors import NotCaptured, Unavailable
from stackdump_probe.memory import Memory
from stackdump_probe.record import Record
from stackdump_probe.values.model import ADDRESS_SPACE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.values.model import State

# An object of more bytes than this is read in full only if all of them were captured.
PARTIAL_LIMIT = 1 << 16


class Absence(Record):
    """Why a value, or a part of one, cannot be had."""

    state: State
    why: str | None = None


class PartMissing(Unavailable):
    """A part of an object on which the rest of it depends is not known."""

    def __init__(self, absence: Absence) -> None:
        super().__init__(absence.why or absence.state)
        self.absence = absence


OUTSIDE = Absence("unsupported", "the object does not reach to this part of it")


class Gap(Record):
    """Bits `start` up to `end` of an object that are not known."""

    start: int
    end: int
    absence: Absence


class Storage(Record):
    """An object's bytes in memory order; in a gap they are zero.

    `address` is where it lies in memory, None if it was put together from elsewhere. `size` may
    be more than the bytes that are held: the last gap covers the rest.
    """

    octets: bytes
    address: int | None = None
    gaps: tuple[Gap, ...] = ()

    def missing(self, start: int, end: int) -> Absence | None:
        """Why bits `start` up to `end` are not all known; None if they are."""
        for gap in self.gaps:
            if gap.start < end and start < gap.end:
                return gap.absence if gap.absence.why else self._partly(gap.absence, start, end)
        return OUTSIDE if start < 0 or end > len(self.octets) * 8 else None

    def _partly(self, absence: Absence, start: int, end: int) -> Absence:
        """`absence`, which says nothing yet, with how much is known all the same."""
        lost = sum(max(min(gap.end, end) - max(gap.start, start), 0) for gap in self.gaps)
        known = _amount(end - start - lost, end - start)
        return absence if known is None else Absence(absence.state, f"only {known} are known")

    def address_at(self, offset: int) -> int | None:
        """The address of the byte `offset`, if it has one."""
        return None if self.address is None else (self.address + offset) % ADDRESS_SPACE


def in_memory(memory: Memory, address: int, size: int) -> Storage:
    """The `size` bytes at `address`, with gaps where they were not captured."""
    try:
        return Storage(memory.read(address, size), address)
    except NotCaptured:
        return _partly_in_memory(memory, address, size)


def _partly_in_memory(memory: Memory, address: int, size: int) -> Storage:
    held = min(size, PARTIAL_LIMIT)
    octets = bytearray(held)
    gaps, at = [], 0
    for start, run in memory.read_available(address, held):
        offset = start - address
        if at < offset:
            gaps.append(_not_captured(address, at, offset))
        octets[offset : offset + len(run)] = run
        at = offset + len(run)
    if at < size:
        gaps.append(_not_captured(address, at, size))
    return Storage(bytes(octets), address, tuple(gaps))


def _not_captured(address: int, start: int, end: int) -> Gap:
    why = f"{end - start} bytes at {address + start:#010x} are not in the dump"
    return Gap(start * 8, end * 8, Absence("not_captured", why))


def absent(size: int, absence: Absence) -> Storage:
    """An object of `size` bytes of which nothing is known."""
    return Storage(b"", None, (Gap(0, max(size, 1) * 8, absence),))


def joined(parts: Iterable[tuple[int, Storage]], size: int) -> Storage:
    """An object put together from `parts`, each with its size in bits, lowest bits first.

    What the parts do not cover is optimised out, since nothing is told of it; what is over `size`
    bytes is cut off.
    """
    number, at, end = 0, 0, size * 8
    gaps: list[Gap] = []
    for bit_size, part in parts:
        bits = min(bit_size, end - at)
        if bits <= 0:
            break
        number |= (int.from_bytes(part.octets, "little") & ((1 << bits) - 1)) << at
        gaps.extend(_shifted(part.gaps, at, bits))
        at += bits
    if at < end:
        told = _amount(at, end)
        why = None if told is None else f"only {told} are described"
        gaps.append(Gap(at, end, Absence("optimized_out", why)))
    return Storage(number.to_bytes(size, "little"), None, tuple(gaps))


def _amount(bits: int, of: int) -> str | None:
    """`bits` in words; None for none at all."""
    if bits <= 0:
        return None
    return f"{bits} of {of} bits" if bits % 8 or of % 8 else f"{bits // 8} of {of // 8} bytes"


def _shifted(gaps: Sequence[Gap], by: int, limit: int) -> Iterable[Gap]:
    for gap in gaps:
        if gap.start < limit:
            yield Gap(by + gap.start, by + min(gap.end, limit), gap.absence)


class Place(Record):
    """`at` bytes into a storage, `depth` levels below the variable that it belongs to.

    `is_base` for the part of a C++ object that a base class describes.
    """

    storage: Storage
    at: int = 0
    depth: int = 0
    is_base: bool = False

    def moved(self, offset: int) -> Place:
        """The place `offset` bytes further on, of the same level."""
        return Place(self.storage, self.at + offset, self.depth)

    def deeper(self) -> Place:
        """The same place as that of a part, one level down."""
        return Place(self.storage, self.at, self.depth + 1)

    def as_base(self) -> Place:
        """The same place as that of a base class."""
        return Place(self.storage, self.at, self.depth, True)

    def missing(self, size: int) -> Absence | None:
        """Why the next `size` bytes are not all known; None if they are."""
        return self.storage.missing(self.at * 8, (self.at + size) * 8)

    def wholly_missing(self, size: int) -> Absence | None:
        """Why nothing of the next `size` bytes is known; None if something is, or may be."""
        start, end = self.at * 8, (self.at + size) * 8
        around = (gap for gap in self.storage.gaps if gap.start <= start and end <= gap.end)
        return next((gap.absence for gap in around), None)

    def octets(self, size: int) -> bytes:
        """The next `size` bytes, zero where they are not known."""
        return self.storage.octets[self.at : self.at + size]

    def number(self, offset: int, size: int) -> int | Absence:
        """The unsigned number in `size` bytes, `offset` bytes further on."""
        place = self.moved(offset)
        return place.missing(size) or int.from_bytes(place.octets(size), "little")

    @property
    def address(self) -> int | None:
        """Its address in memory, if it has one."""
        return self.storage.address_at(self.at)
