"""Rules about the names of functions."""

import re
import subprocess
from functools import cache

from tests.differential.accepted.rule import Rule
from tests.differential.comparing import Difference, plain
from tests.differential.states import State

# Hashes of crates and functions; the type of a constant among the arguments of a generic.
RUST_HASH = re.compile(r"\[[0-9a-f]+\](?=::)|::h[0-9a-f]{16}$|(?<=\w): \w+(?=[,>\]])")


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


def _written_otherwise(difference: Difference, _state: State) -> bool:
    match difference:
        case Difference("function", str(ours), str(theirs)):
            return plain(ours) == plain(theirs) and _words(ours) == _words(theirs)
    return False


def _words(name: str) -> list[str]:
    return sorted(re.findall(r"\w+", name))


NAMES = (
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
)
