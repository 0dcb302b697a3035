"""Containers of ETL, laid out as its headers declare them: private/vector_base.h, vector.h,
array.h, basic_string.h, string_view.h, optional.h, private/variant_variadic.h, span.h, map.h,
set.h, queue.h, circular_buffer.h, deque.h, list.h."""

from collections.abc import Callable

import pytest

from stackdump_probe.image.types.model import Member, Type
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.record import replace
from stackdump_probe.values.decode import Decoder
from stackdump_probe.values.model import Value
from stackdump_probe.values.scalar_text import doubt
from stackdump_probe.values.storage import Absence, Gap, Storage
from stackdump_probe.values.text import short_text
from tests.builders.octets import words
from tests.builders.types import BOOL, CHAR, INT, U8, UNSIGNED, array, member, pointer, struct

RAM = 0x2000_0000


def base(type_: Type) -> Member:
    return replace(member(None, type_, 0), inherited=True)


def decoded(type_: Type, octets: bytes, *gaps: Gap) -> Value:
    memory = Memory([Segment(RAM, octets)])
    return Decoder(memory).decode(type_, Storage(octets, RAM, gaps))


def text(type_: Type, octets: bytes) -> str | None:
    return short_text(decoded(type_, octets))


VECTOR_BASE = struct("etl::vector_base", 4, member("CAPACITY", UNSIGNED, 0), language="c++")
IVECTOR = struct(
    "etl::ivector<int>",
    12,
    base(VECTOR_BASE),
    member("p_buffer", pointer(INT), 4),
    member("p_end", pointer(INT), 8),
    language="c++",
)
VECTOR = struct(
    "etl::vector<int, 4>",
    28,
    base(IVECTOR),
    member("buffer", array(U8, 16), 12),
    language="c++",
)
ELEMENTS = RAM + 12


def a_vector(count: int, *elements: int) -> bytes:
    return words(4, ELEMENTS, ELEMENTS + 4 * count, *elements).ljust(28, b"\0")


@pytest.mark.parametrize("type_", [VECTOR, IVECTOR])
def test_a_vector_is_the_elements_that_are_in_use(type_: Type) -> None:
    assert text(type_, a_vector(2, 7, 8, 9, 10)) == "[7, 8]"
    assert text(type_, a_vector(0)) == "[]"


def test_a_vector_of_more_than_it_has_room_for_is_invalid() -> None:
    found = decoded(VECTOR, a_vector(5))
    assert doubt(found.content) == (
        "invalid: elements from here to 0x20000020 in a block up to 0x2000001c"
    )


def test_a_vector_of_which_a_part_is_lost_shows_what_is_left() -> None:
    lost = Gap(64, 96, Absence("optimized_out"))
    found = decoded(IVECTOR, a_vector(1, 5)[:12], lost)
    assert short_text(found) == ("{p_buffer: 0x2000000c, p_end: <optimized out>, CAPACITY: 4}")
    assert found.state == "partial"


def test_an_array_is_its_elements() -> None:
    held = struct("etl::array<int, 2>", 8, member("_buffer", array(INT, 2), 0), language="c++")
    assert text(held, words(1, 2)) == "[1, 2]"


STRING_BASE = struct(
    "etl::string_base",
    8,
    member("current_size", UNSIGNED, 0),
    member("CAPACITY", UNSIGNED, 4),
    language="c++",
)
ISTRING = struct(
    "etl::ibasic_string<char>",
    12,
    base(STRING_BASE),
    member("p_buffer", pointer(CHAR), 8),
    language="c++",
)
STRING = struct(
    "etl::string<8>",
    21,
    base(ISTRING),
    member("buffer", array(CHAR, 9), 12),
    language="c++",
)


@pytest.mark.parametrize("type_", [STRING, ISTRING])
def test_a_string_is_its_text(type_: Type) -> None:
    assert text(type_, words(3, 8, ELEMENTS) + b"abcd\0\0\0\0\0") == '"abc"'
    assert text(type_, words(0, 8, ELEMENTS) + bytes(9)) == '""'


def test_a_string_longer_than_its_buffer_is_invalid() -> None:
    found = decoded(STRING, words(9, 8, ELEMENTS) + bytes(9))
    assert doubt(found.content) == "invalid: a text of so many characters in a buffer for 8"


VIEW = struct(
    "etl::basic_string_view<char, etl::char_traits<char> >",
    8,
    member("mbegin", pointer(CHAR), 0),
    member("mend", pointer(CHAR), 4),
    language="c++",
)


def test_a_view_is_the_text_between_its_pointers() -> None:
    assert text(VIEW, words(RAM + 8, RAM + 10) + b"hey") == '"he"'
    backwards = decoded(VIEW, words(RAM + 10, RAM + 8))
    assert doubt(backwards.content) == "invalid: text from here to 0x20000008"


def test_another_layout_is_shown_as_the_class_that_it_is() -> None:
    other = struct("etl::vector<int, 4>", 4, member("size_", INT, 0), language="c++")
    assert text(other, words(3)) == "{size_: 3}"


UNION = struct("union_type", 4, member("dummy", CHAR, 0), member("value", INT, 0), kind="union")
IN_UNION = struct("storage_type", 4, member("u", UNION, 0), language="c++")
WITH_FLAG = struct(
    "storage_type", 8, member("u", UNION, 0), member("valid", BOOL, 4), language="c++"
)
RAW = struct("type", 4, member("data", array(CHAR, 4), 0), language="c++")
FLAG = member("valid", BOOL, 4)


@pytest.mark.parametrize(
    "parts",
    [
        (member("storage", RAW, 0), FLAG),  # up to 20.36
        (member("storage", WITH_FLAG, 0),),  # later, with a destructor
        (FLAG, member("storage", IN_UNION, 0)),  # later, without one
    ],
)
def test_an_optional_is_its_value_or_nothing(parts: tuple[Member, ...]) -> None:
    type_ = struct("etl::optional<int>", 8, *parts, language="c++", parameters=(("T", INT),))
    assert text(type_, words(7, 1)) == "7"
    assert text(type_, words(7, 0)) == "nullopt"
    assert doubt(decoded(type_, words(7, 2)).content) == "invalid: a bool is 0 or 1"


def test_a_span_is_what_it_points_to() -> None:
    ends = member("pbegin", pointer(INT), 0), member("pend", pointer(INT), 4)
    open_ = struct("etl::span<int, 4294967295>", 8, *ends, language="c++")
    assert text(open_, words(RAM + 8, RAM + 16, 5, 6, 7)) == "[5, 6]"
    backwards = decoded(open_, words(RAM + 16, RAM + 8))
    assert (doubt(backwards.content) or "").startswith("invalid: elements from here")
    fixed = struct("etl::span<int, 3>", 4, ends[0], language="c++")
    assert text(fixed, words(RAM + 4, 5, 6, 7)) == "[5, 6, 7]"


NODE = struct("etl::map_base::Node", 12, member("children", array(INT, 2), 0), language="c++")
PAIR = struct("pair", 8, member("first", INT, 0), member("second", INT, 4), language="c++")
# Two leaves and the root between them, behind the map itself.
LOW, ROOT, HIGH = RAM + 0x10, RAM + 0x24, RAM + 0x38
NODES = words(0, 0, 2, 1, 10) + words(LOW, HIGH, 2, 2, 20) + words(0, 0, 2, 3, 30)


def a_tree(kind: str, value: Type) -> tuple[Type, Type]:
    """A container of that kind, and the class of its nodes."""
    parts = (
        *(member("current_size", UNSIGNED, 0), member("CAPACITY", UNSIGNED, 4)),
        member("root_node", pointer(NODE), 8),
    )
    inner = struct(f"etl::i{kind}<int>", 12, *parts, language="c++")
    nodes = (base(NODE), member("value", value, 12))
    data = struct(f"etl::i{kind}<int>::Data_Node", 20, *nodes, language="c++")
    return struct(f"etl::{kind}<int, 4>", 16, base(inner), language="c++"), data


def of_tree(kind: str, value: Type, octets: bytes, *, told: bool = True) -> Value:
    type_, node = a_tree(kind, value)
    classes = {f"etl::i{kind}<int>::Data_Node": node} if told else {}
    decoder = Decoder(Memory([Segment(RAM, octets)]), class_named=classes.get)
    return decoder.decode(type_, Storage(octets[:16], RAM))


@pytest.mark.parametrize("kind", ["map", "multimap"])
def test_a_map_is_its_entries_in_order(kind: str) -> None:
    found = of_tree(kind, PAIR, words(3, 4, ROOT, 0) + NODES)
    assert short_text(found) == "{1: 10, 2: 20, 3: 30}"
    assert short_text(of_tree(kind, PAIR, words(0, 4, 0, 0))) == "{}"


@pytest.mark.parametrize("kind", ["set", "multiset"])
def test_a_set_is_its_keys_in_order(kind: str) -> None:
    assert short_text(of_tree(kind, INT, words(3, 4, ROOT, 0) + NODES)) == "[1, 2, 3]"


def test_a_tree_that_cannot_be_followed_says_so() -> None:
    too_many = of_tree("map", PAIR, words(5, 4, ROOT, 0) + NODES)
    assert doubt(too_many.content) == "invalid: so many entries in room for 4"
    lost = of_tree("set", INT, words(3, 4, ROOT, 0) + NODES[:-20])
    assert short_text(lost) == "[1, 2, <not captured>]"
    circle = words(0, ROOT, 2, 1, 10) + NODES[20:]
    assert "a node that was met before" in (
        short_text(of_tree("set", INT, words(3, 4, ROOT, 0) + circle)) or ""
    )
    without_nodes = of_tree("set", INT, words(3, 4, ROOT, 0), told=False)
    assert short_text(without_nodes) == (
        "{etl::iset<int>: {current_size: 3, CAPACITY: 4, root_node: 0x20000024}}"
    )


def test_a_variant_is_the_alternative_that_its_index_tells() -> None:
    parts = (
        member("data", RAW, 0),
        member("operation", pointer(INT), 4),
        member("type_id", UNSIGNED, 8),
    )
    alternatives = (("TTypes", CHAR), ("TTypes", INT))
    type_ = struct("etl::variant<char, int>", 12, *parts, language="c++", parameters=alternatives)
    assert text(type_, words(0x41, 0, 1)) == "int(65)"
    assert text(type_, words(0x41, 0, 0)) == "char('A')"
    assert text(type_, words(0x41, 0, 0xFFFF_FFFF)) == "valueless"
    assert doubt(decoded(type_, words(0, 0, 2)).content) == "invalid: no alternative has this index"


def numbers(*names: str) -> tuple[Member, ...]:
    return tuple(member(name, UNSIGNED, 4 * at) for at, name in enumerate(names))


QUEUE = struct(
    "etl::iqueue<int>",
    20,
    base(struct("etl::queue_base", 16, *numbers("in", "out", "current_size", "CAPACITY"))),
    member("p_buffer", pointer(INT), 16),
    language="c++",
)
CIRCULAR = struct(
    "etl::icircular_buffer<int>",
    16,
    base(struct("etl::circular_buffer_base", 12, *numbers("BUFFER_SIZE", "in", "out"))),
    member("pbuffer", pointer(INT), 12),
    language="c++",
)
ITERATOR = struct("etl::ideque<int>::iterator", 12, *numbers("index", "p_deque", "p_buffer"))
DEQUE = struct(
    "etl::ideque<int>",
    40,
    base(struct("etl::deque_base", 12, *numbers("current_size", "CAPACITY", "BUFFER_SIZE"))),
    *(member("_begin", ITERATOR, 12), member("_end", ITERATOR, 24)),
    member("p_buffer", pointer(INT), 36),
    language="c++",
)


def a_queue(first: int, count: int, room: int) -> bytes:
    return words((first + count) % room, first, count, room, RAM + 20, 10, 11, 12, 13)


def a_circular_buffer(first: int, count: int, room: int) -> bytes:
    return words(room, (first + count) % room, first, RAM + 16, 10, 11, 12, 13)


def a_deque(first: int, count: int, room: int) -> bytes:
    ends = words(first, RAM, RAM + 40, (first + count) % room, RAM, RAM + 40)
    return words(count, room - 1, room) + ends + words(RAM + 40, 10, 11, 12, 13)


@pytest.mark.parametrize(
    ("type_", "made"), [(QUEUE, a_queue), (CIRCULAR, a_circular_buffer), (DEQUE, a_deque)]
)
def test_a_ring_begins_with_its_oldest_element(
    type_: Type, made: Callable[[int, int, int], bytes]
) -> None:
    assert text(type_, made(1, 2, 4)) == "[11, 12]"
    assert text(type_, made(3, 3, 4)) == "[13, 10, 11]"
    assert text(type_, made(2, 0, 4)) == "[]"
    assert doubt(decoded(type_, made(4, 1, 4)).content) == (
        "invalid: so many elements from number 4 on in room for 4"
    )


def test_a_ring_that_ends_outside_its_room_is_invalid() -> None:
    beyond = decoded(CIRCULAR, words(4, 9, 1, RAM + 16))
    assert doubt(beyond.content) == "invalid: the next element goes to number 9 in room for 4"
    overfull = decoded(QUEUE, words(0, 0, 5, 4, RAM + 20))
    assert doubt(overfull.content) == "invalid: so many elements from number 0 on in room for 4"


LINKS = struct("etl::list_base::node_t", 8, *numbers("previous", "next"))
LIST_BASE = struct(
    "etl::list_base",
    20,
    *(member("p_node_pool", pointer(INT), 0), member("terminal_node", LINKS, 4)),
    *(member("MAX_SIZE", UNSIGNED, 12), member("pool_is_shared", BOOL, 16)),
    language="c++",
)
LIST = struct("etl::ilist<int>", 20, base(LIST_BASE), language="c++")
LIST_NODE = struct("etl::ilist<int>::data_node_t", 12, base(LINKS), member("value", INT, 8))
HEAD, ONE, TWO = RAM + 4, RAM + 20, RAM + 32


def of_list(octets: bytes, *, told: bool = True) -> Value:
    classes = {"etl::ilist<int>::data_node_t": LIST_NODE} if told else {}
    decoder = Decoder(Memory([Segment(RAM, octets)]), class_named=classes.get)
    return decoder.decode(LIST, Storage(octets[:20], RAM))


def a_list(first: int, *nodes: int) -> bytes:
    return words(0, TWO, first, 4, 0, *nodes)


def test_a_list_is_its_elements_in_their_order() -> None:
    whole = a_list(TWO, *(ONE, HEAD, 7), *(HEAD, ONE, 8))
    assert short_text(of_list(whole)) == "[8, 7]"
    assert short_text(of_list(a_list(HEAD))) == "[]"


def test_a_list_that_cannot_be_followed_says_so() -> None:
    circle = a_list(ONE, *(HEAD, TWO, 7), *(ONE, ONE, 8))
    assert "a node that was met before" in (short_text(of_list(circle)) or "")
    assert short_text(of_list(a_list(ONE, HEAD, TWO, 7))) == "[7, <not captured>]"
    without_nodes = short_text(of_list(a_list(HEAD), told=False)) or ""
    assert without_nodes.startswith("{etl::list_base: {p_node_pool: 0x00000000")
