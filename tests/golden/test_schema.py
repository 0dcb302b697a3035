"""What `trace --json` and `info --json` really print keeps to the schemas in docs/."""

import json
from itertools import pairwise
from pathlib import Path

import pytest

from stackdump_probe.cli.main import run
from tests.golden.traces import CASES
from tests.schemas import validator


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_trace_keeps_to_its_schema(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trace", str(case / "fw.elf"), str(case / "hang.dump"), "--json"]) == 0
    validator("trace").validate(json.loads(capsys.readouterr().out))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_info_keeps_to_its_schema(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["info", str(case / "hang.dump"), "--json"]) == 0
    validator("info").validate(json.loads(capsys.readouterr().out))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_inline_frame_repeats_the_place_of_its_function(
    case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["trace", str(case / "fw.elf"), str(case / "hang.dump"), "--json"]) == 0
    [thread] = json.loads(capsys.readouterr().out)["threads"]
    frames = thread["frames"]
    assert [frame["level"] for frame in frames] == list(range(len(frames)))
    for frame, around in pairwise(frames):
        if frame["kind"] == "inline":
            assert around["kind"] != "exception"
            assert [frame[key] for key in ("pc", "cfa", "rule")] == [
                around[key] for key in ("pc", "cfa", "rule")
            ]
    assert not frames or frames[-1]["kind"] != "inline"
