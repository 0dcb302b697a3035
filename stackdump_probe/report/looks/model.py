"""What several looks show together; its fields are those of the JSON schema."""

from __future__ import annotations

from stackdump_probe.record import Record
from stackdump_probe.report.model import CoreState, ElfMatch, Location, ReportEnd, ReportFrame

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from stackdump_probe.report.model import FrameKind

    VerdictKind = Literal[
        "lockup", "asleep", "same_place", "spinning", "inside", "interrupts", "moving", "unclear"
    ]


class Look(Record):
    """One capture of several: the stack that the core was on, innermost frame first.

    `asleep` and `locked_up` are DHCSR as it was before the halt, None where the dump lacks it.
    """

    dump: str
    pc: int | None
    frames: tuple[ReportFrame, ...]
    end: ReportEnd
    asleep: bool | None = None
    locked_up: bool | None = None

    @property
    def is_whole(self) -> bool:
        """True if the frames go down to where the program or the thread began."""
        return self.end.kind in ("reset", "thread_start")


Identity = tuple[str, str | int | None, int | None]


class SeenVariable(Record):
    """A variable of a frame that all looks have: its value in each, None where it has none."""

    name: str
    type: str
    values: tuple[str | None, ...]

    @property
    def moves(self) -> bool:
        """True if two looks show different values."""
        return len({value for value in self.values if value is not None}) > 1

    @property
    def is_known(self) -> bool:
        """True if every look has a value."""
        return None not in self.values


class CommonFrame(Record):
    """A frame that every look has: the same function, at the same place on the stack.

    `location` is None if the looks differ in it.
    """

    kind: FrameKind
    function: str | None
    cfa: int | None
    pcs: tuple[int, ...]
    location: Location | None
    variables: tuple[SeenVariable, ...]

    @property
    def pc(self) -> int:
        """That of the first look."""
        return self.pcs[0]


def identity(frame: ReportFrame | CommonFrame) -> Identity:
    """What makes two frames the same one; without a name only the same pc does."""
    return frame.kind, frame.function or frame.pc, frame.cfa


class Branch(Record):
    """A function in the tree of stacks, at `depth` calls from its root.

    `count` looks are in it or in what it calls, `own` of them in itself; they are the looks
    `start` and following, in the order of the tree.
    """

    depth: int
    kind: FrameKind
    function: str
    location: Location | None
    start: int
    count: int
    own: int


class Verdict(Record):
    """What the looks mean; `evidence` are sentences that it rests on, or that limit it."""

    kind: VerdictKind
    text: str
    evidence: tuple[str, ...] = ()


class Looks(Record):
    """Everything that several looks say together; `common` is innermost first.

    `tree` lists the branches of each before its neighbour, the most frequent first.
    """

    elf_path: str
    elf_match: ElfMatch
    core: CoreState
    looks: tuple[Look, ...]
    verdict: Verdict
    common: tuple[CommonFrame, ...]
    statics: tuple[SeenVariable, ...]
    tree: tuple[Branch, ...]
    warnings: tuple[str, ...]
