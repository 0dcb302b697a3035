import pytest

from stackdump_probe.image.types import Member, Struct, Type, Void
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.values.decode import Decoder, Limits
from stackdump_probe.values.model import Array, Text, Value
from stackdump_probe.values.storage import Absence, Gap, Storage
from stackdump_probe.values.text import short_text
from tests.builders.types import U8, U16, U32, member, rust_pointer, struct, to

RAM = 0x2000_0000


def rust(name: str, size: int, *members: Member, **parameters: Type) -> Struct:
    return struct(name, size, *members, language="rust", parameters=tuple(parameters.items()))


def slice_of(name: str, element: Type) -> Struct:
    pointer = rust_pointer("*const T", element)
    return rust(name, 8, member("data_ptr", pointer, 0), member("length", U32, 4))


def words(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(4, "little") for number in numbers)


def decode(type_: Type, octets: bytes, *segments: Segment) -> Value:
    return Decoder(Memory(segments)).decode(type_, Storage(octets))


def text(type_: Type, octets: bytes, *segments: Segment) -> str | None:
    return short_text(decode(type_, octets, *segments))


# --- slices and text --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["&str", "&mut str", "alloc::boxed::Box<str, alloc::alloc::Global>", "Rc<str>"]
)
def test_str_is_text(name: str) -> None:
    assert text(slice_of(name, U8), words(RAM, 4), Segment(RAM, b"textual")) == '"text"'


def test_a_slice_is_its_elements_at_their_addresses() -> None:
    found = decode(slice_of("&[u16]", U16), words(RAM, 2), Segment(RAM, b"\1\0\2\0"))
    assert short_text(found) == "[1, 2]"
    assert isinstance(found.content, Array)
    assert [each.address for each in found.content.elements] == [RAM, RAM + 2]
    assert found.octets == words(RAM, 2)


def test_a_slice_of_bytes_is_no_text() -> None:
    assert text(slice_of("&[u8]", U8), words(RAM, 2), Segment(RAM, b"ab")) == "[97, 98]"


def test_a_slice_whose_elements_were_not_captured_says_so() -> None:
    found = decode(slice_of("&[u16]", U16), words(RAM, 2))
    assert (found.state, found.content) == ("not_captured", None)
    assert decode(slice_of("&str", U8), words(RAM, 2)).state == "not_captured"


def test_a_slice_of_which_some_elements_were_captured_is_partial() -> None:
    found = decode(slice_of("&[u16]", U16), words(RAM, 2), Segment(RAM, b"\1\0"))
    assert (found.state, short_text(found)) == ("partial", "[1, <not captured>]")


def test_a_length_of_four_billion_is_bounded() -> None:
    ram = Segment(RAM, bytes(8192))
    numbers = decode(slice_of("&[u16]", U16), words(RAM, 0xFFFF_FFFF), ram)
    assert isinstance(numbers.content, Array)
    assert numbers.content.length == 0xFFFF_FFFF
    assert len(numbers.content.elements) == Limits().entries
    words_of = decode(slice_of("&str", U8), words(RAM, 0xFFFF_FFFF), ram)
    assert words_of.content == Text(bytes(4096), cut=True)


def test_a_slice_of_which_pointer_or_length_is_lost_is_lost() -> None:
    lost = Absence("optimized_out", "gone")
    for start in (0, 32):
        storage = Storage(words(RAM, 2), None, (Gap(start, start + 32, lost),))
        for type_ in (slice_of("&[u8]", U8), slice_of("&str", U8)):
            found = Decoder(Memory([Segment(RAM, b"ab")])).decode(type_, storage)
            assert (found.state, found.why) == ("optimized_out", "gone")


def test_a_slice_of_a_type_without_size_is_unsupported() -> None:
    found = decode(slice_of("&[T]", Void()), words(RAM, 2))
    assert (found.state, found.why) == ("unsupported", "elements of unknown size")


def test_what_only_looks_like_a_slice_is_a_struct() -> None:
    other = rust("Mine", 8, member("data_ptr", U32, 0), member("length", U32, 4))
    assert text(other, words(1, 2)) == "{data_ptr: 1, length: 2}"


# --- wrappers ---------------------------------------------------------------------------------


def test_wrappers_do_not_clutter() -> None:
    cell = rust("UnsafeCell<u32>", 4, member("value", U32, 0))
    atomic = rust("AtomicU32", 4, member("v", cell, 0))
    assert text(atomic, words(7)) == "7"
    marker = member("_m", rust("PhantomData<u32>", 0), 0)
    assert text(rust("Cell<u32>", 4, member("value", cell, 0), marker), words(7)) == "7"


def test_a_wrapper_around_something_lost_is_lost() -> None:
    cell = rust("Cell<u32>", 4, member("value", U32, 0))
    lost = Gap(0, 32, Absence("not_captured", "gone"))
    found = Decoder(Memory()).decode(cell, Storage(bytes(4), None, (lost,)))
    assert (found.state, found.why) == ("not_captured", "gone")


def test_a_type_of_two_members_that_bears_a_wrapper_s_name_is_a_struct() -> None:
    mine = rust("Cell", 8, member("a", U32, 0), member("b", U32, 4))
    assert text(mine, words(1, 2)) == "{a: 1, b: 2}"


# --- containers -------------------------------------------------------------------------------


def unique(name: str, target: Type) -> Struct:
    """`Unique<T>` around `NonNull<T>` around a raw pointer."""
    inner = rust("NonNull<T>", 4, member("pointer", rust_pointer("*const T", target), 0))
    return rust(name, 4, member("pointer", inner, 0))


def vec_of(element: Type) -> Struct:
    """As alloc::vec lays it out: RawVec { inner: RawVecInner { cap, ptr } }, len."""
    inner = rust(
        "RawVecInner", 8, member("cap", U32, 0), member("ptr", unique("Unique<u8>", U8), 4)
    )
    raw = rust("RawVec<T>", 8, member("inner", inner, 0))
    return rust("Vec<T, A>", 12, member("buf", raw, 0), member("len", U32, 8), T=element)


def test_a_vec_is_its_elements() -> None:
    ram = Segment(RAM, b"\1\0\2\0\3\0")
    assert text(vec_of(U16), words(8, RAM, 3), ram) == "[1, 2, 3]"


def test_a_string_is_its_text() -> None:
    string = rust("String", 12, member("vec", vec_of(U8), 0))
    assert text(string, words(8, RAM, 2), Segment(RAM, b"hi!")) == '"hi"'


def test_a_box_that_is_a_struct_is_what_it_holds() -> None:
    box = rust("Box<u32, A>", 4, member("__0", unique("Unique<u32>", U32), 0), T=U32)
    assert text(box, words(RAM), Segment(RAM, words(5))) == "5"
    assert text(box, words(RAM)) == "0x20000000"


def test_shared_values_are_behind_their_counts() -> None:
    counted = rust(
        "RcInner<u32>",
        12,
        member("strong", U32, 0),
        member("weak", U32, 4),
        member("value", U32, 8),
    )
    shared = rust("Rc<u32, A>", 4, member("ptr", unique("NonNull<RcInner<u32>>", counted), 0))
    assert text(shared, words(RAM), Segment(RAM, words(1, 1, 5))) == "5"
    assert text(shared, words(RAM)) == "0x20000000"


@pytest.mark.parametrize("name", ["Vec<u8>", "String", "Box<u8>", "Rc<u8>", "Arc<u8>"])
def test_a_type_that_only_bears_the_name_is_a_struct(name: str) -> None:
    assert text(rust(name, 4, member("mine", U32, 0)), words(5)) == "{mine: 5}"


@pytest.mark.parametrize(
    "type_",
    [
        rust("Vec<u8>", 8, member("buf", U32, 0), member("len", U32, 4), T=U8),
        rust("Vec<u8>", 8, member("buf", rust_pointer("*const u8", U8), 0), T=U8),
        rust("String", 4, member("vec", U32, 0)),
        rust("String", 4, member("vec", rust("Vec<u8>", 4, member("len", U32, 0)), 0)),
        rust("Box<u8>", 4, member("__0", rust("Unique<u8>", 4), 0), T=U8),
        rust("Rc<u8>", 4, member("ptr", rust_pointer("*const u8", U8), 0)),
        rust("Rc<u8>", 4, member("ptr", rust_pointer("*const S", rust("S", 4)), 0)),
    ],
)
def test_an_unknown_layout_is_shown_as_the_struct_that_it_is(type_: Struct) -> None:
    found = text(type_, words(RAM, 2))
    assert found is not None
    assert found.startswith(("{", "("))


def test_a_pointer_that_is_lost_loses_the_value() -> None:
    box = rust("Box<u32, A>", 4, member("__0", unique("Unique<u32>", U32), 0), T=U32)
    lost = Gap(0, 32, Absence("optimized_out", "gone"))
    found = Decoder(Memory()).decode(box, Storage(bytes(4), None, (lost,)))
    assert (found.state, found.why) == ("optimized_out", "gone")


def test_wrappers_within_wrappers_end() -> None:
    endless = Struct("S", "struct", 4, (), "rust")
    itself = Member("inner", to(endless), 0)
    object.__setattr__(endless, "members", (itself,))
    assert text(rust("Box<u8>", 4, member("__0", endless, 0), T=U8), words(RAM)) is not None
