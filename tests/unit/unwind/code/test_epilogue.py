import pytest

from stackdump_probe.memory import Segment
from stackdump_probe.unwind.code.epilogue import epilogue_step, run_to_return
from stackdump_probe.unwind.step import Caller
from tests.builders.octets import halfwords
from tests.builders.programs import NOP, RAM, AFunction, AProgram, a_call, a_stack, around, at

PC = 0x0800_0100
RETURN = 0x0800_0201


FUNCTIONS = AProgram((AFunction("f", PC, 0x80), AFunction("g", PC + 0x80, 0x80)))


def run(
    *code: int,
    stack: tuple[int, ...] = (),
    program: AProgram | None = None,
    call: tuple[Segment, ...] = (),
    **registers: int,
) -> Caller | None:
    position = at({"pc": PC, "sp": RAM, **registers})
    segments = (*call, Segment(PC, halfwords(*code)), a_stack(*stack))
    return run_to_return(position, around(*segments, program=program))


def returned(
    *code: int,
    stack: tuple[int, ...] = (),
    program: AProgram | None = None,
    call: tuple[Segment, ...] = (),
    **registers: int,
) -> Caller:
    found = run(*code, stack=stack, program=program, call=call, **registers)
    assert found is not None
    return found


def test_a_pop_of_pc_returns() -> None:
    found = returned(0xBD10, stack=(0x44, RETURN), r4=4, r5=5, r0=0)  # pop {r4, pc}
    assert (found.return_address, found.cfa, found.rule) == (RETURN, RAM + 8, "prologue")
    assert found.registers.words == {"sp": RAM + 8, "r4": 0x44, "r5": 5}


def test_a_branch_to_lr_returns() -> None:
    assert returned(0x4770, lr=RETURN).return_address == RETURN


def test_the_frame_is_undone_on_the_way() -> None:
    # mov sp, r7; add sp, #8; pop {r4}; mov r8, r4; pop {r4, r5, pc}
    code = (0x46BD, 0xB002, 0xBC10, 0x46A0, 0xBD30)
    stack = (0, 0, 0, 0x88, 0x44, 0x55, RETURN)
    found = returned(*code, stack=stack, r7=RAM + 4)
    assert found.cfa == RAM + 28
    assert [found.registers[name] for name in ("r8", "r4", "r5")] == [0x88, 0x44, 0x55]


def test_lr_may_be_loaded_before_the_branch() -> None:
    # ldr lr, [sp], #4; bx lr
    assert returned(0xF85D, 0xEB04, 0x4770, stack=(RETURN,)).cfa == RAM + 4


def test_what_does_not_touch_the_frame_is_passed() -> None:
    # negs r0, r0; movs r5, #1; str r0, [r1]; ldrb r2, [r1]; lsls r2, #1; add sp, #8; bx lr
    code = (0x4240, 0x2501, 0x6008, 0x780A, 0x0052, 0xB002, 0x4770)
    found = returned(*code, lr=RETURN, r4=4, r5=5)
    assert (found.return_address, found.cfa) == (RETURN, RAM + 8)
    assert found.registers.words == {"sp": RAM + 8, "r4": 4, "r5": 1}


def test_a_register_that_is_computed_on_the_way_is_not_known() -> None:
    found = returned(0x0064, 0x4770, lr=RETURN, r4=4)  # lsls r4, #1; bx lr
    assert "r4" not in found.registers


def test_sp_may_be_moved_by_a_number_in_a_register() -> None:
    # ldr r3, [pc, #4]; add sp, r3; bx lr; nop; .word 16
    code = (0x4B01, 0x449D, 0x4770, NOP, 16, 0)
    assert returned(*code, lr=RETURN).cfa == RAM + 16


def test_a_conditional_return_counts_as_one() -> None:
    found = returned(0xBF08, 0xBD10, NOP, stack=(0x44, RETURN))  # it eq; popeq {r4, pc}
    assert (found.return_address, found.cfa) == (RETURN, RAM + 8)


def test_a_branch_to_the_shared_end_is_followed() -> None:
    code = (0xE000, 0x4798, 0xBD10)  # b 1f; blx r3; 1: pop {r4, pc}
    assert returned(*code, stack=(0x44, RETURN), program=FUNCTIONS).return_address == RETURN


def test_where_ways_part_all_must_come_to_the_same_caller() -> None:
    same = (0xD000, 0x2001, 0xBD10)  # beq 1f; movs r0, #1; 1: pop {r4, pc}
    assert returned(*same, stack=(0x44, RETURN), program=FUNCTIONS).cfa == RAM + 8
    other = (0xD000, 0xB001, 0xBD10)  # beq 1f; add sp, #4; 1: pop {r4, pc}
    assert run(*other, stack=(0x44, RETURN, RETURN), program=FUNCTIONS) is None


def test_a_loop_ends_nowhere_else_than_the_way_out_of_it() -> None:
    # 1: ldr r0, [r1]; cmp r0, #0; beq 1b; pop {r4, pc}
    code = (0x6808, 0x2800, 0xD0FC, 0xBD10)
    assert returned(*code, stack=(0x44, RETURN), program=FUNCTIONS).cfa == RAM + 8
    # 1: cmp r3, #12; beq 2f; adds r3, #1; b 1b; 2: pop {r4, pc}
    counting = (0x2B0C, 0xD001, 0x3301, 0xE7FB, 0xBD10)
    assert returned(*counting, stack=(0x44, RETURN), program=FUNCTIONS).cfa == RAM + 8
    # 1: it eq; beq 1b; pop {r4, pc}
    blocked = (0xBF08, 0xE7FD, 0xBD10)
    assert run(*blocked, stack=(0x44, RETURN), program=FUNCTIONS, xpsr=1 << 24 | 1 << 30) is None


def test_a_loop_that_moves_sp_or_has_no_end_gives_no_answer() -> None:
    # 1: add sp, #4; cmp r0, #0; beq 1b; pop {r4, pc}
    code = (0xB001, 0x2800, 0xD0FC, 0xBD10)
    assert run(*code, stack=(RETURN,) * 64, program=FUNCTIONS) is None
    assert run(0xE7FE, stack=(0x44, RETURN), program=FUNCTIONS, lr=RETURN) is None  # b .


def in_block(state: int, flags: int) -> int:
    """An xPSR with this ITSTATE (DDI 0403 B1.4.2)."""
    return flags | (state & 3) << 25 | state >> 2 << 10 | 1 << 24


@pytest.mark.parametrize(("flags", "cfa"), [(1 << 30, RAM + 8), (0, RAM + 16)])
def test_in_a_block_that_has_begun_the_flags_tell_what_is_executed(flags: int, cfa: int) -> None:
    # add sp, #4 has gone before, if it was executed; popeq {r4, pc}; add sp, #8; pop {r4, pc}
    code = (0xBD10, 0xB002, 0xBD10)
    stack = (0x44, RETURN, 0x66, RETURN)
    assert returned(*code, stack=stack, xpsr=in_block(0b1000, flags)).cfa == cfa


def test_where_nothing_tells_what_of_a_block_is_executed_there_is_no_answer() -> None:
    block = (Segment(PC - 2, halfwords(0xBF08)),)  # it eq
    assert run(0xBD10, stack=(0x44, RETURN), call=block) is None
    # cmpeq r0, #1; popeq {r4, pc}
    xpsr = in_block(0b0100, 1 << 30)
    assert run(0x2801, 0xBD10, stack=(0x44, RETURN), xpsr=xpsr) is None


def test_of_a_later_block_either_part_must_lead_to_the_caller() -> None:
    # cmp r0, #0; ite ne; addne sp, #8; addeq sp, #4; pop {pc}
    unlike = (0x2800, 0xBF14, 0xB002, 0xB001, 0xBD00)
    assert run(*unlike, stack=(1, RETURN, RETURN, RETURN), xpsr=1 << 24) is None
    # cmp r0, #0; ite ne; movne r0, #1; moveq r0, #0; pop {pc}
    alike = (0x2800, 0xBF14, 0x2001, 0x2000, 0xBD00)
    assert returned(*alike, stack=(RETURN,), xpsr=1 << 24).cfa == RAM + 4


@pytest.mark.parametrize(("flags", "cfa"), [(0, RAM + 12), (1 << 30, RAM + 8)])
def test_flags_that_nothing_changes_tell_what_of_a_later_block_is_executed(
    flags: int, cfa: int
) -> None:
    # nop; ite ne; addne sp, #8; addeq sp, #4; pop {pc}
    unlike = (NOP, 0xBF14, 0xB002, 0xB001, 0xBD00)
    stack = (1, RETURN, RETURN, RETURN)
    assert returned(*unlike, stack=stack, xpsr=1 << 24 | flags).cfa == cfa


def test_a_return_of_a_later_block_may_or_may_not_be_taken() -> None:
    code = (0x2800, 0xBF08, 0xBD10, 0x4798)  # cmp r0, #0; it eq; popeq {r4, pc}; blx r3
    for flags in (0, 1 << 30):
        assert returned(*code, stack=(0x44, RETURN), xpsr=1 << 24 | flags).cfa == RAM + 8


def test_a_tail_call_returns_to_lr_once_that_was_loaded() -> None:
    code = (0xF85D, 0xEB04, 0xE07C)  # ldr lr, [sp], #4; b g
    assert returned(*code, stack=(RETURN,), program=FUNCTIONS).return_address == RETURN
    assert returned(0xE07E, lr=RETURN, program=FUNCTIONS).cfa == RAM  # b g


def test_at_a_tail_call_the_way_there_must_have_left_no_frame() -> None:
    # push {r4, lr}; pop.w {r4, lr}; b g, and without the pop
    undone, left = (0xB510, 0xE8BD, 0x4010, 0xE07C), (0xB510, NOP, NOP, 0xE07C)
    position = at({"pc": PC + 6, "sp": RAM, "lr": RETURN})
    for code, cfa in ((undone, RAM), (left, None)):
        around_it = around(Segment(PC, halfwords(*code)), program=FUNCTIONS)
        found = run_to_return(position, around_it)
        assert (found and found.cfa) == cfa


def test_a_return_address_may_have_been_popped_before_pc() -> None:
    code = (0xB500, 0xBC08, NOP, 0x4718)  # push {lr}; pop {r3}; nop; bx r3
    position = at({"pc": PC + 4, "sp": RAM, "r3": RETURN})
    found = run_to_return(position, around(Segment(PC, halfwords(*code)), program=FUNCTIONS))
    assert found is not None
    assert (found.return_address, found.cfa) == (RETURN, RAM)


def test_a_branch_to_behind_a_call_is_a_return_as_longjmp_makes_it() -> None:
    code = (0x46B5, 0xC808, 0x4718)  # mov sp, r6; ldmia r0!, {r3}; bx r3
    back = PC + 0xA0
    registers = {"r0": RAM, "r6": RAM + 64}
    call = (a_call(back),)
    found = returned(*code, stack=(back | 1,), call=call, program=FUNCTIONS, **registers)
    assert (found.return_address, found.cfa) == (back | 1, RAM + 64)


def test_a_store_over_the_saved_return_address_counts() -> None:
    code = (0x9001, 0xBD10)  # str r0, [sp, #4]; pop {r4, pc}
    assert returned(*code, stack=(0x44, RETURN), r0=0x0800_0401).return_address == 0x0800_0401


def test_the_return_of_a_part_of_a_function_to_another_is_none() -> None:
    back = PC + 0x21
    local, own = (a_call(back - 1, target=PC + 0x10),), (a_call(back - 1, target=PC),)
    assert run(0x4770, lr=back, call=local, program=FUNCTIONS) is None
    no_call = (Segment(back - 5, halfwords(NOP, NOP)),)
    assert run(0x4770, lr=back, call=no_call, program=FUNCTIONS) is None
    assert run(0x4770, lr=back, call=own, program=FUNCTIONS) is not None  # recursion


def test_what_no_end_of_a_function_does() -> None:
    assert run(0xB510, 0xBD10, lr=RETURN) is None  # push {r4, lr}
    assert run(0x4798, 0x4770, lr=RETURN) is None  # blx r3
    assert run(0xDE00, 0x4770, lr=RETURN) is None  # udf
    assert run(0xE00E, lr=RETURN) is None
    assert run(0xD000, NOP, 0x4770, lr=RETURN) is None  # beq, in no function
    assert run(0xF381, 0x8809, 0x4770, lr=RETURN) is None  # msr psp, r1
    assert run(0x4478, 0x4685, 0x4770, lr=RETURN) is None  # add r0, pc; mov sp, r0
    assert run(*[0x46C0] * 40, 0x4770, lr=RETURN) is None  # mov r8, r8, too many of them


def test_other_code_is_run_only_where_the_core_was() -> None:
    surroundings = around(Segment(PC, halfwords(0x4770)), program=FUNCTIONS)
    registers = {"pc": PC, "sp": RAM, "lr": RETURN}
    assert epilogue_step(at(registers), surroundings) is not None
    assert epilogue_step(at(registers, is_exact=False), surroundings) is None
    nowhere = around(Segment(PC, halfwords(0x4770), "elf"))
    assert epilogue_step(at(registers), nowhere) is None


def test_what_is_not_known_gives_no_answer() -> None:
    assert run(0x4770) is None
    assert run(0xBD10, stack=(0x44,)) is None
    assert run(0x46C0) is None


def test_a_return_address_may_be_popped_into_any_register() -> None:
    found = returned(0xBC10, 0xBC02, 0x4708, stack=(0x44, RETURN))  # pop {r4}; pop {r1}; bx r1
    assert (found.return_address, found.cfa) == (RETURN, RAM + 8)


def test_a_branch_to_another_function_is_no_return() -> None:
    assert run(0x4708, r1=RETURN) is None  # bx r1
    assert run(0x6802, 0x4710, r0=RAM, stack=(RETURN,)) is None  # ldr r2, [r0]; bx r2
    assert run(0xF8D0, 0xF000, r0=RAM, stack=(RETURN,)) is None  # ldr pc, [r0]
