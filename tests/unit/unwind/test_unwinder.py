import pytest

from stackdump_probe.arch.registers import Registers
from stackdump_probe.errors import DwarfError
from stackdump_probe.image.frames.cfi_rules import CfaOffset, InRegister, Offset, Row, Undefined
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.unwind.frame import Backtrace
from stackdump_probe.unwind.unwinder import unwind
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
    bl,
    pushed,
)

RESET, MAIN, WORK, HANDLER, LEAF = (0x0800_0000 + 0x100 * n for n in range(1, 6))
T = 1 << 24
CALLS = pushed(4, 14)
FUNCTIONS = {
    "Reset_Handler": AFunction("Reset_Handler", RESET, row=pushed(3, 14)),
    "main": AFunction("main", MAIN, row=CALLS),
    "work": AFunction("work", WORK, row=CALLS),
    "SysTick_Handler": AFunction("SysTick_Handler", HANDLER, row=CALLS),
    "leaf": AFunction("leaf", LEAF, row=a_row()),
}
VECTORS = SomeVectors({1: RESET | 1, 3: LEAF | 1, 15: HANDLER | 1})
IN_RESET, IN_MAIN, IN_WORK, IN_HANDLER = (at + 0x11 for at in (RESET, MAIN, WORK, HANDLER))
SITES = tuple(a_call(at - 1) for at in (IN_RESET, IN_MAIN, IN_WORK, IN_HANDLER))


def program(*, entry: int = 0, vectors: SomeVectors | None = VECTORS, **rows: Row) -> AProgram:
    functions = [
        AFunction(name, function.address, row=rows.get(name, function.row))
        for name, function in FUNCTIONS.items()
    ]
    return AProgram(functions, vectors, entry)


def trace(
    registers: dict[str, int],
    *segments: Segment,
    code: AProgram | None = None,
    limit: int = 100,
) -> Backtrace:
    memory = Memory((*segments, *SITES))
    return unwind(Registers(registers), memory, code or program(), limit=limit)


def pcs(backtrace: Backtrace) -> list[int]:
    return [frame.pc for frame in backtrace.frames]


def in_leaf(**words: int) -> dict[str, int]:
    return {"pc": LEAF + 4, "sp": RAM, "lr": IN_WORK, "xpsr": T, **words}


MAIN_STACK = (0x44, IN_MAIN, 0x45, IN_RESET)


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


@pytest.mark.parametrize("pc", [0xEFFF_FFFE, 0xFFFF_FFFE])
def test_in_lockup_the_pc_is_lost(pc: int) -> None:
    found = trace({"pc": pc, "sp": RAM, "lr": IN_WORK, "xpsr": T | 3}, a_stack(*MAIN_STACK))
    assert pcs(found) == [pc]
    assert found.end.kind == "lockup"


def test_a_lockup_on_exception_entry_is_left_through_its_frame() -> None:
    registers = {"pc": 0xEFFF_FFFE, "sp": RAM, "lr": 0xFFFF_FFF9, "xpsr": T | 3}
    stack = a_stack(*a_frame(pc=LEAF + 4, lr=IN_MAIN), 0x46, IN_RESET, 0, 0)
    found = trace(registers, stack)
    assert pcs(found) == [0xEFFF_FFFE, 0xFFFF_FFF9, LEAF + 4, MAIN + 0x10, RESET + 0x10]
    assert found.frames[1].exception == 3


def test_a_lockup_in_a_handler_goes_on_with_the_exc_return_that_it_pushed() -> None:
    registers = {"pc": 0xEFFF_FFFE, "sp": RAM, "lr": IN_WORK, "xpsr": T | 3}
    stack = (7, 0x44, 0xFFFF_FFF9, *a_frame(pc=LEAF + 4, lr=IN_MAIN), 0x46, IN_RESET, 0, 0)
    found = trace(registers, a_stack(*stack))
    assert pcs(found) == [0xEFFF_FFFE, 0xFFFF_FFF9, LEAF + 4, MAIN + 0x10, RESET + 0x10]
    assert (found.frames[1].rule, found.frames[1].exception) == ("scan", 3)
    assert (found.frames[1].doubt or "").startswith("found by its EXC_RETURN on the stack")


def test_a_lockup_with_nothing_but_calls_on_its_stack_shows_the_calls() -> None:
    registers = Registers({"pc": 0xEFFF_FFFE, "sp": RAM, "lr": 1, "xpsr": T | 3})
    memory = Memory((*CALLS_TO, *SITES, a_stack(*RESUMED)))
    found = unwind(registers, memory, program(leaf=pushed(4, 14)))
    assert pcs(found)[:3] == [0xEFFF_FFFE, WORK + 0x10, MAIN + 0x10]
    assert found.frames[1].rule == "scan"


def test_a_lockup_says_how_to_see_the_first_fault() -> None:
    end = trace({"pc": 0xEFFF_FFFE, "lr": 1, "xpsr": T | 3}).end
    assert (end.kind, end.hint) == (
        "lockup",
        "set vector catch (DEMCR.VC_HARDERR) to halt at the first fault",
    )


def test_a_lockup_without_a_frame_at_sp_is_not_left() -> None:
    registers = {"pc": 0xEFFF_FFFE, "sp": RAM, "lr": 0xFFFF_FFF9, "xpsr": T | 3}
    assert trace(registers, a_stack(*a_frame(pc=0x1234_5678))).end.kind == "lockup"
    assert trace(registers, a_stack(1)).end.kind == "lockup"


def test_a_lockup_before_the_halt_and_old_stacking_errors_are_told() -> None:
    dhcsr = Segment(0xE000_EDF0, words(1 << 19))
    found = trace(in_leaf(), a_stack(*MAIN_STACK, 0, 0), dhcsr, cfsr(1 << 12))
    assert found.end.kind == "reset"
    assert [warning.split(",")[0] for warning in found.warnings] == [
        "the core was in lockup before it was halted",
        "CFSR records an error while an exception stacked registers",
    ]


def cfsr(word: int) -> Segment:
    return Segment(0xE000_ED28, words(word))


HARD_FAULT = {"pc": LEAF, "sp": RAM, "lr": 0xFFFF_FFF9, "xpsr": T | 3}


@pytest.mark.parametrize(
    ("bit", "doubt"),
    [(4, "stacking failed"), (12, "stacking failed"), (5, "saving FP"), (13, "saving FP")],
)
def test_a_frame_that_was_not_stacked_well_is_doubted(bit: int, doubt: str) -> None:
    stack = a_stack(*a_frame(pc=LEAF + 4, lr=IN_MAIN), 0x46, IN_RESET, 0, 0)
    found = trace(HARD_FAULT, stack, cfsr(1 << bit))
    assert (found.end.kind, found.warnings) == ("reset", ())
    marked = found.frames[1].doubt
    assert marked is not None
    assert marked.startswith(doubt)
    assert [frame.doubt for frame in found.frames if frame.doubt] == [marked]


def test_only_the_frame_of_the_innermost_fault_is_doubted() -> None:
    inner = a_frame(pc=HANDLER + 4, xpsr=T | 15)
    outer = a_frame(pc=LEAF + 4, lr=IN_MAIN)
    registers = {**HARD_FAULT, "lr": 0xFFFF_FFF1}
    stack = a_stack(*inner, 0x44, 0xFFFF_FFF9, *outer, 0x46, IN_RESET, 0, 0)
    found = trace(registers, stack, cfsr(1 << 12))
    exceptions = [frame for frame in found.frames if frame.exception]
    assert [frame.doubt is None for frame in exceptions] == [False, True]


RESUMED = (0, 0x1234, 0x44, IN_WORK, 0x45, IN_MAIN, 0x46, IN_RESET, 0, 0)
CALLS_TO = (
    Segment(IN_WORK - 5, bl(LEAF - IN_WORK + 1), "elf"),
    Segment(IN_MAIN - 5, bl(WORK - IN_MAIN + 1), "elf"),
)


def lost_on_psp(*segments: Segment, **registers: int) -> Backtrace:
    words = {"pc": HANDLER + 4, "sp": RAM, "xpsr": T | 3, **registers}
    memory = Memory((*CALLS_TO, *SITES, a_stack(0x44, 0xFFFF_FFFD), *segments))
    return unwind(Registers(words), memory, program(leaf=pushed(4, 14)))


def test_where_no_frame_was_stacked_the_callers_are_searched_for() -> None:
    found = lost_on_psp(a_stack(*RESUMED, at=0x2000_4000), psp=0x2000_3FE0)
    assert pcs(found)[2:] == [IN_WORK - 1, IN_MAIN - 1, IN_RESET - 1]
    assert [frame.rule for frame in found.frames[2:]] == ["scan", "cfi", "cfi"]
    assert found.frames[2].registers["r4"] == 0x44
    assert found.end.kind == "reset"
    assert found.frames[1].doubt == (
        "the exception's frame is at 0x20003fe0, which is not in the dump; "
        "its callers were searched for on the stack"
    )


def test_a_stack_at_its_limit_holds_no_frame() -> None:
    registers = {"psp": 0x2000_4000, "psplim": 0x2000_4000}
    found = lost_on_psp(a_stack(*RESUMED, at=0x2000_4000), cfsr(1 << 20), **registers)
    assert pcs(found)[2:4] == [IN_WORK - 1, IN_MAIN - 1]
    assert (found.frames[1].doubt or "").startswith(
        "the stack ended at its limit PSPLIM 0x20004000: exception entry stacked nothing"
    )


def test_a_frame_above_the_limit_was_stacked() -> None:
    registers = {"psp": 0x2000_4000, "psplim": 0x2000_3FF0}
    thread = a_stack(*a_frame(pc=LEAF + 4), at=0x2000_4000)
    assert pcs(lost_on_psp(thread, cfsr(1 << 20), **registers))[2] == LEAF + 4


def test_a_frame_that_failed_and_whose_pc_is_no_code_was_not_stacked() -> None:
    junk = (*a_frame(pc=0x1234_5678), *RESUMED)
    found = lost_on_psp(a_stack(*junk, at=0x2000_4000), cfsr(1 << 12), psp=0x2000_4000)
    assert pcs(found)[2] == IN_WORK - 1
    assert "its pc 0x12345678 is not code" in (found.frames[1].doubt or "")


def test_one_return_address_alone_proves_no_caller() -> None:
    stack = a_stack(0x44, IN_WORK, 0x45, 0x1234_5678, at=0x2000_4000)
    found = lost_on_psp(stack, psp=0x2000_3FE0)
    assert pcs(found) == [HANDLER + 4, 0xFFFF_FFFD]
    assert (found.end.kind, found.end.address) == ("no_memory", 0x2000_3FE0)


KEEPS_NOTHING = a_row(CfaOffset(13, 8))
IN_FAULT = {"pc": HANDLER + 0x10, "sp": RAM, "xpsr": T | 3, "lr": IN_HANDLER}
CALLS_LEAF = Segment(IN_HANDLER - 5, bl(LEAF - IN_HANDLER + 1), "elf")
ABOVE = (0x46, IN_RESET, 0, 0)


def in_fault(*stack: int, **registers: int) -> Backtrace:
    """In a handler that never returns: lr is what its call of `leaf` has left."""
    segments = (CALLS_LEAF, *SITES, a_stack(7, 8, *stack))
    known = Registers({**IN_FAULT, **registers})
    return unwind(known, Memory(segments), program(SysTick_Handler=KEEPS_NOTHING))


def test_a_handler_that_has_not_kept_exc_return_is_left_through_the_frame_above_its_own() -> None:
    found = in_fault(*a_frame(pc=LEAF + 4, lr=IN_MAIN), *ABOVE)
    assert pcs(found) == [HANDLER + 0x10, 0xFFFF_FFF9, LEAF + 4, MAIN + 0x10, RESET + 0x10]
    assert found.frames[1].doubt == (
        "the handler did not keep EXC_RETURN, 0xfffffff9 fits what lies on the stack"
    )
    assert found.end.kind == "reset"


def test_a_handler_that_was_interrupted_is_told_by_the_stacked_xpsr() -> None:
    found = in_fault(*a_frame(pc=LEAF + 4, lr=0xFFFF_FFF9, xpsr=T | 15), *a_frame(pc=LEAF + 4))
    assert [frame.pc for frame in found.frames if frame.exception is not None] == [
        0xFFFF_FFF1,
        0xFFFF_FFF9,
    ]


def test_an_extended_frame_is_told_by_where_it_leads() -> None:
    frame = (*a_frame(pc=WORK + 4, lr=IN_MAIN), *[0] * 18)
    found = in_fault(*frame, 0x44, IN_MAIN, *ABOVE, s0=0)
    assert pcs(found)[1:4] == [0xFFFF_FFE9, WORK + 4, MAIN + 0x10]


@pytest.mark.parametrize(
    "frame",
    [
        a_frame(pc=0x1234_5678, lr=IN_MAIN),  # not code
        a_frame(pc=LEAF + 4, lr=IN_MAIN, xpsr=0),  # not Thumb
        a_frame(pc=LEAF + 4, lr=0x1234_5679),  # returns to nowhere
    ],
)
def test_what_cannot_be_a_frame_is_none(frame: tuple[int, ...]) -> None:
    found = in_fault(*frame, *ABOVE)
    assert pcs(found) == [HANDLER + 0x10]
    assert (found.end.kind, found.end.reason) == (
        "no_rule",
        "nothing tells where the code at 0x08000410 has kept lr",
    )


def test_a_thread_without_lr_is_not_taken_for_a_handler() -> None:
    assert in_fault(*a_frame(pc=LEAF + 4, lr=IN_MAIN), xpsr=T).end.kind == "no_rule"


# What an on-device dump may hold: r0 to r15, and the stack.
ON_DEVICE = {f"r{n}": n for n in range(13)}


def test_registers_and_stack_alone_lead_from_a_handler_to_reset() -> None:
    registers = {**ON_DEVICE, "pc": HANDLER + 4, "sp": RAM, "lr": 0}
    stack = a_stack(0x44, 0xFFFF_FFF9, *a_frame(pc=LEAF + 4, lr=IN_MAIN), 0x46, IN_RESET, 0, 0)
    found = trace(registers, stack)
    assert pcs(found) == [HANDLER + 4, 0xFFFF_FFF9, LEAF + 4, MAIN + 0x10, RESET + 0x10]
    assert (found.end.kind, found.warnings) == ("reset", ())


def test_a_thread_behind_a_handler_is_out_of_reach_without_psp() -> None:
    registers = {**ON_DEVICE, "pc": HANDLER + 4, "sp": RAM, "lr": 0}
    found = trace(registers, a_stack(0x44, 0xFFFF_FFFD))
    assert pcs(found) == [HANDLER + 4, 0xFFFF_FFFD]
    assert found.end.reason == "the interrupted code ran on PSP, which is not in the dump"
    assert found.end.hint == "capture with a debug probe, which reads all stack pointers"


@pytest.mark.parametrize("missing", ["sp", "lr"])
def test_a_register_that_the_way_back_takes_is_named(missing: str) -> None:
    registers = {name: word for name, word in in_leaf().items() if name != missing}
    found = trace(registers, a_stack(*MAIN_STACK))
    assert pcs(found) == [LEAF + 4]
    assert found.end.reason.startswith(f"the dump holds no {missing}: ")
    assert found.end.hint == "capture the core registers"
