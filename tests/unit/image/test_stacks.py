"""Where the main stack may lie."""

import pytest

from stackdump_probe.image.elf import Image
from stackdump_probe.image.stacks import STACK_LIMITS, StackArea, main_stack
from tests.builders import an_elf
from tests.builders.elves import NOTYPE, ASection, ASymbol, zeroed

RAM = 0x2000_0000
TOP = RAM + 0x8000
BSS = zeroed(0x400, at=RAM)


def image(*sections: ASection, **symbols: int) -> Image:
    named = [ASymbol(name, value, type=NOTYPE) for name, value in symbols.items()]
    return Image.from_bytes(an_elf(*sections, symbols=named))


def area(*sections: ASection, initial_sp: int | None = None, **symbols: int) -> StackArea | None:
    return main_stack(image(*sections, **symbols), initial_sp)


@pytest.mark.parametrize("name", STACK_LIMITS)
def test_the_limit_is_the_symbol_of_the_linker_script(name: str) -> None:
    found = area(BSS, initial_sp=TOP, **{name: RAM + 0x7000})
    assert found == StackArea(RAM + 0x7000, TOP, f"the main stack ({name})")


def test_a_name_that_stands_for_the_top_elsewhere_is_no_limit() -> None:
    found = area(BSS, initial_sp=TOP, _stack_end=TOP)
    assert found == StackArea(RAM + 0x400, TOP, "the RAM that .bss leaves to the main stack")


def test_the_top_is_a_symbol_where_no_vector_table_tells() -> None:
    found = area(BSS, _estack=TOP)
    assert found is not None
    assert found.end == TOP


def test_a_section_for_the_stack_is_its_memory() -> None:
    found = area(BSS, zeroed(0x800, at=TOP - 0x800, name=".stack"), initial_sp=TOP)
    assert found == StackArea(TOP - 0x800, TOP, "section .stack")


def test_a_section_that_only_reserves_room_for_heap_and_stack_is_no_data() -> None:
    room = zeroed(0x600, at=RAM + 0x400, name="._user_heap_stack")
    found = area(BSS, room, initial_sp=TOP)
    assert found is not None
    assert found.start == RAM + 0x400


def test_a_stack_amidst_variables_is_none_of_the_linkers() -> None:
    assert area(zeroed(0x9000, at=RAM), initial_sp=TOP) is None


def test_without_a_top_or_without_data_nothing_is_known() -> None:
    assert area(BSS) is None
    assert area(initial_sp=TOP) is None


def test_a_full_descending_stack_starts_at_the_end_of_its_memory() -> None:
    stack = StackArea(RAM, TOP, "stack")
    assert [stack.is_home(sp) for sp in (RAM, RAM + 4, TOP, TOP + 4)] == [False, True, True, False]
