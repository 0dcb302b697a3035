"""The codes for colors are those that rich sends."""

from __future__ import annotations

import io
import random

import pytest

from stackdump_probe.cli.console import print_styled
from stackdump_probe.cli.sgr import painter
from stackdump_probe.report.theme import THEMES, Line, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.report.theme import Style, ThemeName

STYLES: tuple[Style, ...] = ("plain", *THEMES["dark"])
TEXTS = ("x", ": ", "", "word " * 60, "[bold]:smile:", "naïve 漢字", "\\x1b[0m", "  ")


def some_lines(dice: random.Random) -> list[Line]:
    return [
        tuple(Span(dice.choice(TEXTS), dice.choice(STYLES)) for _ in range(dice.randrange(6)))
        for _ in range(200)
    ]


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("terminal", ["xterm", "xterm-256color", "dumb"])
def test_a_line_is_sent_as_rich_sends_it(
    terminal: str, theme: ThemeName, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", terminal)
    lines = [tuple(Span("x", style) for style in STYLES), *some_lines(random.Random(terminal))]
    stream = io.StringIO()
    print_styled(lines, THEMES[theme], stream)
    assert "".join(f"{line}\n" for line in painter(THEMES[theme])(lines)) == stream.getvalue()
