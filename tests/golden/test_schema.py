"""What `trace --json` and `info --json` really print keeps to the schemas in docs/."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from stackdump_probe.cli.main import run
from tests.golden.traces import CASES, ROOT


def schema(name: str) -> Any:
    return json.loads((ROOT / "docs" / f"{name}.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_trace_keeps_to_its_schema(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trace", str(case / "fw.elf"), str(case / "hang.dump"), "--json"]) == 0
    Draft202012Validator(schema("trace")).validate(json.loads(capsys.readouterr().out))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_info_keeps_to_its_schema(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["info", str(case / "hang.dump"), "--json"]) == 0
    Draft202012Validator(schema("info")).validate(json.loads(capsys.readouterr().out))
