"""Whatever is done to the bytes, only our own errors come out, and reading ends."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from stackdump_probe.errors import StackdumpError
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.debug_info import Dwarf
from stackdump_probe.image.dwarf.dies import Die
from stackdump_probe.image.dwarf.functions import scopes_at
from stackdump_probe.image.dwarf.locations import location_at
from stackdump_probe.image.elf import Image
from tests.builders.dwarf import ADie, AUnit, debug_sections
from tests.builders.elves import (
    ALLOC,
    FUNC,
    NOTE,
    ASection,
    ASymbol,
    an_elf,
    code,
    variables,
)
from tests.builders.elves import debug_sections as as_elf_sections
from tests.builders.octets import octets, words

TEXT = 0x0800_0000
MOST_ENTRIES = 500


def a_unit_of(version: int) -> AUnit:
    integer, abstract = f"int {version}", f"abstract {version}"
    ranges = (dw.AT_ranges, dw.FORM_sec_offset, 0)
    inlined = ADie(
        dw.TAG_inlined_subroutine,
        ((dw.AT_abstract_origin, dw.FORM_ref_udata, abstract), ranges),
        (ADie(dw.TAG_lexical_block, (ranges,)),),
    )
    variable = ADie(
        dw.TAG_variable,
        (
            (dw.AT_name, dw.FORM_string, "n"),
            (dw.AT_type, dw.FORM_ref_addr, integer),
            (dw.AT_location, dw.FORM_sec_offset, 0),
            (dw.AT_const_value, dw.FORM_indirect, (dw.FORM_sdata, -5)),
            (dw.AT_decl_line, dw.FORM_implicit_const, 7),
        ),
    )
    function = ADie(
        dw.TAG_subprogram,
        (
            (dw.AT_name, dw.FORM_strp, "work"),
            (dw.AT_low_pc, dw.FORM_addr, TEXT),
            (dw.AT_high_pc, dw.FORM_udata, 0x40),
            (dw.AT_frame_base, dw.FORM_exprloc, b"\x9c"),
        ),
        (inlined, variable),
    )
    children = (
        ADie(dw.TAG_base_type, ((dw.AT_byte_size, dw.FORM_data1, 4),), label=integer),
        function,
        ADie(dw.TAG_subprogram, ((dw.AT_name, dw.FORM_string, "in"),), label=abstract),
    )
    top = (dw.AT_low_pc, dw.FORM_addr, TEXT), (dw.AT_high_pc, dw.FORM_data4, 0x40)
    return AUnit(ADie(dw.TAG_compile_unit, top, children), version)


def a_program() -> bytes:
    lists = {
        ".debug_rnglists": octets(dw.RLE_offset_pair, 4, 8, dw.RLE_end_of_list),
        ".debug_ranges": words(4, 8, 0, 0),
        ".debug_loclists": octets(dw.LLE_offset_pair, 4, 8, 1, 0x50, dw.LLE_end_of_list),
        ".debug_loc": words(4, 8) + octets(1, 0, 0x50) + words(0, 0),
        ".debug_aranges": words(0x1C)
        + octets(2, 0, 0, 0, 0, 0, 4, 0, *[0] * 4)
        + words(TEXT, 0x40, 0, 0),
    }
    return an_elf(
        code(words(TEXT + 0x1000_0000, TEXT | 1) + bytes(0x38), at=TEXT),
        variables(b"data", at=0x2000_0000, load_address=TEXT + 0x100),
        ASection(".note", words(4, 4, 3) + b"GNU\0" + b"\1\2\3\4", TEXT + 0x200, ALLOC, NOTE),
        *as_elf_sections({**debug_sections(a_unit_of(5), a_unit_of(4)), **lists}),
        symbols=(ASymbol("work", TEXT | 1, 0x40, FUNC, section=".text"),),
    )


PROGRAM = a_program()


def read_all(elf: bytes) -> None:
    """Ask every question; each may fail with an error of ours."""
    with suppress(StackdumpError):
        image = Image.from_bytes(elf)
        for question in questions(image):
            with suppress(StackdumpError):
                question()


def questions(image: Image) -> Iterator[Callable[[], object]]:
    yield lambda: image.flash.segments
    yield lambda: (image.build_id, image.build_id_address, image.vectors)
    yield lambda: [image.symbols.function_at(symbol.address) for symbol in image.symbols.all]
    yield lambda: [image.contents(section.name) for section in image.sections]
    for pc in range(TEXT, TEXT + 0x44, 4):
        yield partial(scopes_at, image.dwarf, pc)
    yield lambda: read_entries(image.dwarf)


def read_entries(dwarf: Dwarf) -> None:
    for unit in (*dwarf.units, *dwarf.type_units):
        with suppress(StackdumpError):
            for die in islice(unit.walk(*range(1, 0x60)), MOST_ENTRIES):
                read_entry(die)


def read_entry(die: Die) -> None:
    with suppress(StackdumpError):
        for at in die.attributes:
            with suppress(StackdumpError):
                die.get(at)
            with suppress(StackdumpError):
                location_at(die, at, TEXT + 4)
    for question in (die.ranges, die.origin, lambda: list(islice(die.children(), MOST_ENTRIES))):
        with suppress(StackdumpError):
            question()
    with suppress(StackdumpError):
        _ = die.unit.tree.path_to(die.offset)


def test_the_undamaged_program_answers_every_question() -> None:
    image = Image.from_bytes(PROGRAM)
    for question in questions(image):
        question()
    assert [scope.name for scope in scopes_at(image.dwarf, TEXT + 4)] == ["in", "work"]
    assert image.build_id == b"\1\2\3\4"


@given(st.integers(0, 8 * len(PROGRAM) - 1), st.integers(0, 8 * len(PROGRAM) - 1))
def test_flipped_bits_raise_errors_of_ours_only(first: int, second: int) -> None:
    damaged = bytearray(PROGRAM)
    for bit in (first, second):
        damaged[bit // 8] ^= 1 << bit % 8
    read_all(bytes(damaged))


@given(st.integers(0, len(PROGRAM) - 1))
def test_a_file_that_is_cut_short_raises_errors_of_ours_only(size: int) -> None:
    read_all(PROGRAM[:size])


@given(st.integers(0, len(PROGRAM) - 16), st.binary(min_size=1, max_size=16))
def test_overwritten_bytes_raise_errors_of_ours_only(at: int, garbage: bytes) -> None:
    read_all(PROGRAM[:at] + garbage + PROGRAM[at + len(garbage) :])
