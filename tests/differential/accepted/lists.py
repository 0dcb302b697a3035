"""Rules about which variables there are."""

from collections import Counter

from stackdump_probe.report.model import ReportFrame, Variable
from tests.differential.accepted.rule import NOT_THERE, Rule, in_elf, wanted
from tests.differential.comparing import Difference
from tests.differential.comparing_values import GONE, value_differences
from tests.differential.described import Descriptions, descriptions_of
from tests.differential.states import State


def _block_without_code(difference: Difference, state: State) -> bool:
    if difference.what != "missing":
        return False
    blocks = descriptions_of(state.program.elf).blocks(wanted(difference, state))
    if blocks > len(_alike(difference, state)):
        return False
    theirs = difference.theirs
    is_gone = theirs in (GONE, {}) or NOT_THERE.fullmatch(str(theirs)) is not None
    return is_gone or _is_static(difference, state)


def _alike(difference: Difference, state: State) -> list[Variable]:
    """Those that we list in all functions that are inlined there."""
    frames = state.traced.frames
    there = [f for f in frames if (f.pc, f.cfa) == _place(frames[difference.level])]
    held = [((v.name, v.declared.line if v.declared else 0), v) for f in there for v in f.variables]
    return [v for key, v in held if key == (difference.name, difference.line)]


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


def _argument_moved(difference: Difference, state: State) -> bool:
    if difference.what != "missing" or not in_elf(difference, state, Descriptions.is_of_async):
        return False
    shown = _alike(difference, state)
    return any(each.state == "ok" for each in shown) or (bool(shown) and difference.theirs == GONE)


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
    Rule(
        "argument moved into the body",
        "GDB lists a parameter of an async fn twice. rustc (lower_maybe_coroutine_body) begins the "
        "body with `let x = x;`: the second is what the first, which we list, was made of.",
        _argument_moved,
    ),
)
