import pytest

from stackdump_probe.image.types.model import Link, Member, Struct, Type
from stackdump_probe.memory import Memory
from stackdump_probe.values.decode import Decoder, Limits
from stackdump_probe.values.model import Array, Text
from stackdump_probe.values.storage import Absence, Gap, Storage
from stackdump_probe.values.text import short_text
from tests.builders.octets import halfwords, words
from tests.builders.types import U8, U16, U32, member
from tests.unit.values.rust_types import (
    HEAP,
    a_vec,
    decode,
    heap,
    non_null,
    option,
    raw,
    raw_vec,
    rust,
    text,
    unique,
    vec_of,
)

# --- Vec and String ---------------------------------------------------------------------------


def test_a_vec_is_its_elements() -> None:
    found = decode(vec_of(U16), a_vec(3), heap(halfwords(1, 2, 3)))
    assert short_text(found) == "[1, 2, 3]"
    assert isinstance(found.content, Array)
    assert [each.address for each in found.content.elements] == [HEAP, HEAP + 2, HEAP + 4]


def test_older_libraries_have_no_inner_raw_vec() -> None:
    raw_vec_of = rust("RawVec<T>", 8, member("ptr", unique(U16), 0), member("cap", U32, 4))
    parts = (member("buf", raw_vec_of, 0), member("len", U32, 8))
    assert text(rust("Vec<u16>", 12, *parts, T=U16), a_vec(2), heap(halfwords(1, 2))) == "[1, 2]"


def test_an_empty_vec_points_nowhere() -> None:
    assert text(vec_of(U16), a_vec(0, room=0, at=2)) == "[]"


def test_a_vec_of_nothing_has_no_room_and_needs_none() -> None:
    assert text(vec_of(rust("()", 0)), a_vec(2, room=0, at=1)) == "[{}, {}]"


def test_a_vec_longer_than_its_room_is_marked() -> None:
    found = text(vec_of(U16), a_vec(9, room=8), heap(bytes(64))) or ""
    assert found.endswith("len: 0x9 <invalid: there is room for 8>}")


def test_a_length_of_four_billion_is_bounded() -> None:
    octets = a_vec(0xFFFF_FFFF, room=0xFFFF_FFFF)
    found = decode(vec_of(U16), octets, heap(bytes(8192)))
    assert isinstance(found.content, Array)
    assert len(found.content.elements) == Limits().entries


def test_a_vec_that_leads_nowhere_says_so() -> None:
    found = decode(vec_of(U16), a_vec(3))
    assert (found.state, found.octets) == ("not_captured", a_vec(3))


def test_a_vec_whose_length_is_lost_shows_its_parts() -> None:
    lost = Gap(64, 96, Absence("optimized_out"))
    found = Decoder(Memory()).decode(vec_of(U16), Storage(a_vec(3), None, (lost,)))
    assert found.state == "partial"
    assert (short_text(found) or "").endswith("len: <optimized out>}")


def test_a_vec_of_elements_without_a_size_is_unsupported() -> None:
    unknown = Struct("T", "struct", None, (), "rust")
    found = decode(vec_of(unknown), a_vec(3), heap(bytes(64)))
    assert (found.state, found.why) == ("unsupported", "elements of unknown size")


def string() -> Struct:
    return rust("String", 12, member("vec", vec_of(U8), 0))


def test_a_string_is_its_text() -> None:
    assert text(string(), a_vec(2), heap(b"hi!")) == '"hi"'


def test_text_that_is_no_utf_8_shows_its_bytes() -> None:
    assert text(string(), a_vec(3), heap(b"a\xffb")) == r'"a\xffb"'


def test_a_long_string_is_cut() -> None:
    octets = a_vec(6000, room=6000)
    assert decode(string(), octets, heap(bytes(8192))).content == Text(bytes(4096), cut=True)


def test_a_string_longer_than_its_room_is_marked() -> None:
    found = text(string(), a_vec(9), heap(bytes(64))) or ""
    assert found.endswith("len: 0x9 <invalid: there is room for 8>}")


def test_a_binary_heap_is_the_vec_that_it_is_in() -> None:
    binary_heap = rust("BinaryHeap<u16>", 12, member("data", vec_of(U16), 0))
    assert text(binary_heap, a_vec(1), heap(b"\5\0")) == "[5]"


# --- rings ------------------------------------------------------------------------------------


def deque(element: Type) -> Struct:
    parts = (member("head", U32, 8), member("len", U32, 12), member("buf", raw_vec(), 0))
    return rust("VecDeque<T, A>", 16, *parts, T=element)


def a_deque(head: int, length: int, room: int = 4) -> bytes:
    return words(HEAP, room, head, length)


@pytest.mark.parametrize(
    ("head", "length", "expected"),
    [
        (0, 0, "[]"),
        (3, 0, "[]"),
        (0, 4, "[1, 2, 3, 4]"),
        (1, 2, "[2, 3]"),
        (2, 4, "[3, 4, 1, 2]"),
        (3, 2, "[4, 1]"),
    ],
)
def test_a_deque_goes_round_in_its_room(head: int, length: int, expected: str) -> None:
    assert text(deque(U16), a_deque(head, length), heap(halfwords(1, 2, 3, 4))) == expected


@pytest.mark.parametrize(("head", "length"), [(0, 5), (5, 1), (0xFFFF_FFFF, 1)])
def test_a_deque_that_goes_beyond_its_room_is_marked(head: int, length: int) -> None:
    found = text(deque(U16), a_deque(head, length), heap(halfwords(1, 2, 3, 4))) or ""
    assert "there is room for 4>" in found


def test_a_deque_of_nothing_has_no_room() -> None:
    found = text(deque(rust("()", 0)), a_deque(0, 2, room=0), heap(bytes(4)))
    assert found is not None


def test_a_huge_deque_is_bounded() -> None:
    found = decode(deque(U16), a_deque(0, 1 << 31, room=1 << 31), heap(bytes(8192)))
    assert isinstance(found.content, Array)
    assert len(found.content.elements) == Limits().entries


def test_a_huge_deque_is_bounded_where_it_goes_round() -> None:
    found = decode(deque(U8), a_deque(2000, 3000, room=3000), heap(bytes(4096)))
    assert isinstance(found.content, Array)
    assert len(found.content.elements) == Limits().entries


# --- linked lists -----------------------------------------------------------------------------


def linked_list() -> Struct:
    found: list[Struct] = []
    pointer = non_null(raw(U8))
    inner = pointer.members[0].type.type
    object.__setattr__(inner, "target", Link(lambda: found[0]))
    optional = option(pointer)
    node = (Member("next", Link(lambda: optional), 0), member("element", U32, 4))
    found.append(rust("Node<T>", 8, *node))
    parts = (member("head", optional, 0), member("tail", optional, 4), member("len", U32, 8))
    return rust("LinkedList<T, A>", 12, *parts, T=U32)


LIST = linked_list()
NODES = heap(words(HEAP + 8, 1, HEAP + 16, 2, 0, 3))


def test_a_list_is_its_elements_in_their_order() -> None:
    assert text(LIST, words(HEAP, HEAP + 16, 3), NODES) == "[1, 2, 3]"


def test_an_empty_list_has_no_nodes() -> None:
    assert text(LIST, words(0, 0, 0)) == "[]"


def test_a_list_shorter_than_it_says_shows_the_cut() -> None:
    assert text(LIST, words(HEAP, HEAP + 16, 9), NODES) == "[1, 2, 3, ...]"


def test_a_list_in_a_ring_is_bounded() -> None:
    found = decode(LIST, words(HEAP, HEAP, 0xFFFF_FFFF), heap(words(HEAP, 7)))
    assert isinstance(found.content, Array)
    assert len(found.content.elements) == Limits().entries


def test_a_list_that_leads_nowhere_says_so() -> None:
    assert decode(LIST, words(HEAP, HEAP, 1)).state == "not_captured"
