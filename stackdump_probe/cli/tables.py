"""Rows of words in columns."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

GAP = "  "
INDENT = "    "
WIDEST = 24  # columns of a cell that others line up with; a wider one stands alone on its line


def aligned(rows: Sequence[Sequence[str]], *, columns: int) -> Iterator[str]:
    """Yield lines for each row, its cells in columns.

    What does not fit behind a wide cell, or into a narrow terminal, goes on in the next line.
    """
    widths = [_width(cells) for cells in zip_longest(*rows, fillvalue="")]
    for row in rows:
        line = ""
        for index, (cell, width) in enumerate(zip(row, widths, strict=False)):
            start = sum(widths[:index]) + len(GAP) * index
            if not cell:
                continue
            if line and (len(line) > start or start + len(cell) > columns):
                yield line.rstrip()
                line = ""
                start = start if start + len(cell) <= columns else len(INDENT)
            line = line.ljust(start) + cell.ljust(width) + GAP
        yield line.rstrip()


def _width(cells: Sequence[str]) -> int:
    return max((len(cell) for cell in cells if len(cell) <= WIDEST), default=WIDEST)
