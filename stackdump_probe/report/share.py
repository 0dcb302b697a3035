"""Work in jobs that do not depend on each other, for whoever can have several done at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol, TypeVar

    R = TypeVar("R")

    class Share(Protocol):
        """Has jobs done; what they give is in their order.

        This process does `meanwhile`, first or while others are at work.
        """

        def __call__(
            self, jobs: Sequence[Callable[[], R]], meanwhile: Callable[[], object] = ...
        ) -> list[R]: ...


def nothing() -> None:
    """Do nothing."""


def in_turn(jobs: Sequence[Callable[[], R]], meanwhile: Callable[[], object] = nothing) -> list[R]:
    """Do one job after the other."""
    meanwhile()
    return [job() for job in jobs]
