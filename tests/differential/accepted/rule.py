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
    """What the ELF says of the variable at the place of its frame."""
    return told(descriptions_of(state.program.elf), wanted(difference, state))


def wanted(difference: Difference, state: State) -> Wanted:
    """The variable, as the ELF is asked for it: right before a return address."""
    frames = state.traced.frames
    inner = physical(frames[: difference.level])
    is_exact = not inner or inner[-1].kind == "exception"
    pc = frames[difference.level].pc - (not is_exact)
    return Wanted(difference.name, difference.line, pc)


def physical(frames: tuple[ReportFrame, ...]) -> list[ReportFrame]:
    """Those that have a frame of their own."""
    return [frame for frame in frames if frame.kind != "inline"]
