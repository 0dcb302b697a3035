"""Break styled lines to the width of a terminal."""

from collections.abc import Iterator

from stackdump_probe.report.theme import Line, Span

LEAST_ROOM = 12  # columns that a wrapped line has at least, however narrow the terminal
FIRST_UNLIKE = "\u0300"  # what comes before it in Unicode takes one column: no mark, not wide
CUT = "..."
_OPENING = "<({["
_BREAKS = " ,;:/" + _OPENING  # behind them
_NO_BREAK_BEFORE = " ,;:<({[/>)}]"


def wrap(line: Line, *, columns: int, hanging: int = 0, cap: int = 0) -> Iterator[Line]:
    """Yield `line` as lines of at most `columns`; all but the first are indented by `hanging`.

    With `cap` at most so many lines are yielded, and a cut shows as "..." at the end, where
    possible not within a number. No other line ends with spaces. A terminal too narrow for the
    indentation gets longer lines.
    """
    text = "".join([part.text for part in line])
    prefix: Line = ()
    start, room, count = 0, max(columns, LEAST_ROOM), 1
    while True:
        end = _end_of_line(text, start, room)
        if end < len(text) and count == cap:
            end = _end_of_line(text, start, room - len(CUT))
            yield (*prefix, *_slice(line, start, end), Span(CUT, "dim"))
            return
        yield (*prefix, *_slice(line, start, _before_spaces(text, start, end)))
        start = _after_spaces(text, end)
        if start >= len(text):
            return
        prefix = prefix or (Span(" " * hanging),)
        room, count = max(columns - hanging, LEAST_ROOM), count + 1


def width(text: str) -> int:
    """How many columns `text` takes; East Asian wide characters take two, marks none."""
    return len(text) if _is_plain(text) else sum(map(_columns_of, text))


def _is_plain(text: str) -> bool:
    """True if each character takes one column."""
    return text.isascii() or max(text) < FIRST_UNLIKE


def _columns_of(character: str) -> int:
    if character < FIRST_UNLIKE:
        return 1
    from unicodedata import combining, east_asian_width

    if combining(character):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def _end_of_line(text: str, start: int, room: int) -> int:
    """Where to break: behind the last good place in the second half of the line, if any."""
    end = _end_by_width(text, start, room)
    if end == len(text):
        return end
    if text[end] == " ":
        return end
    for at in range(end, start + (end - start) // 2, -1):
        if text[at - 1] in _BREAKS and _may_break(text[at - 2], text[at - 1], text[at]):
            return at
    return end


def _may_break(second_last: str, last: str, following: str) -> bool:
    """True after `last`, one of _BREAKS; an opening bracket after a space leads a word."""
    if last == " ":
        return following != " "
    if following in _NO_BREAK_BEFORE:
        return False
    return last not in _OPENING or second_last != " "


def _end_by_width(text: str, start: int, room: int) -> int:
    """The furthest end of a piece from `start` that fits; at least one character."""
    end = min(start + room, len(text))
    if text.isascii() or _is_plain(text[start : end + 1]):  # a mark belongs to what it is on
        return end
    taken = 0
    for at in range(start, len(text)):
        taken += _columns_of(text[at])
        if taken > room:
            return max(at, start + 1)
    return len(text)


def _before_spaces(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1] == " ":
        end -= 1
    return end


def _after_spaces(text: str, at: int) -> int:
    while at < len(text) and text[at] == " ":
        at += 1
    return at


def _slice(line: Line, start: int, end: int) -> list[Span]:
    """The parts of `line` between two positions of its text."""
    parts, at = [], 0
    for part in line:
        if at >= end:
            break
        behind = at + len(part.text)
        if start <= at and behind <= end:
            parts.append(part)
        elif behind > start:
            parts.append(Span(part.text[max(start - at, 0) : end - at], part.style))
        at = behind
    return parts
