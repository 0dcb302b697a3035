"""Classes of libstdc++ as what they stand for, and as plain classes where they are laid out
otherwise. Layouts as in libstdc++ 12: bits/stl_vector.h, bits/basic_string.h, std/string_view,
std/span, bits/chrono.h, bits/atomic_base.h, bits/stl_tree.h."""

import pytest

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.types.model import Base, Type, Void
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.values.decode import Decoder, Limits
from stackdump_probe.values.model import Invalid, Pointer, Value
from stackdump_probe.values.storage import Absence, Gap, Storage
from stackdump_probe.values.text import short_text
from tests.builders.octets import words
from tests.builders.types import CHAR, INT, UNSIGNED, array, member, pointer, struct

RAM = 0x2000_0000
EMPTY = struct("", 0)


def decode(type_: Type, octets: bytes, *segments: Segment) -> Value:
    return Decoder(Memory(segments)).decode(type_, Storage(octets))


def text(type_: Type, octets: bytes, *segments: Segment) -> str | None:
    return short_text(decode(type_, octets, *segments))


def a_vector(element: Type, name: str = "std::vector<int>", *, given: bool = True) -> Type:
    at = pointer(element)
    ends = ("_M_start", "_M_finish", "_M_end_of_storage")
    held = struct("", 12, *(member(end, at, 4 * index) for index, end in enumerate(ends)))
    parameters = (("_Tp", element),) if given else ()
    return struct(name, 12, member("_M_impl", held, 0), language="c++", parameters=parameters)


def a_view(character: Type) -> Type:
    parts = member("_M_len", UNSIGNED, 0), member("_M_str", pointer(character), 4)
    return struct("std::basic_string_view<char>", 8, *parts, language="c++")


def a_span(name: str, extent: Type = EMPTY) -> Type:
    parts = member("_M_ptr", pointer(INT), 0), member("_M_extent", extent, 4)
    return struct(name, 8, *parts, language="c++")


def a_duration(count: Type, period: Type) -> Type:
    return struct(
        "std::chrono::duration<int, std::ratio<1, 1000>>",
        4,
        member("__r", count, 0),
        language="c++",
        parameters=(("_Period", period),),
    )


MILLISECONDS = struct("std::ratio<1, 1000>", 1)


def test_a_vector_is_its_elements() -> None:
    held = Segment(RAM, words(7, 8, 9))
    assert text(a_vector(INT), words(RAM, RAM + 8, RAM + 12), held) == "[7, 8]"


def test_a_vector_whose_end_lies_before_its_start_is_invalid() -> None:
    found = decode(a_vector(INT), words(RAM + 8, RAM, RAM + 12))
    why = "elements from here to 0x20000000 in a block up to 0x2000000c"
    assert found.content == Invalid(RAM + 8, why)


def test_elements_that_were_not_captured_are_missing() -> None:
    assert decode(a_vector(INT), words(RAM, RAM + 8, RAM + 8)).state != "ok"


def test_bits_of_a_vector_that_were_not_captured_are_missing() -> None:
    iterator = struct("", 8, member("_M_p", pointer(UNSIGNED), 0), member("_M_offset", UNSIGNED, 4))
    ends = member("_M_start", iterator, 0), member("_M_finish", iterator, 8)
    held = struct("", 16, *ends)
    bits = struct(
        "std::vector<bool>",
        16,
        member("_M_impl", held, 0),
        language="c++",
        parameters=(("_Tp", Base("bool", 1, dw.ATE_boolean)),),
    )
    assert decode(bits, words(RAM, 0, RAM, 5)).state == "not_captured"
    assert text(bits, words(RAM, 0, RAM, 3), Segment(RAM, words(5))) == "[true, false, true]"


def test_a_bitset_is_its_bits_if_it_has_room_for_them() -> None:
    def of(count: int, octets: bytes, *gaps: Gap) -> Value:
        words_ = member("_M_w", array(UNSIGNED, 2), 0)
        type_ = struct(f"std::bitset<{count}>", 8, words_, language="c++")
        return Decoder(Memory()).decode(type_, Storage(octets, None, gaps))

    assert short_text(of(3, words(0b110, 0))) == "[false, true, true]"
    assert short_text(of(34, words(0, 2))) == "[" + "false, " * 33 + "true]"
    assert short_text(of(65, words(1, 0))) == "{_M_w: [1, 0]}"
    lost = of(34, words(1, 0), Gap(32, 64, Absence("not_captured")))
    assert short_text(lost) == "{_M_w: [1, <not captured>]}"


def test_a_string_view_is_its_text() -> None:
    assert text(a_view(CHAR), words(2, RAM), Segment(RAM, b"hey")) == '"he"'


def test_text_that_was_not_captured_is_missing() -> None:
    assert decode(a_view(CHAR), words(2, RAM)).state == "not_captured"


def test_a_span_of_fixed_length_has_it_in_its_name() -> None:
    held = Segment(RAM, words(7, 8))
    assert text(a_span("std::span<int, 2>"), words(RAM, 0), held) == "[7, 8]"


def torn(type_: Type, octets: bytes, *lost: int) -> Value:
    """An object of which these words were optimised out."""
    gaps = tuple(Gap(32 * at, 32 * at + 32, Absence("optimized_out")) for at in lost)
    return Decoder(Memory()).decode(type_, Storage(octets, None, gaps))


def test_a_vector_without_its_end_shows_the_pointers_that_are_left() -> None:
    """GCC drops what it can compute from the rest: `{r4, nothing, r4 + 16}`."""
    found = torn(a_vector(INT), words(RAM, 0, RAM + 16), 1)
    assert (found.state, found.why) == ("partial", "only 8 of 12 bytes are known")
    assert short_text(found) == (
        "{_M_start: 0x20000000, _M_finish: <optimized out>, _M_end_of_storage: 0x20000010}"
    )


def test_a_list_without_its_length_shows_where_it_is() -> None:
    parts = member("_M_array", pointer(INT), 0), member("_M_len", UNSIGNED, 4)
    found = torn(struct("std::initializer_list<int>", 8, *parts, language="c++"), words(RAM, 0), 1)
    assert (found.state, short_text(found)) == (
        "partial",
        "{_M_array: 0x20000000, _M_len: <optimized out>}",
    )


def test_an_object_of_the_library_of_which_nothing_is_left_is_gone() -> None:
    assert torn(a_vector(INT), words(0, 0, 0), 0, 1, 2).state == "optimized_out"


def test_an_empty_class_tells_nothing_of_a_lost_object() -> None:
    deleter = struct("std::default_delete<int>", 1, language="c++")
    parts = member("_M_p", pointer(INT), 0), member("_M_d", deleter, 0), member("_M_e", deleter, 1)
    impl = struct("std::__uniq_ptr_impl<int>", 4, *parts, language="c++")
    holder = struct("holder", 4, member("at", impl, 0), language="c++")
    assert torn(holder, words(0), 0).state == "optimized_out"


def test_a_torn_object_shows_as_many_parts_as_the_limits_allow() -> None:
    lost = Gap(32, 64, Absence("optimized_out"))
    few = Decoder(Memory(), limits=Limits(total=1))
    found = few.decode(a_vector(INT), Storage(words(RAM, 0, 0), None, (lost,)))
    assert short_text(found) == "{_M_start: 0x20000000, ...}"


def test_a_duration_has_its_unit() -> None:
    assert text(a_duration(INT, MILLISECONDS), words(250)) == "250ms"


def test_a_duration_whose_count_was_lost_is_missing() -> None:
    lost = Gap(0, 16, Absence("optimized_out"))
    found = Decoder(Memory()).decode(
        a_duration(INT, MILLISECONDS), Storage(words(250), None, (lost,))
    )
    assert found.state == "optimized_out"


def test_a_vector_of_which_a_pointer_was_lost_is_shown_as_its_members() -> None:
    lost = Gap(32, 64, Absence("optimized_out"))
    storage = Storage(words(RAM, 0, RAM + 16), None, (lost,))
    found = Decoder(Memory()).decode(a_vector(INT), storage)
    held = f"_M_start: {RAM:#010x}, _M_finish: <optimized out>, _M_end_of_storage: {RAM + 16:#010x}"
    assert (found.state, short_text(found)) == ("partial", f"{{{held}}}")


def test_numbers_of_a_part_that_was_not_captured_are_missing() -> None:
    view = Decoder(Memory()).decode(
        struct("box", 8, member("view", a_view(CHAR), 0), language="c++"), Storage(words(1))
    )
    assert view.state != "ok"


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [
        (
            "std::_Function_handler<int (int), app::{lambda(int)#1}>::_M_invoke",
            " (app::{lambda(int)#1})",
        ),
        ("app::call", " <app::call>"),
        ("std::_Function_handler<int>::_M_invoke", " <std::_Function_handler<int>::_M_invoke>"),
        (None, ""),
    ],
)
def test_a_function_object_tells_what_it_calls(symbol: str | None, expected: str) -> None:
    """Layout of bits/std_function.h: what is held, what manages it, what calls it."""
    at = pointer(Void())
    parts = member("_M_manager", at, 8), member("_M_invoker", at, 12)
    held = struct("std::function<int(int)>", 16, *parts, language="c++")
    decoder = Decoder(Memory(), lambda _address: symbol)
    full = decoder.decode(held, Storage(words(0, 0, 0x0800_0201, 0x0800_0301)))
    assert short_text(full) == f"0x08000301{expected}"
    empty = decoder.decode(held, Storage(words(0, 0, 0, 0x0800_0301)))
    assert isinstance(empty.content, Pointer)
    assert empty.content.address == 0


SIZELESS = struct("opaque", 0)
OTHERWISE = {
    "no such member": struct("std::vector<int>", 4, member("begin", INT, 0), language="c++"),
    "a number for a class": struct(
        "std::vector<int>", 4, member("_M_impl", INT, 0), language="c++"
    ),
    "no argument": a_vector(INT, given=False),
    "elements without a size": a_vector(Void()),
    "no pointer": struct(
        "std::initializer_list<int>",
        8,
        member("_M_array", INT, 0),
        member("_M_len", UNSIGNED, 4),
        language="c++",
    ),
    "a list without a size": struct(
        "std::initializer_list<int>",
        8,
        member("_M_array", pointer(Void()), 0),
        member("_M_len", UNSIGNED, 4),
        language="c++",
    ),
    "characters without a size": a_view(Void()),
    "text of structs": a_view(struct("glyph", 1)),
    "text of characters of no kind": a_view(Base("glyph", 3, dw.ATE_UTF)),
    "no length": struct(
        "std::basic_string_view<char>",
        8,
        member("_M_len", SIZELESS, 0),
        member("_M_str", pointer(CHAR), 4),
        language="c++",
    ),
    "a span without a length": a_span("std::span<int>"),
    "no count": a_duration(array(INT, 1), MILLISECONDS),
    "no ratio": a_duration(INT, struct("opaque", 1)),
    "an atomic without a value": struct("std::atomic<int>", 4, language="c++"),
    "a tree without nodes": struct("std::map<int, int>", 4, language="c++"),
    "nodes without links": struct(
        "std::set<int>",
        8,
        member(
            "_M_t",
            struct(
                "",
                8,
                member(
                    "_M_impl",
                    struct(
                        "",
                        8,
                        member("_M_header", struct("", 4, member("_M_parent", UNSIGNED, 0)), 0),
                        member("_M_node_count", UNSIGNED, 4),
                    ),
                    0,
                ),
            ),
            0,
        ),
        language="c++",
    ),
}


@pytest.mark.parametrize("type_", OTHERWISE.values(), ids=OTHERWISE)
def test_another_library_s_class_is_shown_as_it_is(type_: Type) -> None:
    found = text(type_, words(1, 2, 3), Segment(0, bytes(16)))
    assert found is not None
    assert found.startswith("{")
