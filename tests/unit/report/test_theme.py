"""Styles and what they look like."""

from __future__ import annotations

import pytest
from rich.style import Style as RichStyle

from stackdump_probe.report.theme import THEMES, Span, plain, span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.report.theme import ThemeName


def test_the_text_of_a_line_is_that_of_its_spans() -> None:
    assert plain((Span("x", "name"), Span(": "), Span("7", "value"))) == "x: 7"


def test_both_themes_color_the_same_styles() -> None:
    assert THEMES["dark"].keys() == THEMES["light"].keys()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_look_is_one_of_the_sixteen_colors(theme: ThemeName) -> None:
    for look in THEMES[theme].values():
        color = RichStyle.parse(look).color
        assert color is not None
        assert color.number in range(16)


def test_a_span_of_foreign_text_is_escaped() -> None:
    assert span("\x1b[2J", "name") == Span("\\x1b[2J", "name")
