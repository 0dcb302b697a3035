"""What looks have in common, and what moves in it."""

from stackdump_probe.report.looks.tree import CUT_OFF
from stackdump_probe.report.model import ElfMatch, Location
from tests.unit.report.looks.samples import CUT, a_look, seen, several
from tests.unit.report.samples import a_frame, a_variable


def names(*stacks: tuple[str, ...]) -> list[str | None]:
    return [frame.function for frame in several(stacks).common]


def test_common_frames_are_innermost_first() -> None:
    assert names(("main", "serve", "parse"), ("main", "serve", "send")) == ["serve", "main"]


def test_the_same_function_elsewhere_on_the_stack_is_another_call() -> None:
    assert names(("main", "f", "g"), ("main", "g")) == ["main"]


def test_a_frame_below_an_interrupt_is_the_same_frame() -> None:
    assert names(("main", "f"), ("main", "f", "SysTick!", "tick")) == ["f", "main"]


def test_without_a_name_only_the_same_pc_is_the_same_frame() -> None:
    bare = [a_frame(0, None, pc=pc, cfa=0x2000_1000) for pc in (2, 2, 4)]
    same = seen(a_look(bare[0]), a_look(bare[1]))
    other = seen(a_look(bare[0]), a_look(bare[2]))
    assert (len(same.common), len(other.common)) == (1, 0)


def test_a_place_that_differs_is_left_out() -> None:
    frames = [a_frame(0, "f", cfa=16, location=Location("a.c", line)) for line in (3, 4)]
    assert seen(*map(a_look, frames)).common[0].location is None
    assert seen(a_look(frames[0]), a_look(frames[0])).common[0].location == Location("a.c", 3)


def test_variables_that_move_are_told_from_those_that_stand_still() -> None:
    frames = [
        a_frame(0, "f", cfa=16, variables=(a_variable("n", str(n)), a_variable("limit", "9")))
        for n in (1, 5, 5)
    ]
    count, limit = seen(*map(a_look, frames)).common[0].variables
    assert (count.values, count.moves) == (("1", "5", "5"), True)
    assert (limit.values, limit.moves, limit.is_known) == (("9", "9", "9"), False, True)


def test_a_value_that_lacks_parts_is_no_value() -> None:
    partial = a_variable("n", "{1, <not captured>}", state="partial")
    frames = [a_frame(0, "f", cfa=16, variables=(v,)) for v in (a_variable("n", "1"), partial)]
    (seen_variable,) = seen(*map(a_look, frames)).common[0].variables
    assert seen_variable.values == ("1", None)
    assert not seen_variable.moves
    assert not seen_variable.is_known


def test_variables_of_one_name_are_told_apart_by_their_declaration() -> None:
    outer, inner = (a_variable("i", value, declared=Location("a.c", int(value))) for value in "12")
    frame = a_frame(0, "f", cfa=16, variables=(inner, outer))
    assert [v.values for v in seen(a_look(frame)).common[0].variables] == [("2",), ("1",)]


def test_statics_that_move_are_listed() -> None:
    looks = [
        a_look("main", statics=(a_variable("ticks", value), a_variable("mode", "3")))
        for value in ("1", "2")
    ]
    assert [(v.name, v.values) for v in seen(*looks).statics] == [("ticks", ("1", "2"))]


def test_the_worst_match_of_the_elf_counts() -> None:
    matches = [ElfMatch("match", "a"), ElfMatch("mismatch", "b"), ElfMatch("unknown", "c")]
    looks = seen(*(a_look("main", elf_match=match) for match in matches))
    assert looks.elf_match.evidence == "b"


def test_warnings_are_told_once() -> None:
    looks = seen(*(a_look("main", warnings=("no line table",)) for _ in range(3)))
    assert looks.warnings == ("no line table",)


def test_the_tree_lists_the_most_frequent_branch_first_and_counts() -> None:
    tree = several([("main", "a"), ("main", "b"), ("main", "b", "c"), ("main",)]).tree
    assert [(b.depth, b.function, b.start, b.count, b.own) for b in tree] == [
        (0, "main", 0, 4, 1),
        (1, "b", 0, 2, 1),
        (2, "c", 0, 1, 1),
        (1, "a", 2, 1, 1),
    ]


def test_stacks_that_are_cut_off_grow_from_a_root_of_their_own() -> None:
    tree = seen(a_look("main", "f"), a_look("f", end=CUT)).tree
    assert [(b.depth, b.function) for b in tree] == [
        (0, CUT_OFF), (1, "f"), (0, "main"), (1, "f"),
    ]  # fmt: skip


def test_a_deep_recursion_makes_a_deep_tree() -> None:
    tree = several([("main", *["f"] * 3000)] * 2).tree
    assert tree[-1].depth == 3000
