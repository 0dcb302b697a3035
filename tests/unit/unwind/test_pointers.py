from stackdump_probe.memory import Memory, Segment
from stackdump_probe.unwind.pointers import pointers_into
from tests.builders.octets import words


def test_words_that_point_to_thumb_code_in_the_range_are_found() -> None:
    memory = Memory([Segment(0x100, words(0x8001, 0x8000, 0x8003, 0x9001, 0x7FFF))])
    assert pointers_into(0x8000, 0x9000, memory) == {0x8000, 0x8002}


def test_only_aligned_words_count() -> None:
    content = b"\x00\x00" + words(0x8001, 0x8003) + b"\x01"
    assert pointers_into(0, 0x9000, Memory([Segment(0x102, content)])) == {0x8000, 0x8002}
    assert pointers_into(0, 0x9000, Memory([Segment(0x100, content)])) == set()
    assert pointers_into(0, 0x9000, Memory([Segment(0x101, b"\x01")])) == set()
