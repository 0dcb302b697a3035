"""Debug information that is damaged costs what it would have told, and a warning."""

from collections.abc import Callable
from typing import TypeVar

from stackdump_probe.errors import ImageError, Unavailable

R = TypeVar("R")
Otherwise = TypeVar("Otherwise")


def guarded(read: Callable[[], R], otherwise: Otherwise, warnings: list[str]) -> R | Otherwise:
    """What `read` gives; `otherwise`, with one more of the `warnings`, where it cannot be read."""
    try:
        return read()
    except (ImageError, Unavailable) as error:
        warnings.append(f"debug information: {error}")
        return otherwise
