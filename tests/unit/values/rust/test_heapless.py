import pytest

from stackdump_probe.image.types.model import Struct, Type
from stackdump_probe.memory import Memory
from stackdump_probe.values.decode import Decoder, Limits
from stackdump_probe.values.model import Array
from stackdump_probe.values.storage import Absence, Gap, Storage
from stackdump_probe.values.text import short_text
from tests.builders.octets import halfwords, words
from tests.builders.types import BOOL, U8, U16, U32, array, member, struct
from tests.unit.values.rust_types import cell, decode, rust, text


def maybe(inner: Type, size: int) -> Struct:
    """`MaybeUninit<T>`: a union of nothing and the value."""
    kept = rust("ManuallyDrop<T>", size, member("value", inner, 0))
    parts = (member("uninit", rust("()", 0), 0), member("value", kept, 0))
    return struct("MaybeUninit<T>", size, *parts, language="rust", kind="union")


def buffer(element: Type, size: int, count: int) -> Type:
    return array(maybe(element, size), count, "rust")


def vec(element: Type = U16, size: int = 2, count: int = 4) -> Struct:
    """As versions 0.7 and 0.8 have it."""
    parts = (member("len", U32, 0), member("buffer", buffer(element, size, count), 4))
    return rust("Vec<T, N>", 4 + size * count, *parts, T=element)


def vec_inner(element: Type = U16, size: int = 2, count: int = 4) -> Struct:
    """As version 0.9 has it, with a length of one byte."""
    storage = rust(
        "VecStorageInner<B>", size * count, member("buffer", buffer(element, size, count), 0)
    )
    parts = (member("len", U8, 0), member("buffer", storage, 2))
    return rust("VecInner<T, LenT, S>", 2 + size * count, *parts, T=element, LenT=U8)


# --- rows -------------------------------------------------------------------------------------


def test_a_vec_is_as_many_elements_as_it_has() -> None:
    assert text(vec(), words(2) + halfwords(5, 6, 0xFFFF, 0xFFFF)) == "[5, 6]"
    assert text(vec(), words(0) + bytes(8)) == "[]"


def test_the_length_may_be_of_another_type() -> None:
    assert text(vec_inner(), b"\x03\0" + halfwords(5, 6, 7, 0xFFFF)) == "[5, 6, 7]"


@pytest.mark.parametrize("length", [5, 0xFFFF_FFFF])
def test_a_vec_longer_than_its_buffer_is_marked(length: int) -> None:
    found = text(vec(), words(length) + halfwords(5, 6, 7, 8))
    mark = f"{length:#x} <invalid: there is room for 4>"
    assert found == f"{{len: {mark}, buffer: [5, 6, 7, 8]}}"


def test_a_length_of_eight_bytes_may_be_anything() -> None:
    wide = rust("usize", 8, member("low", U32, 0), member("high", U32, 4))
    parts = (member("len", wide, 0), member("buffer", buffer(U16, 2, 2), 8))
    assert (text(rust("Vec<T, N>", 12, *parts), bytes(12)) or "").startswith("{len:")


def test_a_vec_whose_length_is_lost_shows_its_buffer() -> None:
    lost = Gap(0, 32, Absence("optimized_out"))
    storage = Storage(words(2) + halfwords(5, 6, 7, 8), None, (lost,))
    found = Decoder(Memory()).decode(vec(), storage)
    assert found.state == "partial"
    assert short_text(found) == "{len: <optimized out>, buffer: [5, 6, 7, 8]}"


def test_a_huge_vec_is_bounded() -> None:
    found = decode(vec(U8, 1, 5000), words(5000) + bytes(5000))
    assert isinstance(found.content, Array)
    assert len(found.content.elements) == Limits().entries


def string(inner: Struct, name: str = "String<4>") -> Struct:
    return rust(name, inner.size or 0, member("vec", inner, 0))


def test_a_string_is_its_text() -> None:
    assert text(string(vec(U8, 1, 4)), words(2) + b"hi??") == '"hi"'
    assert text(string(vec_inner(U8, 1, 4), "StringInner<u8, S>"), b"\x02\0hi??") == '"hi"'


def test_a_string_longer_than_its_buffer_is_marked() -> None:
    found = text(string(vec(U8, 1, 4)), words(9) + b"hi??")
    assert found == "{len: 0x9 <invalid: there is room for 4>, buffer: [104, 105, 63, 63]}"


# --- rings ------------------------------------------------------------------------------------


def deque() -> Struct:
    return rust(
        "Deque<u8, 4>",
        16,
        member("buffer", buffer(U8, 1, 4), 0),
        member("front", U32, 4),
        member("back", U32, 8),
        member("full", BOOL, 12),
    )


@pytest.mark.parametrize(
    ("front", "back", "full", "expected"),
    [
        (0, 0, 0, "[]"),
        (2, 2, 1, "[3, 4, 1, 2]"),
        (1, 3, 0, "[2, 3]"),
        (3, 1, 0, "[4, 1]"),
    ],
)
def test_a_deque_goes_round_in_its_buffer(front: int, back: int, full: int, expected: str) -> None:
    assert text(deque(), b"\1\2\3\4" + words(front, back, full)) == expected


def test_a_deque_that_begins_beyond_its_buffer_is_marked() -> None:
    found = text(deque(), b"\1\2\3\4" + words(0xFFFF_FFFF, 1, 0)) or ""
    assert "there is room for 4>" in found


def test_a_queue_leaves_one_place_free() -> None:
    atomic = rust("AtomicUsize", 4, member("v", cell(U32), 0))
    slot = rust("UnsafeCell<T>", 2, member("value", maybe(U16, 2), 0))
    parts = (
        member("head", atomic, 0),
        member("tail", atomic, 4),
        member("buffer", array(slot, 4, "rust"), 8),
    )
    queue = rust("Queue<u16, 4>", 16, *parts)
    numbers = halfwords(1, 2, 3, 4)
    assert text(queue, words(0, 0) + numbers) == "[]"
    assert text(queue, words(2, 1) + numbers) == "[3, 4, 1]"
    assert "there is room for 4>" in (text(queue, words(9, 1) + numbers) or "")


def test_a_history_begins_with_the_oldest() -> None:
    parts = (
        member("data", buffer(U8, 1, 4), 0),
        member("write_at", U32, 4),
        member("filled", BOOL, 8),
    )
    history = rust("HistoryBuffer<u8, 4>", 12, *parts)
    assert text(history, b"\1\2\3\4" + words(2, 0)) == "[1, 2]"
    assert text(history, b"\1\2\3\4" + words(2, 1)) == "[3, 4, 1, 2]"
    assert "there is room for 4>" in (text(history, b"\1\2\3\4" + words(7, 1)) or "")


def test_a_ring_of_no_places_is_empty() -> None:
    none = rust(
        "Deque<u8, 0>",
        12,
        member("buffer", buffer(U8, 1, 0), 0),
        member("front", U32, 0),
        member("back", U32, 4),
        member("full", BOOL, 8),
    )
    assert text(none, words(0, 0, 0)) is not None


# --- maps -------------------------------------------------------------------------------------

PAIR = rust("(u8, u8)", 2, member("__0", U8, 0), member("__1", U8, 1))


def test_a_linear_map_shows_what_each_key_stands_for() -> None:
    pairs = rust("LinearMap<u8, u8, 2>", 8, member("buffer", vec(PAIR, 2, 2), 0))
    assert text(pairs, words(2) + b"\1\2\3\4") == "{1: 2, 3: 4}"


def index_map() -> Struct:
    hash_value = rust("HashValue", 2, member("__0", U16, 0))
    parts = (member("hash", hash_value, 0), member("key", U8, 2), member("value", U8, 3))
    bucket = rust("Bucket<u8, u8>", 4, *parts)
    core = rust("CoreMap<u8, u8, 2>", 12, member("entries", vec(bucket, 4, 2), 0))
    return rust("IndexMap<u8, u8, S, 2>", 12, member("core", core, 0))


ENTRIES = words(2) + b"\xaa\xaa\1\2" + b"\xbb\xbb\3\4"


def test_an_index_map_shows_no_hashes() -> None:
    assert text(index_map(), ENTRIES) == "{1: 2, 3: 4}"


def test_an_index_set_is_the_keys_of_a_map() -> None:
    assert text(rust("IndexSet<u8, S, 2>", 12, member("map", index_map(), 0)), ENTRIES) == "[1, 3]"


@pytest.mark.parametrize("name", ["IndexSet<u8, S, 2>", "LinearMap<u8, u8, 2>"])
def test_a_map_longer_than_its_buffer_is_marked(name: str) -> None:
    is_set = name.startswith("IndexSet")
    inner = index_map() if is_set else vec(PAIR, 2, 2)
    held = rust(name, 12, member("map" if is_set else "buffer", inner, 0))
    assert "there is room for 2>" in (text(held, words(9) + bytes(8)) or "")
