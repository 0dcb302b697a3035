"""Reading memory so that a fault costs as little as it can."""

from collections.abc import Callable, Iterator

from stackdump_probe.capture.plan import Region
from stackdump_probe.capture.probe import Probe
from stackdump_probe.errors import RegionUnreadable
from stackdump_probe.memory import Segment

CHUNK = 4096  # bytes in one read: about 0.1 s through a full-speed probe
GRAIN = 32  # a fault is narrowed down to this many bytes
GIVE_UP = 4  # unreadable chunks in a row after which the rest is not tried

Between = Callable[[int], None]


def readable_parts(probe: Probe, region: Region, between: Between) -> Iterator[Segment]:
    """Yield what of `region` can be read, lowest address first.

    After each chunk `between` is told how many bytes were dealt with; it may raise to stop. Of a
    chunk with a hole what stands before and behind it is had; between two holes nothing is, so
    that a chunk never costs more than some twenty faults.
    """
    at, failures = region.start, 0
    while at < region.end:
        end = min(region.end, (at // CHUNK + 1) * CHUNK)
        content = _around_a_hole(probe, at, end) if failures < GIVE_UP else ()
        failures = 0 if content else failures + 1
        yield from content
        between(end - at)
        at = end


def _around_a_hole(probe: Probe, start: int, end: int) -> tuple[Segment, ...]:
    first = _readable_start(probe, start, end)
    behind, edge = start + len(first) + GRAIN, end - GRAIN  # the hole begins before
    # mostly there is no memory from the first fault on
    goes_on = behind <= edge and _read(probe, edge, end) is not None
    last = _readable_end(probe, behind, end) if goes_on else b""
    parts = Segment(start, first), Segment(end - len(last), last)
    return tuple(part for part in parts if part.content)


def _readable_start(probe: Probe, start: int, end: int) -> bytes:
    """The bytes from `start` up to the first that faults, in steps of GRAIN."""
    content = _read(probe, start, end)
    half = (end - start) // 2 // GRAIN * GRAIN
    if content is not None or half == 0:
        return content or b""
    first = _readable_start(probe, start, start + half)
    if len(first) < half:
        return first
    return first + _readable_start(probe, start + half, end)


def _readable_end(probe: Probe, start: int, end: int) -> bytes:
    """The bytes behind the last that faults, in steps of GRAIN."""
    content = _read(probe, start, end)
    half = (end - start) // 2 // GRAIN * GRAIN
    if content is not None or half == 0:
        return content or b""
    last = _readable_end(probe, end - half, end)
    if len(last) < half:
        return last
    return _readable_end(probe, start, end - half) + last


def _read(probe: Probe, start: int, end: int) -> bytes | None:
    try:
        return probe.read(start, end - start)
    except RegionUnreadable:
        return None
