"""Dump files: every record of the format, hostile ones, and the way there and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackdump_probe.arch.registers import BANKS, CORE, SINGLES, SPECIAL, Registers
from stackdump_probe.dump import Dump, decode, encode
from stackdump_probe.errors import DumpFormatError
from stackdump_probe.memory import Memory, Segment
from tests.builders import a_dump, a_memory_record, a_register_record, words

WORDS = st.integers(0, 0xFFFF_FFFF)
REGISTERS = st.dictionaries(st.sampled_from((*CORE, *SINGLES, *SPECIAL, *BANKS)), WORDS)
REGIONS = st.lists(st.tuples(st.integers(0, 0xFFFF_FF00), st.binary(max_size=64)), max_size=6)
RECORDS = st.lists(
    st.one_of(
        st.builds(a_memory_record, st.integers(0, 2**64 - 1), st.binary(max_size=16)),
        st.builds(
            lambda first, values: a_register_record(first, *values),
            st.integers(0, 0xFFFF),
            st.lists(WORDS, max_size=20),
        ),
    ),
    max_size=5,
).map(b"".join)


def refused_at(file: bytes) -> int | None:
    """The offset at which decoding stops; None if it does not."""
    try:
        decode(file)
    except DumpFormatError as error:
        return error.offset
    return None


def test_an_empty_file_is_an_empty_dump() -> None:
    dump = decode(b"")
    assert (dict(dump.registers.words), dump.memory.segments, dump.notes) == ({}, (), ())


def test_sixteen_core_registers_are_r0_to_pc() -> None:
    dump = decode(a_register_record(0, *range(100, 116)))
    assert dict(dump.registers.words) == dict(zip(CORE, range(100, 116), strict=True))


@pytest.mark.parametrize("first", [64, 256])
def test_fpu_registers_have_a_new_and_an_old_number(first: int) -> None:
    dump = decode(a_register_record(first, *range(32)))
    assert dict(dump.registers.words) == {f"s{n}": n for n in range(32)}
    assert dump.notes == ()


def test_special_registers_follow_the_order_of_our_record() -> None:
    dump = decode(a_register_record(3072, 1, 2, 3, 4, 5, 6, 7))
    assert dict(dump.registers.words) == {
        "xpsr": 1,
        "msp": 2,
        "psp": 3,
        "cfbp": 4,
        "fpscr": 5,
        "msplim": 6,
        "psplim": 7,
    }


def test_what_follows_the_sixteen_core_registers_is_left_out_and_said() -> None:
    dump = decode(a_register_record(0, *range(19)))
    assert dict(dump.registers.words) == dict(zip(CORE, range(16), strict=True))
    assert dump.notes == ("3 registers from DWARF number 16 on have no known name",)


def test_registers_of_unknown_numbers_are_left_out_and_said() -> None:
    dump = decode(a_register_record(9999, 1, 2))
    assert dump.notes == ("2 registers from DWARF number 9999 on have no known name",)


def test_of_two_values_for_a_register_the_first_written_wins() -> None:
    dump = decode(a_register_record(0, 1) + a_register_record(0, 2, 3))
    assert dict(dump.registers.words) == {"r0": 1, "r1": 3}


def test_records_may_stand_in_any_order() -> None:
    file = a_memory_record(0x2000_0000, b"ab") + a_register_record(13, 0x2000_0000)
    dump = decode(file + a_memory_record(0x2000_0002, b"cd"))
    assert dump.memory.read(0x2000_0000, 4) == b"abcd"
    assert dump.registers["sp"] == 0x2000_0000


def test_of_overlapping_regions_the_first_written_wins() -> None:
    dump = decode(a_memory_record(0x10, b"abcd") + a_memory_record(0x0E, b"......"))
    assert dump.memory.read(0x0E, 6) == b"..abcd"


def test_empty_regions_and_register_records_are_no_fault() -> None:
    dump = decode(a_memory_record(0x10, b"") + a_register_record(0) + a_memory_record(0x10, b"a"))
    assert list(dump.memory.spans()) == [(0x10, 0x11)]


@pytest.mark.parametrize(
    ("file", "offset"),
    [
        (b"\x00", 0),
        (b"\x03rest", 0),
        (b"\xff", 0),
        (a_register_record(0, 1, 2) + b"\x7fELF", 13),
    ],
)
def test_an_unknown_record_is_refused_where_it_stands(file: bytes, offset: int) -> None:
    with pytest.raises(DumpFormatError, match="neither memory") as caught:
        decode(file)
    assert caught.value.offset == offset
    assert f"{offset:#x}" in str(caught.value)


@pytest.mark.parametrize("length", [5, 2**31, 2**32, 2**63, 2**64 - 1])
def test_a_region_longer_than_the_file_is_refused_without_reserving_memory(length: int) -> None:
    file = a_register_record(0, 1) + a_memory_record(0x2000_0000, b"abcd", length=length)
    with pytest.raises(DumpFormatError, match=f"needs {length} bytes, 4 left") as caught:
        decode(file)
    assert caught.value.offset == 9


@pytest.mark.parametrize("count", [3, 0xFFFF])
def test_more_registers_than_the_file_holds_are_refused(count: int) -> None:
    with pytest.raises(DumpFormatError, match="registers need") as caught:
        decode(a_memory_record(0, b"x") + a_register_record(0, 1, 2, count=count))
    assert caught.value.offset == 18


@pytest.mark.parametrize("record", [a_memory_record(0x10, b""), a_register_record(0)])
def test_a_cut_record_header_is_refused(record: bytes) -> None:
    for size in range(1, len(record)):
        with pytest.raises(DumpFormatError, match="header cut"):
            decode(record[:size])


@given(RECORDS, st.data())
def test_a_file_cut_anywhere_decodes_or_is_refused_at_an_offset_inside_it(
    file: bytes, data: st.DataObject
) -> None:
    cut = file[: data.draw(st.integers(0, len(file)))]
    assert refused_at(cut) in (None, *range(len(cut)))


@given(st.binary(max_size=200))
def test_any_bytes_decode_or_are_refused(file: bytes) -> None:
    assert refused_at(file) in (None, *range(len(file)))


@given(REGISTERS, REGIONS)
def test_a_dump_written_and_read_again_is_the_same(
    registers: dict[str, int], regions: list[tuple[int, bytes]]
) -> None:
    memory = Memory(Segment(start, content) for start, content in regions)
    back = decode(encode(Dump(Registers(registers), memory)))
    assert dict(back.registers.words) == registers
    assert list(back.memory.spans()) == list(memory.spans())
    for start, end in memory.spans():
        assert back.memory.read(start, end - start) == memory.read(start, end - start)
    assert back.notes == ()


@given(RECORDS)
def test_what_we_write_is_read_and_written_again_byte_by_byte(file: bytes) -> None:
    ours = encode(decode(file))
    assert encode(decode(ours)) == ours


def test_the_core_registers_are_written_as_the_rust_tool_reads_them() -> None:
    dump = a_dump(**dict(zip(CORE, range(16), strict=True)))
    assert encode(dump) == b"\x02" + b"\x00\x00" + b"\x10\x00" + words(*range(16))


def test_memory_is_written_as_the_rust_tool_reads_it() -> None:
    start, length = b"\x00\x00\x00\x20\x00\x00\x00\x00", b"\x03" + bytes(7)
    assert encode(a_dump({0x2000_0000: b"abc"})) == b"\x01" + start + length + b"abc"


def test_touching_regions_are_written_as_one() -> None:
    joined = encode(a_dump({0x12: b"cd", 0x10: b"ab"}))
    assert joined == encode(a_dump({0x10: b"abcd"}))


def test_a_register_that_is_not_known_is_not_written_as_zero() -> None:
    back = decode(encode(a_dump(r0=1, r2=3, xpsr=5, psp=7)))
    assert dict(back.registers.words) == {"r0": 1, "r2": 3, "xpsr": 5, "psp": 7}
