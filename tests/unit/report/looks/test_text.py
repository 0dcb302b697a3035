"""Several looks as text."""

from stackdump_probe.report.looks.model import Looks
from stackdump_probe.report.looks.text import looks_lines
from stackdump_probe.report.theme import plain
from tests.unit.report.looks.samples import a_look, a_stack, seen, several
from tests.unit.report.samples import a_frame, a_variable


def lines(looks: Looks, columns: int = 80) -> list[str]:
    return [plain(line) for line in looks_lines(looks, columns=columns)]


def test_verdict_common_frames_and_tree() -> None:
    stacks = [("main", "serve", "parse"), ("main", "serve"), ("main", "serve", "parse")]
    assert lines(several(stacks)) == [
        "looks: 3: moving, in what serve does",
        "       met in parse (2), itself (1)",
        "       there are only 3 looks",
        "core:  Cortex-M4",
        "elf:   build/fw.elf is the program in the dump: 64 flash bytes at 0x08000100",
        "       equal",
        "",
        "in every look, innermost first:",
        "  serve",
        "  main",
        "",
        "where the looks were, outermost first:",
        "  3  main",
        "  3  serve  [1 here]",
        "  2    parse  src/main.c:10:5",
    ]


def test_the_course_of_a_variable_names_first_and_last_values() -> None:
    frames = [
        a_frame(0, "f", cfa=16, variables=(a_variable("n", str(n)), a_variable("on", "true")))
        for n in (1, 1, 2, 3, 4, 5)
    ]
    text = lines(seen(*map(a_look, frames)))
    assert "      n: int moves: 1, 2, 3, ..., 5" in text
    assert "      on: int = true  (still)" in text


def test_of_outer_frames_only_what_moves_is_shown() -> None:
    main = [a_frame(1, "main", cfa=64, variables=(a_variable("a", v),)) for v in "12"]
    still = a_frame(2, "start", cfa=80, variables=(a_variable("b", "7"),))
    inner = a_frame(0, "f", cfa=16)
    text = "\n".join(lines(seen(*(a_look(still, m, inner) for m in main))))
    assert "a: int moves: 1, 2" in text
    assert "b: int" not in text


def test_statics_that_move_stand_by_themselves() -> None:
    looks = [a_look("main", statics=(a_variable("ticks", v),)) for v in "12"]
    assert "  ticks: int moves: 1, 2" in lines(seen(*looks))


def test_a_deep_tree_stays_within_a_narrow_terminal() -> None:
    stacks = [("main", *[f"f{n}" for n in range(depth)]) for depth in range(40)]
    assert max(map(len, lines(several(stacks), columns=60))) <= 60


def test_names_of_the_target_cannot_control_the_terminal() -> None:
    name = "f\x1b[31m\n\u202e"
    frame = a_frame(0, name, cfa=16, variables=(a_variable(name, name),))
    for line in lines(seen(a_look(frame), a_look(frame), a_look(*a_stack("g")))):
        assert line.isprintable()
