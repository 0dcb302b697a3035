"""Styles: what a piece of text is decides its style, a theme what the style looks like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from stackdump_probe.record import Record
from stackdump_probe.report.escape import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Style = Literal[
        "plain",
        "dim",
        "alarm",
        "doubt",
        "function",
        "kind",
        "place",
        "name",
        "type",
        "value",
        "here",
    ]
    ThemeName = Literal["dark", "light", "none"]


class Span(Record):
    """A piece of a line in one style."""

    text: str
    style: Style = "plain"


Line = tuple[Span, ...]

# In rich's words, of the 16 colors that every terminal has and its user may have chosen.
_DARK: Mapping[Style, str] = MappingProxyType(
    {
        "dim": "bright_black",
        "alarm": "bold bright_red",
        "doubt": "bright_yellow",
        "function": "bold bright_white",
        "kind": "bright_cyan",
        "place": "bright_blue",
        "name": "bright_green",
        "type": "cyan",
        "value": "bright_yellow",
        "here": "bold bright_red",
    }
)
_LIGHT: Mapping[Style, str] = MappingProxyType(
    {
        "dim": "bright_black",
        "alarm": "bold red",
        "doubt": "magenta",
        "function": "bold black",
        "kind": "cyan",
        "place": "blue",
        "name": "green",
        "type": "cyan",
        "value": "magenta",
        "here": "bold red",
    }
)
THEMES: Mapping[ThemeName, Mapping[Style, str]] = MappingProxyType(
    {"dark": _DARK, "light": _LIGHT, "none": MappingProxyType({})}
)


def span(text: str, style: Style = "plain") -> Span:
    """A span of text that may come from the target or a file: escaped."""
    return Span(printable(text), style)


def plain(line: Iterable[Span]) -> str:
    """The text of the line, whatever its styles."""
    return "".join([part.text for part in line])
