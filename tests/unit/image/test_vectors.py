import pytest

from stackdump_probe.image.elf import Image
from stackdump_probe.image.vectors import VectorTable, find_vector_table
from stackdump_probe.memory import Memory, Segment
from tests.builders.elves import FUNC, OBJECT, ASymbol, an_elf, code, constants
from tests.builders.octets import words

FLASH, RAM = 0x0800_0000, 0x2000_0000
TOP = RAM + 0x1000
TEXT = FLASH + 0x200
RESET, DEFAULT, TIM2 = TEXT | 1, TEXT + 0x10 | 1, TEXT + 0x20 | 1
TABLE = words(TOP, RESET, *[DEFAULT] * 14, *[DEFAULT] * 28, TIM2)
FUNCTIONS = (
    ASymbol("Reset_Handler", RESET, 16, FUNC, section=".text"),
    ASymbol("Default_Handler", DEFAULT, 2, FUNC, section=".text"),
    ASymbol("TIM2_IRQHandler", TIM2, 2, FUNC, section=".text"),
)


def image(
    table: bytes = TABLE,
    *,
    at: int = FLASH,
    section: str = ".isr_vector",
    symbols: tuple[ASymbol, ...] = FUNCTIONS,
) -> Image:
    text = code(bytes(0x40), at=TEXT)
    return Image.from_bytes(an_elf(text, constants(table, at=at, name=section), symbols=symbols))


def test_the_table_gives_stack_reset_and_handlers_without_the_thumb_bit() -> None:
    vectors = VectorTable(FLASH, (TOP, RESET, DEFAULT, 0))
    assert (vectors.initial_sp, vectors.reset) == (TOP, TEXT)
    assert [vectors.handler(number) for number in (0, 2, 3, 4)] == [None, TEXT + 0x10, None, None]


@pytest.mark.parametrize("section", [".vector_table", ".isr_vector", ".vectors", ".intvecs"])
def test_the_table_is_found_by_the_name_of_its_section(section: str) -> None:
    vectors = image(at=FLASH + 0x100, section=section).vectors
    assert vectors is not None
    assert (vectors.address, len(vectors.words)) == (FLASH + 0x100, 45)


@pytest.mark.parametrize("name", ["__Vectors", "g_pfnVectors", "__vector_table", "vector_table"])
def test_the_table_is_found_by_its_symbol(name: str) -> None:
    symbol = ASymbol(name, FLASH + 0x104, len(TABLE), OBJECT, section=".rodata")
    vectors = image(b"boot" + TABLE, at=FLASH + 0x100, section=".rodata", symbols=(symbol,)).vectors
    assert vectors is not None
    assert (vectors.address, len(vectors.words)) == (FLASH + 0x104, 45)


def test_without_names_the_table_is_found_by_what_it_holds() -> None:
    vectors = image(section=".rodata", symbols=()).vectors
    assert vectors is not None
    assert (vectors.address, vectors.reset) == (FLASH, TEXT)


@pytest.mark.parametrize(
    "table",
    [
        words(0, RESET),  # no stack
        words(TOP + 2, RESET),  # a stack that is not aligned
        words(TOP, RESET - 1),  # a handler without the Thumb bit
        words(TOP, 0x0900_0001),  # a handler outside code
        words(TEXT, RESET),  # a stack inside code
        words(TOP),
    ],
)
def test_words_from_which_no_core_could_start_are_no_table(table: bytes) -> None:
    assert image(table, symbols=()).vectors is None


def test_vtor_says_which_of_several_tables_holds() -> None:
    both = TABLE + words(TOP - 0x100, TIM2)
    vectors = find_vector_table(image(both), vtor=FLASH + len(TABLE))
    assert vectors is not None
    assert (vectors.initial_sp, vectors.reset) == (TOP - 0x100, TIM2 & ~1)


def test_a_table_that_was_moved_to_ram_is_read_from_memory() -> None:
    elf = image()
    memory = Memory([Segment(RAM, words(TOP, TIM2))]).over(elf.flash)
    vectors = find_vector_table(elf, RAM, memory)
    assert vectors == VectorTable(RAM, (TOP, TIM2))


def test_a_vtor_without_a_table_leaves_the_one_of_the_file() -> None:
    vectors = find_vector_table(image(), vtor=RAM)
    assert vectors is not None
    assert vectors.address == FLASH


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (2, "NMI"),
        (3, "HardFault"),
        (15, "SysTick"),
        (13, "exception 13"),
        (16, "IRQ 0"),
        (44, "IRQ 28 (TIM2)"),
        (200, "IRQ 184"),
    ],
)
def test_exceptions_are_named_as_in_the_manual_and_interrupts_by_their_handler(
    number: int, name: str
) -> None:
    assert image().exception_name(number) == name


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        ("tim2_isr", "IRQ 28 (tim2)"),
        ("TC3_Handler", "IRQ 28 (TC3)"),
        ("TIM2", "IRQ 28 (TIM2)"),
        ("DefaultHandler_", "IRQ 28"),
        ("_isr", "IRQ 28 (_isr)"),
    ],
)
def test_the_name_of_a_handler_loses_what_all_handlers_have(symbol: str, name: str) -> None:
    handler = ASymbol(symbol, TIM2, 2, FUNC, section=".text")
    assert image(symbols=(handler,)).exception_name(44) == name


def test_a_handler_of_two_interrupts_names_both_if_it_has_one_name() -> None:
    twice = words(TOP, RESET, *[DEFAULT] * 14, TIM2, TIM2)
    assert image(twice).exception_name(17) == "IRQ 1 (TIM2)"
    alias = ASymbol("TIM3_IRQHandler", TIM2, 2, FUNC, section=".text")
    assert image(twice, symbols=(*FUNCTIONS, alias)).exception_name(17) == "IRQ 1"


def test_without_a_table_an_interrupt_has_its_number() -> None:
    assert image(b"", symbols=()).exception_name(44) == "IRQ 28"
