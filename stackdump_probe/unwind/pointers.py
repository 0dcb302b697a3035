"""Addresses of functions, found by the words that hold them."""

from stackdump_probe.memory import Memory


def pointers_into(low: int, high: int, memory: Memory) -> set[int]:
    """What aligned words of memory point to in [low, high), as Thumb code: bit 0 is set in them."""
    found = set()
    for segment in memory.segments:
        skipped = -segment.start % 4
        content = memoryview(segment.content)[skipped:]
        words = content[: len(content) & ~3].cast("B").cast("I")
        found |= {word for word in words if low < word <= high and word & 1}
    return {word - 1 for word in found if word - 1 < high}
