"""Stacks laid over each other: who was met how often, and below whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackdump_probe.report.looks.model import Branch, Look
from stackdump_probe.report.model import Location, ReportFrame

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.report.model import FrameKind

    _Label = tuple[FrameKind, str]

CUT_OFF = "(outer frames not known)"


class _Node:
    """A call as it grows; not a record, for it is counted in."""

    def __init__(self) -> None:
        self.count = self.own = 0
        self.places: set[Location | None] = set()
        self.children: dict[_Label, _Node] = {}


def tree_of(looks: Sequence[Look]) -> tuple[Branch, ...]:
    """The branches, each before those that it calls, the most frequent first.

    A stack whose outer frames are lost grows from a root of its own.
    """
    root = _Node()
    for look in looks:
        _add(look, root)
    return tuple(_branches(root))


def label(frame: ReportFrame) -> str:
    """The function's name, else its address."""
    return frame.function or f"{frame.pc:#010x}"


def _add(look: Look, root: _Node) -> None:
    node = root if look.is_whole else _enter(root, ("function", CUT_OFF), None)
    for frame in reversed(look.frames):
        node = _enter(node, (frame.kind, label(frame)), frame.location)
    node.own += 1


def _enter(node: _Node, name: _Label, place: Location | None) -> _Node:
    child = node.children.setdefault(name, _Node())
    child.count += 1
    child.places.add(place)
    return child


def _branches(root: _Node) -> Iterator[Branch]:
    """Yield what grows from `root`; no recursion, since a stack may be deep."""
    waiting = list(_children(root, 0, 0))
    while waiting:
        depth, start, (kind, name), node = waiting.pop()
        place = next(iter(node.places)) if len(node.places) == 1 else None
        yield Branch(depth, kind, name, place, start, node.count, node.own)
        waiting.extend(_children(node, depth + 1, start))


def _children(node: _Node, depth: int, start: int) -> list[tuple[int, int, _Label, _Node]]:
    """The children, the one to take first at the end."""
    found = []
    for name, child in sorted(node.children.items(), key=lambda each: (-each[1].count, each[0])):
        found.append((depth, start, name, child))
        start += child.count
    return found[::-1]
