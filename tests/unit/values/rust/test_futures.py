import pytest

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.types.model import Case, Link, Member, Struct, VariantPart
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.values.decode import Decoder, Limits
from stackdump_probe.values.model import Variant, children_of
from stackdump_probe.values.program import decoder_for
from stackdump_probe.values.storage import Storage
from stackdump_probe.values.text import short_text
from tests.builders.dwarf import ADie, a_unit
from tests.builders.lines import ALineProgram
from tests.builders.octets import words
from tests.builders.type_dies import RUST, base, language, number, of, struct, variable
from tests.builders.type_dies import member as member_die
from tests.builders.types import U8, U32, member, rust_pointer
from tests.unit.values.programs import an_image
from tests.unit.values.rust_types import RAM, decode, raw, rust, text


def state(name: str, number_of_state: int, *members: Member, die: int | None = None) -> Case:
    held = member(str(number_of_state), rust(name, 12, *members), 0)
    return Case(((number_of_state, number_of_state),), (held,), die=die)


ARGUMENT = member("mask", U32, 4)


def a_future(*cases: Case, name: str = "{async_fn_env#0}") -> Struct:
    states = (
        state("Unresumed", 0, ARGUMENT),
        state("Returned", 1, ARGUMENT),
        state("Panicked", 2, ARGUMENT),
        *cases,
    )
    part = VariantPart(member("__state", U8, 0), states)
    return Struct(name, "struct", 12, (), "rust", part)


LOCAL = member("total", U32, 8)


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (words(0, 7, 9), "Unresumed { mask: 7 }"),
        (words(1, 7, 9), "Returned"),
        (words(2, 7, 9), "Panicked"),
        (words(3, 7, 9), "Suspend0 { total: 9, mask: 7 }"),
        (words(4, 7, 9), "0x4 <invalid: no variant has this discriminant>"),
    ],
)
def test_a_future_is_its_state_and_what_lives_in_it(octets: bytes, expected: str) -> None:
    assert text(a_future(state("Suspend0", 3, LOCAL, ARGUMENT)), octets) == expected


def test_a_local_stands_for_the_argument_that_it_was() -> None:
    moved = member("mask", U32, 8)
    found = decode(a_future(state("Suspend0", 3, moved, ARGUMENT)), words(3, 7, 9))
    assert short_text(found) == "Suspend0 { mask: 9 }"


def test_what_it_waits_for_is_shown_within() -> None:
    inner = a_future(state("Suspend1", 3, LOCAL))
    part = VariantPart(
        member("__state", U8, 12),
        (state("Suspend0", 3, member("__awaitee", inner, 0)),),
    )
    outer = Struct("{async_fn_env#0}", "struct", 16, (), "rust", part)
    found = text(outer, words(3, 0, 5, 3))
    assert found == "Suspend0 { __awaitee: Suspend1 { total: 5 } }"


def test_where_it_waits_is_told_by_the_debug_information() -> None:
    future = a_future(state("Suspend0", 3, LOCAL, die=0x40), state("Suspend1", 4, die=0x50))
    places: dict[int, tuple[str | None, int | None]] = {0x40: ("src/sensor.rs", 47)}
    decoder = Decoder(Memory(), declared=lambda die: places.get(die, (None, None)))
    waiting = decoder.decode(future, Storage(words(3, 7, 9)))
    assert short_text(waiting) == "Suspend0 <sensor.rs:47> { total: 9 }"
    assert isinstance(waiting.content, Variant)
    assert short_text(decoder.decode(future, Storage(words(4, 7, 9)))) == "Suspend1"


def test_a_variant_of_an_author_keeps_its_name_and_its_fields() -> None:
    mine = member("Returned", rust("Returned", 4, member("__0", U32, 0)), 0)
    part = VariantPart(None, (Case((), (mine,)),))
    assert text(Struct("Trip", "struct", 4, (), "rust", part), words(7)) == "Returned(7)"


def test_a_captured_reference_has_the_name_of_the_variable() -> None:
    captured = member("_ref__depth", rust_pointer("&u32", U32), 4)
    part = VariantPart(member("__state", U8, 0), (state("Unresumed", 0, captured),))
    block = Struct("{async_block_env#0}", "struct", 8, (), "rust", part)
    found = decode(block, words(0, RAM), Segment(RAM, words(4)))
    assert short_text(found) == "Unresumed { depth: 0x20000000 4 }"
    assert [each.name for each in children_of(found.content)] == ["depth"]


def test_a_closure_shows_its_captures_by_name() -> None:
    captured = member("_ref__total", rust_pointer("&mut u32", U32), 0)
    closure = rust("{closure_env#3}", 8, captured, member("by", U32, 4))
    assert text(closure, words(RAM, 2), Segment(RAM, words(9))) == "{total: 0x20000000 9, by: 2}"


def test_a_future_that_waits_for_itself_comes_to_an_end() -> None:
    found: list[Struct] = []
    awaitee = Member("__awaitee", Link(lambda: found[0]), 0)
    part = VariantPart(member("__state", U8, 0), (state("Suspend0", 3, awaitee),))
    found.append(Struct("{async_fn_env#0}", "struct", 12, (), "rust", part))
    shown = text(found[0], words(3, 0, 0))
    assert shown is not None
    assert shown.count("Suspend0") <= Limits().depth + 1


def test_the_line_of_an_await_comes_from_the_program() -> None:
    held = struct("Suspend0", 8, member_die("total", "u32", 4), label="held")
    line, file = number(dw.AT_decl_line, 47), (dw.AT_decl_file, dw.FORM_data1, 1)
    cases = (
        ADie(dw.TAG_member, (of("u8"), number(dw.AT_data_member_location, 0)), label="state"),
        ADie(
            dw.TAG_variant,
            (number(dw.AT_discr_value, 3),),
            (member_die("3", "held", 0, line, file),),
        ),
    )
    part = ADie(dw.TAG_variant_part, (of("state", dw.AT_discr),), cases)
    future = struct("{async_fn_env#0}", 8, part, label="future")
    lines = (dw.AT_stmt_list, dw.FORM_sec_offset, 0)
    image = an_image(
        a_unit(
            base("u32", 4, dw.ATE_unsigned),
            base("u8", 1, dw.ATE_unsigned),
            held,
            future,
            variable("task", "future"),
            top=(*language(RUST), lines),
        ),
        more={".debug_line": ALineProgram(files=(("src/sensor.rs", 0),)).octets()},
    )
    (die,) = image.dwarf.units[0].walk(dw.TAG_variable)
    found = decoder_for(image, Memory()).decode(image.types.type_of(die), Storage(words(3, 9)))
    assert short_text(found) == "Suspend0 <sensor.rs:47> { total: 9 }"


# --- wakers -----------------------------------------------------------------------------------

TABLE = rust("RawWakerVTable", 4, member("wake", raw(U8), 0))
RAW_WAKER = rust(
    "RawWaker",
    8,
    member("data", raw(U8), 0),
    member("vtable", rust_pointer("&core::task::wake::RawWakerVTable", TABLE), 4),
)
WAKER = rust("Waker", 8, member("waker", RAW_WAKER, 0))


def test_a_waker_does_not_show_the_functions_in_its_table() -> None:
    found = text(RAW_WAKER, words(1, RAM), Segment(RAM, words(3)))
    assert found == "{data: 0x00000001, vtable: 0x20000000}"


def test_a_context_is_its_waker() -> None:
    waker = rust_pointer("&core::task::wake::Waker", WAKER)
    parts = (member("waker", waker, 0), member("local_waker", waker, 4))
    found = text(rust("Context", 8, *parts), words(RAM, RAM), Segment(RAM, words(0, 1)))
    assert found == "{waker: 0x20000000 {waker: {data: 0x00000000, vtable: 0x00000001}}}"


def test_what_an_author_calls_a_context_is_a_struct() -> None:
    mine = rust("Context", 8, member("waker", U32, 0), member("depth", U32, 4))
    assert text(mine, words(1, 2)) == "{waker: 1, depth: 2}"
