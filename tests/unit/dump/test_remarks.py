"""What a capture remarks on its dump, there and back, and from hostile files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackdump_probe.arch.registers import Registers
from stackdump_probe.dump import Dump, decode, encode
from stackdump_probe.dump.codec import REMARKS
from stackdump_probe.dump.remarks import LONGEST_LINE, MOST_LINES, encode_remarks, with_remarks
from stackdump_probe.memory import LIVE, Memory, Segment
from tests.builders import a_memory_record

RAM = 0x2000_0000
RAN = (
    "8 bytes from 0x20000000 were read while the core ran: what is in them may not belong together"
)


def a_half_live_memory() -> Memory:
    return Memory((Segment(RAM, b"12345678", LIVE), Segment(RAM + 8, b"abcd")))


def spans_by_origin(memory: Memory) -> list[tuple[int, bytes, str]]:
    return [(each.start, bytes(each.content), each.origin) for each in memory.segments]


def test_a_dump_without_remarks_has_no_record_for_them() -> None:
    memory = Memory((Segment(RAM, b"1234"),))
    assert encode_remarks(memory, ()) == b""
    assert encode(Dump(memory=memory)) == a_memory_record(RAM, b"1234")


def test_what_was_remarked_is_read_back_and_stays_out_of_the_memory() -> None:
    dump = decode(encode(Dump(notes=("the capture was cut short: the probe is gone",))))
    assert dump.notes == ("the capture was cut short: the probe is gone",)
    assert dump.memory.segments == ()


def test_what_was_read_while_the_core_ran_is_still_known_to_be() -> None:
    memory = decode(encode(Dump(memory=a_half_live_memory()))).memory
    assert spans_by_origin(memory) == [(RAM, b"12345678", LIVE), (RAM + 8, b"abcd", "dump")]


def test_live_memory_is_told_as_a_sentence_once_however_often_it_is_saved() -> None:
    once = decode(encode(Dump(memory=a_half_live_memory())))
    assert once.notes == (RAN,)
    assert decode(encode(once)).notes == (RAN,)


def test_several_ranges_that_are_live_are_one_sentence() -> None:
    memory = Memory((Segment(RAM, b"1234", LIVE), Segment(RAM + 8, b"56", LIVE)))
    (note,) = decode(encode(Dump(memory=memory))).notes
    assert note.startswith("6 bytes in 2 ranges from 0x20000000 were read while the core ran")


def test_the_text_is_what_the_format_says() -> None:
    text = encode_remarks(a_half_live_memory(), ("one\n  two",))
    assert text == b"live 0x20000000 8\nnote one two\n"


def test_remarks_spread_over_several_records_are_one_text() -> None:
    file = a_memory_record(REMARKS, b"note the cap") + a_memory_record(REMARKS, b"ture\n")
    assert decode(file).notes == ("the capture",)


@pytest.mark.parametrize(
    "line",
    [
        "live",
        "live 0x20000000",
        "live 0x20000000 x",
        "live 0x20000000 0",
        "live 0x20000000 -4",
        "live -4 8",
        "live 0xfffffff8 0x10",
        "live 1 2 3",
        "note",
        "note ",
        "",
        "unheard of",
    ],
)
def test_a_line_that_is_not_understood_is_passed_over(line: str) -> None:
    memory = Memory((Segment(RAM, b"1234"),))
    marked, notes = with_remarks(memory, f"{line}\nnote kept\n".encode())
    assert notes == ("kept",)
    assert spans_by_origin(marked) == [(RAM, b"1234", "dump")]


def test_neither_the_number_of_remarks_nor_their_length_is_believed() -> None:
    text = (b"note " + b"x" * 1_000 + b"\n") * 1_000
    _memory, notes = with_remarks(Memory(), text)
    assert len(notes) == MOST_LINES
    assert max(map(len, notes)) <= LONGEST_LINE


def test_bytes_that_are_no_text_are_no_error() -> None:
    assert with_remarks(Memory(), b"note \xff\xfe")[1] == ("\ufffd\ufffd",)


@given(
    st.lists(st.tuples(st.integers(0, 40), st.binary(min_size=1, max_size=9), st.booleans())),
    st.lists(st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=30)),
)
def test_any_dump_comes_back_as_it_was(
    parts: list[tuple[int, bytes, bool]], notes: list[str]
) -> None:
    memory = Memory(
        Segment(RAM + at, content, LIVE if is_live else "dump") for at, content, is_live in parts
    )
    dump = decode(encode(Dump(Registers({"pc": 4}), memory, tuple(notes))))
    origin = {s.start + n: s.origin for s in memory.segments for n in range(len(s.content))}
    back = {s.start + n: s.origin for s in dump.memory.segments for n in range(len(s.content))}
    assert back == origin
    assert [note for note in dump.notes if "while the core ran" not in note] == notes
