import pytest

from stackdump_probe.image.types.model import Link, Member, Pointer, Struct, Type
from stackdump_probe.memory import Segment
from stackdump_probe.values.decode import Limits
from stackdump_probe.values.model import Map, children_of
from stackdump_probe.values.text import short_text
from tests.builders.octets import halfwords, words
from tests.builders.types import U8, U16, U32, array, member
from tests.unit.values.rust_types import HEAP, decode, heap, non_null, option, raw, rust, text

LEAF_SIZE, INNER_SIZE = 44, 44 + 12 * 4


def nodes() -> tuple[Struct, Struct]:
    """LeafNode and InternalNode as alloc::collections::btree::node has them, of u16 and u8."""
    found: list[Struct] = []
    to_inner = Pointer("*const T", 4, Link(lambda: found[0]), "rust")
    leaf = rust(
        "LeafNode<u16, u8>",
        LEAF_SIZE,
        member("parent", option(non_null(to_inner)), 0),
        member("parent_idx", U16, 4),
        member("len", U16, 6),
        member("keys", array(U16, 11, "rust"), 8),
        member("vals", array(U8, 11, "rust"), 30),
    )
    edge = non_null(raw(leaf))
    found.append(
        rust(
            "InternalNode<u16, u8>",
            INNER_SIZE,
            member("data", leaf, 0),
            member("edges", array(edge, 12, "rust"), LEAF_SIZE),
        )
    )
    return leaf, found[0]


LEAF, INNER = nodes()


def a_map(name: str = "BTreeMap<u16, u8, A>") -> Struct:
    reference = rust(
        "NodeRef<Owned, u16, u8, LeafOrInternal>",
        8,
        member("node", non_null(raw(LEAF)), 0),
        member("height", U32, 4),
    )
    return rust(name, 12, member("root", option(reference, 8), 0), member("length", U32, 8))


MAP = a_map()


def leaf(*entries: tuple[int, int], length: int | None = None) -> bytes:
    keys = halfwords(*(key for key, _ in entries)).ljust(22, b"\0")
    values = bytes(value for _, value in entries).ljust(11, b"\0")
    count = len(entries) if length is None else length
    return words(0) + halfwords(0, count) + keys + values + bytes(3)


def inner(*edges: int, entries: tuple[tuple[int, int], ...]) -> bytes:
    return leaf(*entries) + words(*edges).ljust(48, b"\0")


FIRST, SECOND = HEAP + 0x100, HEAP + 0x200


# --- maps -------------------------------------------------------------------------------------


def test_an_empty_map_has_no_root() -> None:
    assert text(MAP, words(0, 0, 0)) == "{}"


def test_a_leaf_holds_its_entries_in_their_order() -> None:
    found = decode(MAP, words(HEAP, 0, 2), heap(leaf((1, 10), (2, 20))))
    assert short_text(found) == "{1: 10, 2: 20}"
    assert [short_text(each.value) for each in children_of(found.content)] == ["(1, 10)", "(2, 20)"]


def test_an_inner_node_holds_what_is_between_its_edges() -> None:
    found = text(
        MAP,
        words(HEAP, 1, 3),
        heap(inner(FIRST, SECOND, entries=((2, 20),))),
        Segment(FIRST, leaf((1, 10))),
        Segment(SECOND, leaf((3, 30))),
    )
    assert found == "{1: 10, 2: 20, 3: 30}"


def test_a_set_is_the_keys() -> None:
    found = text(
        rust("BTreeSet<u16>", 12, member("map", MAP, 0)),
        words(HEAP, 0, 2),
        heap(leaf((1, 0), (2, 0))),
    )
    assert found == "[1, 2]"


def test_an_empty_set_is_empty() -> None:
    assert text(rust("BTreeSet<u16>", 12, member("map", MAP, 0)), words(0, 0, 0)) == "[]"


# --- damage -----------------------------------------------------------------------------------


def test_a_tree_in_a_ring_comes_to_an_end() -> None:
    found = text(MAP, words(HEAP, 3, 99), heap(inner(HEAP, HEAP, entries=((2, 20),))))
    assert found == "{2: 20, ...}"


@pytest.mark.parametrize("height", [17, 0xFFFF_FFFF])
def test_a_tree_higher_than_memory_is_left_out(height: int) -> None:
    assert text(MAP, words(HEAP, height, 2), heap(leaf((1, 10)))) == "{...}"


def test_a_node_of_more_entries_than_it_has_room_for_is_left_out() -> None:
    assert text(MAP, words(HEAP, 0, 2), heap(leaf((1, 10), length=12))) == "{...}"


def test_a_node_that_was_not_captured_leaves_a_cut() -> None:
    found = text(
        MAP,
        words(HEAP, 1, 3),
        heap(inner(FIRST, SECOND, entries=((2, 20),))),
        Segment(SECOND, leaf((3, 30))),
    )
    assert found == "{2: 20, 3: 30, ...}"


def test_a_map_shows_no_more_entries_than_it_says() -> None:
    assert text(MAP, words(HEAP, 0, 1), heap(leaf((1, 10), (2, 20)))) == "{1: 10}"


def test_a_map_of_four_billion_entries_is_bounded() -> None:
    wide = inner(*([HEAP] * 12), entries=tuple((key, key) for key in range(11)))
    found = decode(MAP, words(HEAP, 16, 0xFFFF_FFFF), heap(wide))
    assert isinstance(found.content, Map)
    assert len(found.content.entries) <= Limits().entries


def test_a_root_of_another_shape_is_a_struct() -> None:
    odd: Type = rust("NodeRef", 8, member("node", U32, 0), member("height", U32, 4))
    parts = (Member("root", Link(lambda: option(odd, 8)), 0), member("length", U32, 8))
    found = text(rust("BTreeMap<u16, u8>", 12, *parts), words(1, 0, 2)) or ""
    assert found.startswith("{root: Some(")
