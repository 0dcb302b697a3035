"""Lists, hash tables and deques of libstdc++ that are damaged, or only partly there.

What whole ones look like, as the compiler makes them, is in the golden case pantry.
"""

import pytest

from stackdump_probe.image.types.model import Member, Struct, Type
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.record import replace
from stackdump_probe.values.decode import Decoder, Limits
from stackdump_probe.values.model import Value
from stackdump_probe.values.scalar_text import doubt
from stackdump_probe.values.storage import Storage
from stackdump_probe.values.text import short_text
from tests.builders.octets import words
from tests.builders.types import INT, UNSIGNED, array, member, pointer, struct

RAM = 0x2000_0000
Parameters = tuple[tuple[str, Type], ...]
T: Parameters = (("_Tp", INT),)


def numbers(*names: str, first: int = 0) -> tuple[Member, ...]:
    return tuple(member(name, UNSIGNED, first + 4 * at) for at, name in enumerate(names))


def a_class(name: str, size: int, *members: Member, parameters: Parameters = ()) -> Struct:
    return struct(name, size, *members, language="c++", parameters=parameters)


HELD = a_class("__gnu_cxx::__aligned_membuf<int>", 4, member("_M_storage", INT, 0))
BASE = a_class("std::__detail::_List_node_base", 8, *numbers("_M_next", "_M_prev"))
INHERITED = replace(member(None, BASE, 0), inherited=True)
NODE = a_class("std::_List_node<int>", 12, INHERITED, member("_M_storage", HELD, 8))
HEADER = a_class("std::_List_node_header", 12, INHERITED, member("_M_size", UNSIGNED, 8))
LIST = a_class(
    "std::__cxx11::list<int, std::allocator<int> >",
    12,
    member("_M_impl", a_class("_List_impl", 12, member("_M_node", HEADER, 0)), 0),
    parameters=T,
)
LINK = a_class("std::_Fwd_list_node_base", 4, *numbers("_M_next"))
LINKED = replace(member(None, LINK, 0), inherited=True)
FORWARD_NODE = a_class("std::_Fwd_list_node<int>", 8, LINKED, member("_M_storage", HELD, 4))
FORWARD = a_class(
    "std::forward_list<int, std::allocator<int> >",
    4,
    member("_M_impl", a_class("_Fwd_list_impl", 4, member("_M_head", LINK, 0)), 0),
    parameters=T,
)
HASH_NODE = a_class("std::__detail::_Hash_node<int, false>", 8, *FORWARD_NODE.members)
HASH_LINK = a_class("std::__detail::_Hash_node_base", 4, *numbers("_M_nxt"))
TABLE = a_class(
    "std::_Hashtable<int, int, std::allocator<int> >",
    8,
    member("_M_before_begin", HASH_LINK, 0),
    *numbers("_M_element_count", first=4),
    parameters=(("_Value", INT),),
)
SET = a_class("std::unordered_set<int>", 8, member("_M_h", TABLE, 0))
CLASSES = {each.name: each for each in (NODE, FORWARD_NODE, HASH_NODE)}
ENDS = numbers("_M_cur", "_M_first", "_M_last", "_M_node")
ITERATOR = a_class("std::_Deque_iterator<int, int&, int*>", 16, *ENDS)
DEQUE = a_class(
    "std::deque<int, std::allocator<int> >",
    32,
    member(
        "_M_impl",
        a_class("_Impl", 32, member("_M_start", ITERATOR, 0), member("_M_finish", ITERATOR, 16)),
        0,
    ),
    parameters=T,
)


def decoded(type_: Struct, octets: bytes, *, told: bool = True, entries: int = 1024) -> Value:
    classes = CLASSES if told else {}
    memory, limits = Memory([Segment(RAM, octets)]), Limits(entries=entries)
    decoder = Decoder(memory, limits=limits, class_named=classes.get)
    return decoder.decode(type_, Storage(octets[: type_.size], RAM))


def text(type_: Struct, octets: bytes) -> str:
    return short_text(decoded(type_, octets)) or ""


ONE, TWO = RAM + 12, RAM + 24
NODES = words(TWO, RAM, 7, RAM, ONE, 8)


def test_a_list_ends_where_it_began() -> None:
    assert text(LIST, words(ONE, TWO, 2) + NODES) == "[7, 8]"
    assert text(LIST, words(ONE, TWO, 9) + NODES) == "[7, 8, ...]"  # it says that it is longer
    assert text(LIST, words(RAM, RAM, 0)) == "[]"


def test_a_list_that_goes_in_a_circle_comes_to_an_end() -> None:
    circle = words(ONE, TWO, 9) + words(TWO, RAM, 7, ONE, ONE, 8)
    assert text(LIST, circle) == "[7, 8, 0x2000000c <invalid: a node that was met before>, ...]"
    shown = decoded(LIST, words(ONE, TWO, 0xFFFF_FFFF) + NODES, entries=1)
    assert short_text(shown) == "[7, ...]"


def test_a_list_that_leads_out_of_what_was_captured_says_so() -> None:
    assert text(LIST, words(ONE, TWO, 2) + NODES[:12]) == "[7, <not captured>]"


def test_without_the_class_of_its_nodes_a_list_is_the_struct_that_it_is() -> None:
    found = decoded(LIST, words(ONE, TWO, 2) + NODES, told=False)
    assert (short_text(found) or "").startswith("{_M_impl: {_M_node: ")


def test_a_forward_list_ends_at_null() -> None:
    nodes = words(RAM + 12, 7, 0, 8)
    assert text(FORWARD, words(RAM + 4) + nodes) == "[7, 8]"
    assert text(FORWARD, words(0)) == "[]"
    circle = words(RAM + 4, RAM + 4, 7)
    assert "a node that was met before" in text(FORWARD, circle)


def test_a_long_forward_list_is_cut_visibly() -> None:
    two = words(RAM + 4, RAM + 12, 7, 0, 8)
    assert short_text(decoded(FORWARD, two, entries=1)) == "[7, ...]"
    assert short_text(decoded(FORWARD, two, entries=2)) == "[7, 8]"


def test_a_hash_table_links_all_its_entries() -> None:
    nodes = words(RAM + 16, 7, 0, 8)
    assert text(SET, words(RAM + 8, 2) + nodes) == "[7, 8]"
    assert text(SET, words(0, 0)) == "[]"
    assert text(SET, words(RAM + 8, 2) + nodes[:8]) == "[7, <not captured>]"


# A table of two blocks of two, and the blocks.
TABLE_AT, FIRST, SECOND = RAM + 32, RAM + 40, RAM + 48
BLOCKS = words(FIRST, SECOND) + words(1, 2, 3, 4)


def a_deque(start: int, finish: int) -> bytes:
    ends = words(start, FIRST, FIRST + 8, TABLE_AT), words(finish, SECOND, SECOND + 8, TABLE_AT + 4)
    return b"".join(ends) + BLOCKS


def test_a_deque_goes_on_in_its_next_block() -> None:
    assert text(DEQUE, a_deque(FIRST + 4, SECOND + 4)) == "[2, 3]"
    assert short_text(decoded(DEQUE, a_deque(FIRST, SECOND + 4), entries=1)) == "[1, ...]"


@pytest.mark.parametrize(
    "start",
    [
        words(FIRST, FIRST, FIRST, TABLE_AT),
        words(FIRST + 1, FIRST, FIRST + 8, TABLE_AT),
        words(FIRST + 12, FIRST, FIRST + 8, TABLE_AT),
    ],
)
def test_a_deque_whose_blocks_cannot_be_is_invalid(start: bytes) -> None:
    damaged = start + a_deque(FIRST, SECOND)[16:]
    assert doubt(decoded(DEQUE, damaged).content) == (
        "invalid: elements that go on in no block of theirs"
    )


def test_a_deque_whose_table_was_not_captured_says_so() -> None:
    ends = words(RAM, RAM, RAM + 8, 0x6000_0000), words(RAM + 4, RAM, RAM + 8, 0x6000_0004)
    found = decoded(DEQUE, b"".join(ends))
    assert found.state == "not_captured"


def test_a_queue_is_the_container_that_it_is_made_of() -> None:
    held = array(INT, 2)
    queue = a_class("std::queue<int, std::deque<int> >", 8, member("c", held, 0))
    assert text(queue, words(1, 2)) == "[1, 2]"
    pointing = a_class("std::stack<int>", 4, member("c", pointer(INT), 0))
    assert text(pointing, words(0)) == "0x00000000"
