"""Rules about where a variable is, and what of it is there; each asks the ELF by another reader."""

import re

from tests.differential.accepted.rule import NOT_THERE, Rule, in_elf, wanted
from tests.differential.comparing import Difference
from tests.differential.comparing_values import GONE
from tests.differential.described import Descriptions, descriptions_of
from tests.differential.states import State

NO_LENGTH = "the length of the array is not known"
VARIANT = re.compile(r"\.[A-Z]\w*\.")  # begins the path of a variant's member
NO_NUMBER = "a pointer to a method in a register"


def _partly_described(difference: Difference, state: State) -> bool:
    match difference:
        case Difference("value", str(ours), str(theirs)) if theirs.startswith("0x"):
            elf = descriptions_of(state.program.elf)
            known = elf.described(wanted(difference, state))
            return any(f"only {n} of" in ours and not int(theirs, 16) >> 8 * n for n in known)
    return False


def _wide_piece(difference: Difference, state: State) -> bool:
    is_zero = difference.what == "value" and difference.theirs == "0x0"
    return is_zero and in_elf(difference, state, Descriptions.has_wide_piece)


def _length_is_gone(difference: Difference, state: State) -> bool:
    is_so = difference.what == "value" and NO_LENGTH in str(difference.ours)
    return is_so and in_elf(difference, state, Descriptions.is_unbounded)


def _nowhere(difference: Difference, state: State) -> bool:
    match difference:
        case Difference("value", ("optimized_out", None, None), str(theirs)):
            is_refusal = NOT_THERE.fullmatch(theirs) is not None
            return is_refusal and not in_elf(difference, state, Descriptions.is_placed)
    return False


def _in_pieces(difference: Difference, state: State) -> bool:
    match difference:
        case Difference("value", ("ok" | "partial", _, _), str(theirs)) if NOT_THERE.fullmatch(
            theirs
        ):
            return in_elf(difference, state, Descriptions.is_in_pieces)
    return False


def _unknown_variant(difference: Difference, state: State) -> bool:
    """A part of a variant, while which one it is stands in a piece without a place."""
    match difference:
        case Difference("value", str(ours), str(theirs)) if theirs.startswith("0x"):
            is_variant = VARIANT.match(ours) is not None and "optimized_out" in ours
            return is_variant and in_elf(difference, state, Descriptions.has_empty_piece)
    return False


def _constant(difference: Difference, state: State) -> bool:
    if difference.what != "value" or not NOT_THERE.fullmatch(str(difference.theirs)):
        return False
    elf, frame = descriptions_of(state.program.elf), state.traced.frames[difference.level]
    told = elf.constants(wanted(difference, state))
    ours = [each.octets for each in frame.variables if each.name == difference.name]
    return any(octets and int.from_bytes(octets, "little") in told for octets in ours)


def _implicit_reference(difference: Difference, state: State) -> bool:
    match difference:
        case Difference("value", ("partial", str(why), _), str(theirs)) if theirs == GONE:
            is_pointer = in_elf(difference, state, Descriptions.is_implicit_pointer)
            return is_pointer and why == "the pointer itself was optimized out"
    return False


def _method_in_register(difference: Difference, _state: State) -> bool:
    return difference.what == "value" and str(difference.theirs).endswith(NO_NUMBER)


PLACES = (
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
        "enums in pieces",
        "GDB looks for the variant of an enum in an array that is in pieces at an offset from "
        "address 0; no verdict. DWARF 5, 2.6.1.2: each piece is where its own description says.",
        _in_pieces,
    ),
    Rule(
        "variant optimized out",
        "GDB shows the default variant of an enum whose discriminant is in a piece without a "
        "place. DWARF 5, 5.7.10: the discriminant selects the variant, 2.6.1.2: an empty piece "
        "is not available; so which variant it is, nothing tells.",
        _unknown_variant,
    ),
    Rule(
        "constant without an address",
        "GDB looks for the variant of an enum in an array that is a constant at address 0. "
        "DWARF 5, 4.1: it is no object in the address space; DW_AT_const_value is what we show.",
        _constant,
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
)
