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

    After each chunk `between` is told how many bytes were dealt with; it may raise to stop.
    """
    at, failures = region.start, 0
    while at < region.end:
        end = min(region.end, (at // CHUNK + 1) * CHUNK)
        content = _readable_start(probe, at, end) if failures < GIVE_UP else b""
        failures = 0 if content else failures + 1
        if content:
            yield Segment(at, content)
        between(end - at)
        at = end


def _readable_start(probe: Probe, start: int, end: int) -> bytes:
    """The bytes from `start` up to the first that faults, in steps of GRAIN."""
    try:
        return probe.read(start, end - start)
    except RegionUnreadable:
        half = (end - start) // 2 // GRAIN * GRAIN
        if half == 0:
            return b""
    first = _readable_start(probe, start, start + half)
    if len(first) < half:
        return first
    return first + _readable_start(probe, start + half, end)
