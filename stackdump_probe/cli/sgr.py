"""Styled lines as terminals take them: ECMA-48 8.3.117 SGR, in the 16 colors that all have.

rich would send the same; to load it takes as long as a short trace, and a long one has ten
thousand lines for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from stackdump_probe.report.theme import Line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.report.theme import Style

COLORS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
FOREGROUND, BRIGHT = 30, 90  # the first color's parameter; bright ones as aixterm has them
BOLD = 1
OFF = "\x1b[0m"


def painter(looks: Mapping[Style, str]) -> Callable[[Iterable[Line]], Iterator[str]]:
    """What makes text of lines, with codes for their styles; `looks` are rich's words for them."""
    codes = {style: sgr(look) for style, look in looks.items()}
    return lambda lines: _painted(lines, codes)


def _painted(lines: Iterable[Line], codes: Mapping[Style, str]) -> Iterator[str]:
    for line in lines:
        parts = (
            f"{codes[part.style]}{part.text}{OFF}" if part.style in codes else part.text
            for part in line
            if part.text
        )
        yield "".join(parts)


def sgr(look: str) -> str:
    """What turns a look on, such as "bold bright_red"."""
    return f"\x1b[{';'.join(str(_parameter(word)) for word in look.split())}m"


def _parameter(word: str) -> int:
    if word == "bold":
        return BOLD
    first = BRIGHT if word.startswith("bright_") else FOREGROUND
    return first + COLORS.index(word.removeprefix("bright_"))
