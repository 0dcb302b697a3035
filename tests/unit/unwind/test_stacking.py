"""Frames that exception entry has stacked badly, or that nobody tells where they are."""

import pytest

from stackdump_probe.arch.registers import Registers
from stackdump_probe.image.frames.cfi_rules import CfaOffset
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.unwind.frame import Backtrace
from stackdump_probe.unwind.unwinder import unwind
from tests.builders.programs import RAM, a_frame, a_row, a_stack, bl, pushed
from tests.unit.unwind.walks import (
    CALLS_TO,
    HANDLER,
    IN_HANDLER,
    IN_MAIN,
    IN_RESET,
    IN_WORK,
    LEAF,
    MAIN,
    MAIN_STACK,
    RESET,
    RESUMED,
    SITES,
    WORK,
    T,
    cfsr,
    in_leaf,
    pcs,
    program,
    trace,
)

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
