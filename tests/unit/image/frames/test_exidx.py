from collections.abc import Mapping, Sequence
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from stackdump_probe.errors import DwarfError
from stackdump_probe.image.elf import Image
from stackdump_probe.image.frames.exidx import Entry, ExceptionTables
from stackdump_probe.image.frames.exidx_code import MoveVsp, Pop, Refusal
from stackdump_probe.image.headers import PF_X, PT_LOAD, Headers, ProgramHeader
from stackdump_probe.memory import Memory, Segment
from tests.builders.elves import ASection, ASymbol, an_elf, code, constants
from tests.builders.exception_tables import CANTUNWIND, an_index, generic, long, refer_to, short
from tests.builders.octets import words

FLASH, CODE_END = 0x0800_0000, 0x0800_1000
FIRST, SECOND, THIRD = 0x0800_0100, 0x0800_0200, 0x0800_0300
INDEX, TABLE = 0x0800_2000, 0x0800_3000
PERSONALITY = 0x0800_0F00
R4_LR = Pop(("r4", "lr"))


def tables(
    index: bytes, table: bytes = b"", *, at: int = INDEX, names: Mapping[int, str] | None = None
) -> ExceptionTables:
    names = names or {}
    return ExceptionTables(
        [(at, index)],
        Memory([Segment(TABLE, table)]),
        code_end=lambda address: CODE_END if FLASH <= address < CODE_END else None,
        names_at=lambda address: [names[address]] if address in names else [],
    )


def entry_at(pc: int, *entries: tuple[int, int], table: bytes = b"") -> Entry | None:
    return tables(an_index(*entries, at=INDEX), table).entry_at(pc)


def unwinding(
    table: bytes, *, names: Mapping[int, str] | None = None
) -> Sequence[object] | Refusal:
    index = an_index((FIRST, refer_to(TABLE, at=INDEX)), at=INDEX)
    found = tables(index, table, names=names).entry_at(FIRST)
    assert found is not None
    assert not found.is_inline
    return found.unwinding


THREE = (FIRST, short(0xA8)), (SECOND, CANTUNWIND), (THIRD, short(0x01, 0xA8))


@pytest.mark.parametrize(
    ("pc", "start", "end"),
    [
        (FIRST, FIRST, SECOND),
        (SECOND - 1, FIRST, SECOND),
        (SECOND, SECOND, THIRD),
        (THIRD, THIRD, CODE_END),
        (CODE_END - 1, THIRD, CODE_END),
    ],
)
def test_an_entry_reaches_to_the_next_and_the_last_to_the_end_of_the_code(
    pc: int, start: int, end: int
) -> None:
    found = entry_at(pc, *THREE)
    assert found is not None
    assert (found.start, found.end) == (start, end)


def test_outside_the_functions_there_is_no_entry() -> None:
    assert entry_at(FIRST - 1, *THREE) is None
    assert entry_at(CODE_END, *THREE) is None
    assert entry_at(FIRST) is None


def test_a_function_that_is_not_code_has_no_entry() -> None:
    assert entry_at(0x2000_0010, (0x2000_0000, short(0xA8))) is None


def test_the_index_may_be_above_or_below_the_code() -> None:
    index = an_index((FIRST, short(0xA8)), at=0x0700_0000)
    assert tables(index, at=0x0700_0000).entry_at(FIRST) is not None
    assert entry_at(FIRST, *THREE) is not None


def test_bit_0_of_a_thumb_function_is_no_part_of_its_address() -> None:
    found = entry_at(FIRST, (FIRST | 1, short(0xA8)))
    assert found is not None
    assert found.start == FIRST


def test_an_index_in_disorder_gives_what_it_gives() -> None:
    index = an_index((THIRD, short(0xA8)), (FIRST, short(0xA8)), at=INDEX)
    found = tables(index).entry_at(THIRD)
    assert found is None or found.start <= THIRD < found.end


def test_an_entry_that_is_cut_off_does_not_count() -> None:
    index = an_index(*THREE, at=INDEX)[:-1]
    found = tables(index).entry_at(THIRD)
    assert found is not None
    assert (found.start, found.end) == (SECOND, CODE_END)


def test_short_entries_stand_in_the_index() -> None:
    found = entry_at(FIRST, (FIRST, short(0x01, 0xA8)))
    assert found == Entry(FIRST, CODE_END, (MoveVsp(8), R4_LR), True)


def test_cantunwind_is_a_refusal() -> None:
    found = entry_at(FIRST, (FIRST, CANTUNWIND))
    expected = Refusal("says that it cannot be unwound")
    assert found == Entry(FIRST, CODE_END, expected, True)


def test_a_long_entry_without_more_words_may_stand_in_the_index() -> None:
    found = entry_at(FIRST, (FIRST, 0x8100_00A8))
    assert found is not None
    assert found.unwinding == (MoveVsp(4), R4_LR)


def test_a_long_entry_with_more_words_does_not_fit_into_the_index() -> None:
    with pytest.raises(DwarfError, match="1 more words do not fit into the index"):
        entry_at(FIRST, (FIRST, 0x8101_00A8))


def test_routine_0_has_three_bytes() -> None:
    assert unwinding(words(short(0x00, 0x01, 0xA8))) == (MoveVsp(4), MoveVsp(8), R4_LR)


@pytest.mark.parametrize("routine", [1, 2])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 6, 7, 254 * 4])
def test_routines_1_and_2_have_two_bytes_and_words(routine: int, count: int) -> None:
    instructions = [number % 0x40 for number in range(count)]
    expected = tuple(MoveVsp(4 * each + 4) for each in instructions)
    assert unwinding(long(*instructions, routine=routine)) == expected


@pytest.mark.parametrize("routine", [3, 0xF, 0x10, 0x7F])
def test_other_routines_of_the_compact_model_are_reserved(routine: int) -> None:
    expected = Refusal(f"leaves it to the reserved routine {routine}")
    assert unwinding(long(0xA8, routine=routine)) == expected


@pytest.mark.parametrize("name", ["__gxx_personality_v0", "__gcc_personality_v0"])
@pytest.mark.parametrize("instructions", [(), (0x01,), (0x00, 0x00, 0x00, 0x01, 0x00)])
def test_gnu_routines_have_their_instructions_behind_them(
    name: str, instructions: tuple[int, ...]
) -> None:
    table = generic(PERSONALITY | 1, *instructions, at=TABLE)
    expected = tuple(MoveVsp(4 * each + 4) for each in instructions)
    assert unwinding(table, names={PERSONALITY: name}) == expected


def test_routines_that_nobody_knows_may_have_anything_behind_them() -> None:
    table = generic(PERSONALITY, 0xA8, at=TABLE)
    named = Refusal("leaves it to the routine ada_personality, which is not known")
    nameless = Refusal("leaves it to the routine at 0x08000f00, which is not known")
    assert unwinding(table, names={PERSONALITY: "ada_personality"}) == named
    assert unwinding(table) == nameless


@pytest.mark.parametrize("size", [0, 3, 4, 8, 11])
def test_an_entry_must_be_whole(size: int) -> None:
    with pytest.raises(DwarfError) as raised:
        unwinding(long(*[0x00] * 10)[:size])
    missing = TABLE + size // 4 * 4 + size % 4
    assert f"the entry at {missing:#010x} is not in the file" in str(raised.value)


def test_a_gnu_entry_must_be_whole() -> None:
    table = generic(PERSONALITY, *[0x00] * 7, at=TABLE)
    with pytest.raises(DwarfError, match="not in the file"):
        unwinding(table[:-4], names={PERSONALITY: "__gxx_personality_v0"})


def test_bit_31_of_a_function_is_clear() -> None:
    index = bytearray(an_index(*THREE, at=INDEX))
    index[11] |= 0x80
    with pytest.raises(DwarfError) as raised:
        tables(bytes(index)).entry_at(SECOND)
    assert (raised.value.section, raised.value.offset) == (".ARM.exidx", 8)


SYMBOLS = (ASymbol("__gxx_personality_v0", PERSONALITY | 1, 4, section=".text"),)
TEXT = code(bytes(CODE_END - FIRST), at=FIRST)
EXIDX, ALLOC = 0x7000_0001, 2


def an_image(*sections: ASection, symbols: Sequence[ASymbol] = SYMBOLS) -> Image:
    return Image.from_bytes(an_elf(TEXT, *sections, symbols=symbols))


def test_an_image_has_its_index_in_a_section_of_that_type() -> None:
    index = an_index((FIRST, refer_to(TABLE, at=INDEX)), (SECOND, short(0xA8)), at=INDEX)
    found = an_image(
        constants(generic(PERSONALITY, 0x00, at=TABLE), at=TABLE, name=".ARM.extab"),
        ASection(".ARM", index, INDEX, ALLOC, EXIDX, load_address=INDEX),
    ).exidx
    assert found.entry_at(FIRST) == Entry(FIRST, SECOND, (MoveVsp(4),), False)
    assert found.entry_at(SECOND) == Entry(SECOND, CODE_END, (R4_LR,), True)


def test_an_index_inside_another_section_is_found_by_its_symbols() -> None:
    index = an_index((FIRST, short(0xA8)), at=INDEX)
    bounds = (
        ASymbol("__exidx_start", INDEX, section=".rodata", type=0),
        ASymbol("__exidx_end", INDEX + 8, section=".rodata", type=0),
    )
    image = an_image(constants(index, at=INDEX), symbols=bounds)
    assert image.exidx.entry_at(FIRST) == Entry(FIRST, CODE_END, (R4_LR,), True)


def test_the_last_entry_ends_with_its_section() -> None:
    neighbour = code(bytes(0x100), at=CODE_END, name=".ramfunc")
    index = an_index((FIRST, short(0xA8)), at=INDEX)
    section = ASection(".ARM.exidx", index, INDEX, ALLOC, EXIDX, load_address=INDEX)
    image = an_image(neighbour, section)
    assert image.exidx.entry_at(CODE_END - 2) is not None
    assert image.exidx.entry_at(CODE_END) is None


def test_without_section_headers_a_segment_tells_where_the_index_is() -> None:
    octets = bytes(CODE_END - FIRST) + an_index((FIRST, short(0xA8)), at=CODE_END)
    size = len(octets)
    load = ProgramHeader(PT_LOAD, 0, FIRST, FIRST, size, size, PF_X)
    index = ProgramHeader(EXIDX, size - 8, CODE_END, CODE_END, 8, 8, PF_X)
    image = Image(memoryview(octets), Headers(0, (), (load, index)))
    assert image.exidx.entry_at(FIRST) == Entry(FIRST, CODE_END + 8, (R4_LR,), True)


def test_a_program_without_tables_has_no_entries() -> None:
    assert an_image().exidx.entry_at(FIRST) is None


PLACES = some.integers(FLASH, CODE_END)
SECOND_WORDS = some.one_of(
    some.integers(0, 2**32 - 1),
    some.integers(0x8000_0000, 0x83FF_FFFF),
    some.integers(0, 16).map(lambda gap: refer_to(TABLE + gap, at=INDEX)),
)


@settings(max_examples=300)
@given(
    some.lists(some.tuples(PLACES, SECOND_WORDS), max_size=6),
    some.integers(0, 7),
    some.binary(max_size=24),
    PLACES,
)
def test_any_index_and_table_give_an_entry_or_our_error(
    entries: list[tuple[int, int]], cut: int, table: bytes, pc: int
) -> None:
    index = an_index(*entries, at=INDEX)
    with suppress(DwarfError):
        found = tables(index[: len(index) - cut], table).entry_at(pc)
        assert found is None or found.start <= pc < found.end


@settings(max_examples=300)
@given(some.binary(max_size=64))
def test_any_entry_gives_instructions_or_our_error(table: bytes) -> None:
    with suppress(DwarfError):
        assert unwinding(table, names={PERSONALITY: "__gxx_personality_v0"}) is not None
