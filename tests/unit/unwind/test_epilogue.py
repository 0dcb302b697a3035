from stackdump_probe.memory import Segment
from stackdump_probe.unwind.epilogue import run_to_return
from stackdump_probe.unwind.step import Caller
from tests.builders.octets import halfwords
from tests.builders.programs import NOP, RAM, a_stack, around, at

PC = 0x0800_0100
RETURN = 0x0800_0201


def run(*code: int, stack: tuple[int, ...] = (), **registers: int) -> Caller | None:
    position = at({"pc": PC, "sp": RAM, **registers})
    return run_to_return(position, around(Segment(PC, halfwords(*code)), a_stack(*stack)))


def returned(*code: int, stack: tuple[int, ...] = (), **registers: int) -> Caller:
    found = run(*code, stack=stack, **registers)
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


def test_other_instructions_are_no_epilogue() -> None:
    assert run(NOP, 0x4770, lr=RETURN) is None
    assert run(0xBF08, 0x4770, lr=RETURN) is None  # it eq; bxeq lr
    assert run(0xB510, 0xBD10, lr=RETURN) is None  # push {r4, lr}
    assert run(0xE00E, lr=RETURN) is None
    assert run(*[0x46C0] * 20, 0x4770, lr=RETURN) is None  # mov r8, r8, too many of them


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
