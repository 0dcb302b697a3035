"""Lines broken to a width."""

from hypothesis import given
from hypothesis import strategies as st

from stackdump_probe.report.theme import Span
from stackdump_probe.report.wrap import width, wrap


def wrapped(text: str, *, columns: int, hanging: int = 0, cap: int = 0) -> list[str]:
    lines = wrap((Span(text),), columns=columns, hanging=hanging, cap=cap)
    return ["".join(span.text for span in line) for line in lines]


def test_a_line_that_fits_stays() -> None:
    assert wrapped("0123456789abcdef", columns=16) == ["0123456789abcdef"]


def test_a_line_breaks_at_a_space_and_hangs() -> None:
    assert wrapped("alpha beta gamma delta", columns=16, hanging=2) == [
        "alpha beta gamma",
        "  delta",
    ]


def test_a_long_name_breaks_behind_its_separators() -> None:
    assert wrapped("core::ptr::drop_in_place<alloc::Box>", columns=20) == [
        "core::ptr::",
        "drop_in_place<",
        "alloc::Box>",
    ]


def test_a_word_longer_than_the_line_is_cut_apart() -> None:
    assert wrapped("x" * 40, columns=16) == ["x" * 16, "x" * 16, "x" * 8]


def test_a_symbol_in_brackets_is_kept_whole() -> None:
    assert wrapped("[0x08000100 <Default>]", columns=16) == ["[0x08000100", "<Default>]"]


def test_a_closing_bracket_does_not_start_a_line() -> None:
    assert wrapped("Fn<aaaa, bbbbbb()>c", columns=16) == ["Fn<aaaa,", "bbbbbb()>c"]


def test_the_cap_cuts_visibly_and_within_the_width() -> None:
    assert wrapped("1111, 2222, 3333, 4444", columns=14, cap=1) == ["1111, 2222,..."]
    assert wrapped("x" * 40, columns=14, cap=1) == ["x" * 11 + "..."]


def test_a_value_of_exactly_the_cap_is_not_cut() -> None:
    assert wrapped("aaaa bbbb cccc dddd", columns=14, cap=2) == ["aaaa bbbb cccc", "dddd"]


def test_styles_survive_a_break() -> None:
    line = (Span("aaaa ", "name"), Span("bbbbbbbbbbbb", "value"))
    assert list(wrap(line, columns=12)) == [
        (Span("aaaa ", "name"), Span("bbbbbbb", "value")),
        (Span("", "plain"), Span("bbbbb", "value")),
    ]


def test_wide_characters_take_two_columns() -> None:
    assert width("温度") == 4
    assert wrapped("温" * 10, columns=12) == ["温" * 6, "温" * 4]


def test_combining_marks_take_none() -> None:
    assert width("e\u0301") == 1


def test_a_mark_stays_with_what_it_is_on() -> None:
    assert wrapped("a" * 12 + "\u0301b", columns=12) == ["a" * 12 + "\u0301", "b"]


def test_no_line_ends_with_spaces() -> None:
    line = (Span("aaaa bbbb ", "name"), Span("  ", "value"))
    assert list(wrap(line, columns=12)) == [(Span("aaaa bbbb", "name"),)]


def test_a_terminal_narrower_than_the_indent_still_shows_all() -> None:
    lines = wrapped("a" * 30, columns=1, hanging=8)
    assert "".join(line.strip() for line in lines) == "a" * 30


@given(st.text("ab :<,温"), st.integers(12, 60), st.integers(0, 10))
def test_no_text_is_lost_and_no_line_too_long(text: str, columns: int, hanging: int) -> None:
    lines = wrapped(text, columns=columns, hanging=min(hanging, columns - 12))
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width(line) <= columns for line in lines)
