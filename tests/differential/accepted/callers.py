"""Rules about variables that only the caller knows: registers not kept, and entry values."""

import re

from stackdump_probe.report.model import ReportFrame
from tests.differential.accepted.rule import Rule, in_elf, physical
from tests.differential.comparing import Difference
from tests.differential.comparing_values import GONE
from tests.differential.described import Descriptions
from tests.differential.states import State

NOT_SAVED = re.compile(r"\b(\w+) is not saved across the call")
CALLER_SAVED = {*(f"r{n}" for n in (0, 1, 2, 3, 12)), *(f"s{n}" for n in range(16))}


def _changed_by_callee(difference: Difference, state: State) -> bool:
    saved = NOT_SAVED.search(str(difference.ours)) if difference.what == "value" else None
    if saved is None or saved[1] not in CALLER_SAVED:
        return False
    inner = [frame.kind for frame in physical(state.traced.frames[: difference.level])]
    # What an exception interrupts has its registers stacked. An entry value is the caller's.
    is_callers = in_elf(difference, state, Descriptions.is_entry_value)
    return is_callers or inner[-1:] == ["function"]


def _called_by_pointer(difference: Difference, state: State) -> bool:
    caller = _caller_of_gone(difference, state)
    return caller is not None and state.program.calls_by_register(caller.pc)


def _called_by_abstract_name(difference: Difference, state: State) -> bool:
    caller = _caller_of_gone(difference, state)
    if caller is None:
        return False
    return state.program.calls_directly(caller.pc, state.traced.frames[difference.level].pc)


def _caller_of_gone(difference: Difference, state: State) -> ReportFrame | None:
    """Who called the function of which GDB has an entry value no more, but we have."""
    if difference.what != "value" or difference.theirs != GONE:
        return None
    if not in_elf(difference, state, Descriptions.is_entry_value):
        return None
    frames = physical(state.traced.frames[difference.level :])
    return frames[1] if len(frames) > 1 else None


def _entry_of_inlined(difference: Difference, state: State) -> bool:
    if difference.what != "value" or state.traced.frames[difference.level].kind != "inline":
        return False
    return in_elf(difference, state, Descriptions.is_entry_value)


CALLERS = (
    Rule(
        "changed by the function called",
        "GDB shows what is in the register now. AAPCS32 6.1.1: r0-r3, r12 and s0-s15 need not be "
        "preserved, so it need not be what the caller had.",
        _changed_by_callee,
    ),
    Rule(
        "called through a pointer",
        "GDB compares the pointer, bit 0 set, with the entry of the function, finds another "
        "function, and gives up the entry value. DDI 0403 A4.1.1: bit 0 says that it is Thumb.",
        _called_by_pointer,
    ),
    Rule(
        "called by its abstract name",
        "The call site names the abstract instance; GDB, of several copies, takes none and gives "
        "up the entry value. The BL before the return address calls this copy.",
        _called_by_abstract_name,
    ),
    Rule(
        "entry value in an inlined function",
        "GDB (push_dwarf_reg_entry_value) finds the call site of the function that all is inlined "
        "in, but computes its value with the registers of the frame next to the inlined one, "
        "which is that function itself. DWARF 5, 3.4.2: DW_AT_call_value is for the call site, "
        "so the registers are the caller's.",
        _entry_of_inlined,
    ),
)
