"""Fault status words in, sentences out."""

import pytest

from stackdump_probe.arch.registers import Registers
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.report.faults import fault_of
from stackdump_probe.report.model import Fault
from tests.builders import halfwords

# DDI 0403 B3.2.2: the addresses in the System Control Block.
SHCSR, CFSR, HFSR, DFSR, MMFAR, BFAR = (0xE000ED24 + 4 * n for n in range(6))
SFSR, SFAR, RFSR = 0xE000EDE4, 0xE000EDE8, 0xE000EF04
SHCSR_NS, CFSR_NS, MMFAR_NS = (each + 0x20000 for each in (SHCSR, CFSR, MMFAR))
CPUID = 0xE000ED00
FORCED, DEBUGEVT = 1 << 30, 1 << 31
HARD_FAULT, THREAD = frozenset({3}), frozenset[int]()


def words_at(**words: int) -> Memory:
    """The named status registers, and no other memory."""
    segments = [
        Segment(globals()[name], word.to_bytes(4, "little")) for name, word in words.items()
    ]
    return Memory(segments)


def fault(exceptions: frozenset[int] = HARD_FAULT, **words: int) -> Fault:
    found = fault_of(words_at(**words), exceptions=exceptions)
    assert found is not None
    return found


def test_without_the_registers_there_is_nothing_to_say() -> None:
    assert fault_of(Memory(), exceptions=HARD_FAULT) is None


def test_without_a_set_bit_there_is_no_fault() -> None:
    assert fault_of(words_at(CFSR=0, HFSR=0, DFSR=1), exceptions=THREAD) is None


def test_a_precise_bus_error_gives_the_address_in_bfar() -> None:
    found = fault(CFSR=1 << 9 | 1 << 15, HFSR=0, BFAR=0x6000_0010)
    assert found.summary == "precise data bus error at 0x60000010"
    assert found.address == 0x6000_0010
    assert [(cause.register, cause.bit) for cause in found.causes] == [("CFSR", "PRECISERR")]


def test_an_address_without_its_valid_bit_is_not_shown() -> None:
    found = fault(CFSR=1 << 9, BFAR=0x6000_0010)
    assert (found.summary, found.address) == ("precise data bus error", None)


def test_an_address_that_was_not_captured_is_not_shown() -> None:
    assert fault(CFSR=1 << 9 | 1 << 15).address is None


def test_the_bus_fault_address_is_not_given_for_a_memory_fault() -> None:
    found = fault(CFSR=1 << 1 | 1 << 15, MMFAR=0x1000, BFAR=0x2000)
    assert found.address is None


def test_a_memory_fault_gives_the_address_in_mmfar() -> None:
    found = fault(CFSR=1 << 1 | 1 << 7, MMFAR=0x1000)
    assert found.summary == "data access that the MPU or memory map forbids at 0x00001000"


def test_an_imprecise_error_is_said_to_lie_at_or_before() -> None:
    found = fault(CFSR=1 << 10)
    assert "at or before" in found.summary
    assert found.address is None


def test_an_uncorrected_memory_error_comes_with_its_bus_fault() -> None:
    found = fault(CFSR=1 << 9, RFSR=1 << 31 | 3)
    assert [(cause.register, cause.bit) for cause in found.causes] == [
        ("CFSR", "PRECISERR"),
        ("RFSR", "V"),
    ]
    assert fault(CFSR=1 << 9, RFSR=3).causes[-1].register == "CFSR"


def test_a_secure_handler_sees_why_a_fault_of_non_secure_code_escalated() -> None:
    # Banked: MMFSR, UFSR, MMFAR, SHCSR; BFSR is the same in both views (DDI 0553, CFSR).
    found = fault(
        CFSR=0, CFSR_NS=1 << 1 | 1 << 7 | 1 << 9, MMFAR_NS=0x4000, SHCSR=7 << 16, SHCSR_NS=0,
        HFSR=FORCED,
    )  # fmt: skip
    assert [(cause.register, cause.bit) for cause in found.causes] == [
        ("CFSR_NS", "DACCVIOL"),
        ("HFSR", "FORCED"),
    ]
    assert found.causes[-1].text.endswith("the fault's own handler is disabled")
    assert found.address == 0x4000


def test_a_stack_overflow_is_bit_20() -> None:
    assert fault(CFSR=1 << 20).causes[0].bit == "STKOF"


@pytest.mark.parametrize(
    ("shcsr", "why"),
    [
        (0x0005_0000, "the fault's own handler is disabled"),
        (0x0002_0000, "the current priority did not let the fault's own handler run"),
    ],
)
def test_escalation_is_explained_by_the_enable_bit(shcsr: int, why: str) -> None:
    found = fault(CFSR=1 << 9, HFSR=FORCED, SHCSR=shcsr)
    assert found.causes[-1].text == f"escalated to HardFault: {why}"
    assert found.summary == "precise data bus error"


def test_escalation_without_the_enable_bits_names_both_reasons() -> None:
    assert "disabled or was not allowed" in fault(CFSR=1 << 25, HFSR=FORCED).causes[-1].text


def test_escalation_of_a_fault_that_was_cleared_says_so() -> None:
    assert fault(CFSR=0, HFSR=FORCED).summary == (
        "escalated to HardFault: no other status bit says why"
    )


def test_a_vector_table_error_is_named() -> None:
    assert fault(HFSR=1 << 1).summary == "bus error while reading the vector table"


def test_a_debug_event_is_explained_by_dfsr() -> None:
    found = fault(HFSR=DEBUGEVT, DFSR=0b10)
    assert found.summary == "breakpoint instruction or FPB match"
    assert [cause.bit for cause in found.causes] == ["DEBUGEVT", "BKPT"]


def test_a_debug_event_alone_is_still_told() -> None:
    assert fault(HFSR=DEBUGEVT).summary == "debug event, such as BKPT, with no debugger to take it"


def test_dfsr_left_by_a_debugger_is_no_fault() -> None:
    assert fault_of(words_at(CFSR=0, HFSR=0, DFSR=0b11111), exceptions=THREAD) is None


def test_dfsr_explains_the_debug_monitor() -> None:
    assert fault(frozenset({12}), DFSR=0b100).summary == "DWT watchpoint match"


def test_a_secure_fault_gives_the_address_in_sfar() -> None:
    found = fault(frozenset({7}), SFSR=1 << 3 | 1 << 6, SFAR=0x5000_0000)
    assert found.summary == "Non-secure access that the attribution unit forbids at 0x50000000"


def test_two_causes_are_both_in_the_summary() -> None:
    found = fault(CFSR=1 << 1 | 1 << 4)
    assert found.summary == (
        "data access that the MPU or memory map forbids; "
        "memory fault while stacking for exception entry, its frame cannot be trusted"
    )


def test_sticky_bits_without_an_active_fault_are_said_to_be_old() -> None:
    found = fault(THREAD, CFSR=1 << 25)
    assert found.summary == (
        "integer division by zero (recorded earlier: no fault handler is active)"
    )


@pytest.mark.parametrize("bit", [5, 13])
def test_a_lazy_save_that_failed_has_no_address(bit: int) -> None:
    valid = 1 << 7 | 1 << 15
    assert fault(CFSR=1 << bit | valid, MMFAR=0x1000, BFAR=0x2000).address is None


@pytest.mark.parametrize(
    ("cpuid", "why"),
    [
        (0x410C_C200, "HardFault; this core does not record why"),  # Cortex-M0, DDI 0432
        (0x410F_C241, "HardFault; its cause is not recorded"),  # Cortex-M4, DDI 0439
    ],
)
def test_an_active_fault_of_which_nothing_is_recorded(cpuid: int, why: str) -> None:
    found = fault(CFSR=0, HFSR=0, CPUID=cpuid)
    assert (found.summary, found.causes, found.address) == (why, (), None)


def test_the_fault_is_named_by_its_exception() -> None:
    assert fault(frozenset({5}), CFSR=0).summary == "BusFault; its cause is not recorded"


def test_the_instruction_is_that_of_the_interrupted_code() -> None:
    code = Segment(0x0800_0200, halfwords(0x6808))  # ldr r0, [r1]
    status = words_at(CFSR=1 << 9 | 1 << 15, BFAR=0x6000_0010)
    registers = Registers({"pc": 0x0800_0200, "r1": 0x6000_0010})
    found = fault_of(Memory((*status.segments, code)), exceptions=HARD_FAULT, interrupted=registers)
    assert found is not None
    assert found.instruction is not None
    assert found.instruction.meaning == "loads 4 bytes from 0x60000010, as BFAR says"


# DDI 0403 B3.2.15, B3.2.16; DDI 0553 CFSR and SFSR: names from bit 0 up, "-" where reserved.
NAMES = {
    "CFSR": "IACCVIOL DACCVIOL - MUNSTKERR MSTKERR MLSPERR - - "
    "IBUSERR PRECISERR IMPRECISERR UNSTKERR STKERR LSPERR - - "
    "UNDEFINSTR INVSTATE INVPC NOCP STKOF - - - UNALIGNED DIVBYZERO",
    "SFSR": "INVEP INVIS INVER AUVIOL INVTRAN LSPERR - LSERR",
    "HFSR": "- VECTTBL" + " -" * 28 + " FORCED DEBUGEVT",
}
# DDI 0403 C1.6.1, DDI 0553 DFSR; HALTED, bit 0, is left out.
DFSR_NAMES = "- BKPT DWTTRAP VCATCH EXTERNAL PMU"


@pytest.mark.parametrize("bit", range(6))
def test_each_debug_event_has_the_name_of_the_manual(bit: int) -> None:
    found = fault_of(words_at(DFSR=1 << bit), exceptions=frozenset({12}))
    causes = () if found is None else found.causes
    name = DFSR_NAMES.split()[bit]
    assert [cause.bit for cause in causes] == [name] * (name != "-")


@pytest.mark.parametrize("register", NAMES)
def test_each_bit_has_the_name_of_the_manual(register: str) -> None:
    for bit, name in enumerate(NAMES[register].split()):
        found = fault_of(words_at(**{register: 1 << bit}), exceptions=HARD_FAULT)
        assert found is not None or register != "CFSR"
        causes = found.causes if found is not None else ()
        assert [cause.bit for cause in causes] == [name] * (name != "-")
