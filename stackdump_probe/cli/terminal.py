"""Standard output: how wide it is, and lines to it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator

from stackdump_probe.report.theme import THEMES, Line, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.report.theme import ThemeName

WIDTH_WITHOUT_TERMINAL = 100


def columns() -> int:
    """How many columns a line for standard output may take; COLUMNS overrides."""
    wanted = os.environ.get("COLUMNS", "")
    if wanted.isdecimal() and int(wanted) > 0:
        return int(wanted)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or WIDTH_WITHOUT_TERMINAL
    except (OSError, ValueError):  # no terminal, or no file behind standard output
        return WIDTH_WITHOUT_TERMINAL


def write(lines: Iterable[str]) -> None:
    """Write lines to standard output, each as soon as it is there on a terminal."""
    for line in lines:
        sys.stdout.write(f"{line}\n")


def paint_of(theme: ThemeName) -> Callable[[Iterable[Line]], Iterator[str]] | None:
    """What makes styled lines text in the colors of `theme`, "none" without any.

    None for consoles of Windows: they may be old ones, which rich knows how to color.
    """
    if theme == "none":
        return lambda lines: map(plain, lines)
    if sys.platform == "win32":
        return None
    from stackdump_probe.cli.sgr import painter

    return painter(THEMES[theme])


def write_styled(lines: Iterable[Line], theme: ThemeName) -> None:
    """Write styled lines to standard output in the colors of `theme`, "none" as text."""
    paint = paint_of(theme)
    if paint is not None:
        write(paint(lines))
    else:
        from stackdump_probe.cli.console import print_styled

        print_styled(lines, THEMES[theme], sys.stdout)
