"""Colors: what a piece of text is decides its style, a theme what the style looks like."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from stackdump_probe.report.escape import printable

Style = Literal[
    "plain", "dim", "alarm", "doubt", "function", "kind", "place", "name", "type", "value", "here"
]
ThemeName = Literal["dark", "light", "none"]


class Span(NamedTuple):
    """A piece of a line in one style."""

    text: str
    style: Style = "plain"


Line = tuple[Span, ...]

# ECMA-48 SGR parameters, of the 16 colors that every terminal has and its user may have chosen.
_DARK: Mapping[Style, str] = MappingProxyType(
    {
        "dim": "90",
        "alarm": "1;91",
        "doubt": "93",
        "function": "1;97",
        "kind": "96",
        "place": "94",
        "name": "92",
        "type": "36",
        "value": "93",
        "here": "1;91",
    }
)
_LIGHT: Mapping[Style, str] = MappingProxyType(
    {
        "dim": "90",
        "alarm": "1;31",
        "doubt": "35",
        "function": "1;30",
        "kind": "36",
        "place": "34",
        "name": "32",
        "type": "36",
        "value": "35",
        "here": "1;31",
    }
)
THEMES: Mapping[ThemeName, Mapping[Style, str]] = MappingProxyType(
    {"dark": _DARK, "light": _LIGHT, "none": MappingProxyType({})}
)


def span(text: str, style: Style = "plain") -> Span:
    """A span of text that may come from the target or a file: escaped."""
    return Span(printable(text), style)


def paint(line: Iterable[Span], theme: ThemeName) -> str:
    """The line as a terminal takes it; with theme "none" its bare text."""
    codes = THEMES[theme]
    return "".join(
        f"\x1b[{codes[style]}m{text}\x1b[0m" if style in codes and text else text
        for text, style in line
    )
