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
# GDB shows no inlined function whose call has no line, as strict DWARF 2 has none.
BARE_INLINING = {"hang_gcc_dwarf2"}
GDB_READS_OTHERWISE: dict[str, set[str]] = {}
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


def parts(member: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """A variable and all that it holds, by path."""
    yield path, member
    for child in member["children"]:
        yield from parts(child, f"{path}.{child['name']}" if child["name"] else path)


def our_path(path: str) -> str:
    """The path of GDB as ours: no part for a variant, positions in a tuple without "__"."""
    steps = [step for step in path.split(".") if not step[:1].isupper()]
    return ".".join(step.removeprefix("__") for step in steps)


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
def test_gdb_finds_the_same_frames_and_values(case: Path) -> None:
    ours, judged = our_frames(case), gdb_frames(case)
    if case.name in GDB_GOES_ON:
        judged = judged[: len(ours)]
    if case.name in BARE_INLINING:
        ours = [frame for frame in ours if frame["kind"] != "inline"]
    assert [place(frame) for frame in ours] == [judged_place(frame) for frame in judged]
    found = dict(all_differences(ours, judged))
    assert found.keys() == GDB_READS_OTHERWISE.get(case.name, set()), found


def all_differences(
    ours: list[dict[str, Any]], judged: list[dict[str, Any]]
) -> Iterator[tuple[str, str]]:
    """What GDB reads otherwise than we do, by function and variable."""
    for frame, judged_frame in zip(ours, judged, strict=True):
        # An inner variable stands before an outer one of the same name, and hides it.
        held = {variable["name"]: variable for variable in reversed(frame["variables"])}
        for name, scalars in judged_frame["variables"].items():
            for text in differences(held.get(name), scalars):
                yield f"{frame['function']}: {name}", text


def differences(ours: dict[str, Any] | None, judged: dict[str, str] | str) -> Iterator[str]:
    """What GDB reads otherwise than we do."""
    if ours is None:
        yield "missing"
    elif isinstance(judged, str):
        if ours["bytes"] is not None:
            yield f"{ours['value']}, {judged}"
    else:
        found = dict(parts(ours))
        for path, octets in judged.items():
            member = found.get(our_path(path))
            if member is None:
                yield f"{path} missing"
            elif octets.startswith("="):
                if member["value"] != octets[1:]:
                    yield f"{path} {member['value']}, not {octets}"
            elif octets != (member["bytes"] or ""):
                yield f"{path} {member['value']} {member['why']} ({member['bytes']}), not {octets}"
