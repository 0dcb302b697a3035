"""Functions from START on, in halfwords; `at` counts them."""

import pytest

from stackdump_probe.memory import Segment
from stackdump_probe.unwind.code.frame_state import FrameState
from stackdump_probe.unwind.code.paths import state_at, straight_state_at
from stackdump_probe.unwind.step import Surroundings
from tests.builders.octets import halfwords, words
from tests.builders.programs import NOP, AFunction, AProgram, around

START = 0x0800_0100
HELPER = START + 0x200
DATA = 0x0801_0000
PUSH_R4_LR, POP_R4_PC, SUB_SP_16, BX_LR = 0xB510, 0xBD10, 0xB084, 0x4770
MOV_PC_R3 = 0x469F


def code(*program: int, helper: str = "other", table: tuple[int, ...] = ()) -> Surroundings:
    functions = AProgram((AFunction("f", START, 0x100), AFunction(helper, HELPER)))
    segments = (Segment(START, halfwords(*program)), Segment(DATA, words(*table)))
    return around(*segments, program=functions)


def sp_at(at: int, surroundings: Surroundings) -> int | None:
    state = state_at(START + 2 * at, START, surroundings)
    assert state is not None
    return state.place("sp")


def is_reached(at: int, surroundings: Surroundings) -> bool:
    return state_at(START + 2 * at, START, surroundings) is not None


def test_a_function_begins_with_what_it_was_called_with() -> None:
    assert state_at(START, START, code()) == FrameState()


def test_nothing_goes_on_behind_a_return() -> None:
    surroundings = code(PUSH_R4_LR, POP_R4_PC, NOP)
    assert sp_at(1, surroundings) == -8
    assert not is_reached(2, surroundings)


def test_both_ways_of_a_branch_are_taken() -> None:
    # cbz r0, 1f; push {r4, lr}; sub sp, #16; b .; 1: nop
    surroundings = code(0xB110, PUSH_R4_LR, SUB_SP_16, 0xE7FE, NOP)
    assert (sp_at(3, surroundings), sp_at(4, surroundings)) == (-24, 0)


def test_what_follows_a_call_that_never_returns_is_no_continuation_of_it() -> None:
    # push {r4, lr}; cbz r0, 1f; sub sp, #16; blx r3, say to abort; 1: nop
    surroundings = code(PUSH_R4_LR, 0xB108, SUB_SP_16, 0x4798, NOP)
    assert sp_at(4, surroundings) == -8


def test_behind_a_trap_it_goes_on_only_if_no_other_way_leads_there() -> None:
    assert sp_at(2, code(PUSH_R4_LR, 0xDE00, NOP)) == -8  # udf
    # cbz r0, 1f; push {r4, lr}; bkpt; 1: nop
    assert sp_at(3, code(0xB108, PUSH_R4_LR, 0xBE00, NOP)) == 0
    # bkpt; cbz r0, 1f; blx r3; 1: nop: what was put off is not forgotten
    assert sp_at(3, code(0xBE00, 0xB100, 0x4798, NOP)) == 0


def test_literals_are_read() -> None:
    # push {r4, lr}; ldr r3, [pc, #0]; add sp, r3; .word -1032
    assert sp_at(4, code(PUSH_R4_LR, 0x4B01, 0x449D, NOP, 0xFBF8, 0xFFFF)) == -1040


def test_a_table_branch_leads_to_each_of_its_cases() -> None:
    # push {r4, lr}; tbb [pc, r0]; .byte 1, 2; 1: pop {r4, pc}; 2: sub sp, #16; nop
    surroundings = code(PUSH_R4_LR, 0xE8DF, 0xF000, 0x0201, POP_R4_PC, SUB_SP_16, NOP)
    assert (sp_at(5, surroundings), sp_at(6, surroundings)) == (-8, -24)
    # the same with halfwords
    surroundings = code(PUSH_R4_LR, 0xE8DF, 0xF010, 2, 3, POP_R4_PC, SUB_SP_16, NOP)
    assert sp_at(7, surroundings) == -24


def test_a_table_ends_before_what_its_first_cases_lead_to() -> None:
    # tbb [pc, r0]; .byte 1, 1; 1: lsrs r1, r0, #4, which would be an entry that leads to 2; nop
    surroundings = code(0xE8DF, 0xF000, 0x0101, BX_LR | 0, 0x0901, NOP)
    assert not is_reached(5, surroundings)


def test_a_jump_by_an_address_from_a_table() -> None:
    table = (START + 9, START + 13, HELPER + 1, START + 11)
    # ldr r3, 3f; ldr r3, [r3, r0]; mov pc, r3; nop; 1: bx lr; nop; 2: push {r4, lr}; nop
    program = (0x4B04, 0x581B, MOV_PC_R3, NOP, BX_LR, NOP, PUSH_R4_LR, NOP, NOP, NOP)
    surroundings = code(*program, DATA & 0xFFFF, DATA >> 16, table=table)
    assert (sp_at(4, surroundings), sp_at(7, surroundings)) == (0, -8)
    assert not is_reached(5, surroundings)  # the table has ended before


def test_a_jump_by_a_load_of_pc_from_a_table() -> None:
    # adr r1, 1f; ldr pc, [r1, r0, lsl #2]; nop; 1: .word 2f, 3f; 2: bx lr; 3: push {r4, lr}; nop
    table = ((START + 17) & 0xFFFF, START >> 16, (START + 19) & 0xFFFF, START >> 16)
    surroundings = code(0xA101, 0xF851, 0xF020, NOP, *table, BX_LR, PUSH_R4_LR, NOP)
    assert sp_at(10, surroundings) == -8


def test_a_jump_by_an_offset_that_is_added_to_pc() -> None:
    # add r1, pc; ldrb r1, [r1, #4]; lsls r1, #1; add pc, r1; .byte 0, 1; 0: bx lr; 1: push; nop
    surroundings = code(0x4479, 0x7909, 0x0049, 0x448F, 0x0100, BX_LR, PUSH_R4_LR, NOP)
    assert sp_at(7, surroundings) == -8
    assert not is_reached(2, code(0x448F, NOP, NOP))  # nothing tells what is added


def test_a_jump_into_a_table_of_branches() -> None:
    # adr r3, 1f; adds r2, r3, r2; mov pc, r2; nop; 1: b.w 2f; b.w 3f; 2: bx lr; 3: push; nop
    branches = (0xF000, 0xB802, 0xF000, 0xB801)
    surroundings = code(0xA301, 0x189A, 0x4697, NOP, *branches, BX_LR, PUSH_R4_LR, NOP)
    assert sp_at(10, surroundings) == -8


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("__gnu_thumb1_case_uqi", (0x0201,)),
        ("__gnu_thumb1_case_sqi", (0x02FD,)),
        ("__gnu_thumb1_case_uhi", (2, 3)),
        ("__gnu_thumb1_case_shi", (0xFFFD, 3)),
        ("__gnu_thumb1_case_si", (NOP, 8, 0, 10, 0)),
    ],
)
def test_libgccs_switch_leads_to_each_case(name: str, table: tuple[int, ...]) -> None:
    # push {r4, lr}; bl helper; the table; pop {r4, pc}; sub sp, #16; nop
    program = (PUSH_R4_LR, 0xF000, 0xF8FD, *table, POP_R4_PC, SUB_SP_16, NOP)
    last = len(program) - 1
    assert sp_at(last, code(*program, helper=name)) == -24
    assert not is_reached(last, code(*program))


def test_in_a_conditional_block_what_may_be_executed_is_not_relied_on() -> None:
    # push {r4, lr}; itt eq; pusheq {r5}; moveq r4, #1; nop
    surroundings = code(PUSH_R4_LR, 0xBF04, 0xB420, 0x2401, NOP)
    assert [sp_at(at, surroundings) for at in (2, 3, 4)] == [-8, None, None]


def test_behind_a_conditional_return_the_block_was_not_executed() -> None:
    # push {r4, lr}; ittt eq; moveq r4, #1; addeq sp, #4; popeq {r4, pc}; nop
    surroundings = code(PUSH_R4_LR, 0xBF02, 0x2401, 0xB001, POP_R4_PC, NOP)
    state = state_at(START + 10, START, surroundings)
    assert state is not None
    assert (state.place("sp"), state.slot_of("r4")) == (-8, -8)
    # it eq; bxeq lr; nop; itt eq; ldreq r0, =f; bleq f
    assert sp_at(2, code(0xBF08, BX_LR, NOP)) == 0


def test_on_the_way_into_a_block_the_flags_tell_what_was_executed() -> None:
    # push {r4, lr}; itt eq; subeq sp, #16; nopeq
    block = code(PUSH_R4_LR, 0xBF04, SUB_SP_16, NOP, NOP)
    places = []
    for xpsr in (1 << 30, 0, None):
        state = state_at(START + 6, START, block, xpsr=xpsr)
        places.append(None if state is None else state.place("sp"))
    assert places == [-24, -8, None]


def test_what_compares_in_a_block_hides_what_was_executed() -> None:
    # push {r4, lr}; ittt eq; subeq sp, #16; cmpeq r0, #1; nopeq
    block = code(PUSH_R4_LR, 0xBF02, SUB_SP_16, 0x2801, NOP)
    state = state_at(START + 8, START, block, xpsr=1 << 30)
    assert state is not None
    assert state.place("sp") is None


def test_a_conditional_branch_of_a_block_is_taken_also() -> None:
    # itt eq; moveq r0, #1; beq 1f; bx lr; 1: nop
    assert sp_at(4, code(0xBF04, 0x2001, 0xE000, BX_LR, NOP)) == 0


def test_unknown_code_ends_a_way() -> None:
    assert not is_reached(2, code(NOP))
    assert not is_reached(3, code(0xBF08))  # it eq


def test_a_function_without_a_size_reaches_as_far_as_its_symbol() -> None:
    program = AProgram((AFunction("f", START),))
    surroundings = around(Segment(START, halfwords(0xE000, NOP, NOP)), program=program)
    assert is_reached(2, surroundings)
    assert not is_reached(1, surroundings)


def test_straight_on_nothing_may_part_ways() -> None:
    surroundings = code(PUSH_R4_LR, SUB_SP_16, 0xB100, NOP)
    state = straight_state_at(START + 4, START, surroundings)
    assert state is not None
    assert state.place("sp") == -24
    assert straight_state_at(START + 6, START, surroundings) is None
    assert straight_state_at(START + 0x80, START, surroundings) is None
    assert straight_state_at(START + 2, START, code(0xE92D, 0x4010)) is None  # in an instruction
    assert straight_state_at(START + 80, START, code(*[NOP] * 60)) is None
