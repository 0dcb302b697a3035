from stackdump_probe.image.frames.cfi_rules import Row
from stackdump_probe.memory import Segment
from stackdump_probe.record import replace
from stackdump_probe.unwind.step import Caller, Lost
from stackdump_probe.unwind.steps.checked import checked_cfi_step
from tests.builders.octets import halfwords
from tests.builders.programs import RAM, AFunction, AProgram, a_row, a_stack, around, at, pushed

START = 0x0800_0100
LR, SAVED_LR = 0x0800_0201, 0x0800_0301
# push {r4, lr}; nop; blx r3; sub sp, #8; blx r3; add sp, #8; movs r0, #0; pop {r4, pc}
CODE = (0xB510, 0xBF00, 0x4798, 0xB082, 0x4798, 0xB002, 0x2000, 0xBD10)
STACK = a_stack(0x44, SAVED_LR, 0x55, LR)


def step(
    row: Row | None, *, at_index: int, is_exact: bool = True, code: tuple[int, ...] = CODE
) -> Caller | Lost | None:
    program = AProgram((AFunction("f", START, row=row),))
    registers = {"pc": START + 2 * at_index, "sp": RAM, "lr": LR, "r8": 8}
    here = at(registers, is_exact=is_exact)
    return checked_cfi_step(here, around(Segment(START, halfwords(*code)), STACK, program=program))


def rule_and_cfa(row: Row, *, at_index: int, is_exact: bool = True) -> tuple[str, int]:
    found = step(row, at_index=at_index, is_exact=is_exact)
    assert isinstance(found, Caller)
    return found.rule, found.cfa


def test_without_rows_the_code_is_left_to_other_steps() -> None:
    assert step(None, at_index=7) is None


def test_rows_that_the_code_agrees_with_are_used() -> None:
    assert rule_and_cfa(pushed(4, 14), at_index=7) == ("cfi", RAM + 8)


def test_in_an_epilogue_the_code_decides() -> None:
    assert rule_and_cfa(pushed(4, 14, locals_size=8), at_index=7) == ("prologue", RAM + 8)


def test_a_row_that_leads_nowhere_in_an_epilogue_is_no_end() -> None:
    assert rule_and_cfa(pushed(4, 14, locals_size=64), at_index=7) == ("prologue", RAM + 8)


def test_in_the_body_the_rows_decide() -> None:
    assert rule_and_cfa(pushed(4, 14, locals_size=8), at_index=4) == ("cfi", RAM + 16)


def test_behind_the_push_the_code_decides() -> None:
    assert rule_and_cfa(pushed(4, 14, locals_size=8), at_index=1) == ("prologue", RAM + 8)


def test_a_register_put_to_use_before_it_is_saved_is_where_the_code_has_put_it() -> None:
    # push {r4, lr}; mov lr, r8; mov r8, r3; push {lr}, which alone the rows say to save r8
    found = step(pushed(4, 14), at_index=3, code=(0xB510, 0x46C6, 0x4698, 0xB500))
    assert isinstance(found, Caller)
    assert (found.rule, found.return_address) == ("prologue", SAVED_LR)
    assert found.registers["r8"] == LR


def test_a_naked_function_is_followed_by_what_it_pushed() -> None:
    naked = replace(a_row(), is_only=True)
    assert rule_and_cfa(naked, at_index=4) == ("prologue", RAM + 16)
    assert rule_and_cfa(naked, at_index=0) == ("cfi", RAM)


def test_what_a_naked_function_has_changed_and_not_saved_is_not_known() -> None:
    # ldmia r0!, {r4-r11}; msr psp, r0; bx lr: the end of a switch between threads
    code = (0xE8B0, 0x0FF0, 0xF380, 0x8809, 0x4770)
    naked = replace(a_row(), is_only=True)
    before = step(naked, at_index=0, code=code)
    between = step(naked, at_index=2, code=code)
    assert isinstance(before, Caller)
    assert isinstance(between, Caller)
    assert (before.registers["r8"], "r8" in between.registers) == (8, False)
    assert (before.rule, between.rule) == ("cfi", "cfi")


def test_a_row_among_others_is_trusted() -> None:
    assert rule_and_cfa(a_row(), at_index=4) == ("cfi", RAM)


def test_a_return_address_is_never_in_an_epilogue() -> None:
    row = pushed(4, 14, locals_size=8)
    assert rule_and_cfa(row, at_index=7, is_exact=False) == ("cfi", RAM + 16)
