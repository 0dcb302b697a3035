"""The public names, and the way to a trace that the README shows."""

import json
import tomllib
from pathlib import Path

import pytest

import stackdump_probe
from stackdump_probe import Image, build_report, decode, to_json, to_text

CASE = Path(__file__).parent / "golden" / "hang_gcc_o0"


def test_every_public_name_can_be_had_and_no_other() -> None:
    for name in stackdump_probe.__all__:
        assert getattr(stackdump_probe, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        stackdump_probe.__getattr__("nothing")


def test_the_list_of_public_names_changes_on_purpose_only() -> None:
    assert stackdump_probe.__all__ == [
        "Dump",
        "Image",
        "Memory",
        "Registers",
        "Report",
        "Segment",
        "StackdumpError",
        "build_report",
        "decode",
        "encode",
        "join",
        "to_json",
        "to_text",
    ]


def test_a_trace_takes_four_calls_of_the_library() -> None:
    dump = decode((CASE / "hang.dump").read_bytes())
    image = Image.from_bytes((CASE / "fw.elf").read_bytes())
    report = build_report(dump, image, elf_path="fw.elf", dumps=["hang.dump"])
    assert report.threads[0].frames[0].function == "wait_flag"
    assert " 0: wait_flag" in to_text(report)
    assert json.loads(to_json(report))["schema"] == "stackdump-probe/trace/1"


def test_the_version_is_the_one_of_the_project() -> None:
    project = tomllib.loads((CASE.parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    assert stackdump_probe.__version__ == project["project"]["version"]
