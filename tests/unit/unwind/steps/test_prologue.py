from stackdump_probe.memory import Segment
from stackdump_probe.unwind.step import Caller, Lost
from stackdump_probe.unwind.steps.prologue import prologue_step
from tests.builders.octets import halfwords
from tests.builders.programs import NOP, RAM, AFunction, AProgram, a_stack, around, at

START = 0x0800_0100
LR = 0x0800_0201
SAVED_LR = 0x0800_0301
PROGRAM = AProgram((AFunction("memcpy", START, 0x80), AFunction("other", START + 0x80)))

PUSH_R4_LR, POP_R4_PC, SUB_SP_8, BX_LR, BL_1, BL_2 = 0xB510, 0xBD10, 0xB082, 0x4770, 0xF000, 0xF800


def step(
    *code: int, at_index: int, stack: tuple[int, ...] = (), is_exact: bool = True, **registers: int
) -> Caller | Lost | None:
    """Stop before the halfword `at_index` of the function."""
    known = {"pc": START + 2 * at_index, "sp": RAM, "lr": LR, "r4": 4, **registers}
    here = at(known, is_exact=is_exact)
    return prologue_step(
        here, around(Segment(START, halfwords(*code)), a_stack(*stack), program=PROGRAM)
    )


def caller(
    *code: int, at_index: int, stack: tuple[int, ...] = (), is_exact: bool = True, **registers: int
) -> Caller:
    found = step(*code, at_index=at_index, stack=stack, is_exact=is_exact, **registers)
    assert isinstance(found, Caller)
    return found


def test_before_anything_is_pushed_lr_and_sp_are_as_called() -> None:
    found = caller(NOP, PUSH_R4_LR, at_index=1)
    assert (found.return_address, found.cfa, found.rule) == (LR, RAM, "leaf")
    assert found.registers.words == {"sp": RAM, "r4": 4}


def test_after_a_push_registers_are_on_the_stack() -> None:
    found = caller(PUSH_R4_LR, NOP, at_index=1, stack=(0x44, SAVED_LR), r4=0x44)
    assert (found.return_address, found.cfa, found.saved_at) == (SAVED_LR, RAM + 8, RAM + 4)
    assert found.registers["r4"] == 0x44
    assert found.rule == "prologue"


def test_a_register_that_was_pushed_for_the_room_alone_is_not_known_by_what_lies_there() -> None:
    # push {r3, r4, lr}; nop: an outlined part of the function stores an argument over r4.
    found = caller(0xB518, NOP, at_index=1, stack=(0x33, 0x77, SAVED_LR), r4=0x44)
    assert found.return_address == SAVED_LR
    assert "r4" not in found.registers


def test_locals_lie_below_what_was_pushed() -> None:
    found = caller(PUSH_R4_LR, SUB_SP_8, NOP, at_index=2, stack=(0, 0, 0x44, SAVED_LR))
    assert (found.return_address, found.cfa) == (SAVED_LR, RAM + 16)


def test_after_the_registers_are_popped_they_are_live_again() -> None:
    code = (0xB410, NOP, 0xBC10, NOP, BX_LR)  # push {r4}; pop {r4}
    assert caller(*code, at_index=1, stack=(0x44,), r4=0x44).registers["r4"] == 0x44
    after = caller(*code, at_index=3, r4=0x99)
    assert (after.cfa, after.registers["r4"], after.rule) == (RAM, 0x99, "leaf")


def test_strd_saves_like_a_push() -> None:
    code = (0xE96D, 0x4504, NOP)  # strd r4, r5, [sp, #-16]!
    found = caller(*code, at_index=2, stack=(0x44, 0x55, 0, 0), r4=0x44)
    assert (found.cfa, found.registers["r4"], found.registers["r5"]) == (RAM + 16, 0x44, 0x55)
    assert found.return_address == LR


def test_an_early_exit_does_not_change_the_other_path() -> None:
    # push {r4, lr}; cbz r0, 1f; pop {r4, pc}; 1: nop
    code = (PUSH_R4_LR, 0xB100, POP_R4_PC, NOP)
    assert caller(*code, at_index=3, stack=(0x44, SAVED_LR)).cfa == RAM + 8


def test_a_conditional_return_falls_through_unchanged() -> None:
    # push {r4, lr}; it eq; popeq {r4, pc}; nop
    code = (PUSH_R4_LR, 0xBF08, POP_R4_PC, NOP)
    assert caller(*code, at_index=3, stack=(0x44, SAVED_LR)).cfa == RAM + 8
    # it eq; bxeq lr; nop
    assert caller(0xBF08, BX_LR, NOP, at_index=2).cfa == RAM


def test_a_backward_branch_ends() -> None:
    assert step(NOP, 0xE7FD, NOP, at_index=2) is None  # b .-2


def test_a_branch_to_another_function_is_not_followed() -> None:
    assert step(0xE03E, NOP, at_index=1) is None  # b .+0x80


def test_a_frame_pointer_serves_where_sp_is_not_known() -> None:
    # push {r4, r7, lr}; mov r7, sp; add sp, r3
    code = (0xB590, 0x466F, 0x449D, NOP)
    stack = (0, 0, 0x44, 0x77, SAVED_LR)
    found = caller(*code, at_index=3, stack=stack, r7=RAM + 8)
    assert (found.cfa, found.registers["r7"]) == (RAM + 20, 0x77)


def test_sp_from_an_unknown_register_gives_no_answer() -> None:
    assert step(PUSH_R4_LR, 0x46A5, NOP, at_index=2) is None  # mov sp, r4


def test_after_a_call_lr_is_lost_unless_it_was_saved() -> None:
    assert step(BL_1, BL_2, NOP, at_index=2) is None
    found = caller(PUSH_R4_LR, BL_1, BL_2, NOP, at_index=3, stack=(0x44, SAVED_LR))
    assert found.return_address == SAVED_LR


def test_a_caller_needs_lr_on_the_stack() -> None:
    assert step(NOP, NOP, at_index=1, is_exact=False) is None
    found = caller(PUSH_R4_LR, BL_1, BL_2, NOP, at_index=3, stack=(0x44, SAVED_LR), is_exact=False)
    assert found.return_address == SAVED_LR


def test_a_call_that_never_returns_counts_as_where_it_was_made() -> None:
    # push {r4, lr}; bl; and what follows belongs to another path or function
    code = (PUSH_R4_LR, BL_1, BL_2)
    found = caller(*code, at_index=3, stack=(0x44, SAVED_LR), is_exact=False)
    assert found.cfa == RAM + 8


def test_lr_put_to_another_use_is_lost() -> None:
    assert step(0x46A6, NOP, at_index=1) is None  # mov lr, r4
    assert step(0xF8D0, 0xE000, NOP, at_index=2) is None  # ldr lr, [r0]


def test_lr_that_is_loaded_from_where_it_was_saved_is_back() -> None:
    code = (PUSH_R4_LR, 0xE8BD, 0x4010, NOP)  # ldmia.w sp!, {r4, lr}
    assert caller(*code, at_index=3).return_address == LR


def test_a_register_that_is_not_in_the_dump_is_absent() -> None:
    code = (0xB410, NOP)
    found = caller(*code, at_index=1)
    assert "r4" not in found.registers
    assert found.return_address == LR


def test_a_return_address_that_is_not_in_the_dump_ends() -> None:
    found = step(PUSH_R4_LR, NOP, at_index=1, stack=(0x44,))
    assert isinstance(found, Lost)
    assert (found.end.kind, found.end.address) == ("no_memory", RAM + 4)


def test_code_that_is_not_known_or_not_in_a_function_gives_no_answer() -> None:
    assert step(NOP, at_index=1) is not None
    assert step(at_index=1) is None
    assert step(NOP, at_index=0x200) is None


# Armv6-M cannot push r8-r11: push {r4, r5, lr}; mov r4, r8; mov r5, r9; push {r4, r5}
PUSH_HIGH = (0xB530, 0x4644, 0x464D, 0xB430)
HIGH_STACK = (0x88, 0x99, 0x44, 0x55, SAVED_LR)


def test_high_registers_are_saved_by_way_of_low_ones() -> None:
    code = (*PUSH_HIGH, 0x4680, NOP)  # mov r8, r0
    found = caller(*code, at_index=5, stack=HIGH_STACK, r8=1, r9=0x99, r10=10)
    kept = {name: found.registers.get(name) for name in ("r4", "r5", "r8", "r9", "r10")}
    assert kept == {"r4": 0x44, "r5": 0x55, "r8": 0x88, "r9": 0x99, "r10": 10}
    assert (found.return_address, found.cfa) == (SAVED_LR, RAM + 20)


def test_high_registers_are_back_once_their_saved_values_are_moved_back() -> None:
    back = (0xBC0C, 0x4690, 0x4699)  # pop {r2, r3}; mov r8, r2; mov r9, r3
    code = (*PUSH_HIGH, 0x4680, *back, NOP)
    stack = (0x44, 0x55, SAVED_LR)  # what was popped may be gone
    high = {"r4": 0x88, "r5": 0x99, "r2": 0x88, "r3": 0x99, "r8": 0x88, "r9": 0x99}
    found = caller(*code, at_index=8, stack=stack, is_exact=True, **high)
    kept = {name: found.registers.get(name) for name in ("r4", "r8", "r9")}
    assert kept == {"r4": 0x44, "r8": 0x88, "r9": 0x99}


def test_a_register_that_is_not_what_its_copy_is_came_another_way() -> None:
    back = (0xBC0C, 0x4690, 0x4699)  # pop {r2, r3}; mov r8, r2; mov r9, r3
    code = (*PUSH_HIGH, *back, NOP)
    stack = (0x44, 0x55, SAVED_LR)
    high = {"r4": 0x88, "r5": 0x99, "r2": 0x77, "r3": 0x99, "r8": 0x88, "r9": 0x99}
    found = caller(*code, at_index=7, stack=stack, is_exact=True, **high)
    assert "r8" not in found.registers
    assert found.registers["r9"] == 0x99


def test_a_register_that_was_overwritten_and_not_saved_is_not_known() -> None:
    found = caller(PUSH_R4_LR, 0x4680, NOP, at_index=2, stack=(4, SAVED_LR), r8=8, r9=9)
    assert "r8" not in found.registers  # mov r8, r0
    assert found.registers["r9"] == 9
