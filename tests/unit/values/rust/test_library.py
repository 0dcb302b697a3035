import pytest

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.types.model import Base, Struct, Type
from stackdump_probe.memory import Memory
from stackdump_probe.values.decode import Decoder
from stackdump_probe.values.model import Boolean, Duration, Integer, children_of
from stackdump_probe.values.storage import Absence, Gap, Storage
from stackdump_probe.values.text import short_text
from tests.builders.octets import doublewords, words
from tests.builders.types import BOOL, U8, U32, member, struct
from tests.unit.values.rust_types import RAM, cell, decode, itself, raw, rust, text, unique

# --- wrappers ---------------------------------------------------------------------------------


def test_wrappers_do_not_clutter() -> None:
    assert text(cell(cell(U32)), words(7)) == "7"
    marker = member("_m", rust("PhantomData<u32>", 0), 0)
    assert text(rust("Cell<u32>", 4, member("value", cell(U32), 0), marker), words(7)) == "7"


def test_a_wrapper_keeps_the_name_and_the_bytes() -> None:
    found = decode(cell(U32), words(7))
    assert (found.type_name, found.octets) == ("Cell<T>", words(7))


@pytest.mark.parametrize(
    "name",
    [
        "ManuallyDrop<T>",
        "MaybeUninit<T>",
        "NonZero<u32>",
        "NonZeroU32Inner",
        "Pin<T>",
        "Wrapping<T>",
        "Saturating<T>",
        "OnceCell<T>",
        "AssertUnwindSafe<T>",
        "Nanoseconds",
    ],
)
def test_what_holds_one_value_and_means_nothing_else_is_that_value(name: str) -> None:
    assert text(rust(name, 4, member("__0", U32, 0)), words(7)) == "7"


def test_a_union_of_nothing_and_a_value_is_the_value() -> None:
    nothing = rust("()", 0)
    parts = (member("uninit", nothing, 0), member("value", U32, 0))
    maybe = struct("MaybeUninit<u32>", 4, *parts, language="rust", kind="union")
    assert text(maybe, words(7)) == "7"


def test_a_wrapper_around_something_lost_is_lost() -> None:
    lost = Gap(0, 32, Absence("not_captured", "gone"))
    found = Decoder(Memory()).decode(cell(U32), Storage(bytes(4), None, (lost,)))
    assert (found.state, found.why) == ("not_captured", "gone")


def test_a_type_of_two_members_that_bears_a_wrapper_s_name_is_a_struct() -> None:
    mine = rust("Cell", 8, member("a", U32, 0), member("b", U32, 4))
    assert text(mine, words(1, 2)) == "{a: 1, b: 2}"


def test_many_wrappers_do_not_count_as_levels() -> None:
    type_: Type = U32
    for _ in range(12):
        type_ = rust("ManuallyDrop<T>", 4, member("value", type_, 0))
    assert text(type_, words(7)) == "7"


@pytest.mark.parametrize("name", ["Cell", "Atomic", "RefCell", "Mutex", "Range", "Rc", "Vec"])
def test_a_type_that_holds_itself_comes_to_an_end(name: str) -> None:
    assert text(itself(name), words(7)) is not None
    borrow = member("borrow", U32, 0)
    assert text(itself(name, borrow), words(7)) is not None


def test_wrappers_that_hold_one_another_in_a_ring_come_to_an_end() -> None:
    third = itself("Cell<C>")
    second = rust("Cell<B>", 4, member("value", third, 0))
    first = rust("Cell<A>", 4, member("value", second, 0))
    object.__setattr__(third, "members", (member("value", first, 0),))
    assert text(first, words(7)) is not None


# --- atomics ----------------------------------------------------------------------------------


def atomic(storage: Type, size: int, **parameters: Type) -> Struct:
    """As core has it since 1.95: the bytes in a storage type that is aligned."""
    aligned = rust(f"Align{size}<T>", size, member("__0", storage, 0))
    inner = rust("UnsafeCell<T>", size, member("value", aligned, 0))
    return rust("Atomic<T>", size, member("v", inner, 0), **parameters)


def test_an_atomic_is_its_value() -> None:
    assert text(atomic(U32, 4, T=U32), words(7)) == "7"
    assert text(rust("AtomicU32", 4, member("v", cell(U32), 0)), words(7)) == "7"


def test_an_atomic_bool_is_a_bool_though_kept_as_a_byte() -> None:
    assert decode(atomic(U8, 1, T=BOOL), b"\x01").content == Boolean(truth=True)
    old = rust("AtomicBool", 1, member("v", cell(U8, 1), 0))
    assert text(old, b"\x01") == "true"
    assert text(old, b"\0") == "false"


def test_an_atomic_bool_that_is_none_is_marked_or_raw() -> None:
    assert text(atomic(U8, 1, T=BOOL), b"\x02") == "0x2 <invalid: a bool is 0 or 1>"
    assert text(rust("AtomicBool", 1, member("v", cell(U8, 1), 0)), b"\x02") == "{v: 2}"


def test_an_atomic_pointer_is_a_pointer() -> None:
    assert text(atomic(U32, 4, T=raw(U32)), words(RAM)) == "0x20000000"
    old = rust("AtomicPtr<u32>", 4, member("p", cell(raw(U32)), 0), T=U8)
    assert text(old, words(RAM)) == "0x20000000"


def test_an_atomic_without_a_value_is_a_struct() -> None:
    assert text(rust("Atomic<T>", 8, member("a", U32, 0), member("b", U32, 4)), words(1, 2)) == (
        "{a: 1, b: 2}"
    )


# --- ranges -----------------------------------------------------------------------------------

START, END = member("start", U8, 0), member("end", U8, 1)


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        (rust("Range<u8>", 2, START, END), "1..3"),
        (rust("RangeFrom<u8>", 1, START), "1.."),
        (rust("RangeTo<u8>", 2, END), "..3"),
        (rust("RangeFull", 0), ".."),
        (rust("RangeInclusive<u8>", 2, START, member("last", U8, 1)), "1..=3"),
        (rust("RangeToInclusive<u8>", 2, END), "..=3"),
    ],
)
def test_a_range_is_written_as_in_the_source(type_: Struct, expected: str) -> None:
    assert text(type_, b"\x01\x03") == expected


def test_a_range_that_was_iterated_to_its_end_says_so() -> None:
    exhausted = member("exhausted", BOOL, 2)
    inclusive = rust("RangeInclusive<u8>", 3, START, END, exhausted)
    assert text(inclusive, b"\x01\x03\0") == "1..=3"
    assert text(inclusive, b"\x03\x03\x01") == "3..=3 <exhausted>"
    assert [each.name for each in children_of(decode(inclusive, b"\1\3\0").content)] == [
        "start",
        "end",
    ]


def test_a_range_with_more_in_it_is_a_struct() -> None:
    mine = rust("Range<u8>", 3, START, END, member("step", U8, 2))
    assert text(mine, b"\x01\x03\x02") == "{start: 1, end: 3, step: 2}"


# --- time -------------------------------------------------------------------------------------

U64 = Base("u64", 8, dw.ATE_unsigned, "rust")


def duration() -> Struct:
    nanoseconds = rust("Nanoseconds", 4, member("__0", U32, 0))
    return rust("Duration", 12, member("secs", U64, 0), member("nanos", nanoseconds, 8))


def test_a_duration_is_a_span_of_time() -> None:
    found = decode(duration(), doublewords(1) + words(500_000_000))
    assert found.content == Duration(1_500_000_000)


def test_a_duration_of_too_many_nanoseconds_is_a_struct() -> None:
    octets = doublewords(1) + words(10**9)
    assert text(duration(), octets) == "{secs: 1, nanos: 1000000000}"


def test_a_duration_of_which_half_is_lost_shows_the_other() -> None:
    lost = Gap(64, 96, Absence("optimized_out"))
    storage = Storage(doublewords(1) + bytes(4), None, (lost,))
    found = Decoder(Memory()).decode(duration(), storage)
    assert (found.state, short_text(found)) == ("partial", "{secs: 1, nanos: <optimized out>}")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Duration<u32, 1, 1000>", "1.5s"),
        ("Instant<u32, 1, 1000000>", "1.5ms"),
        ("Duration<u32, 1, 0>", "{ticks: 1500}"),
        ("Duration", "{ticks: 1500}"),
        ("Instant<u32, A, B>", "{ticks: 1500}"),
    ],
)
def test_ticks_are_time_where_the_type_tells_their_length(name: str, expected: str) -> None:
    assert text(rust(name, 4, member("ticks", U32, 0)), words(1500)) == expected


# --- names alone are not enough ---------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "Vec<u8>",
        "String",
        "Box<u8>",
        "Rc<u8>",
        "Arc<u8>",
        "Weak<u8>",
        "RefCell<u8>",
        "Ref<u8>",
        "VecDeque<u8>",
        "LinkedList<u8>",
        "BTreeMap<u8, u8>",
        "BTreeSet<u8>",
        "Deque<u8, 4>",
        "Queue<u8, 4>",
        "HistoryBuffer<u8, 4>",
        "LinearMap<u8, u8, 4>",
        "IndexMap<u8, u8>",
        "IndexSet<u8>",
        "Duration",
        "Range<u8>",
        "RawWaker",
        "Context",
        "Mutex<u8>",
    ],
)
def test_a_type_that_only_bears_the_name_is_a_struct(name: str) -> None:
    assert text(rust(name, 4, member("mine", U32, 0)), words(5)) == "{mine: 5}"


@pytest.mark.parametrize("name", ["OnceCell", "Pin"])
def test_a_wrapper_may_call_its_value_what_it_likes(name: str) -> None:
    assert decode(rust(name, 4, member("mine", U32, 0)), words(5)).content == Integer(5)


@pytest.mark.parametrize(
    "type_",
    [
        rust("Vec<u8>", 8, member("buf", U32, 0), member("len", U32, 4), T=U8),
        rust("Vec<u8>", 8, member("buf", raw(U8), 0), T=U8),
        rust("Vec<u8>", 8, member("buf", raw(U8), 0), member("len", U32, 4)),
        rust("VecDeque<u8>", 8, member("buf", raw(U8), 0), member("len", U32, 4)),
        rust("String", 4, member("vec", U32, 0)),
        rust("String", 4, member("vec", rust("Vec<u8>", 4, member("len", U32, 0)), 0)),
        rust("Box<u8>", 4, member("__0", rust("Unique<u8>", 4), 0), T=U8),
        rust("Rc<u8>", 4, member("ptr", raw(U8), 0)),
        rust("Rc<u8>", 4, member("ptr", raw(rust("S", 4)), 0)),
        rust("Weak<u8>", 4, member("ptr", raw(rust("S", 4)), 0)),
        rust("Ref<u8>", 4, member("value", unique(U8), 0)),
        rust("LinkedList<u8>", 8, member("head", U32, 0), member("len", U32, 4)),
        rust("BTreeMap<u8, u8>", 8, member("root", U32, 0), member("length", U32, 4)),
        rust("BTreeSet<u8>", 4, member("map", U32, 0)),
        rust("Deque<u8, 4>", 8, member("front", U32, 0), member("back", U32, 4)),
        rust("Queue<u8, 4>", 8, member("head", U32, 0), member("tail", U32, 4)),
        rust("LinearMap<u8, u8, 4>", 4, member("buffer", U32, 0)),
        rust("IndexMap<u8, u8>", 4, member("core", U32, 0)),
        rust("IndexMap<u8, u8>", 4, member("core", rust("C", 4, member("x", U32, 0)), 0)),
        rust("IndexSet<u8>", 4, member("map", U32, 0)),
    ],
)
def test_an_unknown_layout_is_shown_as_the_struct_that_it_is(type_: Struct) -> None:
    found = text(type_, words(RAM, 2))
    assert found is not None
    assert found.startswith(("{", "("))
