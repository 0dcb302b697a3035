"""Differences that are GDB's, each by the rule that says so.

Where code has no call frame information, or has it wrong, no document says what the frame is; the
machine does. Such a difference is accepted only where the machine was seen to come back to the
frame that we found.
"""

import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from stackdump_probe.report.model import ReportFrame
from tests.differential.comparing import Difference
from tests.differential.comparing_values import GONE
from tests.differential.described import descriptions_of
from tests.differential.states import State

# Hashes of crates and functions; the type of a constant among the arguments of a generic.
RUST_HASH = re.compile(r"\[[0-9a-f]+\](?=::)|::h[0-9a-f]{16}$|(?<=\w): \w+(?=[,>\]])")
NO_LENGTH = "the length of the array is not known"
PLACES = ("frame", "cfa", "register")
# DDI 0403 B1.5.5: lr after reset. GDB clears bit 0 of it where it takes it for an address.
RESET_LR = (0xFFFF_FFFF, 0xFFFF_FFFE)


@dataclass(frozen=True, slots=True)
class Rule:
    """`why` GDB is wrong, or says the same in other words; it `holds` for a difference or not."""

    name: str
    why: str
    holds: Callable[[Difference, State], bool]


def rule_of(difference: Difference, state: State) -> Rule | None:
    """The rule that a difference falls under; None if it is unexplained."""
    return next((rule for rule in RULES if rule.holds(difference, state)), None)


def _below_reset(difference: Difference, _state: State) -> bool:
    match difference:
        case Difference("frame", str(end), ("exception", int(pc), _)):
            return end.startswith("reset") and pc in RESET_LR
    return False


def _exit_hook(difference: Difference, _state: State) -> bool:
    match difference:
        case Difference("frame", str(end), ("function", _, _)):
            return end.startswith("thread_start")
    return False


def _seen(difference: Difference, state: State) -> bool:
    """A frame that the machine has come back to, or the one whose caller it has come back to."""
    needed = difference.level + (difference.what == "cfa")
    return difference.what in PLACES and state.proof.level >= needed


def _alias(difference: Difference, state: State) -> bool:
    if difference.what != "function" or None in (difference.ours, difference.theirs):
        return False
    functions = state.program.functions
    return functions.get(difference.ours) == functions.get(difference.theirs, -1)


def _thumb_bit(difference: Difference, state: State) -> bool:
    if difference.what != "function":
        return False
    pc = state.traced.frames[difference.level].pc
    return state.program.functions.get(difference.ours) == pc


def _named_by_symbol(difference: Difference, state: State) -> bool:
    if difference.what != "function":
        return False
    symbol = state.traced.frames[difference.level].linkage_name
    return symbol is not None and unmangled(symbol) == difference.ours


@cache
def unmangled(symbol: str) -> str:
    """The name as binutils reads it from the symbol, without parameters and hashes."""
    command = ["arm-none-eabi-c++filt", "--no-params", symbol]
    name = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout
    return RUST_HASH.sub("", name.strip())


def _changed_by_callee(difference: Difference, _state: State) -> bool:
    return difference.what == "value" and "is not saved across the call" in str(difference.ours)


def _called_by_pointer(difference: Difference, state: State) -> bool:
    caller = _caller_of_gone(difference, state)
    return caller is not None and state.program.calls_by_register(caller.pc)


def _called_by_abstract_name(difference: Difference, state: State) -> bool:
    caller = _caller_of_gone(difference, state)
    if caller is None:
        return False
    return state.program.calls_directly(caller.pc, state.traced.frames[difference.level].pc)


def _caller_of_gone(difference: Difference, state: State) -> ReportFrame | None:
    """Who called the function of which GDB has a value no more, but we have."""
    if difference.what != "value" or difference.theirs != GONE:
        return None
    frames = state.traced.frames[difference.level :]
    inner = next(n for n, frame in enumerate(frames) if frame.kind == "function")
    return frames[inner + 1] if inner + 1 < len(frames) else None


def _partly_described(difference: Difference, state: State) -> bool:
    match difference:
        case Difference("value", str(ours), str(theirs)) if theirs.startswith("0x"):
            known = _described(difference, state)
            return any(f"only {n} of" in ours and not int(theirs, 16) >> 8 * n for n in known)
    return False


def _described(difference: Difference, state: State) -> set[int]:
    described = descriptions_of(state.program.elf).described
    pc = state.traced.frames[difference.level].pc
    return described(difference.name, pc) | described(difference.name, pc - 1)


def _length_is_gone(difference: Difference, state: State) -> bool:
    match difference:
        case Difference("value", str(ours), str()) if NO_LENGTH in ours:
            is_unbounded = descriptions_of(state.program.elf).is_unbounded
            pc = state.traced.frames[difference.level].pc
            return is_unbounded(difference.name, pc) or is_unbounded(difference.name, pc - 1)
    return False


def _block_without_code(difference: Difference, _state: State) -> bool:
    return difference.what == "missing" and difference.theirs == GONE


def _unit_without_code(difference: Difference, _state: State) -> bool:
    match difference:
        case Difference("static of unit", ("optimized_out", _)):
            return True
    return False


RULES = (
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
        "symbols at one address",
        "Several names for one place; neither ELF nor DWARF prefers one.",
        _alias,
    ),
    Rule(
        "first instruction of a function in assembler",
        "GNU as gives the function's entry in .debug_info a low_pc with bit 0 set, and GDB names "
        "the function before. AADWARF32 4.1: addresses of code are those of the instructions.",
        _thumb_bit,
    ),
    Rule(
        "named by its symbol",
        "GDB takes the name from the scopes of the debug information, we from the symbol, which "
        "tells more: the type that a method is of. binutils reads the symbol as we do.",
        _named_by_symbol,
    ),
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
        "partly described",
        "clang describes the first bytes of an object and nothing of the others; GDB shows zeros "
        "there. DWARF 5, 2.6.1.2: a piece describes its own bytes. As many are described in the "
        "ELF as we say.",
        _partly_described,
    ),
    Rule(
        "length optimized out",
        "GDB takes an array whose length is in a variable that is nowhere at this pc for one of a "
        "single element. DWARF 5, 5.13: the bound is that variable's value, and it has none.",
        _length_is_gone,
    ),
    Rule(
        "unit without code",
        "GDB is asked for the statics of units that have code; link-time optimization describes "
        "statics in others.",
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
