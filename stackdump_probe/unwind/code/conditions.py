"""Which instructions of an IT block the core executes, by the flags and ITSTATE of xPSR."""

from collections.abc import Callable

from stackdump_probe.errors import NotCaptured
from stackdump_probe.unwind.code.operations import IfThen
from stackdump_probe.unwind.code.thumb import decode

LONGEST_BLOCK = 4  # instructions
_ALWAYS = 0b1110

Skipped = frozenset[int]  # addresses of instructions that are not executed


def conditions_left(xpsr: int) -> tuple[int, ...]:
    """The conditions of the instructions at pc and behind it, as far as an IT block reaches.

    ITSTATE is EPSR[15:10, 26:25] (DDI 0403 B1.4.2, A7.3.3). Without its lower four bits these are
    ICI, which says how far an LDM has come: it begins again with the sp that it found.
    """
    state = xpsr >> 8 & 0xFC | xpsr >> 25 & 3
    found = []
    while state & 0xF:
        found.append(state >> 4)
        state = state & 0xE0 | state << 1 & 0x1F if state & 7 else 0
    return tuple(found)


def is_passed(condition: int, xpsr: int) -> bool:
    """ConditionPassed (DDI 0403 A7.3.1)."""
    n, z, c, v = (bool(xpsr >> bit & 1) for bit in (31, 30, 29, 28))
    if condition >= _ALWAYS:
        return True
    holds = (z, c, n, v, c and not z, n == v, n == v and not z)[condition >> 1]
    return holds != bool(condition & 1)


def sets_flags(at: int, fetch: Callable[[int], int], *, in_block: bool) -> bool:
    """True if the instruction at `at` may change N, Z, C, V; raises NotCaptured."""
    first = fetch(at)
    if first >> 11 < 0b11101:
        # A5.2: CMP; TST, CMP, CMN; CMP of high registers. In a block all others leave them alone,
        # outside of one nothing does that computes (A5.2.1, A5.2.2).
        compares = first >> 11 == 0b00101 or first >> 6 in (0x108, 0x10A, 0x10B)
        return compares or first >> 8 == 0x45 or (not in_block and first < 0x4400)
    second = fetch(at + 2)
    is_data = first >> 9 == 0b1110101 or (first >> 11 == 0b11110 and not second >> 15)
    is_shift = first >> 7 == 0b111110100 and second >> 12 == 0xF
    is_status = first & 0xFFF0 == 0xEEF0 or first & 0xFFE0 == 0xF380  # VMRS, MSR
    return is_status or ((is_data or is_shift) and bool(first & 0x10))


def not_executed(pc: int, xpsr: int | None, fetch: Callable[[int], int]) -> Skipped | None:
    """Those from `pc` on that the block around it passes over; None if nothing tells.

    Without `xpsr` that is so wherever an IT may reach `pc`. Raises NotCaptured.
    """
    if xpsr is None:
        befores = range(pc - 4 * LONGEST_BLOCK, pc, 2)
        return None if any(_reaches(at, pc, fetch) for at in befores) else frozenset()
    return passed_over(pc, conditions_left(xpsr), xpsr, fetch)


def passed_over(
    at: int, conditions: tuple[int, ...], xpsr: int, fetch: Callable[[int], int]
) -> Skipped | None:
    """Of the instructions from `at` on, which have these conditions, those not executed.

    None if one of them changes the flags that the next one depends on; raises NotCaptured.
    """
    found, is_known = set(), True
    for condition in conditions:
        if not is_known:
            return None
        if not is_passed(condition, xpsr):
            found.add(at)
        else:
            is_known = not sets_flags(at, fetch, in_block=True)
        at += decode(at, fetch)[0]
    return frozenset(found)


def _reaches(at: int, pc: int, fetch: Callable[[int], int]) -> bool:
    """True if there is an IT at `at` that makes the instruction at `pc` conditional."""
    try:
        size, operation = decode(at, fetch)
        if not isinstance(operation, IfThen):
            return False
        at += size
        for _ in operation.conditions[1:]:
            if at >= pc:
                break
            at += decode(at, fetch)[0]
    except NotCaptured:
        return False
    return at == pc
