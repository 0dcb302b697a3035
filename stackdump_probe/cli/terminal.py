"""Standard output: how wide it is, and lines to it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

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


def write_styled(lines: Iterable[Line], theme: ThemeName) -> None:
    """Write styled lines to standard output in the colors of `theme`, "none" as text.

    Consoles of Windows may be old ones, which rich knows how to color.
    """
    if theme == "none":
        write(map(plain, lines))
    elif sys.platform == "win32":
        from stackdump_probe.cli.console import print_styled

        print_styled(lines, THEMES[theme], sys.stdout)
    else:
        from stackdump_probe.cli.sgr import painted

        write(painted(lines, THEMES[theme]))
