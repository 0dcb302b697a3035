"""What GDB says of dumps."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SETTINGS = (
    "set osabi none",  # Debian's GDB takes a function without CFI for a Linux start-up otherwise
    "set architecture arm",
    "set confirm off",
    "set remotetimeout 600",  # the machine may be busy; a packet asked for twice has two answers
    "set backtrace past-main on",
    "set backtrace past-entry on",
    "set max-value-size unlimited",
    "set unwind-on-signal on",
    "set may-call-functions off",
)


class GdbDied(Exception):
    """GDB came to no verdict on a dump; `answers` are those about the dumps before it."""

    def __init__(self, answers: list[dict[str, Any]], said: str) -> None:
        super().__init__(said)
        self.answers = answers


def judged(elf: Path, dumps: Sequence[Path], *, units: Sequence[int] = ()) -> list[dict[str, Any]]:
    """GDB's back trace of each dump, innermost frame first, with the values of all variables.

    `units` are addresses of code; the statics of the units that hold them are told as well.
    Raises GdbDied where GDB breaks off.
    """
    with tempfile.TemporaryDirectory() as folder:
        done = _asked(_without_index(elf, Path(folder)), elf, dumps, units)
    answers = [
        json.loads(line.removeprefix("JSON:"))
        for line in done.stdout.splitlines()
        if line.startswith("JSON:")
    ]
    if len(answers) < len(dumps):
        raise GdbDied(answers, done.stderr + done.stdout[-2000:])
    return answers


def _without_index(elf: Path, folder: Path) -> Path:
    """A copy without .debug_names: GDB does not look for units that it leaves out."""
    copy = folder / "fw.elf"
    remove = ("arm-none-eabi-objcopy", "--remove-section", ".debug_names")
    subprocess.run([*remove, str(elf), str(copy)], check=True, capture_output=True)
    return copy


def _asked(
    program: Path, elf: Path, dumps: Sequence[Path], units: Sequence[int]
) -> subprocess.CompletedProcess[str]:
    gdb = shutil.which("gdb-multiarch")
    assert gdb, "gdb-multiarch is missing: scripts/test installs it"
    server = " ".join(map(str, (sys.executable, "-m", "tests.judge.server", elf, *dumps)))
    question = {"dumps": len(dumps), "units": list(units)}
    commands = (*SETTINGS, f"file {program}", f"target remote | {server}")
    asked = [word for command in commands for word in ("-ex", command)]
    asked += ["-x", str(HERE / "ask.py"), "-ex", f"python judge({question!r})"]
    return subprocess.run(
        [gdb, "-batch", "-nx", "-q", *asked],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
