"""Whatever the bytes are: our errors only, and an end."""

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as some

from stackdump_probe.arch.registers import Registers
from stackdump_probe.errors import DwarfError, Unavailable
from stackdump_probe.image.dwarf.expression import Context, evaluate
from stackdump_probe.image.frames.cfi import CallFrameInfo
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.unwind.unwinder import unwind
from tests.builders.call_frames import SP_IS_CFA, a_cie, an_fde, entries
from tests.builders.octets import words
from tests.builders.programs import FLASH, RAM, AFunction, AProgram, SomeVectors

bounded = settings(max_examples=200)

SIZE = 0x100
FUNCTIONS = tuple(AFunction(f"f{n}", FLASH + SIZE * n, SIZE) for n in range(4))
WORDS = some.one_of(
    some.sampled_from((0, 0xFFFF_FFF1, 0xFFFF_FFF9, 0xFFFF_FFFD, 0xFFFF_FFED, 0xFFFF_FFFF)),
    some.integers(FLASH, FLASH + 4 * SIZE),
    some.integers(RAM, RAM + 0x100),
    some.integers(0, 2**32 - 1),
)
NAMES = ("r0", "r4", "r7", "r11", "lr", "sp", "pc", "xpsr", "psp", "cfbp", "s16")


def any_rules(instructions: list[bytes]) -> CallFrameInfo:
    fdes = [
        an_fde(each, start=FLASH + SIZE * at, size=SIZE) for at, each in enumerate(instructions)
    ]
    return CallFrameInfo(
        entries(a_cie(SP_IS_CFA), *fdes),
        holds_code=lambda low, high: FLASH <= low < high <= FLASH + 4 * SIZE,
        function_extent=lambda pc: (pc & -SIZE, (pc & -SIZE) + SIZE),
    )


@bounded
@given(
    some.dictionaries(some.sampled_from(NAMES), WORDS),
    some.lists(WORDS, max_size=64),
    some.binary(min_size=4 * SIZE, max_size=4 * SIZE),
    some.lists(some.binary(max_size=12), min_size=4, max_size=4),
)
def test_any_registers_stack_code_and_rules_come_to_an_end(
    registers: dict[str, int], stack: list[int], code: bytes, instructions: list[bytes]
) -> None:
    memory = Memory([Segment(RAM, words(*stack)), Segment(FLASH, code, "elf")])
    rules = any_rules(instructions)

    class Program(AProgram):
        cfi = rules  # type: ignore[assignment]

    program = Program(FUNCTIONS, SomeVectors({1: FLASH | 1, 15: FLASH + SIZE | 1}))
    found = unwind(Registers(registers), memory, program, limit=50)
    assert len(found.frames) <= 52
    assert found.end.reason
    assert ("pc" in registers) == bool(found.frames)


@bounded
@given(some.binary(max_size=64))
def test_any_call_frame_section_gives_rows_or_our_error(content: bytes) -> None:
    info = CallFrameInfo(
        content, content, holds_code=lambda *_: True, function_extent=lambda _: (0, 1)
    )
    with suppress(DwarfError):
        info.row_at(0)


@bounded
@given(some.binary(max_size=32))
def test_any_instructions_of_a_call_frame_give_rows_or_our_error(instructions: bytes) -> None:
    with suppress(DwarfError):
        assert any_rules([instructions]).row_at(FLASH) is not None


@bounded
@given(some.binary(max_size=32), some.lists(some.integers(0, 2**32 - 1), max_size=4))
def test_any_expression_gives_a_location_or_our_error(expression: bytes, stack: list[int]) -> None:
    with suppress(DwarfError, Unavailable):
        assert evaluate(expression, Context(), initial=stack) is not None
