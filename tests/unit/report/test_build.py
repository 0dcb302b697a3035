"""A dump and a program make a report."""

import pytest

from stackdump_probe.arch.registers import Registers
from stackdump_probe.dump.model import Dump
from stackdump_probe.image.elf import Image
from stackdump_probe.record import replace
from stackdump_probe.report.build import MISMATCH, build_report
from stackdump_probe.report.model import ElfMatch, Report
from tests.builders import a_dump, an_elf, words
from tests.builders.elves import (
    LOCAL,
    NOTYPE,
    ASymbol,
    code,
    constants,
    debug_sections,
    zeroed,
)

FLASH, RAM = 0x0800_0000, 0x2000_0000
RESET, MAIN, TIMER = FLASH + 0x200, FLASH + 0x240, FLASH + 0x280
VECTORS = words(RAM + 0x1000, RESET | 1, *[TIMER + 0x40 | 1] * 42, TIMER | 1)
SYMBOLS = (
    ASymbol("$t", RESET, type=NOTYPE, binding=LOCAL, section=".text"),
    ASymbol("Reset_Handler", RESET | 1, 0x40, section=".text"),
    ASymbol("_ZN4main4idle17h0123456789abcdefE", MAIN | 1, 0x40, section=".text"),
    ASymbol("TIM2_IRQHandler", TIMER | 1, 0x40, section=".text"),
)
NOP = b"\x00\xbf"
SECTIONS = (
    constants(VECTORS, at=FLASH, name=".isr_vector"),
    code(NOP * 0x80, at=RESET),
)
# DWARF 4, 6.4.1: factors 2 and -4, return address in r14, CFA r13 + 0, for all of the handler.
CIE = words(16, 0xFFFF_FFFF) + bytes((1, 0, 2, 0x7C, 14, 0x0C, 13, 0, 0, 0, 0, 0))
FDE = words(12, 0, TIMER, 0x40)
FRAMES = debug_sections({".debug_frame": CIE + FDE})
PROGRAM = Image.from_bytes(an_elf(*SECTIONS, *FRAMES, symbols=SYMBOLS, entry=RESET | 1))
THREAD = a_dump(
    {FLASH: VECTORS, RAM: bytes(0x1000)},
    **{f"r{number}": number for number in range(13)},
    sp=RAM + 0x800,
    lr=0xFFFF_FFFF,
    pc=RESET + 4,
    xpsr=0x0100_0000,
)


def report_of(dump: Dump, image: Image = PROGRAM, match: ElfMatch | None = None) -> Report:
    return build_report(dump, image, elf_path="fw.elf", dumps=["x.dump"], match=match)


def with_registers(dump: Dump, **words: int) -> Dump:
    return replace(dump, registers=dump.registers.updated(**words))


def test_the_names_of_the_files_are_kept() -> None:
    report = report_of(THREAD)
    assert (report.elf_path, report.dumps, report.build_id) == ("fw.elf", ("x.dump",), None)


def test_the_verdict_is_reached_by_the_flash_in_the_dump() -> None:
    assert report_of(THREAD).elf_match == ElfMatch("match", "180 flash bytes at 0x08000000 equal")


def test_a_program_that_is_not_in_the_dump_is_warned_of() -> None:
    report = report_of(THREAD, match=ElfMatch("mismatch", "bytes differ"))
    assert report.elf_match.evidence == "bytes differ"
    assert report.warnings[0] == MISMATCH


def test_without_debug_information_a_frame_is_named_by_its_symbol() -> None:
    [thread] = report_of(with_registers(THREAD, pc=MAIN + 4)).threads
    frame = thread.frames[0]
    assert frame.function == "main::idle"
    assert frame.linkage_name == "_ZN4main4idle17h0123456789abcdefE"
    assert (frame.level, frame.kind, frame.rule) == (0, "function", "innermost")
    assert (frame.pc, frame.location, frame.variables) == (MAIN + 4, None, ())


def test_without_a_symbol_a_frame_has_no_name() -> None:
    stripped = Image.from_bytes(an_elf(*SECTIONS))
    frame = report_of(THREAD, stripped).threads[0].frames[0]
    assert (frame.function, frame.linkage_name) == (None, None)


def test_the_end_comes_with_its_reason() -> None:
    end = report_of(THREAD).threads[0].end
    assert (end.kind, end.reason) == ("reset", "reached Reset_Handler")


def test_a_dump_without_registers_still_gives_a_report() -> None:
    report = report_of(replace(THREAD, registers=Registers()))
    assert report.threads[0].frames == ()
    assert report.threads[0].end.kind == "no_rule"
    assert report.core.mode is None


def an_interrupted_dump() -> Dump:
    """In the handler of interrupt 28, which is vector 44, called while idle."""
    stacked = words(0, 1, 2, 3, 12, 0xFFFF_FFFF, RESET + 8, 0x0100_0000)
    memory = a_dump({RAM + 0x800: stacked, RAM + 0x820: bytes(0x7E0)}).memory
    dump = replace(THREAD, memory=memory.over(THREAD.memory))
    return with_registers(dump, pc=TIMER, lr=0xFFFF_FFF9, xpsr=0x0100_0000 | 44)


def test_an_exception_stands_between_its_handler_and_what_it_interrupted() -> None:
    frames = report_of(an_interrupted_dump()).threads[0].frames
    assert [(frame.level, frame.kind, frame.function) for frame in frames] == [
        (0, "function", "TIM2_IRQHandler"),
        (1, "exception", "IRQ 28 (TIM2)"),
        (2, "function", "Reset_Handler"),
    ]


def test_the_core_is_told_with_the_exception_that_it_handles() -> None:
    core = report_of(an_interrupted_dump()).core
    assert (core.mode, core.exception) == ("handler", "IRQ 28 (TIM2)")


def test_a_fault_is_reported_with_the_frames() -> None:
    control_space = a_dump({0xE000_ED28: words(1 << 25)}).memory
    report = report_of(replace(THREAD, memory=control_space.over(THREAD.memory)))
    assert report.fault is not None
    assert report.fault.summary.startswith("integer division by zero (recorded earlier")


def a_hard_fault(**registers: int) -> Report:
    """In the handler of a HardFault that was taken at RESET + 8, its frame at RAM + 0x800."""
    dump = with_registers(an_interrupted_dump(), xpsr=0x0100_0003, **registers)
    control_space = a_dump({0xE000_ED28: words(1 << 16 | 1 << 20)}).memory  # UNDEFINSTR, STKOF
    return report_of(replace(dump, memory=control_space.over(dump.memory)))


def test_the_instruction_that_an_active_fault_interrupted_is_read_from_the_elf() -> None:
    fault = a_hard_fault().fault
    assert fault is not None
    assert fault.instruction is not None
    assert (fault.instruction.address, fault.instruction.text) == (RESET + 8, "nop")


@pytest.mark.parametrize(("limit", "is_trusted"), [(RAM + 0x800, False), (RAM + 0x7F8, True)])
def test_a_frame_that_the_stack_limit_had_no_room_for_tells_no_instruction(
    limit: int, is_trusted: bool
) -> None:
    fault = a_hard_fault(msplim=limit).fault
    assert fault is not None
    assert (fault.instruction is not None) is is_trusted


def test_an_interrupt_is_no_fault_whose_instruction_could_be_shown() -> None:
    control_space = a_dump({0xE000_ED28: words(1 << 16)}).memory
    dump = an_interrupted_dump()
    fault = report_of(replace(dump, memory=control_space.over(dump.memory))).fault
    assert fault is not None
    assert fault.instruction is None


def test_what_the_dump_left_out_is_warned_of_once() -> None:
    report = report_of(replace(THREAD, notes=("3 registers have no name",) * 2))
    assert report.warnings.count("3 registers have no name") == 1


def test_damaged_debug_information_costs_only_what_it_would_have_told() -> None:
    damage = debug_sections({".debug_info": b"\x40\0\0\0\x04\0" + b"\xff" * 62})
    image = Image.from_bytes(an_elf(*SECTIONS, *damage, symbols=SYMBOLS, entry=RESET | 1))
    report = report_of(THREAD, image)
    assert report.threads[0].frames[0].function == "Reset_Handler"
    assert any("debug_info" in warning for warning in report.warnings)


@pytest.mark.parametrize(
    ("sp", "kind"), [(RAM + 0x800, "thread_start"), (RAM - 0x100_0000, "corrupt")]
)
def test_a_thread_does_not_begin_below_all_ram(sp: int, kind: str) -> None:
    data = zeroed(0x400, at=RAM)
    image = Image.from_bytes(an_elf(*SECTIONS, data, *FRAMES, symbols=SYMBOLS, entry=RESET | 1))
    report = report_of(with_registers(THREAD, pc=MAIN + 4, lr=0, sp=sp), image)
    assert report.threads[0].end.kind == kind
