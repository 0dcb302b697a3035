"""Lockup: what is left of it, and how it is left."""

import pytest

from stackdump_probe.arch.registers import Registers
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.unwind.unwinder import unwind
from tests.builders.octets import words
from tests.builders.programs import RAM, a_frame, a_stack, pushed
from tests.unit.unwind.walks import (
    CALLS_TO,
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
