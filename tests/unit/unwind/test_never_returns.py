import pytest

from stackdump_probe.arch.registers import Registers
from stackdump_probe.errors import DwarfError
from stackdump_probe.image.frames.exidx import Entry
from stackdump_probe.memory import Segment
from stackdump_probe.record import replace
from stackdump_probe.unwind.never_returns import Clobbers
from stackdump_probe.unwind.step import Caller, Position
from tests.builders.octets import halfwords
from tests.builders.programs import RAM, AFunction, AProgram, SomeEntries, around

START = 0x0800_0100
PUSH, LOAD_R4, TRAP, LOOP = 0xB580, 0x6984, 0xDEFE, 0xE7FE  # push {r7, lr}; ldr r4, [r0, #24]
BX_LR, POP_PC, TAIL_CALL = 0x4770, 0xBD80, 0xE0FE  # bx lr; pop {r7, pc}; b beyond the function
WIDE_POP, WITH_PC, WITHOUT_PC = 0xE8BD, 0x8110, 0x0110  # pop.w {r4, r8, pc}; pop.w {r4, r8}
INHERITED = Registers({"pc": START + 2, "sp": RAM, "r4": 4, "r5": 5})


def kept(*code: int, registers: Registers = INHERITED, at_index: int = 2) -> Registers:
    """What the caller is left with of `registers`, in a function of that code, halted there."""
    function = AFunction("f", START, 2 * len(code))
    segment = Segment(START, halfwords(*code), "elf")
    clobbers = Clobbers(around(segment, program=AProgram([function])))
    found = Caller(registers.without("pc"), 0x0800_0301, RAM + 8, "cfi")
    here = INHERITED.updated(pc=START + 2 * at_index)
    return clobbers.without(found, Position(here, "cfi", is_exact=True)).registers


@pytest.mark.parametrize("end", [TRAP, LOOP])
def test_what_a_function_changes_that_never_returns_is_lost(end: int) -> None:
    found = kept(PUSH, LOAD_R4, end)
    assert "r4" not in found
    assert found["r5"] == 5


def test_what_it_has_not_changed_yet_is_known() -> None:
    assert kept(PUSH, LOAD_R4, TRAP, at_index=1)["r4"] == 4


def test_where_no_way_leads_to_pc_all_that_it_changes_is_lost() -> None:
    assert "r4" not in kept(LOOP, LOAD_R4, TRAP, at_index=1)


@pytest.mark.parametrize("way_out", [[BX_LR], [POP_PC], [WIDE_POP, WITH_PC], [TAIL_CALL]])
def test_a_function_that_can_return_gives_back_what_it_changed(way_out: list[int]) -> None:
    assert kept(PUSH, LOAD_R4, *way_out)["r4"] == 4


def test_an_operand_that_looks_like_a_return_is_none() -> None:
    assert "r4" not in kept(
        PUSH, WIDE_POP, WITHOUT_PC, 0xF240, BX_LR, LOAD_R4, TRAP, at_index=6
    )  # movw


def test_what_it_has_saved_is_known() -> None:
    saved = INHERITED.saved(RAM, {"r4": 44})
    assert kept(PUSH, LOAD_R4, TRAP, registers=saved)["r4"] == 44


def test_without_a_symbol_the_exception_tables_tell_where_it_ends() -> None:
    entry = Entry(START, START + 6, (), is_inline=True)
    code = Segment(START, halfwords(PUSH, LOAD_R4, TRAP, BX_LR), "elf")
    clobbers = Clobbers(around(code, program=AProgram(exidx=SomeEntries([entry]))))
    found = Caller(INHERITED.without("pc"), 0x0800_0301, RAM + 8, "exidx")
    here = Position(INHERITED.updated(pc=START + 4), "exidx", is_exact=True)
    assert "r4" not in clobbers.without(found, here).registers
    before = replace(here, registers=INHERITED.updated(pc=START + 2))
    assert clobbers.without(found, before) == found


def test_tables_that_cannot_be_read_tell_of_no_function() -> None:
    class Damaged(SomeEntries):
        def entry_at(self, pc: int) -> Entry | None:
            raise DwarfError(f"no entry for {pc:#x}", section=".ARM.exidx", offset=0)

    clobbers = Clobbers(around(program=AProgram(exidx=Damaged())))
    found = Caller(INHERITED, 0x0800_0301, RAM + 8, "leaf")
    assert clobbers.without(found, Position(INHERITED, "leaf", is_exact=False)) == found


def test_code_that_cannot_be_read_is_taken_to_return() -> None:
    clobbers = Clobbers(around(program=AProgram([AFunction("f", START)])))
    found = Caller(INHERITED, 0x0800_0301, RAM + 8, "cfi")
    position = Position(replace(INHERITED), "cfi", is_exact=False)
    assert clobbers.without(found, position) == found
