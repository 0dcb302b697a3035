"""Functions F and G that no symbol names, and MAIN, which has one, in a row."""

from stackdump_probe.memory import Segment
from stackdump_probe.unwind.step import Caller, Lost
from stackdump_probe.unwind.steps.unnamed import unnamed_step
from tests.builders.octets import halfwords, words
from tests.builders.programs import (
    NOP,
    RAM,
    AFunction,
    AProgram,
    SomeVectors,
    a_call,
    a_stack,
    around,
    at,
    bl,
)

F, G, MAIN, POINTERS = 0x0800_0100, 0x0800_0140, 0x0800_0200, 0x0800_0400
BACK = MAIN + 0x10  # where main goes on behind a call
PROGRAM = AProgram((AFunction("main", MAIN),), vectors=SomeVectors({1: G | 1, 15: F | 1}))
PUSH_R4_LR, SUB_SP_8, ADD_SP_8, POP_R4_PC, BX_LR = 0xB510, 0xB082, 0xB002, 0xBD10, 0x4770
F_CODE = Segment(F, halfwords(PUSH_R4_LR, SUB_SP_8, NOP, ADD_SP_8, POP_R4_PC))
BODY = F + 4
FRAME = a_stack(1, 2, 0x44, BACK | 1, 5)
T = 1 << 24


def step(
    *segments: Segment, pc: int = BODY, is_exact: bool = True, **registers: int
) -> Caller | Lost | None:
    position = at({"pc": pc, "sp": RAM, **registers}, is_exact=is_exact)
    return unnamed_step(position, around(*segments, program=PROGRAM))


def found(*segments: Segment, pc: int = BODY, **registers: int) -> tuple[str, int, int, int | None]:
    caller = step(*segments, pc=pc, is_exact=True, **registers)
    assert isinstance(caller, Caller)
    return caller.rule, caller.return_address, caller.cfa, caller.saved_at


IN_FRAME = "prologue", BACK | 1, RAM + 16, RAM + 12


def test_a_call_tells_where_the_function_begins_that_has_pushed_its_return_address() -> None:
    assert found(F_CODE, FRAME, a_call(BACK, target=F)) == IN_FRAME


def test_a_word_that_the_code_has_not_put_there_is_left_by_another_call() -> None:
    stack = a_stack(BACK | 1, 2, 0x44, MAIN + 0x21)
    assert step(F_CODE, stack, a_call(BACK, target=F)) is None


def test_a_call_of_another_function_leads_nowhere() -> None:
    assert step(F_CODE, FRAME, a_call(BACK, target=G)) is None


def test_lr_tells_as_long_as_the_code_has_kept_it() -> None:
    call = a_call(BACK, target=F)
    assert found(F_CODE, call, pc=F, lr=BACK | 1) == ("leaf", BACK | 1, RAM, None)
    # Behind the push it counts no more: this is what an earlier call has left.
    assert step(F_CODE, call, lr=BACK | 1) is None
    assert step(F_CODE, call, pc=F, is_exact=False, lr=BACK | 1) is None


def test_a_veneer_may_lead_there() -> None:
    veneer = Segment(POINTERS, halfwords(0xF85F, 0xF000) + words(F | 1), "elf")
    assert found(F_CODE, FRAME, a_call(BACK, target=POINTERS), veneer) == IN_FRAME


def test_a_call_by_register_leads_to_what_something_points_to() -> None:
    pointer = Segment(POINTERS, words(F | 1), "elf")
    assert found(F_CODE, FRAME, a_call(BACK), pointer) == IN_FRAME
    assert step(F_CODE, FRAME, a_call(BACK)) is None


def test_a_call_by_register_that_lr_tells_of_comes_last() -> None:
    # F has called by register; its switch points to the case at BODY, which keeps lr.
    pointers = Segment(POINTERS, words(BODY | 1), "elf")
    stale = a_call(F + 0x20)
    calls = (a_call(BACK, target=F), stale)
    assert found(F_CODE, FRAME, *calls, pointers, lr=F + 0x21) == IN_FRAME


def test_a_handler_returns_to_what_exception_entry_has_left() -> None:
    stack = a_stack(1, 2, 0x44, 0xFFFF_FFF9)
    assert found(F_CODE, stack, xpsr=T | 15) == ("prologue", 0xFFFF_FFF9, RAM + 16, RAM + 12)
    leaf = step(F_CODE, pc=F, lr=0xFFFF_FFF9, xpsr=T | 15)
    assert isinstance(leaf, Caller)
    assert leaf.return_address == 0xFFFF_FFF9


def test_the_code_behind_the_reset_vector_has_no_caller() -> None:
    code = Segment(G, halfwords(NOP, NOP, BX_LR))
    lost = step(code, pc=G + 2, xpsr=T)
    assert isinstance(lost, Lost)
    assert (lost.end.kind, f"{G:#010x}" in lost.end.reason) == ("reset", True)
    assert step(code, pc=G + 6) is None


def test_what_has_a_name_or_is_no_code_is_for_other_steps() -> None:
    call = a_call(BACK, target=MAIN)
    assert step(Segment(MAIN, halfwords(NOP, NOP)), call, pc=MAIN + 2, lr=BACK | 1) is None
    in_ram = 0x2000_1000
    code = Segment(in_ram, halfwords(NOP, NOP))
    assert step(code, a_call(BACK, target=in_ram), pc=in_ram + 2, lr=BACK | 1) is None
    data = Segment(F, F_CODE.content, "elf")
    assert step(data, FRAME, a_call(BACK, target=F)) is None


def test_where_two_starts_lead_to_two_callers_neither_is_taken() -> None:
    # BL to the middle of F is a far jump on Armv6-M; lr has held its address since.
    far_jump = Segment(F + 0x1C, bl(-0x1E))
    code = Segment(F, halfwords(PUSH_R4_LR, NOP, NOP, POP_R4_PC))
    stack = a_stack(0x44, BACK | 1, 5)
    assert step(code, stack, a_call(BACK, target=F), far_jump, lr=F + 0x21) is None
    assert isinstance(step(code, stack, a_call(BACK, target=F), lr=F + 0x21), Caller)
