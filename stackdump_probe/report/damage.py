"""Debug information that is damaged costs what it would have told, and a warning."""

from __future__ import annotations

from collections.abc import Callable

from stackdump_probe.errors import ImageError, Unavailable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    R = TypeVar("R")
    Otherwise = TypeVar("Otherwise")


def guarded(read: Callable[[], R], otherwise: Otherwise, warnings: list[str]) -> R | Otherwise:
    """What `read` gives; `otherwise`, with one more of the `warnings`, where it cannot be read."""
    try:
        return read()
    except (ImageError, Unavailable) as error:
        warnings.append(f"debug information: {error}")
        return otherwise
