"""Rules about which variables there are."""

from collections import Counter

from stackdump_probe.report.model import ReportFrame
from tests.differential.accepted.rule import NOT_THERE, Rule, wanted
from tests.differential.comparing import Difference
from tests.differential.comparing_values import GONE, value_differences
from tests.differential.described import descriptions_of
from tests.differential.states import State


def _block_without_code(difference: Difference, state: State) -> bool:
    if difference.what != "missing" or _blocks(difference, state) > _listed(difference, state):
        return False
    theirs = difference.theirs
    is_gone = theirs in (GONE, {}) or NOT_THERE.fullmatch(str(theirs)) is not None
    return is_gone or _is_static(difference, state)


def _blocks(difference: Difference, state: State) -> int:
    elf = descriptions_of(state.program.elf)
    return min(elf.blocks(each) for each in wanted(difference, state))


def _listed(difference: Difference, state: State) -> int:
    """How many of them we list in all functions that are inlined there."""
    frames = state.traced.frames
    there = [f for f in frames if (f.pc, f.cfa) == _place(frames[difference.level])]
    held = [(v.name, v.declared.line if v.declared else 0) for f in there for v in f.variables]
    return held.count((difference.name, difference.line))


def _place(frame: ReportFrame) -> tuple[int, int | None]:
    return frame.pc, frame.cfa


def _is_static(difference: Difference, state: State) -> bool:
    """True for what our list of all statics has with the same value."""
    alike = (s for s in state.traced.report.statics if s.name.endswith(f"::{difference.name}"))
    return any(not list(value_differences(s, difference.theirs, Counter())) for s in alike)


def _unit_without_code(difference: Difference, state: State) -> bool:
    match difference:
        case Difference("static of unit", ("optimized_out", _)):
            elf = descriptions_of(state.program.elf)
            return not elf.is_in_code(difference.name, difference.line)
    return False


LISTS = (
    Rule(
        "unit without code",
        "GDB is asked for the statics of units that have code; link-time optimization describes "
        "statics in others. The ELF has the static in no unit with an address of code.",
        _unit_without_code,
    ),
    Rule(
        "block without code",
        "GDB lists the variables of abstract blocks that have no concrete one, as optimized out. "
        "DWARF 5, 3.3.8.2: what is left out of the concrete instance has no code; so the pc is "
        "not in that block.",
        _block_without_code,
    ),
)
