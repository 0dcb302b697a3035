from pathlib import Path

from stackdump_probe.memory import Memory, Segment
from tests.builders import halfwords
from tests.differential.programs import Program

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
