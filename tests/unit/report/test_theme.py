"""Styles to colors."""

import pytest

from stackdump_probe.report.theme import THEMES, Span, ThemeName, paint, span

LINE = (Span("x", "name"), Span(": "), Span("7", "value"))


def test_no_theme_gives_bare_text() -> None:
    assert paint(LINE, "none") == "x: 7"


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_a_color_ends_with_its_span(theme: ThemeName) -> None:
    painted = paint(LINE, theme)
    assert painted == (
        f"\x1b[{THEMES[theme]['name']}mx\x1b[0m: \x1b[{THEMES[theme]['value']}m7\x1b[0m"
    )


def test_both_themes_color_the_same_styles() -> None:
    assert THEMES["dark"].keys() == THEMES["light"].keys()


def test_a_span_of_foreign_text_is_escaped() -> None:
    assert paint((span("\x1b[2J", "name"),), "none") == "\\x1b[2J"
