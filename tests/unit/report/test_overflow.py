"""Stack pointers against the memory of their stacks."""

import pytest

from stackdump_probe.arch.registers import Registers
from stackdump_probe.image.elf import Image
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.record import replace
from stackdump_probe.report.model import StackOverflow
from stackdump_probe.report.overflow import overflow_of
from stackdump_probe.unwind.frame import Frame
from tests.builders import an_elf, words
from tests.builders.elves import NOTYPE, OBJECT, ASymbol, zeroed

RAM = 0x2000_0000
TOP = RAM + 0x4000
STACK_A, STACK_B = RAM + 0x200, RAM + 0x400
SYMBOLS = (
    ASymbol("worker_stack", STACK_A, 0x200, OBJECT, section=".bss"),
    ASymbol("other_stack", STACK_B, 0x200, OBJECT, section=".bss"),
    ASymbol("flag", RAM, 4, OBJECT, section=".bss"),
)
BSS = zeroed(0x600, at=RAM)
STKOF, ON_PSP = 1 << 20, 2 << 24


def image(**limits: int) -> Image:
    named = [ASymbol(name, value, type=NOTYPE) for name, value in limits.items()]
    return Image.from_bytes(an_elf(BSS, symbols=(*SYMBOLS, *named)))


def a_frame(sp: int, exception: int | None = None, *, pc: int = 0x100) -> Frame:
    return Frame(Registers({"pc": pc, "sp": sp}), sp + 16, "cfi", pc, exception)


def overflow(*frames: Frame, cfsr: int = 0, **live: int) -> StackOverflow | None:
    return overflow_in(image(), *frames, cfsr=cfsr, **live)


def overflow_in(program: Image, *frames: Frame, cfsr: int = 0, **live: int) -> StackOverflow | None:
    memory = Memory([Segment(0xE000_ED28, words(cfsr))])
    return overflow_of(frames, Registers(live), memory, program, TOP)


def on_main(sp: int, outermost: int, **live: int) -> StackOverflow | None:
    return overflow(a_frame(sp), a_frame(outermost), sp=sp, msp=sp, cfbp=0, **live)


def test_a_stack_inside_its_memory_has_not_overflowed() -> None:
    assert on_main(RAM + 0x604, TOP - 8) is None
    assert on_main(RAM + 0x600, TOP) is None


def test_frames_that_lead_from_below_the_main_stack_into_it_prove_an_overflow() -> None:
    found = on_main(RAM + 0x3F8, TOP - 8)
    assert found == StackOverflow(
        "main",
        RAM + 0x3F8,
        RAM + 0x600,
        "the RAM that .bss leaves to the main stack",
        True,
        "the main stack overflowed: sp 0x200003f8 is 520 bytes below the RAM that .bss leaves to "
        "the main stack at 0x20000600, in worker_stack",
    )


def test_the_limit_of_the_linker_script_counts_first() -> None:
    program = image(__StackLimit=TOP - 0x100)
    frames = a_frame(TOP - 0x110), a_frame(TOP)
    found = overflow_in(program, *frames, sp=TOP - 0x110, cfbp=0)
    assert found is not None
    assert found.limit_name == "the main stack (__StackLimit)"


def test_a_thread_that_left_the_variable_that_is_its_stack() -> None:
    frames = a_frame(STACK_B - 8), a_frame(STACK_B + 0x200)
    found = overflow(*frames, sp=STACK_B - 8, psp=STACK_B - 8, cfbp=ON_PSP)
    assert found is not None
    assert (found.stack, found.limit, found.limit_name) == ("process", STACK_B, "other_stack")
    assert found.text.endswith("is 8 bytes below other_stack at 0x20000400, in worker_stack")


def test_a_thread_is_looked_at_behind_its_handler_too() -> None:
    psp = STACK_B - 0x40
    frames = (
        a_frame(TOP - 0x80),
        a_frame(TOP - 0x40, 3, pc=0xFFFF_FFFD),
        a_frame(STACK_B + 0x1F8),
    )
    found = overflow(*frames, sp=TOP - 0x80, msp=TOP - 0x80, psp=psp, xpsr=3)
    assert found is not None
    assert (found.stack, found.sp) == ("process", psp)


@pytest.mark.parametrize(("name", "register"), [("main", "msplim"), ("process", "psplim")])
def test_a_pointer_below_its_limit_register(name: str, register: str) -> None:
    sp, control = TOP - 0x108, ON_PSP if name == "process" else 0
    live = {"sp": sp, "psp": sp, "cfbp": control, register: TOP - 0x100}
    found = overflow(a_frame(sp), **live)
    assert found is not None
    assert (found.stack, found.limit_name, found.certain) == (name, register.upper(), True)
    assert f"is 8 bytes below {register.upper()}" in found.text


def test_a_limit_of_zero_is_none() -> None:
    assert overflow(a_frame(TOP - 8), sp=TOP - 8, cfbp=0, msplim=0) is None


def test_the_cores_own_word_for_it_blames_the_stack_that_the_fault_interrupted() -> None:
    frames = a_frame(TOP - 0x80), a_frame(TOP - 0x40, 6, pc=0xFFFF_FFFD), a_frame(STACK_A + 0x10)
    live = {"sp": TOP - 0x80, "psp": STACK_A, "psplim": STACK_A, "xpsr": 6}
    found = overflow(*frames, cfsr=STKOF, **live)
    assert found is not None
    assert (found.stack, found.sp, found.limit) == ("process", STACK_A, STACK_A)


def test_an_old_overflow_is_no_present_one() -> None:
    assert overflow(a_frame(TOP - 8), sp=TOP - 8, cfbp=0, cfsr=STKOF) is None


def test_a_pointer_below_all_data_from_where_nothing_leads_back_is_not_certain() -> None:
    found = overflow(a_frame(RAM - 0x30), sp=RAM - 0x30, cfbp=0)
    assert found is not None
    assert not found.certain
    assert found.text == (
        "the main stack has probably overflowed: sp 0x1fffffd0 is 48 bytes below .bss, the "
        "program's lowest data at 0x20000000"
    )


def test_a_pointer_that_is_nowhere_near_is_no_overflow() -> None:
    assert overflow(a_frame(0x1000), sp=0x1000, cfbp=0) is None


def test_without_a_stack_pointer_nothing_is_said() -> None:
    assert overflow(a_frame(TOP), cfbp=0) is None
    assert overflow() is None


def test_the_stack_of_the_other_security_state_lies_elsewhere() -> None:
    inner = replace(a_frame(RAM + 0x3F8), secure=False)
    outer = replace(a_frame(TOP - 8), secure=True)
    assert overflow(inner, outer, sp=RAM + 0x3F8, msp=RAM + 0x3F8, cfbp=0) is None
