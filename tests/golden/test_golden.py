"""Every golden case gives the trace that was read against the source of its program."""

import json
from pathlib import Path

import pytest

from tests.golden.traces import CASES, trace_json, trace_text


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_text_is_the_one_that_was_read_against_the_source(case: Path) -> None:
    assert trace_text(case) == (case / "expected.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_json_is_the_one_that_was_read_against_the_source(case: Path) -> None:
    assert trace_json(case) == json.loads((case / "expected.json").read_text(encoding="utf-8"))
