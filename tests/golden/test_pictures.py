"""The traces in docs/values.md are what the golden cases give."""

import re
from pathlib import Path

import pytest

from tests.golden.traces import GOLDEN

PAGE = (Path(__file__).parents[2] / "docs" / "values.md").read_text()
# Where a trace is from, and the trace.
PICTURES = re.findall(r"^From `tests/golden/([^`]+)`.*?^```\n(.*?)^```", PAGE, re.M | re.S)


def test_there_is_a_trace_of_each_language() -> None:
    assert [case.split("_")[1] for case, _ in PICTURES] == ["gcc", "g++", "rustc"]


@pytest.mark.parametrize(("case", "picture"), PICTURES)
def test_every_line_of_the_picture_stands_in_the_golden_trace_in_this_order(
    case: str, picture: str
) -> None:
    lines = iter((GOLDEN / case / "expected.txt").read_text().splitlines())
    for line in picture.splitlines():
        assert line in lines, f"{case}: {line}"
