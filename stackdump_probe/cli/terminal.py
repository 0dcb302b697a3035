"""Standard output: how wide it is, and lines to it."""

import os
import sys
from collections.abc import Iterable

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
