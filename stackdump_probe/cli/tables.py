"""Rows of words in columns."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

GAP = "  "
INDENT = "    "


def aligned(rows: Sequence[Sequence[str]], *, columns: int) -> Iterator[str]:
    """Yield a line for each row, its cells in columns; where they do not fit below each other.

    In a narrow terminal every cell but the first gets a line of its own, indented.
    """
    widths = [max(map(len, cells)) for cells in zip_longest(*rows, fillvalue="")]
    for row in rows:
        line = GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        if sum(widths) + len(GAP) * (len(widths) - 1) <= columns:
            yield line.rstrip()
        else:
            yield row[0]
            yield from (INDENT + cell for cell in row[1:] if cell)
