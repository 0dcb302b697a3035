import pytest
from hypothesis import given
from hypothesis import strategies as some

from stackdump_probe.errors import DwarfError
from stackdump_probe.image.frames.cfi import CallFrameInfo, rows
from stackdump_probe.image.frames.cfi_rules import (
    CfaExpression,
    CfaOffset,
    Expression,
    InRegister,
    Offset,
    Row,
    SameValue,
    Undefined,
    ValExpression,
    ValOffset,
)
from stackdump_probe.image.frames.cfi_table import FrameTable
from tests.builders.call_frames import SP_IS_CFA, a_cie, an_fde, entries
from tests.builders.octets import doublewords, halfwords, octets, sleb, uleb, words

START = 0x0800_0100
R4 = 4


def table_of(instructions: bytes, *, initial: bytes = SP_IS_CFA) -> FrameTable:
    content = entries(a_cie(initial), an_fde(instructions, start=START, size=0x40))
    return FrameTable(".debug_frame", memoryview(content))


def rows_of(instructions: bytes, *, initial: bytes = SP_IS_CFA) -> list[tuple[int, Row]]:
    """The rows of one function at START, addresses counted from there."""
    table = table_of(instructions, initial=initial)
    (fde,) = table.fdes()
    return [(at - START, row) for at, row in rows(table, fde)]


def last_row(instructions: bytes, *, initial: bytes = SP_IS_CFA) -> Row:
    return rows_of(instructions, initial=initial)[-1][1]


def test_without_instructions_the_rules_of_the_cie_hold() -> None:
    assert rows_of(b"") == [(0, Row(CfaOffset(13, 0), {}, 14))]


@pytest.mark.parametrize(
    "advance",
    [
        octets(0x40 | 3),
        octets(0x02, 3),
        octets(0x03) + halfwords(3),
        octets(0x04) + words(3),
        octets(0x1D) + doublewords(3),
    ],
)
def test_each_advance_counts_in_code_units(advance: bytes) -> None:
    found = rows_of(advance + octets(0x0E, 8))
    assert [(at, row.cfa) for at, row in found] == [(0, CfaOffset(13, 0)), (6, CfaOffset(13, 8))]


def test_set_loc_names_the_address() -> None:
    found = rows_of(octets(0x01) + words(START + 0x11) + octets(0x0E, 8))
    assert [at for at, _ in found] == [0, 0x10]


def test_set_loc_in_eh_frame_is_an_encoded_pointer() -> None:
    cie = a_cie(SP_IS_CFA, identity=words(0), augmentation="zR", augmentation_data=octets(0x1B))
    head = entries(cie)
    at = len(head) + 4 + 4 + 8 + 1 + 1  # length, CIE pointer, location and range, data, opcode
    location, target = len(head) + 8, START + 0x10
    fde = words(len(head) + 4, START - location, 0x40) + uleb(0) + octets(0x01)
    content = head + entries(fde + words(target - at) + octets(0x0E, 8))
    table = FrameTable(".eh_frame", memoryview(content), address=0)
    (entry,) = table.fdes()
    assert [at for at, _ in rows(table, entry)] == [START, target]


@pytest.mark.parametrize(
    ("instructions", "cfa"),
    [
        (octets(0x0C, 7, 16), CfaOffset(7, 16)),
        (octets(0x12, 7) + sleb(-4), CfaOffset(7, 16)),
        (octets(0x0D, 7), CfaOffset(7, 0)),
        (octets(0x0E) + uleb(200), CfaOffset(13, 200)),
        (octets(0x13) + sleb(-3), CfaOffset(13, 12)),
        (octets(0x0F, 2, 0x7D, 8), CfaExpression(octets(0x7D, 8))),
    ],
)
def test_each_rule_for_the_cfa(instructions: bytes, cfa: object) -> None:
    assert last_row(instructions).cfa == cfa


@pytest.mark.parametrize(
    ("instructions", "rule"),
    [
        (octets(0x80 | R4, 2), Offset(-8)),
        (octets(0x05, R4, 2), Offset(-8)),
        (octets(0x11, R4) + sleb(-2), Offset(8)),
        (octets(0x2F, R4, 2), Offset(8)),
        (octets(0x07, R4), Undefined()),
        (octets(0x08, R4), SameValue()),
        (octets(0x09, R4, 12), InRegister(12)),
        (octets(0x14, R4, 2), ValOffset(-8)),
        (octets(0x15, R4) + sleb(-2), ValOffset(8)),
        (octets(0x10, R4, 2, 0x7D, 8), Expression(octets(0x7D, 8))),
        (octets(0x16, R4, 2, 0x7D, 8), ValExpression(octets(0x7D, 8))),
    ],
)
def test_each_rule_for_a_register(instructions: bytes, rule: object) -> None:
    assert last_row(instructions).registers == {R4: rule}


def test_restore_brings_the_rule_of_the_cie_back() -> None:
    initial = SP_IS_CFA + octets(0x08, R4)
    for restore in (octets(0xC0 | R4), octets(0x06, R4)):
        assert last_row(octets(0x84, 1) + restore, initial=initial).registers == {R4: SameValue()}


def test_restore_of_a_register_without_a_first_rule_leaves_it_without() -> None:
    assert last_row(octets(0x84, 1, 0xC4)).registers == {}


def test_restore_state_brings_registers_and_cfa_back() -> None:
    found = rows_of(octets(0x0E, 8, 0x84, 1, 0x0A, 0x41, 0xC4, 0x0E, 0, 0x41, 0x0B))
    assert found[1][1].registers == {}
    assert found[2] == (4, Row(CfaOffset(13, 8), {R4: Offset(-4)}, 14))


def test_states_are_remembered_on_a_stack() -> None:
    program = octets(0x0E, 4, 0x0A, 0x0E, 8, 0x0A, 0x0E, 12, 0x0B, 0x41, 0x0B)
    assert [row.cfa for _, row in rows_of(program)] == [CfaOffset(13, 8), CfaOffset(13, 4)]


def test_pushed_arguments_are_counted() -> None:
    assert last_row(octets(0x2E, 12)).args_size == 12


def test_nop_and_return_address_signing_change_nothing() -> None:
    assert last_row(octets(0x00, 0x2D)) == last_row(b"")


def test_the_return_address_authentication_code_has_a_rule() -> None:
    assert last_row(octets(0x05) + uleb(143) + octets(1)).registers == {143: Offset(-4)}


@pytest.mark.parametrize(
    ("instructions", "message"),
    [
        (octets(0x3C), "call frame instruction 0x3c"),
        (octets(0x0B), "restore_state without remember_state"),
        (octets(0x0A) * 100, "over 64 remembered states"),
        (octets(0x0F, 1, 0x30, 0x0E, 8), "the CFA is no register and offset"),
        (octets(0x0F, 1, 0x30, 0x0D, 8), "the CFA is no register and offset"),
        (octets(0x0F, 1, 0x30, 0x13, 8), "the CFA is no register and offset"),
        (b"".join(octets(0x07) + uleb(n) for n in range(600)), "rules for over 512 registers"),
        (octets(0x0F) + uleb(2**30), "1073741824 bytes needed"),
        (octets(0x04, 0, 0), "4 bytes needed"),
    ],
)
def test_malformed_instructions_are_errors(instructions: bytes, message: str) -> None:
    with pytest.raises(DwarfError, match=message):
        rows_of(instructions)


def test_a_function_without_a_rule_for_the_cfa_is_an_error() -> None:
    with pytest.raises(DwarfError, match="no rule for the CFA"):
        rows_of(b"", initial=b"")


def code_info(
    debug_frame: bytes, eh_frame: bytes = b"", *, functions: tuple[tuple[int, int], ...] = ()
) -> CallFrameInfo:
    """Code from 0 up to 0x1000, and symbols for `functions`, (start, end) each."""

    def function_extent(pc: int) -> tuple[int, int] | None:
        return next((each for each in functions if each[0] <= pc < each[1]), None)

    def holds_code(low: int, high: int) -> bool:
        return low < high <= 0x1000 and (low != 0 or any(start == 0 for start, _ in functions))

    return CallFrameInfo(
        debug_frame, eh_frame, holds_code=holds_code, function_extent=function_extent
    )


def cfa_offset_at(info: CallFrameInfo, pc: int) -> int | None:
    row = info.row_at(pc)
    if row is None:
        return None
    assert isinstance(row.cfa, CfaOffset)
    return row.cfa.offset


def with_offset(offset: int, *, start: int, size: int) -> bytes:
    return an_fde(octets(0x0E, offset), start=start, size=size)


def test_the_row_in_force_is_the_last_that_begins_at_or_before_the_pc() -> None:
    fde = an_fde(octets(0x41, 0x0E, 8, 0x42, 0x0E, 16), start=0x100, size=0x10)
    info = code_info(entries(a_cie(SP_IS_CFA), fde))
    offsets = [cfa_offset_at(info, pc) for pc in (0xFF, 0x100, 0x101, 0x102, 0x106, 0x10F, 0x110)]
    assert offsets == [None, 0, 0, 8, 16, 16, None]


def test_a_function_with_one_row_says_so() -> None:
    one, two = an_fde(start=0x100, size=8), an_fde(octets(0x41, 0x0E, 8), start=0x200, size=8)
    info = code_info(entries(a_cie(SP_IS_CFA), one, two))
    found = [info.row_at(pc) for pc in (0x100, 0x107, 0x200, 0x206)]
    assert [row and row.is_only for row in found] == [True, True, False, False]


def test_a_function_that_the_linker_discarded_does_not_count() -> None:
    info = code_info(entries(a_cie(SP_IS_CFA), with_offset(8, start=0, size=0x200)))
    assert info.row_at(0x100) is None


def test_a_function_at_0_counts_if_a_symbol_is_there() -> None:
    fde = with_offset(8, start=0, size=0x20)
    info = code_info(entries(a_cie(SP_IS_CFA), fde), functions=((0, 0x20),))
    assert cfa_offset_at(info, 0x10) == 8


def test_code_outside_executable_sections_does_not_count() -> None:
    fde = with_offset(8, start=0xFFFF_FFF0, size=8)
    assert code_info(entries(a_cie(SP_IS_CFA), fde)).row_at(0xFFFF_FFF4) is None


def test_of_several_that_claim_a_pc_the_symbol_decides() -> None:
    fdes = with_offset(8, start=0x100, size=0x80), with_offset(16, start=0x110, size=0x80)
    content = entries(a_cie(SP_IS_CFA), *fdes)
    assert cfa_offset_at(code_info(content, functions=((0x100, 0x180),)), 0x120) == 8
    assert cfa_offset_at(code_info(content, functions=((0x110, 0x190),)), 0x120) == 16
    assert cfa_offset_at(code_info(content), 0x120) == 16


def test_of_several_that_begin_where_the_function_does_the_one_of_its_size_counts() -> None:
    sizes = (0x40, 0x80, 0x20)
    fdes = (with_offset(size // 4, start=0x100, size=size) for size in sizes)
    content = entries(a_cie(SP_IS_CFA), *fdes)
    found = [
        cfa_offset_at(code_info(content, functions=((0x100, 0x100 + n),)), 0x108) for n in sizes
    ]
    assert found == [0x10, 0x20, 8]


def test_of_several_with_the_extent_of_the_function_the_first_counts() -> None:
    fdes = [with_offset(offset, start=0x100, size=0x40) for offset in (8, 16)]
    content = entries(a_cie(SP_IS_CFA), *fdes)
    assert cfa_offset_at(code_info(content, functions=((0x100, 0x140),)), 0x108) == 8


def looking_like(fde: bytes) -> bytes:
    """A function with the bytes of `fde` among its instructions, in an expression."""
    expression = entries(fde)
    return an_fde(octets(0x16, R4) + uleb(len(expression)) + expression, start=0x200, size=8)


def test_bytes_inside_an_entry_are_no_entry() -> None:
    false, true = (with_offset(offset, start=0x100, size=0x40) for offset in (8, 16))
    functions = ((0x100, 0x140),)
    alone = entries(a_cie(SP_IS_CFA), looking_like(false))
    assert cfa_offset_at(code_info(alone, functions=functions), 0x108) is None
    assert cfa_offset_at(code_info(alone + entries(true), functions=functions), 0x108) == 16


def test_the_entry_of_a_function_is_found_behind_damage_and_before_its_cie() -> None:
    cie, fde = a_cie(SP_IS_CFA), with_offset(8, start=0x100, size=0x40)
    late = entries(an_fde(octets(0x0E, 8), start=0x100, size=0x40, cie=len(entries(fde))), cie)
    assert cfa_offset_at(code_info(late, functions=((0x100, 0x140),)), 0x108) == 8


PLACES = some.sampled_from((0, 4, 8, 0x100, 0x104, 0x110, 0x200, 0xFF0))
EXTENTS = some.tuples(PLACES, some.sampled_from((0, 4, 8, 0x10, 0x20, 0x104, 0x300)))


@given(
    some.lists(some.tuples(EXTENTS, some.booleans()), max_size=12),
    some.lists(EXTENTS, max_size=4),
    some.integers(0, 0x400),
)
def test_a_search_finds_what_reading_all_entries_finds(
    coded: list[tuple[tuple[int, int], bool]], sized: list[tuple[int, int]], pc: int
) -> None:
    functions = tuple((start, start + size) for start, size in sized)
    fdes = [
        with_offset(8 * at, start=start | odd, size=size)
        for at, ((start, size), odd) in enumerate(coded)
    ]
    info = code_info(entries(a_cie(SP_IS_CFA), *fdes), functions=functions)
    extent = next((each for each in functions if each[0] <= pc < each[1]), (None, None))
    live = [
        (start, start + size, at)
        for at, ((start, size), _) in enumerate(coded)
        if start <= pc < start + size <= 0x1000 and (start or any(s == 0 for s, _ in functions))
    ]
    start = [each for each in live if each[0] == extent[0]]
    exact = [each for each in live if each[:2] == extent]
    latest = [each for each in live if each[0] == max(live)[0]]
    owners = {each[2] for each in exact or start or latest}
    offset = cfa_offset_at(info, pc)
    assert (offset is None and not owners) or (offset is not None and offset // 8 in owners)


def test_eh_frame_is_asked_where_debug_frame_is_silent() -> None:
    debug_frame = entries(a_cie(SP_IS_CFA), with_offset(8, start=0x100, size=8))
    head = entries(a_cie(SP_IS_CFA, identity=words(0)))
    fdes = words(len(head) + 4, 0x100, 0x20) + octets(0x0E, 16)
    info = code_info(debug_frame, head + entries(fdes))
    assert [cfa_offset_at(info, pc) for pc in (0x100, 0x110)] == [8, 16]
