"""A rule by which a difference is GDB's, and what several rules ask."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from stackdump_probe.report.model import ReportFrame
from tests.differential.comparing import Difference
from tests.differential.described import Descriptions, Wanted, descriptions_of
from tests.differential.states import State

# A read at some offset from address 0.
NOT_THERE = re.compile(r"error: Cannot access memory at address 0x[0-9a-f]{1,3}")


@dataclass(frozen=True, slots=True)
class Rule:
    """`why` GDB is wrong, or says the same in other words; it `holds` for a difference or not."""

    name: str
    why: str
    holds: Callable[[Difference, State], bool]


def in_elf(
    difference: Difference, state: State, told: Callable[[Descriptions, Wanted], bool]
) -> bool:
    """What the ELF says of the variable at the pc of its frame, or right before it."""
    descriptions = descriptions_of(state.program.elf)
    return any(told(descriptions, each) for each in wanted(difference, state))


def wanted(difference: Difference, state: State) -> tuple[Wanted, Wanted]:
    """The variable, as the ELF is asked for it."""
    pc = state.traced.frames[difference.level].pc
    name, line = difference.name, difference.line
    return Wanted(name, line, pc), Wanted(name, line, pc - 1)


def physical(frames: tuple[ReportFrame, ...]) -> list[ReportFrame]:
    """Those that have a frame of their own."""
    return [frame for frame in frames if frame.kind != "inline"]
