from pathlib import Path

import pytest

from stackdump_probe.memory import Memory, Segment
from tests.builders import halfwords
from tests.differential.programs import Program, program_of

GOLDEN = Path(__file__).parents[1] / "golden"
CALLED, OTHER, CALLER = 0x100, 0x200, 0x300
# arm-none-eabi-as: bl 0x100 and blx r3 at 0x300; bl 0x200 at 0x310.
CODE = halfwords(0xF7FF, 0xFEFE, 0x4798), halfwords(0xF7FF, 0xFF76)


def a_program() -> Program:
    segments = [Segment(0x300, CODE[0]), Segment(0x310, CODE[1])]
    functions = {"called": CALLED, "other": OTHER, "caller": CALLER}
    return Program(Path("fw.elf"), functions, Memory(segments))


def test_a_direct_call_is_told_by_its_target() -> None:
    program = a_program()
    assert program.calls_directly(0x304, CALLED + 8)
    assert not program.calls_directly(0x304, OTHER)
    assert program.calls_directly(0x314, OTHER)


def test_a_call_through_a_register_is_none_to_any_function() -> None:
    program = a_program()
    assert program.calls_by_register(0x306)
    assert not program.calls_by_register(0x304)
    assert not program.calls_directly(0x306, CALLED)


@pytest.mark.parametrize(
    ("name", "is_endless"),
    [
        ("main", True),  # ends with a branch to itself
        ("_HardFault", True),  # ends with a call
        ("HardFault", False),  # a branch to _HardFault
        ("_RNvCs6jZDdZGmiRg_5crash4note", False),  # pop {r7, pc}
    ],
)
def test_a_function_that_nothing_leads_out_of_never_returns(name: str, is_endless: bool) -> None:
    program = program_of(GOLDEN / "crash_rustc_os" / "fw.elf")
    assert program.never_returns(program.functions[name] + 2) == is_endless


def test_what_is_loaded_from_elsewhere_than_the_stack_is_told_up_to_pc() -> None:
    # ldmia.w r0!, {r4, r5, r6, r7, r8, r9, sl, fp} at +0x12; ldmia.w sp!, {r3, lr} at +0xe
    program = program_of(GOLDEN / "relay_gcc_og" / "fw.elf")
    start = program.functions["PendSV_Handler"]
    assert program.has_loaded(start + 0x16, "r11")
    assert not program.has_loaded(start + 0x12, "r11")
    assert not program.has_loaded(start + 0x16, "r3")
