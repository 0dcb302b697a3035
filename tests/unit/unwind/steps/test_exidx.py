from stackdump_probe.image.frames.exidx import Entry
from stackdump_probe.image.frames.exidx_code import Instruction, MoveVsp, Pop, Refusal
from stackdump_probe.memory import Segment
from stackdump_probe.unwind.step import Caller, Lost
from stackdump_probe.unwind.steps.exidx import exidx_step
from tests.builders.octets import halfwords
from tests.builders.programs import (
    NOP,
    RAM,
    AFunction,
    AProgram,
    SomeEntries,
    a_call,
    a_stack,
    around,
    at,
)

START, NEXT, MAIN = 0x0800_0100, 0x0800_0140, 0x0800_0200
RETURN, OTHER_RETURN = MAIN + 0x11, MAIN + 0x21
# push {r4, lr}; sub sp, #8; bl (not decoded further); nop; add sp, #8; pop {r4, pc}
CODE = (0xB510, 0xB082, 0xF000, 0xF800, NOP, 0xB002, 0xBD10)
BODY, EPILOGUE = START + 8, START + 10
PUSHED = (MoveVsp(8), Pop(("r4", "lr")))
STACK = a_stack(0, 0, 0x44, RETURN, 0, OTHER_RETURN)
FUNCTIONS = (AFunction("f", START), AFunction("next", NEXT), AFunction("main", MAIN))


def step(
    unwinding: tuple[Instruction, ...] | Refusal,
    *segments: Segment,
    pc: int = BODY,
    is_exact: bool = False,
    is_inline: bool = True,
    functions: tuple[AFunction, ...] = FUNCTIONS,
    stack: Segment = STACK,
) -> Caller | Lost | None:
    entry = Entry(START, MAIN, unwinding, is_inline)
    program = AProgram(functions, exidx=SomeEntries((entry,)))
    registers = {"pc": pc, "sp": RAM, "lr": OTHER_RETURN, "r4": 4}
    return exidx_step(at(registers, is_exact=is_exact), around(stack, *segments, program=program))


def summary(found: Caller | Lost | None) -> tuple[str, int, int]:
    assert isinstance(found, Caller)
    return found.rule, found.return_address, found.cfa


BY_TABLE = "exidx", RETURN, RAM + 16
F_CODE = Segment(START, halfwords(*CODE), "elf")


def test_code_without_an_entry_is_left_to_other_steps() -> None:
    assert step(PUSHED, pc=MAIN + 4) is None


def test_at_a_call_the_entry_of_the_function_holds() -> None:
    assert summary(step(PUSHED)) == BY_TABLE
    assert summary(step(PUSHED, is_inline=False)) == BY_TABLE


def test_without_symbols_the_code_must_lead_from_the_entry_to_pc() -> None:
    assert summary(step(PUSHED, F_CODE, functions=())) == BY_TABLE
    returns_before = Segment(START, halfwords(0xB510, 0xB082, NOP, 0xBD10, NOP), "elf")
    assert step(PUSHED, returns_before, functions=()) is None
    assert step((MoveVsp(8),), F_CODE, is_inline=False, functions=(), pc=MAIN - 2) is None


def test_at_a_call_what_the_entry_cannot_give_is_not_to_be_had() -> None:
    found = step((MoveVsp(0x100), Pop(("lr",))))
    assert isinstance(found, Lost)
    assert found.is_final


def test_an_entry_that_refuses_leaves_it_to_other_steps() -> None:
    for is_exact in (False, True):
        found = step(Refusal("refuses to unwind it"), is_exact=is_exact)
        assert isinstance(found, Lost)
        assert not found.is_final


def test_where_the_core_stopped_the_code_may_agree() -> None:
    assert summary(step(PUSHED, F_CODE, is_exact=True)) == BY_TABLE


def test_before_the_prologue_the_code_decides() -> None:
    found = step(PUSHED, F_CODE, pc=START, is_exact=True)
    assert summary(found) == ("leaf", OTHER_RETURN, RAM)


def test_in_the_prologue_the_code_decides() -> None:
    stack = a_stack(0x44, RETURN, 0, OTHER_RETURN)
    found = step(PUSHED, F_CODE, pc=START + 2, is_exact=True, stack=stack)
    assert summary(found) == ("prologue", RETURN, RAM + 8)


def test_in_the_epilogue_the_code_decides() -> None:
    stack = a_stack(0x44, RETURN, 0, OTHER_RETURN)
    found = step(PUSHED, F_CODE, pc=EPILOGUE + 2, is_exact=True, stack=stack)
    assert summary(found) == ("prologue", RETURN, RAM + 8)


def test_in_an_epilogue_of_no_known_function_the_code_decides() -> None:
    stack = a_stack(0x44, RETURN, 0, OTHER_RETURN)
    found = step(PUSHED, F_CODE, pc=EPILOGUE + 2, is_exact=True, stack=stack, functions=())
    assert summary(found) == ("prologue", RETURN, RAM + 8)


def test_a_register_that_the_code_has_elsewhere_is_not_known() -> None:
    found = step((MoveVsp(4), Pop(("r4", "r5", "lr"))), F_CODE, is_exact=True)
    assert summary(found) == BY_TABLE
    assert isinstance(found, Caller)
    assert found.registers.words == {"sp": RAM + 16, "r5": 0x44}


def test_where_the_code_tells_nothing_a_call_of_the_function_proves_the_entry() -> None:
    site = a_call(RETURN - 1, target=START)
    assert summary(step(PUSHED, site, is_exact=True)) == BY_TABLE
    assert summary(step(PUSHED, site, is_exact=True, functions=())) == BY_TABLE


def test_a_call_by_register_may_have_led_elsewhere() -> None:
    assert step(PUSHED, a_call(RETURN - 1), is_exact=True) is None


def test_a_call_of_another_function_proves_nothing() -> None:
    assert step(PUSHED, a_call(RETURN - 1, target=NEXT), is_exact=True) is None


def test_a_word_that_follows_no_call_proves_nothing() -> None:
    no_call = Segment(RETURN - 5, halfwords(NOP, NOP))
    assert step(PUSHED, no_call, is_exact=True) is None
    assert step(PUSHED, is_exact=True) is None


def test_the_end_of_a_handler_proves_the_entry() -> None:
    found = step(PUSHED, is_exact=True, stack=a_stack(0, 0, 0x44, 0xFFFF_FFF9))
    assert summary(found) == ("exidx", 0xFFFF_FFF9, RAM + 16)


def test_where_the_core_stopped_memory_that_is_missing_is_not_the_last_word() -> None:
    found = step((MoveVsp(0x100), Pop(("lr",))), is_exact=True)
    assert isinstance(found, Lost)
    assert not found.is_final


IN_NEXT = NEXT + 8


def test_an_entry_outside_the_index_is_that_of_one_function() -> None:
    site = a_call(RETURN - 1, target=NEXT)
    assert step(PUSHED, site, pc=IN_NEXT, is_inline=False) is None


def test_an_entry_in_the_index_may_have_been_left_out_for_the_next_function() -> None:
    site = a_call(RETURN - 1, target=NEXT)
    assert summary(step(PUSHED, site, pc=IN_NEXT)) == BY_TABLE


def test_the_next_function_may_have_no_entry() -> None:
    assert step(PUSHED, a_call(RETURN - 1, target=START), pc=IN_NEXT) is None
    assert step(PUSHED, pc=IN_NEXT) is None


def test_the_code_of_the_next_function_decides() -> None:
    like_f = Segment(NEXT, halfwords(*CODE), "elf")
    assert summary(step(PUSHED, like_f, pc=IN_NEXT)) == BY_TABLE
    larger = Segment(NEXT, halfwords(0xB510, 0xB084, *CODE[2:]), "elf")
    assert summary(step(PUSHED, larger, pc=IN_NEXT)) == ("prologue", OTHER_RETURN, RAM + 24)


def test_code_behind_the_function_that_is_in_none_is_not_covered_for_sure() -> None:
    behind = NEXT + 0x60
    assert step(PUSHED, pc=behind) is None
    assert step(PUSHED, pc=behind, is_inline=False) is None
