import pytest

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.types.model import Base, Link, Member, Struct, Type
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.values.decode import Decoder, Limits
from stackdump_probe.values.model import Enumerator, Kept, children_of
from stackdump_probe.values.storage import Absence, Gap, Storage
from stackdump_probe.values.text import short_text
from tests.builders.octets import halfwords, words
from tests.builders.types import BOOL, U8, U16, U32, member, rust_pointer
from tests.unit.values.rust_types import (
    HEAP,
    RAM,
    cell,
    decode,
    heap,
    itself,
    non_null,
    option,
    raw,
    rust,
    slice_of,
    text,
    unique,
)

ISIZE = Base("isize", 4, dw.ATE_signed, "rust")

# --- boxes ------------------------------------------------------------------------------------


def a_box(target: Type) -> Struct:
    """As compilers describe it that know no pointer called Box."""
    return rust("Box<u32, A>", 4, member("__0", unique(target), 0), T=target)


def test_a_box_that_is_a_struct_is_what_it_holds() -> None:
    assert text(a_box(U32), words(HEAP), heap(words(5))) == "5"


def test_a_box_that_leads_nowhere_is_its_pointer() -> None:
    assert text(a_box(U32), words(HEAP)) == "0x20001000"


def test_a_box_of_text_is_the_text() -> None:
    boxed = rust("Box<str>", 8, member("__0", non_null(slice_of("*const str", U8), 8), 0))
    assert text(boxed, words(HEAP, 2), heap(b"hi!")) == '"hi"'


def test_a_box_that_is_lost_shows_what_is_missing() -> None:
    lost = Gap(0, 32, Absence("optimized_out", "gone"))
    found = Decoder(Memory()).decode(a_box(U32), Storage(bytes(4), None, (lost,)))
    assert (found.state, found.why) == ("optimized_out", "gone")


def test_boxes_that_lead_to_one_another_come_to_an_end() -> None:
    found: list[Struct] = []
    boxed = rust_pointer("alloc::boxed::Box<Node>", U8)
    object.__setattr__(boxed, "target", Link(lambda: found[0]))
    found.append(rust("Node", 8, member("number", U32, 0), member("next", boxed, 4)))
    shown = text(found[0], words(1, HEAP), heap(words(2, HEAP)))
    assert shown is not None
    assert shown.startswith("{number: 1, next: {number: 2, next: {number: 2,")
    assert shown.count("number") <= Limits().depth


# --- Rc and Arc -------------------------------------------------------------------------------


def counted(held: Type, size: int, name: str = "RcInner<u32>", field: str = "value") -> Struct:
    return rust(
        name,
        size,
        member("strong", cell(U32), 0),
        member("weak", cell(U32), 4),
        member(field, held, 8),
    )


def rc(inner: Type, name: str = "Rc<u32, A>") -> Struct:
    return rust(name, 4, member("ptr", non_null(raw(inner)), 0))


RC = rc(counted(U32, 12))
WEAK = rc(counted(U32, 12), "Weak<u32, A>")


def test_a_shared_value_is_shown_with_its_owners() -> None:
    # All strong ones together hold one of the weak ones.
    found = decode(RC, words(HEAP), heap(words(2, 3, 5)))
    assert short_text(found) == "5 <strong: 2, weak: 2>"
    assert [(each.name, short_text(each.value)) for each in children_of(found.content)] == [
        ("value", "5"),
        ("strong", "2"),
        ("weak", "2"),
    ]


def test_no_weak_pointers_are_not_worth_a_word() -> None:
    assert text(RC, words(HEAP), heap(words(1, 1, 5))) == "5 <strong: 1>"


def test_the_value_of_an_arc_is_called_data() -> None:
    arc = rc(counted(U32, 12, "ArcInner<u32>", "data"), "Arc<u32>")
    assert text(arc, words(HEAP), heap(words(1, 2, 5))) == "5 <strong: 1, weak: 1>"


def test_the_weak_count_of_an_arc_may_be_locked() -> None:
    arc = rc(counted(U32, 12, "ArcInner<u32>", "data"), "Arc<u32>")
    assert text(arc, words(HEAP), heap(words(1, 0xFFFF_FFFF, 5))) == "5 <strong: 1>"


def test_a_shared_value_that_was_not_captured_is_its_pointer() -> None:
    assert text(RC, words(HEAP)) == "0x20001000"


def test_a_shared_value_of_which_only_the_counts_were_captured_is_partial() -> None:
    found = decode(RC, words(HEAP), heap(words(2, 1)))
    assert (found.state, short_text(found)) == ("partial", "<not captured> <strong: 2>")


def test_a_shared_value_without_owners_is_dropped() -> None:
    assert text(RC, words(HEAP), heap(words(0, 0, 5))) == "<dropped>"


def fat_rc(name: str, inner: Struct, element_name: str) -> Struct:
    fat = slice_of(f"*const alloc::rc::{inner.name}", inner)
    return rust(f"{name}<{element_name}>", 8, member("ptr", non_null(fat, 8), 0))


def test_a_shared_slice_is_its_elements() -> None:
    inner = counted(U16, 8, "RcInner<[u16]>")
    found = text(fat_rc("Rc", inner, "[u16]"), words(HEAP, 2), heap(words(1, 1) + halfwords(7, 8)))
    assert found == "[7, 8] <strong: 1>"


def test_shared_text_is_text() -> None:
    inner = counted(U8, 8, "ArcInner<str>", "data")
    found = text(fat_rc("Arc", inner, "str"), words(HEAP, 2), heap(words(1, 1) + b"hi!"))
    assert found == '"hi" <strong: 1>'


def test_a_weak_pointer_shows_what_it_would_be_upgraded_to() -> None:
    assert text(WEAK, words(HEAP), heap(words(1, 2, 5))) == "5 <strong: 1, weak: 1>"


def test_a_weak_pointer_to_what_is_gone_says_so() -> None:
    assert text(WEAK, words(HEAP), heap(words(0, 2, 5))) == "<dropped, weak: 2>"


def test_a_weak_pointer_to_nothing_is_dropped() -> None:
    assert decode(WEAK, words(0xFFFF_FFFF)).content == Kept(None, ())


def test_shared_values_in_a_ring_come_to_an_end() -> None:
    found: list[Struct] = []
    inner = rust(
        "RcInner<Node>",
        12,
        member("strong", U32, 0),
        member("weak", U32, 4),
        Member("value", Link(lambda: found[0]), 8),
    )
    found.append(rust("Node", 4, member("next", option(rc(inner, "Rc<Node>")), 0)))
    shown = text(found[0], words(HEAP), heap(words(1, 1, HEAP)))
    assert shown is not None
    assert shown.count("next") <= Limits().depth


# --- cells that count borrows -----------------------------------------------------------------


def ref_cell(held: Type, size: int = 8) -> Struct:
    return rust("RefCell<T>", size, member("borrow", cell(ISIZE), 0), member("value", held, 4))


@pytest.mark.parametrize(
    ("borrows", "expected"),
    [
        (0, "5"),
        (2, "5 <borrows: 2>"),
        (-1, "5 <borrows: mutable>"),
        (-3, "5 <borrows: mutable 3 times>"),
    ],
)
def test_a_ref_cell_tells_who_borrows_it(borrows: int, expected: str) -> None:
    assert text(ref_cell(cell(U32)), words(borrows, 5)) == expected


def test_the_number_of_borrows_is_there_under_its_word() -> None:
    _, borrows = children_of(decode(ref_cell(U32), words(-1, 5)).content)
    assert (borrows.name, borrows.value.content) == ("borrows", Enumerator("mutable", -1))


def test_a_ref_cell_whose_count_is_lost_is_a_struct() -> None:
    lost = Gap(0, 32, Absence("optimized_out"))
    found = Decoder(Memory()).decode(ref_cell(U32), Storage(words(0, 5), None, (lost,)))
    assert short_text(found) == "{borrow: <optimized out>, value: 5}"


def test_a_ref_cell_that_holds_itself_comes_to_an_end() -> None:
    endless = itself("RefCell<T>", member("borrow", ISIZE, 0), size=8)
    assert text(endless, words(1, 5)) is not None


def guard(value: Type, size: int = 8) -> Struct:
    borrow = rust("BorrowRef", 4, member("borrow", raw(cell(ISIZE)), 0))
    return rust("Ref<T>", size, member("value", value, 0), member("borrow", borrow, size - 4))


def test_a_guard_is_a_reference_to_the_value() -> None:
    found = text(guard(non_null(raw(U32))), words(RAM, RAM + 4), Segment(RAM, words(5)))
    assert found == "0x20000000 5"


def test_a_guard_of_a_slice_is_the_slice() -> None:
    fat = non_null(slice_of("*const [u16]", U16), 8)
    found = text(guard(fat, 12), words(RAM, 2, RAM), Segment(RAM, halfwords(5, 6)))
    assert found == "[5, 6]"


# --- mutexes ----------------------------------------------------------------------------------


def unsafe_cell(inner: Type, size: int = 4) -> Struct:
    return rust("UnsafeCell<T>", size, member("value", inner, 0))


def test_a_mutex_without_a_lock_of_its_own_is_its_value() -> None:
    mutex = rust("Mutex<u32>", 4, member("inner", unsafe_cell(U32), 0))
    assert text(mutex, words(5)) == "5"


def test_a_mutex_tells_what_else_it_holds() -> None:
    lock = rust("AtomicBool", 1, member("v", cell(BOOL, 1), 0))
    parts = (member("locked", lock, 0), member("data", unsafe_cell(U32), 4))
    mutex = rust("Mutex<R, u32>", 8, *parts)
    assert text(mutex, words(1, 5)) == "5 <locked: true>"
    assert text(mutex, words(0, 5)) == "5"


def test_a_mutex_of_two_cells_is_a_struct() -> None:
    two = rust("Mutex", 8, member("a", unsafe_cell(U32), 0), member("b", unsafe_cell(U32), 4))
    assert text(two, words(1, 2)) == "{a: 1, b: 2}"


def test_a_mutex_around_a_ref_cell_is_what_firmware_shares_with_interrupts() -> None:
    shared = rust("Mutex<T>", 8, member("inner", unsafe_cell(ref_cell(option(U32)), 8), 0))
    assert text(shared, words(0, 5)) == "Some(5)"
    assert text(shared, words(-1, 0)) == "None <borrows: mutable>"
