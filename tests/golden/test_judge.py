"""Every golden case against GDB, which reads the same ELF and dump by itself."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.golden.traces import CASES, ROOT, environment, trace_json

# GDB takes the exit hook of a thread, from which nobody called, for its caller.
GDB_GOES_ON = {"nested_clang_o2", "nested_gcc_og"}
ASK = Path(__file__).parent / "judge" / "ask.py"


def gdb_frames(case: Path) -> list[dict[str, Any]]:
    """What GDB finds in a case, innermost first."""
    gdb = shutil.which("gdb-multiarch")
    assert gdb, "gdb-multiarch is missing: scripts/test installs it"
    server = f"{sys.executable} -m tests.golden.judge.server {case}/fw.elf {case}/hang.dump"
    # Debian's GDB takes a function without CFI for a Linux start-up otherwise.
    commands = ["set osabi none", "set architecture arm", "set backtrace past-main on"]
    commands += [f"file {case}/fw.elf", f"target remote | {server}", f"source {ASK}"]
    asked = [word for command in commands for word in ("-ex", command)]
    done = subprocess.run(
        [gdb, "-batch", "-nx", *asked],
        cwd=ROOT, env=environment(), capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    answer = next(line for line in done.stdout.splitlines() if line.startswith("JSON:"))
    frames: list[dict[str, Any]] = json.loads(answer.removeprefix("JSON:"))
    return frames


def leaves(member: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """The scalars of a variable by path, as GDB's answer names them."""
    if not member["children"]:
        yield path, member
    for child in member["children"]:
        yield from leaves(child, f"{path}.{child['name']}" if child["name"] else path)


def our_frames(case: Path) -> list[dict[str, Any]]:
    """What `trace` finds in a case, innermost first."""
    (thread,) = trace_json(case)["threads"]
    frames: list[dict[str, Any]] = thread["frames"]
    return frames


def place(frame: dict[str, Any]) -> tuple[Any, ...]:
    """Where one of our frames stands, as `judged_place` says it of GDB's."""
    location = frame["location"]
    where = (location["file"], location["line"]) if location else (None, 0)
    return frame["kind"], frame["pc"], *where


def judged_place(frame: dict[str, Any]) -> tuple[Any, ...]:
    """Where one of GDB's frames stands."""
    return frame["kind"], frame["pc"], frame["file"], frame["line"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_gdb_finds_the_same_frames(case: Path) -> None:
    ours, judged = our_frames(case), gdb_frames(case)
    if case.name not in GDB_GOES_ON:
        assert len(ours) == len(judged)
    judged = judged[: len(ours)]
    assert [place(frame) for frame in ours] == [judged_place(frame) for frame in judged]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_gdb_reads_the_same_values(case: Path) -> None:
    differing = []
    for ours, judged in zip(our_frames(case), gdb_frames(case), strict=False):
        held: dict[str, dict[str, Any]] = {}
        for variable in ours["variables"]:
            held.setdefault(variable["name"], variable)
        for name, scalars in judged["variables"].items():
            found = differences(held.get(name), scalars)
            differing += [f"{ours['function']}: {name}{text}" for text in found]
    assert not differing


def differences(ours: dict[str, Any] | None, judged: dict[str, str] | str) -> Iterator[str]:
    """What GDB reads otherwise than we do."""
    if ours is None:
        yield " is missing"
    elif isinstance(judged, str):
        if ours["value"] is not None:
            yield f" is {ours['value']}, {judged}"
    else:
        found = dict(leaves(ours))
        for path, octets in judged.items():
            member = found.get(path)
            if member is None:
                yield f"{path} is missing"
            elif octets != (f"={member['value']}" if octets[0] == "=" else member["bytes"]):
                yield f"{path} is {member['value']} ({member['bytes']}), not {octets}"
