"""Rules about frames and their registers.

Where code has no call frame information, or has it wrong, no document says what the frame is; the
machine does. Such a difference is accepted only where the machine was seen to come back to the
frame that we found.
"""

import re

from tests.differential.accepted.rule import Rule, physical, wanted
from tests.differential.comparing import Difference
from tests.differential.described import descriptions_of
from tests.differential.proving import KEPT
from tests.differential.states import State

UNKNOWN = re.compile(r"\b(r\d+|s\d+) is not known in this frame")
# DDI 0403 B1.5.5: lr after reset. GDB clears bit 0 of it where it takes it for an address.
RESET_LR = (0xFFFF_FFFF, 0xFFFF_FFFE)


def _below_reset(difference: Difference, _state: State) -> bool:
    match difference:
        case Difference("frame", str(end), ("exception", int(pc), _)):
            return end.startswith("reset") and pc in RESET_LR
    return False


def _exit_hook(difference: Difference, state: State) -> bool:
    match difference:
        case Difference("frame", str(end), ("function", int(pc), _)):
            return end.startswith("thread_start") and not state.program.is_call(pc)
    return False


def _seen(difference: Difference, state: State) -> bool:
    """A frame that the machine has come back to, or the one whose caller it has come back to."""
    if difference.what not in ("frame", "cfa") or difference.ours is None:
        return False
    return state.proof.level >= difference.level + (difference.what == "cfa")


def _register_seen(difference: Difference, state: State) -> bool:
    """The machine came back with another register than GDB's."""
    if difference.what != "register":
        return False
    its = _proved_register(difference, state, difference.name)
    theirs = difference.theirs if isinstance(difference.theirs, tuple) else (difference.theirs,)
    return its is not None and difference.ours in (None, its) and its not in theirs


def _proved_register(difference: Difference, state: State, name: str) -> int | None:
    # What was interrupted, or inlined, has its registers in the frame of a function further out.
    outer = enumerate(state.traced.frames[difference.level :], difference.level)
    at = next((level for level, frame in outer if frame.kind == "function"), difference.level)
    return state.proof.register(at, name)


def _variable_in_it(difference: Difference, state: State) -> bool:
    """The machine came back with our value in the only register that the variable is in."""
    if difference.what != "value":
        return False
    elf = descriptions_of(state.program.elf)
    held = elf.registers(wanted(difference, state))
    if len(held) != 1 or not held <= {*KEPT}:
        return False
    its = _proved_register(difference, state, held.pop())
    ours = str(difference.ours).split()
    return its is not None and ours[:1] == [f"{its:#x}"] and difference.theirs != ours[0]


def _of_next_thread(difference: Difference, state: State) -> bool:
    if difference.what != "register" or difference.ours is not None:
        return False
    return state.program.has_loaded(state.traced.frames[0].pc, difference.name)


def _never_returns(difference: Difference, state: State) -> bool:
    is_register = difference.what == "register" and difference.ours is None
    if not is_register and not UNKNOWN.search(str(difference.ours)):
        return False
    inner = physical(state.traced.frames[: difference.level])
    functions = (frame.pc for frame in inner if frame.kind == "function")
    return any(state.program.never_returns(pc) for pc in functions)


def _other_half(difference: Difference, _state: State) -> bool:
    match difference:
        case Difference("register", int(ours), (int(single), int(half))):
            return ours in (single, half)
    return False


def _call_without_line(difference: Difference, state: State) -> bool:
    match difference:
        case Difference("frame", ("inline", int(pc)), ("function", its_pc)):
            elf = descriptions_of(state.program.elf)
            return pc == its_pc and (elf.inlined_bare(pc) or elf.inlined_bare(pc - 1))
    return False


FRAMES = (
    Rule(
        "below reset",
        "GDB shows the lr of reset as an exception. DDI 0403 B1.5.5: reset sets lr to 0xFFFFFFFF; "
        "B1.5.8: that is no EXC_RETURN in thread mode.",
        _below_reset,
    ),
    Rule(
        "exit hook of a thread",
        "GDB goes on into the function before the one that a thread returns to. "
        "DDI 0403 A7.7.18: lr is the address behind a BL; no call stands before this one.",
        _exit_hook,
    ),
    Rule(
        "seen on the machine",
        "GDB has no rule or a wrong one for the code: assembler without call frame information, "
        "epilogues of Armv6-M. The machine came back to the frame that we found.",
        _seen,
    ),
    Rule(
        "register seen on the machine",
        "GDB takes a register as kept, or restores it from elsewhere. The machine came back to the "
        "frame with another value than GDB's: with ours, if we have one.",
        _register_seen,
    ),
    Rule(
        "variable in a register seen on the machine",
        "GDB reads a variable from a register that it takes as kept. The machine came back to the "
        "frame with our value in the register that the ELF names at this pc.",
        _variable_in_it,
    ),
    Rule(
        "loaded for the next thread",
        "GDB takes a register as kept in a handler without call frame information that switches "
        "threads. AAPCS32 6.1.1: the handler has loaded it from elsewhere than its stack, so it "
        "is no longer that of the thread at PSP; where it was saved no rule tells.",
        _of_next_thread,
    ),
    Rule(
        "changed by what never returns",
        "GDB takes a register as kept by a function without a row for it. AAPCS32 6.1.1 binds a "
        "function to preserve registers for its return; no instruction leads out of this one, so "
        "it has saved nothing, and the caller's value is not known.",
        _never_returns,
    ),
    Rule(
        "half of a double",
        "GDB restores a register under the name that the row has for it, and leaves s16 of its "
        "callee where a row saves d8. AADWARF32 4.1: 256-287 are D0-D31, whose halves the S "
        "registers are. Under its other name GDB has the value that we have.",
        _other_half,
    ),
    Rule(
        "inlined by a call without a line",
        "GDB shows no inlined function whose call has no line, as in strict DWARF 2. "
        "DWARF 5, 3.3.8: DW_AT_call_line may be left out of an inlined subroutine.",
        _call_without_line,
    ),
)
