"""What a capture remarks on its dump: what is missing and why, what was read while the core ran.

The format has no record for it. It is text in a memory region far above any target's memory, so
that other readers carry it along unread. docs/dump-format.md lists the lines.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from stackdump_probe.memory import LIVE, Memory, Segment

MOST_LINES = 256
LONGEST_LINE = 500  # characters
_MOST_BYTES = 1 << 20  # of a text that is read at all; what we write has less


def encode_remarks(memory: Memory, notes: Sequence[str]) -> bytes:
    """The text for a dump of `memory`; empty if there is nothing to remark."""
    spans = tuple(_live_spans(memory))
    own = set(_sentences(spans))
    lines = [f"live {start:#x} {size}" for start, size in spans]
    lines += [f"note {_one_line(note)}" for note in notes if note not in own]
    return "".join(f"{line}\n" for line in lines[:MOST_LINES]).encode()


def with_remarks(memory: Memory, text: bytes) -> tuple[Memory, tuple[str, ...]]:
    """`memory` with what is live marked as such, and the remarks as sentences.

    Lines that are not understood are passed over.
    """
    spans, notes = [], []
    for line in text[:_MOST_BYTES].decode(errors="replace").splitlines()[:MOST_LINES]:
        keyword, _, rest = line[:LONGEST_LINE].partition(" ")
        if keyword == "note" and rest:
            notes.append(rest)
        elif keyword == "live" and (span := _span(rest)) is not None:
            spans.append(span)
    marked = Memory(part for segment in memory.segments for part in _marked(segment, spans))
    return marked, (*_sentences(spans), *notes)


def _live_spans(memory: Memory) -> Iterator[tuple[int, int]]:
    """Yield (start, size) of the runs of live memory, lowest first."""
    live = Memory(segment for segment in memory.segments if segment.origin == LIVE)
    for start, end in live.spans():
        yield start, end - start


def _sentences(spans: Sequence[tuple[int, int]]) -> Iterator[str]:
    if not spans:
        return
    size, among = sum(size for _start, size in spans), f" in {len(spans)} ranges"
    yield (
        f"{size} bytes{among if len(spans) > 1 else ''} from {spans[0][0]:#010x} were read while "
        "the core ran: what is in them may not belong together"
    )


def _one_line(note: str) -> str:
    return " ".join(note.split())[: LONGEST_LINE - len("note ")]


def _span(text: str) -> tuple[int, int] | None:
    try:
        start, size = (int(number, 0) for number in text.split())
    except ValueError:
        return None
    return (start, size) if start >= 0 and size > 0 and start + size <= 1 << 32 else None


def _marked(segment: Segment, spans: Sequence[tuple[int, int]]) -> Iterator[Segment]:
    """Yield the segment in parts, each wholly live or not."""
    cuts = {segment.start, segment.end}
    for start, size in spans:
        cuts |= {at for at in (start, start + size) if segment.start < at < segment.end}
    ordered = sorted(cuts)
    for low, high in pairwise(ordered):
        is_live = any(start <= low and high <= start + size for start, size in spans)
        part = segment.between(low, high) if len(ordered) > 2 else segment
        yield Segment(part.start, part.content, LIVE) if is_live else part
