"""What an instruction has to do with a fault, in words."""

import pytest

from stackdump_probe.arch.registers import Registers
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.report.culprit import Scene, culprit
from stackdump_probe.report.model import Access, FaultInstruction
from tests.builders import halfwords, words

PC = 0x0800_0200
THUMB = 0x0100_0000  # xPSR with EPSR.T set
LDR, STR, UDIV = (0x6808,), (0x6008,), (0xFBB1, 0xF0F2)  # r0, [r1]; r0, [r1]; r0, r1, r2
CPACR = 0xE000_ED88


def found(
    bits: str,
    *code: int,
    reported: tuple[str, int] | None = None,
    at: int = PC,
    memory: dict[int, bytes] | None = None,
    **registers: int,
) -> FaultInstruction | None:
    """The culprit of these status bits, with `code` around the interrupted pc."""
    regions = {at: halfwords(*code), **(memory or {})}
    known = Registers({"pc": PC, "xpsr": THUMB, "lr": 0x0800_0101, **registers})
    segments = [Segment(start, content) for start, content in regions.items()]
    return culprit(Scene(frozenset(bits.split()), known, Memory(segments), reported))


def meaning(bits: str, *code: int, **more: object) -> str | None:
    instruction = found(bits, *code, **more)  # type: ignore[arg-type]
    assert instruction is not None
    return instruction.meaning


def test_a_load_that_faulted_is_told_with_its_registers_and_address() -> None:
    bits = "CFSR.PRECISERR HFSR.FORCED"
    assert found(bits, *LDR, reported=("BFAR", 0x6000_0010), r1=0x6000_0010) == FaultInstruction(
        PC,
        "ldr r0, [r1]",
        {"r1": 0x6000_0010},
        Access("load", 0x6000_0010, 4),
        "loads 4 bytes from 0x60000010, as BFAR says",
    )


def test_a_store_is_told_as_such() -> None:
    assert meaning("CFSR.DACCVIOL", 0x7008, r0=1, r1=8) == "stores 1 byte to 0x00000008"


def test_an_address_within_what_is_touched_is_named() -> None:
    push = meaning("CFSR.DACCVIOL", 0xB530, reported=("MMFAR", 0x1FFC), sp=0x2000)
    assert push == "stores 12 bytes to 0x00001ff4, of which MMFAR names 0x00001ffc"


def test_an_address_elsewhere_is_not_taken_for_this_access() -> None:
    other = meaning("CFSR.PRECISERR", *LDR, reported=("BFAR", 0x5000), r1=0x4000)
    assert other == "loads 4 bytes from 0x00004000, but BFAR names 0x00005000"


def test_a_base_that_is_not_known_leaves_the_address_open() -> None:
    instruction = found("CFSR.PRECISERR", *LDR)
    assert instruction is not None
    assert instruction.registers == {"r1": None}
    assert instruction.access == Access("load", None, 4)
    assert instruction.meaning == "loads 4 bytes from an address that is not known"


def test_an_unaligned_address_is_said_to_be_one() -> None:
    text = "loads 4 bytes from 0x20000002, which is not a multiple of 4"
    assert meaning("CFSR.UNALIGNED", *LDR, r1=0x2000_0002) == text


def test_a_double_word_needs_the_alignment_of_a_word() -> None:
    ldrd = (0xE9D2, 0x0100)
    assert meaning("CFSR.UNALIGNED", *ldrd, r2=4) == "loads 8 bytes from 0x00000004"


def test_a_core_that_records_nothing_is_told_of_alignment_too() -> None:
    text = "stores 4 bytes to 0x20000001, which is not a multiple of 4"
    assert meaning("", *STR, r0=0, r1=0x2000_0001) == text


def test_alignment_is_no_matter_where_something_else_is_recorded() -> None:
    assert meaning("CFSR.PRECISERR", *LDR, r1=0x6000_0002) == "loads 4 bytes from 0x60000002"


@pytest.mark.parametrize("code", [UDIV, (0xFB91, 0xF0F2)])
def test_the_divisor_is_named(code: tuple[int, int]) -> None:
    assert meaning("CFSR.DIVBYZERO", *code, r1=7, r2=0) == "r2 is zero"


def test_a_divisor_that_is_not_known_is_not_said_to_be_zero() -> None:
    assert meaning("CFSR.DIVBYZERO", *UDIV, r1=7) is None


@pytest.mark.parametrize("code", [(0xDEFF,), (0xF7F0, 0xA000)])
def test_udf_is_a_trap(code: tuple[int, ...]) -> None:
    assert "on purpose" in str(meaning("CFSR.UNDEFINSTR", *code))


def test_an_instruction_that_the_core_lacks() -> None:
    text = "this core does not have this instruction, or this is no code"
    assert meaning("CFSR.UNDEFINSTR", 0xFA20, 0xF001, r0=1) == text  # lsr.w r0, r0, r1


def test_what_is_no_instruction_is_shown_as_data() -> None:
    instruction = found("CFSR.UNDEFINSTR", 0xFFFF, 0xFFFE)
    assert instruction == FaultInstruction(PC, ".inst.w 0xfffffffe", {}, None, None)


def test_a_short_one_has_four_digits() -> None:
    instruction = found("CFSR.UNDEFINSTR", 0xB700)  # DDI 0403 A5.2.5 leaves it undefined
    assert instruction is not None
    assert instruction.text == ".inst.n 0xb700"


def test_the_fpu_that_is_off_is_told_by_cpacr() -> None:
    vadd = (0xEE30, 0x0A00)
    off = {CPACR: words(0)}
    assert meaning("CFSR.NOCP", *vadd, memory=off) == "the FPU is off: CPACR is 0x00000000"
    assert meaning("CFSR.NOCP", *vadd, memory={CPACR: words(0xF << 20)}) is None
    assert meaning("CFSR.NOCP", *vadd) is None


@pytest.mark.parametrize("bits", ["HFSR.DEBUGEVT DFSR.BKPT", "HFSR.FORCED", ""])
def test_a_breakpoint_without_a_debugger(bits: str) -> None:
    assert meaning(bits, 0xBE00) == "a breakpoint, and no debugger is attached to take it"
    assert "semihosting" in str(meaning(bits, 0xBEAB))


def test_a_breakpoint_that_the_monitor_takes_is_no_mistake() -> None:
    assert meaning("DFSR.BKPT", 0xBE00) is None


@pytest.mark.parametrize("at", [PC, PC - 2])
def test_a_supervisor_call_that_may_not_be_taken(at: int) -> None:
    instruction = found("HFSR.FORCED", 0xDF03, 0xBF00, at=at)
    assert instruction is not None
    assert (instruction.address, instruction.text) == (at, "svc #3")
    assert "SVCall" in str(instruction.meaning)


def test_a_supervisor_call_before_a_fault_of_another_kind_is_not_blamed() -> None:
    instruction = found("CFSR.PRECISERR", 0xDF03, *LDR, at=PC - 2)
    assert instruction is not None
    assert instruction.address == PC
    assert meaning("CFSR.UNSTKERR", 0xDF03) is None


@pytest.mark.parametrize("bit", ["CFSR.IACCVIOL", "CFSR.IBUSERR"])
def test_where_nothing_can_be_fetched_nothing_is_disassembled(bit: str) -> None:
    assert found(bit, *LDR) == FaultInstruction(
        PC, None, {"lr": 0x0800_0101}, None, "no instruction can be fetched from here"
    )


@pytest.mark.parametrize("bits", ["CFSR.INVSTATE", ""])
def test_a_branch_to_arm_code_is_told_by_the_stacked_state(bits: str) -> None:
    assert "bit 0 of its target clear" in str(meaning(bits, *LDR, xpsr=0))
    assert meaning(bits, *LDR, xpsr=0, pc=0) == "a branch through a null pointer"


def test_an_invalid_state_of_another_kind_is_not_explained_so() -> None:
    assert meaning("CFSR.INVSTATE", 0x4718, r3=0) is None


def test_an_imprecise_error_blames_no_access() -> None:
    instruction = found("CFSR.IMPRECISERR", *STR, r0=0, r1=0x4000_0000)
    assert instruction is not None
    assert instruction.access is None
    assert instruction.meaning == (
        "the core noticed the error here; the access to blame was made here or before"
    )


@pytest.mark.parametrize("bit", ["CFSR.STKERR", "CFSR.MSTKERR", "HFSR.VECTTBL"])
def test_a_fault_of_exception_entry_has_no_instruction(bit: str) -> None:
    assert found(bit, *LDR) is None


def test_code_that_is_in_no_file_is_said_to_be_missing() -> None:
    text = "what is there is not in the dump, nor in the ELF"
    assert meaning("CFSR.PRECISERR", *LDR, at=PC + 0x100) == text


def test_without_pc_there_is_no_culprit() -> None:
    assert culprit(Scene(frozenset({"CFSR.PRECISERR"}), Registers({}), Memory())) is None
