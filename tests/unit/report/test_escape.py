"""No character of a target reaches the terminal as a control."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackdump_probe.report.escape import printable


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain text", "plain text"),
        ("\x1b[2J", "\\x1b[2J"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\x9b31m", "\\x9b31m"),  # CSI as one C1 byte
        ("\x7f\0", "\\x7f\\x00"),
        ("\u202etxt", "\\u202etxt"),  # right-to-left override
        ("\u2028", "\\u2028"),
        ("\ud800", "\\ud800"),
        ("Grüße 温度", "Grüße 温度"),
    ],
)
def test_what_does_not_show_as_itself_is_escaped(raw: str, shown: str) -> None:
    assert printable(raw) == shown


@given(st.text())
def test_the_result_is_printable_whatever_comes(raw: str) -> None:
    assert printable(raw).isprintable()
