import pytest

from stackdump_probe.errors import DwarfError
from stackdump_probe.image.frames.cfi_rules import CfaOffset, InRegister, Offset, Row, Undefined
from stackdump_probe.memory import Segment
from tests.builders.octets import halfwords, words
from tests.builders.programs import (
    NOP,
    RAM,
    AFunction,
    AProgram,
    SomeVectors,
    a_call,
    a_frame,
    a_row,
    a_stack,
    pushed,
)
from tests.unit.unwind.walks import (
    HANDLER,
    IN_MAIN,
    IN_RESET,
    IN_WORK,
    LEAF,
    MAIN,
    MAIN_STACK,
    RESET,
    WORK,
    T,
    in_leaf,
    pcs,
    program,
    trace,
)


def test_frames_lead_from_the_halt_to_the_reset_handler() -> None:
    found = trace(in_leaf(), a_stack(*MAIN_STACK, 0, 0xFFFF_FFFF))
    assert pcs(found) == [LEAF + 4, WORK + 0x10, MAIN + 0x10, RESET + 0x10]
    assert [frame.rule for frame in found.frames] == ["innermost", "cfi", "cfi", "cfi"]
    assert [frame.cfa for frame in found.frames] == [RAM, RAM + 8, RAM + 16, RAM + 24]
    assert (found.end.kind, found.end.reason) == ("reset", "reached Reset_Handler")
    assert found.warnings == ()


def test_a_return_address_is_looked_up_before_it_and_the_halt_exactly() -> None:
    found = trace(in_leaf(), a_stack(*MAIN_STACK, 0, 0))
    assert [frame.lookup_pc for frame in found.frames[:2]] == [LEAF + 4, WORK + 0xF]


def test_without_the_frame_pointer_the_code_tells_by_sp() -> None:
    rows = program(work=a_row(CfaOffset(7, 8), {14: Offset(-4)}))
    push = Segment(WORK, halfwords(0xB510, *[NOP] * 5), "elf")  # push {r4, lr}
    found = trace(in_leaf(), push, a_stack(*MAIN_STACK, 0, 0), code=rows)
    assert [frame.rule for frame in found.frames] == ["innermost", "cfi", "prologue", "cfi"]
    assert pcs(found)[2] == MAIN + 0x10
    found = trace(in_leaf(), a_stack(0, 0, 0, 0), code=rows)
    assert found.end.reason == "the frame address depends on r7, which is not known here"


def test_saved_registers_are_those_of_each_frame() -> None:
    found = trace(in_leaf(r4=4), a_stack(*MAIN_STACK, 0, 0))
    assert [frame.registers["r4"] for frame in found.frames] == [4, 4, 0x44, 0x45]
    assert "lr" not in found.frames[1].registers


def test_bit_0_of_the_pc_is_cleared() -> None:
    assert pcs(trace(in_leaf(pc=LEAF + 5), a_stack(*MAIN_STACK)))[0] == LEAF + 4


def test_an_exception_stands_between_the_handler_and_what_it_interrupted() -> None:
    registers = {"pc": HANDLER + 4, "sp": RAM, "xpsr": T | 15}
    stack = a_stack(0x44, 0xFFFF_FFF9, *a_frame(pc=LEAF + 4, lr=IN_MAIN), 0x46, IN_RESET, 0, 0)
    found = trace(registers, stack)
    assert pcs(found) == [HANDLER + 4, 0xFFFF_FFF9, LEAF + 4, MAIN + 0x10, RESET + 0x10]
    handler, exception, interrupted = found.frames[:3]
    assert (exception.exception, exception.rule) == (15, "exception")
    assert (exception.registers["sp"], exception.cfa) == (RAM + 8, RAM + 0x28)
    assert (interrupted.rule, interrupted.lookup_pc) == ("exception", LEAF + 4)
    assert (handler.exception, interrupted.exception) == (None, None)
    assert interrupted.registers["r0"] == 0xA0


def test_nested_exceptions_have_the_numbers_of_each_context() -> None:
    inner = a_frame(pc=HANDLER + 4, xpsr=T | 15)
    outer = a_frame(pc=LEAF + 4, lr=IN_MAIN)
    stack = (0xFFFF_FFF9,)
    registers = {"pc": LEAF, "sp": RAM, "lr": 0xFFFF_FFF1, "xpsr": T | 44}
    found = trace(registers, a_stack(*inner, 0x44, *stack, *outer, 0x46, IN_RESET, 0, 0))
    numbers = [frame.exception for frame in found.frames if frame.exception is not None]
    assert numbers == [44, 15]
    assert found.end.kind == "reset"


def test_a_thread_on_the_process_stack_is_followed_there() -> None:
    psp = 0x2000_4000
    registers = {"pc": HANDLER + 4, "sp": RAM, "psp": psp, "xpsr": T | 15}
    thread = a_stack(*a_frame(pc=WORK + 4, lr=IN_MAIN), 0x44, 0, at=psp)
    found = trace(registers, a_stack(0x44, 0xFFFF_FFFD), thread)
    assert pcs(found) == [HANDLER + 4, 0xFFFF_FFFD, WORK + 4]
    assert found.end.kind == "thread_start"


def test_a_frame_that_cannot_be_read_ends_after_the_exception() -> None:
    registers = {"pc": HANDLER + 4, "sp": RAM, "xpsr": T | 15}
    found = trace(registers, a_stack(0x44, 0xFFFF_FFFD))
    assert pcs(found) == [HANDLER + 4, 0xFFFF_FFFD]
    assert (found.frames[1].exception, found.frames[1].cfa) == (15, None)
    assert found.end.kind == "no_memory"


def test_without_xpsr_icsr_tells_the_exception() -> None:
    registers = {"pc": HANDLER + 4, "sp": RAM}
    icsr = Segment(0xE000_ED04, words(0x0040_0800 | 15))
    stack = a_stack(0x44, 0xFFFF_FFF9, *a_frame(pc=LEAF + 4), 0, 0)
    assert trace(registers, stack, icsr).frames[1].exception == 15


def test_without_xpsr_and_icsr_the_vector_tells_the_exception() -> None:
    registers = {"pc": HANDLER + 4, "sp": RAM}
    stack = a_stack(0x44, 0xFFFF_FFF9, *a_frame(pc=LEAF + 4), 0, 0)
    assert trace(registers, stack).frames[1].exception == 15


def test_a_handler_of_several_exceptions_does_not_tell_which() -> None:
    vectors = SomeVectors({1: RESET, 14: HANDLER | 1, 15: HANDLER | 1})
    registers = {"pc": HANDLER + 4, "sp": RAM}
    stack = a_stack(0x44, 0xFFFF_FFF9, *a_frame(pc=LEAF + 4), 0, 0)
    assert trace(registers, stack, code=program(vectors=vectors)).frames[1].exception == 0
    assert trace(registers, stack, code=program(vectors=None)).frames[1].exception == 0


def test_a_halt_in_the_midst_of_an_exception_return() -> None:
    registers = {"pc": 0xFFFF_FFF8, "lr": 0xFFFF_FFF9, "sp": RAM, "xpsr": T | 15}
    found = trace(registers, a_stack(*a_frame(pc=LEAF + 4, lr=IN_MAIN), 0x46, IN_RESET, 0, 0))
    assert pcs(found) == [0xFFFF_FFF9, LEAF + 4, MAIN + 0x10, RESET + 0x10]
    assert (found.frames[0].rule, found.frames[0].exception) == ("innermost", 15)


def test_a_call_through_null_leads_back_to_its_caller() -> None:
    found = trace(in_leaf(pc=0), a_stack(*MAIN_STACK, 0, 0))
    assert pcs(found) == [0, WORK + 0x10, MAIN + 0x10, RESET + 0x10]
    assert [frame.rule for frame in found.frames[:2]] == ["innermost", "leaf"]


def test_a_pc_in_the_wild_ends_there() -> None:
    found = trace(in_leaf(pc=0x1234_5678, lr=0x1234_5679), a_stack(*MAIN_STACK))
    assert pcs(found) == [0x1234_5678]
    assert (found.end.kind, found.end.reason) == ("corrupt", "pc 0x12345678 is outside code")
    assert found.end.hint == "lr 0x12345679 may tell where it came from"


def test_code_without_rules_ends_there() -> None:
    functions = [AFunction("memcpy", LEAF)]
    found = trace(in_leaf(), a_stack(*MAIN_STACK), code=AProgram(functions))
    assert (found.end.kind, found.end.address) == ("no_rule", LEAF + 4)
    assert (found.end.hint or "").startswith("build with -g and -funwind-tables")


def test_damaged_rules_cost_the_step_and_say_so() -> None:
    class Damaged(AProgram):
        @property
        def cfi(self) -> "Damaged":  # type: ignore[override]
            return self

        def row_at(self, pc: int) -> Row:
            raise DwarfError("CIE of version 9", section=".debug_frame", offset=pc)

    found = trace(in_leaf(), a_stack(*MAIN_STACK), code=Damaged(program().functions))
    assert found.end.kind == "no_rule"
    assert found.warnings == (f".debug_frame+{LEAF + 4:#x}: CIE of version 9",)


def test_the_reset_value_of_lr_ends_at_reset() -> None:
    found = trace(in_leaf(lr=0xFFFF_FFFF, cfbp=0), a_stack())
    assert (pcs(found), found.end.kind) == ([LEAF + 4], "reset")


@pytest.mark.parametrize(("lr", "control"), [(0xFFFF_FFFF, 2), (0, 0), (0, 2)])
def test_a_thread_that_was_started_with_no_return_ends_there(lr: int, control: int) -> None:
    found = trace(in_leaf(lr=lr, cfbp=control << 24), a_stack())
    assert (pcs(found), found.end.kind) == ([LEAF + 4], "thread_start")


def test_a_thread_that_returns_to_its_exit_hook_ends_there() -> None:
    found = trace(in_leaf(lr=WORK | 1), a_stack(), Segment(WORK - 4, halfwords(NOP, NOP)))
    assert pcs(found) == [LEAF + 4]
    assert found.end.kind == "thread_start"
    assert found.end.reason == "the thread returns to work, which ends it"


def test_an_undefined_return_address_ends_there() -> None:
    code = program(work=a_row(registers={14: Undefined()}))
    found = trace(in_leaf(), a_stack(), code=code)
    assert (pcs(found), found.end.kind) == ([LEAF + 4, WORK + 0x10], "thread_start")


def test_the_function_at_the_entry_of_the_elf_is_where_a_program_starts() -> None:
    code = program(entry=WORK | 1, vectors=None, work=a_row(registers={14: Undefined()}))
    found = trace(in_leaf(), a_stack(), code=code)
    assert found.end.reason == "reached work, where the program starts"
    assert found.end.kind == "reset"


def test_the_vector_table_at_vtor_tells_the_reset_handler_also() -> None:
    vtor = Segment(0xE000_ED08, words(0x0801_0000))
    table = Segment(0x0801_0000, words(RAM, MAIN | 1))
    found = trace(in_leaf(), a_stack(*MAIN_STACK), vtor, table)
    assert (pcs(found)[-1], found.end.kind) == (MAIN + 0x10, "reset")


def test_a_reset_handler_that_runs_as_a_handler_is_not_the_end() -> None:
    registers = {"pc": RESET, "sp": RAM, "xpsr": T | 15}
    stack = a_stack(0, 0xFFFF_FFF9, *a_frame(pc=LEAF + 4), 0, 0)
    assert pcs(trace(registers, stack))[:2] == [RESET, 0xFFFF_FFF9]


def test_a_gap_in_the_dump_keeps_what_was_found() -> None:
    found = trace(in_leaf(), a_stack(0x44, IN_MAIN))
    assert pcs(found) == [LEAF + 4, WORK + 0x10, MAIN + 0x10]
    assert (found.end.kind, found.end.address) == ("no_memory", RAM + 12)
    assert found.end.hint == "stack region ends at 0x20000008; capture with --ram all"


@pytest.mark.parametrize(
    ("lr", "reason"),
    [
        (WORK + 0x10, "the return address 0x08000310 is no Thumb address"),
        (0x0900_0001, "the return address 0x09000001 is outside code"),
        (0xFFFF_FFFD, "the return address 0xfffffffd is an EXC_RETURN"),
    ],
)
def test_a_return_address_that_cannot_be_one_is_corrupt(lr: int, reason: str) -> None:
    found = trace(in_leaf(lr=lr), a_stack(*MAIN_STACK))
    assert (found.end.kind, found.end.address) == ("corrupt", lr)
    assert found.end.reason.startswith(reason)


def test_a_saved_return_address_that_cannot_be_one_says_where_it_is() -> None:
    found = trace(in_leaf(), a_stack(0x44, 0x1234_5670))
    assert found.end.reason == (
        "the return address 0x12345670, saved at 0x20000004, is no Thumb address"
    )
    assert found.end.hint == "a watchpoint on 0x20000004 shows what overwrites the stack there"


def test_known_bytes_that_are_not_code_are_no_return() -> None:
    data = Segment(0x0900_0000 - 4, halfwords(NOP, NOP))
    found = trace(in_leaf(lr=0x0900_0001), a_stack(), data)
    assert (found.end.kind, found.end.reason) == (
        "corrupt",
        "the return address 0x09000001 is outside code",
    )


def test_code_that_only_the_dump_holds_is_a_caller() -> None:
    found = trace(in_leaf(lr=0x1000_0011), a_stack(), a_call(0x1000_0010))
    assert pcs(found) == [LEAF + 4, 0x1000_0010]
    assert found.end.kind == "corrupt"


def test_a_handler_does_not_return_to_nothing() -> None:
    found = trace(in_leaf(lr=0, xpsr=T | 15), a_stack())
    assert (found.end.kind, found.end.reason) == ("corrupt", "a handler would return to 0x00000000")


def test_non_secure_code_called_from_secure_code_ends_there() -> None:
    found = trace(in_leaf(lr=0xFEFF_FFFF), a_stack())
    assert found.end.kind == "no_memory"
    assert "called from Secure code, whose stack is not known" in found.end.reason


def test_a_return_address_that_follows_no_call_is_doubted() -> None:
    site = Segment(WORK + 0x1C, halfwords(NOP, NOP))
    found = trace(in_leaf(lr=WORK + 0x21), a_stack(*MAIN_STACK, 0, 0), site)
    assert found.end.kind == "reset"
    assert found.warnings == (
        "no call precedes the return address 0x08000321: the frames from there on may be wrong",
    )
    doubts = [frame.doubt for frame in found.frames]
    assert doubts[:2] == [None, "no call precedes the return address 0x08000321"]


def test_a_stack_that_goes_down_is_corrupt() -> None:
    code = program(work=pushed(4, 14, locals_size=-16))
    found = trace(in_leaf(), a_stack(0, IN_MAIN, at=RAM - 16), code=code)
    assert found.end.kind == "corrupt"
    assert "lies below this frame's" in found.end.reason


def test_a_caller_stack_between_words_is_corrupt() -> None:
    found = trace(in_leaf(sp=RAM + 2), a_stack(*MAIN_STACK))
    assert (found.end.kind, found.end.reason) == (
        "corrupt",
        "the caller's sp 0x20000002 is not aligned",
    )


def test_a_frame_that_calls_itself_without_a_stack_is_corrupt() -> None:
    found = trace(in_leaf(lr=LEAF + 5), a_stack(), Segment(LEAF, halfwords(NOP, 0x4798)))
    assert (found.end.kind, found.end.reason) == ("corrupt", "the frame at 0x08000504 calls itself")


def test_two_frames_that_return_to_each_other_end() -> None:
    row_a, row_b = a_row(registers={14: InRegister(5)}), a_row(registers={14: InRegister(6)})
    code = program(work=row_a, main=row_b, leaf=row_a)
    found = trace(in_leaf(r5=IN_MAIN, r6=IN_WORK), a_stack(), code=code)
    assert (found.end.kind, found.end.reason) == ("corrupt", "the frame at 0x08000210 comes again")


def test_endless_recursion_stops_at_the_limit() -> None:
    found = trace(in_leaf(), a_stack(*(0, IN_WORK) * 50), limit=20)
    assert len(found.frames) == 20
    assert (found.end.kind, found.end.reason) == ("limit", "there are more than 20 frames")


def test_a_dump_without_pc_has_no_frames() -> None:
    found = trace({"sp": RAM})
    assert (found.frames, found.end.kind) == ((), "no_rule")
