"""Differences that are GDB's, each by the rule that says so.

Where code has no call frame information, or has it wrong, no document says what the frame is; the
machine does. Such a difference is accepted only where the machine was seen to come back to the
frame that we found.
"""

import re
import subprocess
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from stackdump_probe.report.model import ReportFrame
from tests.differential.comparing import Difference, plain
from tests.differential.comparing_values import GONE, value_differences
from tests.differential.described import Descriptions, descriptions_of
from tests.differential.states import State

# Hashes of crates and functions; the type of a constant among the arguments of a generic.
RUST_HASH = re.compile(r"\[[0-9a-f]+\](?=::)|::h[0-9a-f]{16}$|(?<=\w): \w+(?=[,>\]])")
NO_LENGTH = "the length of the array is not known"
NOT_SAVED = re.compile(r"\b(\w+) is not saved across the call")
CALLER_SAVED = {*(f"r{n}" for n in (0, 1, 2, 3, 12)), *(f"s{n}" for n in range(16))}
NOT_THERE = re.compile(r"error: Cannot access memory at address 0x[0-9a-f]{1,3}")
NO_NUMBER = "a pointer to a method in a register"
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


def _exit_hook(difference: Difference, state: State) -> bool:
    match difference:
        case Difference("frame", str(end), ("function", int(pc), _)):
            return end.startswith("thread_start") and not state.program.is_call(pc)
    return False


def _seen(difference: Difference, state: State) -> bool:
    """A frame that the machine has come back to, or the one whose caller it has come back to."""
    needed = difference.level + (difference.what == "cfa")
    is_told = difference.what in PLACES and difference.ours is not None
    return is_told and state.proof.level >= needed


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


def _changed_by_callee(difference: Difference, state: State) -> bool:
    saved = NOT_SAVED.search(str(difference.ours)) if difference.what == "value" else None
    if saved is None or saved[1] not in CALLER_SAVED:
        return False
    inner = [frame.kind for frame in state.traced.frames[: difference.level] if _is_physical(frame)]
    # What an exception interrupts has its registers stacked. An entry value is the caller's.
    is_callers = _in_elf(difference, state, Descriptions.is_entry_value)
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
    if not _in_elf(difference, state, Descriptions.is_entry_value):
        return None
    frames = [frame for frame in state.traced.frames[difference.level :] if _is_physical(frame)]
    return frames[1] if len(frames) > 1 else None


def _is_physical(frame: ReportFrame) -> bool:
    return frame.kind != "inline"


def _partly_described(difference: Difference, state: State) -> bool:
    match difference:
        case Difference("value", str(ours), str(theirs)) if theirs.startswith("0x"):
            described = descriptions_of(state.program.elf).described
            pc = state.traced.frames[difference.level].pc
            known = described(difference.name, pc) | described(difference.name, pc - 1)
            return any(f"only {n} of" in ours and not int(theirs, 16) >> 8 * n for n in known)
    return False


def _wide_piece(difference: Difference, state: State) -> bool:
    is_zero = difference.what == "value" and difference.theirs == "0x0"
    return is_zero and _in_elf(difference, state, Descriptions.has_wide_piece)


def _length_is_gone(difference: Difference, state: State) -> bool:
    is_so = difference.what == "value" and NO_LENGTH in str(difference.ours)
    return is_so and _in_elf(difference, state, Descriptions.is_unbounded)


def _nowhere(difference: Difference, state: State) -> bool:
    match difference:
        case Difference("value", ("optimized_out", None, None), str(theirs)):
            is_refusal = NOT_THERE.fullmatch(theirs) is not None
            return is_refusal and not _in_elf(difference, state, Descriptions.is_placed)
    return False


def _implicit_reference(difference: Difference, state: State) -> bool:
    match difference:
        case Difference("value", ("partial", str(why), _), str(theirs)) if theirs == GONE:
            is_pointer = _in_elf(difference, state, Descriptions.is_implicit_pointer)
            return is_pointer and why == "the pointer itself was optimized out"
    return False


def _written_otherwise(difference: Difference, _state: State) -> bool:
    match difference:
        case Difference("function", str(ours), str(theirs)):
            return plain(ours) == plain(theirs) and _words(ours) == _words(theirs)
    return False


def _words(name: str) -> list[str]:
    return sorted(re.findall(r"\w+", name))


def _method_in_register(difference: Difference, _state: State) -> bool:
    return difference.what == "value" and str(difference.theirs).endswith(NO_NUMBER)


def _block_without_code(difference: Difference, state: State) -> bool:
    if difference.what != "missing" or _blocks(difference, state) > _listed(difference, state):
        return False
    theirs = difference.theirs
    is_gone = theirs in (GONE, {}) or NOT_THERE.fullmatch(str(theirs)) is not None
    return is_gone or _is_static(difference, state)


def _blocks(difference: Difference, state: State) -> int:
    blocks = descriptions_of(state.program.elf).blocks
    pc = state.traced.frames[difference.level].pc
    return min(blocks(difference.name, difference.line, each) for each in (pc, pc - 1))


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


def _in_elf(
    difference: Difference, state: State, told: Callable[[Descriptions, str, int], bool]
) -> bool:
    """What the ELF says of the variable at the pc of its frame, or right before it."""
    descriptions = descriptions_of(state.program.elf)
    pc = state.traced.frames[difference.level].pc
    return any(told(descriptions, difference.name, each) for each in (pc, pc - 1))


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
        "arguments written otherwise",
        "The same words in the arguments of a template, in another order: `const T`, `T const`. "
        "DWARF 5, 2.15: a name is as it appears in the source, which may write either.",
        _written_otherwise,
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
        "computed piece of more than a word",
        "GDB reads zeros where a piece reaches beyond the value on its stack, also in the lowest "
        "word, which is there. DWARF 5, 2.6.1.1.3: the value is that of the stack's top.",
        _wide_piece,
    ),
    Rule(
        "nowhere",
        "The ELF has no place for the variable at this pc; to find the variant of its enum GDB "
        "reads at an offset from address 0. DWARF 5, 2.6: what has no location does not exist.",
        _nowhere,
    ),
    Rule(
        "reference without an address",
        "GDB follows no reference that is an implicit pointer. DWARF 5, 2.6.1.1.4: the entry that "
        "it names has the object's value.",
        _implicit_reference,
    ),
    Rule(
        "method in a register",
        "GDB converts no pointer to a method to a number; no verdict.",
        _method_in_register,
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
