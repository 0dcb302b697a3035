import pytest

from stackdump_probe.arch.registers import Registers
from stackdump_probe.memory import Segment
from stackdump_probe.unwind.code.calls import Call
from stackdump_probe.unwind.return_addresses import (
    FARTHEST,
    ReturnAddress,
    call_that_left,
    in_lr,
    is_code,
    on_stack,
    targets_of,
)
from tests.builders.octets import halfwords, words
from tests.builders.programs import RAM, AFunction, AProgram, a_call, a_stack, around, at

F, BACK, ROM = 0x0800_0100, 0x0800_0120, 0x1FFF_0000
PROGRAM = AProgram((AFunction("f", F),))
CALL = a_call(BACK, target=F)
EXC_RETURN = 0xFFFF_FFF9


def test_the_stack_is_read_up_to_what_an_exception_left() -> None:
    stack = a_stack(1, BACK | 1, EXC_RETURN, BACK | 1)
    position = at({"pc": F, "sp": RAM})
    first = ReturnAddress(RAM + 4, BACK | 1, Call(F))
    end = ReturnAddress(RAM + 8, EXC_RETURN, None)
    around_handler = around(stack, CALL, program=PROGRAM, live=Registers({"xpsr": 15}))
    assert list(on_stack(position, around_handler)) == [first, end]
    around_thread = around(stack, CALL, program=PROGRAM, live=Registers({"xpsr": 0}))
    assert [each.place for each in on_stack(position, around_thread)] == [
        RAM + 4,
        RAM + 8,
        RAM + 12,
    ]


@pytest.mark.parametrize("sp", [None, RAM + 2])
def test_without_an_aligned_sp_there_is_no_stack(sp: int | None) -> None:
    position = at({"pc": F} if sp is None else {"pc": F, "sp": sp})
    assert list(on_stack(position, around(a_stack(BACK | 1), CALL, program=PROGRAM))) == []


def test_the_stack_is_read_only_so_far() -> None:
    stack = a_stack(*[0] * (FARTHEST // 4), BACK | 1)
    assert list(on_stack(at({"pc": F, "sp": RAM}), around(stack, CALL, program=PROGRAM))) == []


def test_lr_counts_where_the_core_was_stopped() -> None:
    surroundings = around(CALL, program=PROGRAM)
    registers = {"pc": F, "lr": BACK | 1}
    assert list(in_lr(at(registers), surroundings)) == [ReturnAddress(None, BACK | 1, Call(F))]
    assert list(in_lr(at(registers, is_exact=False), surroundings)) == []
    assert list(in_lr(at({"pc": F}), surroundings)) == []


def test_only_a_thumb_address_in_code_behind_a_call_is_one() -> None:
    surroundings = around(CALL, program=PROGRAM)
    assert call_that_left(BACK, surroundings) is None
    assert call_that_left(0x2000_0001, surroundings) is None
    assert call_that_left(BACK + 0x11, surroundings) is None


def test_code_is_the_programs_or_a_roms_that_the_dump_holds() -> None:
    rom = Segment(ROM, halfwords(0xBF00, 0xBF00))
    surroundings = around(rom, a_stack(0), Segment(0, words(0, 0)), program=PROGRAM)
    assert is_code(F, surroundings)
    assert is_code(ROM + 2, surroundings)
    assert not is_code(ROM + 4, surroundings)
    assert not is_code(RAM, surroundings)  # no code of the program, and RAM
    assert not is_code(0, surroundings)  # the vector table


def targets(start: int, *segments: Segment) -> list[int]:
    return list(targets_of(start, around(*segments)))


def test_a_call_through_a_veneer_goes_where_that_leads() -> None:
    wide = Segment(0x100, halfwords(0xF85F, 0xF000) + words(F | 1))
    old = Segment(0x200, halfwords(0xB401, 0x4802, 0x4684, 0xBC01, 0x4760, 0xBF00) + words(F | 1))
    assert targets(0x100, wide) == [0x100, F]
    assert targets(0x200, old) == [0x200, F]
    assert targets(0x300, old) == [0x300]


def test_a_function_may_only_pass_a_call_on() -> None:
    # movs r1, #0; b 0x110
    assert targets(0x100, Segment(0x100, halfwords(0x2100, 0xE005))) == [0x100, 0x110]
    makes_frame = Segment(0x100, halfwords(0xB510, 0xE005))  # push {r4, lr}; b
    changes_r4 = Segment(0x100, halfwords(0x2400, 0xE005))  # movs r4, #0; b
    may_go_on = Segment(0x100, halfwords(0x2100, 0xD005))  # movs r1, #0; beq
    in_block = Segment(0x100, halfwords(0xBF08, 0xE005))  # it eq; beq
    for code in (
        makes_frame,
        changes_r4,
        may_go_on,
        in_block,
        Segment(0x100, halfwords(*[0xBF00] * 20)),
    ):
        assert targets(0x100, code) == [0x100]
