import pytest

from stackdump_probe.arch.registers import Registers
from stackdump_probe.errors import DwarfError
from stackdump_probe.image.frames.cfi_rules import Row
from stackdump_probe.memory import Segment
from stackdump_probe.unwind.return_addresses import FARTHEST
from stackdump_probe.unwind.step import Caller
from stackdump_probe.unwind.steps.scan import scan_step
from tests.builders.octets import halfwords, words
from tests.builders.programs import (
    NOP,
    RAM,
    AFunction,
    AProgram,
    SomeVectors,
    a_call,
    a_row,
    a_stack,
    around,
    at,
    bl,
)

WORK, MAIN, OTHER, FAR, RESET, HANDLER = (0x0800_0000 + 0x100 * n for n in range(1, 7))
FUNCTIONS = (
    AFunction("work", WORK),
    AFunction("main", MAIN, 0x100),
    AFunction("other", OTHER),
    AFunction("__work_veneer", FAR, 0x10),
    AFunction("Reset_Handler", RESET),
    AFunction("SysTick_Handler", HANDLER),
)
VECTORS = SomeVectors({1: RESET | 1, 15: HANDLER | 1, 16: HANDLER | 1})
PROGRAM = AProgram(FUNCTIONS, VECTORS)
# Where the calls in main return to.
FIRST, SECOND, THIRD = MAIN + 0x11, MAIN + 0x21, MAIN + 0x31
POINTER = Segment(0x0800_1000, words(WORK | 1), "elf")
T = 1 << 24


def scan(
    stack: Segment,
    *sites: Segment,
    pc: int = WORK + 8,
    sp: int = RAM,
    lr: int = 0,
    xpsr: int = T,
    program: AProgram = PROGRAM,
    is_exact: bool = False,
) -> Caller | None:
    registers = {"pc": pc, "sp": sp, "lr": lr, "r4": 4, "r7": RAM}
    surroundings = around(stack, *sites, program=program, live=Registers({"xpsr": xpsr}))
    return scan_step(at(registers, is_exact=is_exact), surroundings)


def place_of(found: Caller | None) -> int | None:
    return None if found is None else found.saved_at


def call_of(target: int | None, *, back_to: int = FIRST) -> Segment:
    return a_call(back_to - 1, target=target)


@pytest.mark.parametrize("is_exact", [False, True])
def test_a_call_of_the_function_proves_the_word_that_it_left(is_exact: bool) -> None:
    found = scan(a_stack(1, 2, FIRST, 3), call_of(WORK), is_exact=is_exact)
    assert found is not None
    assert (found.return_address, found.cfa, found.rule) == (FIRST, RAM + 12, "scan")
    assert (found.saved_at, found.is_exact) == (RAM + 8, False)


def test_no_register_but_sp_is_known_afterwards() -> None:
    found = scan(a_stack(1, FIRST), call_of(WORK))
    assert found is not None
    assert found.registers.words == {"sp": RAM + 8}


def test_a_call_of_another_function_has_left_another_word() -> None:
    assert scan(a_stack(FIRST, SECOND), call_of(OTHER), call_of(MAIN, back_to=SECOND)) is None


def test_the_nearest_call_of_the_function_counts() -> None:
    sites = call_of(OTHER), call_of(WORK, back_to=SECOND), call_of(WORK, back_to=THIRD)
    assert place_of(scan(a_stack(FIRST, SECOND, THIRD), *sites)) == RAM + 4


def test_a_word_must_be_a_thumb_address() -> None:
    assert scan(a_stack(FIRST - 1), call_of(WORK)) is None


def test_a_word_must_lead_into_code() -> None:
    site = Segment(0x9000_0000, bl(WORK - 0x9000_0004))
    assert scan(a_stack(0x9000_0005), site) is None


def test_code_that_is_not_known_proves_nothing() -> None:
    assert scan(a_stack(FIRST)) is None
    assert scan(a_stack(FIRST), Segment(FIRST - 5, halfwords(NOP, NOP))) is None


def test_words_far_above_sp_do_not_count() -> None:
    nearly, beyond = FARTHEST // 4 - 1, FARTHEST // 4
    assert scan(a_stack(*[0] * nearly, FIRST), call_of(WORK)) is not None
    assert scan(a_stack(*[0] * beyond, FIRST), call_of(WORK)) is None


def test_the_scan_ends_where_memory_was_not_captured() -> None:
    beyond = a_stack(FIRST, at=RAM + 12)
    assert scan(a_stack(1, 2), beyond, call_of(WORK)) is None


def test_sp_must_be_known_and_aligned() -> None:
    surroundings = around(a_stack(FIRST), call_of(WORK), program=PROGRAM)
    assert scan_step(at({"pc": WORK + 8}), surroundings) is None
    assert scan(Segment(RAM + 2, words(FIRST)), call_of(WORK), sp=RAM + 2) is None


def test_code_in_no_function_cannot_be_proven_to_have_been_called() -> None:
    assert scan(a_stack(FIRST), call_of(WORK), pc=WORK + 0x80) is None


@pytest.mark.parametrize("start", [RESET, HANDLER])
def test_what_the_hardware_starts_has_no_caller(start: int) -> None:
    assert scan(a_stack(FIRST), call_of(start), pc=start + 8) is None
    no_vectors = AProgram(FUNCTIONS)
    assert scan(a_stack(FIRST), call_of(start), pc=start + 8, program=no_vectors) is not None


def test_call_frame_information_without_a_way_back_is_believed() -> None:
    described = AProgram((AFunction("work", WORK, row=a_row()), *FUNCTIONS[1:]))
    assert scan(a_stack(FIRST), call_of(WORK), program=described) is None


def test_damaged_call_frame_information_says_nothing() -> None:
    class Damaged(AProgram):
        @property
        def cfi(self) -> "Damaged":  # type: ignore[override]
            return self

        def row_at(self, pc: int) -> Row:
            raise DwarfError("CIE of version 9", section=".debug_frame", offset=pc)

    assert scan(a_stack(FIRST), call_of(WORK), program=Damaged(FUNCTIONS)) is not None


def test_in_a_handler_the_scan_ends_at_what_was_interrupted() -> None:
    stack = a_stack(0xFFFF_FFF9, FIRST)
    assert scan(stack, call_of(WORK), xpsr=T | 15) is None
    assert place_of(scan(stack, call_of(WORK), xpsr=T)) == RAM + 4


@pytest.mark.parametrize("target", [WORK, None])
def test_where_lr_may_be_the_return_address_the_word_equals_it(target: int | None) -> None:
    sites = call_of(WORK), call_of(target, back_to=SECOND), POINTER
    assert place_of(scan(a_stack(FIRST, SECOND), *sites, lr=SECOND, is_exact=True)) == RAM + 4
    assert scan(a_stack(FIRST), *sites, lr=SECOND, is_exact=True) is None


def test_lr_of_another_call_says_nothing() -> None:
    sites = call_of(WORK), call_of(OTHER, back_to=SECOND)
    for lr in (SECOND, THIRD, 0):
        assert place_of(scan(a_stack(FIRST), *sites, lr=lr, is_exact=True)) == RAM


def test_lr_says_nothing_behind_a_call() -> None:
    sites = call_of(WORK), call_of(WORK, back_to=SECOND)
    assert place_of(scan(a_stack(FIRST), *sites, lr=SECOND, is_exact=False)) == RAM


# Calls of something that goes on to the function.


def in_flash(address: int, *instructions: int) -> Segment:
    return Segment(address, halfwords(*instructions), "elf")


def branch(*, at: int, to: int) -> int:
    """Armv7-M ARM (DDI 0403) A7.7.12 B, encoding T2."""
    return 0xE000 | (to - at - 4) >> 1 & 0x7FF


def test_a_function_may_end_in_a_branch_to_this_one() -> None:
    tail = in_flash(OTHER, NOP, 0xBC10, branch(at=OTHER + 4, to=WORK))
    assert place_of(scan(a_stack(FIRST), call_of(OTHER), tail)) == RAM


def test_a_branch_behind_the_function_called_is_not_its_own() -> None:
    far = OTHER + 0x40
    behind = in_flash(OTHER, *[NOP] * 0x20, branch(at=far, to=WORK))
    assert scan(a_stack(FIRST), call_of(OTHER), behind) is None


@pytest.mark.parametrize(("before", "expected"), [(255, RAM), (256, None)])
def test_a_long_function_is_not_read_to_its_end(before: int, expected: int | None) -> None:
    long = AProgram((AFunction("work", WORK), AFunction("main", MAIN), AFunction("o", OTHER, 999)))
    at_end = branch(at=OTHER + 2 * before, to=WORK)
    code = in_flash(OTHER, *[NOP] * before, at_end)
    assert place_of(scan(a_stack(FIRST), call_of(OTHER), code, program=long)) == expected


def test_a_call_of_the_function_itself_comes_first() -> None:
    tail = in_flash(OTHER, branch(at=OTHER, to=WORK))
    sites = call_of(OTHER), call_of(WORK, back_to=SECOND)
    assert place_of(scan(a_stack(FIRST, SECOND), *sites, tail)) == RAM + 4


# What GNU ld puts where a BL does not reach.
ARMV7_VENEER = halfwords(0xF85F, 0xF000)
ARMV6_VENEER = halfwords(0xB401, 0x4802, 0x4684, 0xBC01, 0x4760, NOP)


@pytest.mark.parametrize("veneer", [ARMV7_VENEER, ARMV6_VENEER])
def test_a_veneer_leads_where_its_literal_says(veneer: bytes) -> None:
    for target, expected in ((WORK, RAM), (OTHER, None)):
        code = Segment(FAR, veneer + words(target | 1), "elf")
        assert place_of(scan(a_stack(FIRST), call_of(FAR), code)) == expected


# Calls by register.


def test_the_only_call_by_register_counts_if_the_function_has_a_pointer() -> None:
    assert place_of(scan(a_stack(1, FIRST), call_of(None), POINTER)) == RAM + 4
    assert scan(a_stack(1, FIRST), call_of(None)) is None


def test_several_calls_by_register_prove_nothing() -> None:
    sites = call_of(None), call_of(None, back_to=SECOND), POINTER
    assert scan(a_stack(FIRST, SECOND), *sites) is None


def test_a_call_by_name_comes_before_one_by_register() -> None:
    sites = call_of(None), call_of(WORK, back_to=SECOND), POINTER
    assert place_of(scan(a_stack(FIRST, SECOND), *sites)) == RAM + 4
