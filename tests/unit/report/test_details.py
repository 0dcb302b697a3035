"""What is behind a frame."""

from stackdump_probe.arch.registers import Registers
from stackdump_probe.report.details import details_of
from stackdump_probe.report.model import FrameDetails
from stackdump_probe.unwind.frame import Frame
from tests.builders import a_memory

PC, SP, CFA = 0x0800_0200, 0x2000_0FF0, 0x2000_1000
LIVE = Registers({"r4": 1, "s16": 5, "s17": 6})


def a_physical_frame(**changed: int) -> Frame:
    known = Registers({"pc": PC, "sp": SP, "r4": 4, **changed}, {"r5": 0x2000_2000})
    return Frame(known, CFA, "cfi", PC - 1)


def test_the_origin_of_code_and_stack_are_told_apart() -> None:
    memory = a_memory({SP: bytes(16)}).over(a_memory({PC - 2: bytes(4)}, origin="elf"))
    details = details_of(a_physical_frame(), memory, LIVE)
    assert details == FrameDetails({"r4": 4, "sp": SP}, {"r5": 0x2000_2000}, "elf", "dump")


def test_what_is_in_no_file_has_no_origin() -> None:
    details = details_of(a_physical_frame(), a_memory({}), LIVE)
    assert (details.code_origin, details.stack_origin) == (None, None)


def test_code_that_is_in_the_dump_is_vouched_for_by_it() -> None:
    memory = a_memory({PC - 2: bytes(4)}).over(a_memory({PC - 2: bytes(4)}, origin="elf"))
    assert details_of(a_physical_frame(), memory, LIVE).code_origin == "dump"


def test_an_fp_register_is_shown_where_an_inner_frame_saved_another_value() -> None:
    details = details_of(a_physical_frame(s16=5, s17=7), a_memory({}), LIVE)
    assert details.registers == {"sp": SP, "r4": 4, "s17": 7}


def test_an_exception_has_no_code() -> None:
    frame = Frame(Registers({"pc": PC}), CFA, "exception", PC, exception=3)
    memory = a_memory({PC: bytes(4)})
    assert details_of(frame, memory, LIVE).code_origin is None


def test_without_a_cfa_the_stack_is_that_at_sp() -> None:
    frame = Frame(Registers({"pc": PC, "sp": SP}), None, "innermost", PC)
    assert details_of(frame, a_memory({SP: bytes(4)}), LIVE).stack_origin == "dump"
