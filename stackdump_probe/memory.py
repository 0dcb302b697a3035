"""Target memory as far as it is known: segments with gaps between them."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import pairwise

from stackdump_probe.errors import NotCaptured
from stackdump_probe.record import Record

LIVE = "live"  # origin of what was read while the core ran: its bytes may be of several moments


class Segment(Record):
    """Bytes from address `start`; `origin` tells who vouches for them: "dump", LIVE or "elf"."""

    start: int
    content: bytes | memoryview
    origin: str = "dump"

    @property
    def end(self) -> int:
        """The address after the last byte."""
        return self.start + len(self.content)

    def between(self, start: int, end: int) -> "Segment":
        """The part of this segment from `start` up to `end`, both inside it; copies nothing."""
        view = memoryview(self.content)[start - self.start : end - self.start]
        return Segment(start, view, self.origin)


class Memory:
    """Non-overlapping segments, lowest address first; immutable.

    Where the given segments overlap, the first given wins byte by byte. Touching segments read
    as one.
    """

    def __init__(self, segments: Iterable[Segment] = ()) -> None:
        self.segments = _without_overlap(segments)
        self._starts = [segment.start for segment in self.segments]

    def read(self, address: int, size: int) -> bytes:
        """Return exactly `size` bytes; a read that touches a gap raises NotCaptured."""
        parts = []
        at, end = address, address + size
        while at < end:
            segment = self.segment_at(at)
            if segment is None:
                raise NotCaptured(at, end - at)
            stop = min(end, segment.end)
            parts.append(segment.content[at - segment.start : stop - segment.start])
            at = stop
        return bytes(parts[0]) if len(parts) == 1 else b"".join(parts)

    def read_available(self, address: int, size: int) -> list[tuple[int, bytes]]:
        """Return the known runs of the range as (address, bytes), lowest first, gaps left out."""
        end = address + size
        first = max(bisect_right(self._starts, address) - 1, 0)
        runs = []
        for segment in self.segments[first:]:
            if segment.start >= end:
                break
            low, high = max(address, segment.start), min(end, segment.end)
            if low < high:
                content = segment.content[low - segment.start : high - segment.start]
                runs.append((low, bytes(content)))
        return runs

    def u16(self, address: int) -> int:
        """The little-endian halfword at `address`; raises NotCaptured."""
        return int.from_bytes(self.read(address, 2), "little")

    def u32(self, address: int) -> int:
        """The little-endian word at `address`; raises NotCaptured."""
        return int.from_bytes(self.read(address, 4), "little")

    def holds(self, address: int, size: int = 1) -> bool:
        """True if every byte of the range is known."""
        at, end = address, address + size
        while at < end:
            segment = self.segment_at(at)
            if segment is None:
                return False
            at = segment.end
        return True

    def segment_at(self, address: int) -> Segment | None:
        """The segment that holds the byte at `address`."""
        index = bisect_right(self._starts, address) - 1
        if index < 0 or address >= self.segments[index].end:
            return None
        return self.segments[index]

    def spans(self) -> Iterator[tuple[int, int]]:
        """Yield (start, end) of each run without a gap, lowest first."""
        if not self.segments:
            return
        start = self.segments[0].start
        for before, after in pairwise(self.segments):
            if before.end != after.start:
                yield start, before.end
                start = after.start
        yield start, self.segments[-1].end

    def over(self, below: "Memory") -> "Memory":
        """This memory laid over `below`, which shows through in the gaps."""
        return Memory((*self.segments, *below.segments))


def _without_overlap(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    kept: list[Segment] = []  # sorted, disjoint
    for segment in segments:
        starts = [other.start for other in kept]
        at = bisect_right(starts, segment.start) - 1
        kept.extend(_uncovered(segment, kept[max(at, 0) :]))
        kept.sort(key=lambda each: each.start)
    return tuple(kept)


def _uncovered(segment: Segment, others: Iterable[Segment]) -> Iterator[Segment]:
    """Yield the parts of `segment` that none of `others` (sorted, disjoint) covers."""
    at = segment.start
    for other in others:
        if other.start >= segment.end:
            break
        if at < other.start:
            yield segment.between(at, other.start)
        at = max(at, other.end)
    if at < segment.end:
        yield segment.between(at, segment.end) if at != segment.start else segment
