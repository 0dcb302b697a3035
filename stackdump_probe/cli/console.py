"""Consoles of Windows by way of rich, which knows the old ones; imported where one is meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.text import Text

from stackdump_probe.report.theme import Line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, TextIO

    from stackdump_probe.report.theme import Style


def colored_console(stream: TextIO) -> Console:
    """A console that writes colors to `stream`, whatever it is: who calls has decided that.

    rich finds out how many colors there are, and how an old Windows console shows them; where it
    knows of none, as under TERM=dumb, the 16 that all have.
    """
    console = _console(stream, "auto")
    return console if console.color_system is not None else _console(stream, "standard")


def _console(stream: TextIO, depth: Literal["auto", "standard"]) -> Console:
    return Console(
        file=stream,
        color_system=depth,
        force_terminal=True,
        force_jupyter=False,
        no_color=False,
        highlight=False,
        markup=False,
        emoji=False,
    )


def print_styled(lines: Iterable[Line], looks: Mapping[Style, str], stream: TextIO) -> None:
    """Write the lines, none of them wrapped or cut; `looks` are rich's words for the styles."""
    console = colored_console(stream)
    for line in lines:
        text = Text.assemble(*((part.text, looks.get(part.style, "")) for part in line))
        console.print(text, soft_wrap=True)
