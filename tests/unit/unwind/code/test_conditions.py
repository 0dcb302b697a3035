from collections.abc import Callable

import pytest

from stackdump_probe.errors import NotCaptured
from stackdump_probe.unwind.code.conditions import (
    conditions_left,
    is_passed,
    not_executed,
    passed_over,
    sets_flags,
)

PC = 0x100
N, Z, C, V = (1 << bit for bit in (31, 30, 29, 28))
EQ, NE = 0, 1
ADD_SP, MOVS, NOP, CMP = 0xB001, 0x2003, 0xBF00, 0x2800
ITT_EQ, ITE_EQ = 0xBF04, 0xBF0C


def in_block(state: int, flags: int = 0) -> int:
    """An xPSR with this ITSTATE (DDI 0403 B1.4.2: [1:0] at 26:25, [7:2] at 15:10)."""
    return flags | (state & 3) << 25 | state >> 2 << 10 | 1 << 24


def code(*words: int, start: int = PC) -> Callable[[int], int]:
    def fetch(address: int) -> int:
        at = (address - start) // 2
        if not 0 <= at < len(words):
            raise NotCaptured(address, 2)
        return words[at]

    return fetch


def test_itstate_tells_the_conditions_that_are_left() -> None:
    assert conditions_left(1 << 24 | Z) == ()
    # DDI 0403 A7.3.3: ITSTATE after ITT EQ is 00000100; one instruction on, 00001000.
    assert conditions_left(in_block(0b0000_0100)) == (EQ, EQ)
    assert conditions_left(in_block(0b0000_1000)) == (EQ,)
    # ITTEE EQ: firstcond 0000, mask 0111; by one instruction 0000 1110.
    assert conditions_left(in_block(0b0000_0111)) == (EQ, EQ, NE, NE)
    assert conditions_left(in_block(0b0000_1110)) == (EQ, NE, NE)
    assert conditions_left(in_block(0b0001_1100)) == (NE, NE)


def test_a_load_of_many_that_goes_on_is_no_block() -> None:
    assert conditions_left(in_block(0b0101_0000)) == ()  # ICI: register 5 is next


@pytest.mark.parametrize(
    ("condition", "passing", "failing"),
    [
        (0, Z, 0), (1, 0, Z), (2, C, 0), (3, 0, C), (4, N, 0), (5, 0, N), (6, V, 0), (7, 0, V),
        (8, C, C | Z), (9, C | Z, C), (10, N | V, N), (11, N, N | V), (12, N | V, N | V | Z),
        (13, N | V | Z, N | V),
    ],
)  # fmt: skip
def test_conditions(condition: int, passing: int, failing: int) -> None:
    assert is_passed(condition, passing)
    assert not is_passed(condition, failing)
    assert is_passed(14, failing)


@pytest.mark.parametrize(
    ("words", "inside", "outside"),
    [
        ((CMP,), True, True),
        ((0x4288,), True, True),  # cmp r0, r1
        ((0x4208,), True, True),  # tst r0, r1
        ((0x4580,), True, True),  # cmp r8, r0
        ((MOVS,), False, True),
        ((0x1840,), False, True),  # adds r0, r0, r1
        ((ADD_SP,), False, False),
        ((0xBD10,), False, False),  # pop {r4, pc}
        ((0x4680,), False, False),  # mov r8, r0
        ((0xF1B0, 0x0F01), True, True),  # cmp.w r0, #1
        ((0xEBB0, 0x0F01), True, True),  # cmp.w r0, r1
        ((0xF100, 0x0001), False, False),  # add.w r0, r0, #1
        ((0xFA11, 0xF000), True, True),  # lsls.w r0, r1, r0
        ((0xEEF1, 0xFA10), True, True),  # vmrs APSR_nzcv, fpscr
        ((0xF8DD, 0x0004), False, False),  # ldr.w r0, [sp, #4]
        ((0xF000, 0xB800), False, False),  # b.w
    ],
)
def test_what_sets_flags(words: tuple[int, ...], inside: bool, outside: bool) -> None:
    assert sets_flags(PC, code(*words), in_block=True) is inside
    assert sets_flags(PC, code(*words), in_block=False) is outside


def test_the_rest_of_a_block_goes_by_the_flags() -> None:
    fetch = code(ADD_SP, NOP, NOP)
    assert not_executed(PC, in_block(0b0000_0110, Z), fetch) == frozenset({PC + 4})
    assert not_executed(PC, in_block(0b0000_0110, 0), fetch) == frozenset({PC, PC + 2})
    assert not_executed(PC, 1 << 24, fetch) == frozenset()


def test_what_compares_in_a_block_leaves_the_rest_unknown() -> None:
    fetch = code(CMP, NOP)
    assert not_executed(PC, in_block(0b0000_0100, Z), fetch) is None
    assert not_executed(PC, in_block(0b0000_0100, 0), fetch) == frozenset({PC, PC + 2})
    assert passed_over(PC, (EQ,), Z, fetch) == frozenset()


def test_without_xpsr_an_it_that_may_reach_pc_leaves_all_unknown() -> None:
    assert not_executed(PC + 2, None, code(ITT_EQ, ADD_SP, NOP)) is None
    assert not_executed(PC + 4, None, code(ITT_EQ, ADD_SP, NOP)) is None
    assert not_executed(PC + 6, None, code(ITT_EQ, ADD_SP, NOP, NOP)) == frozenset()
    assert not_executed(PC + 6, None, code(ITT_EQ, 0xF8DD, 0x0004, NOP)) is None
    assert not_executed(PC, None, code(NOP)) == frozenset()
    assert not_executed(PC + 6, None, code(ITE_EQ, 0xF8DD, 0x0004, NOP)) is None
    assert not_executed(PC + 4, None, code(0xBF08, 0xF8DD, 0x0004)) == frozenset()
