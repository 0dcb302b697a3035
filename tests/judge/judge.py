"""What GDB says of dumps."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SETTINGS = (
    "set osabi none",  # Debian's GDB takes a function without CFI for a Linux start-up otherwise
    "set architecture arm",
    "set confirm off",
    "set backtrace past-main on",
    "set backtrace past-entry on",
    "set max-value-size unlimited",
    "set unwind-on-signal on",
    "set may-call-functions off",
)


def judged(elf: Path, dumps: Sequence[Path], *, units: Sequence[int] = ()) -> list[dict[str, Any]]:
    """GDB's back trace of each dump, innermost frame first, with the values of all variables.

    `units` are addresses of code; the statics of the units that hold them are told as well.
    """
    gdb = shutil.which("gdb-multiarch")
    assert gdb, "gdb-multiarch is missing: scripts/test installs it"
    server = " ".join(map(str, (sys.executable, "-m", "tests.judge.server", elf, *dumps)))
    question = {"dumps": len(dumps), "units": list(units)}
    commands = (*SETTINGS, f"file {elf}", f"target remote | {server}")
    asked = [word for command in commands for word in ("-ex", command)]
    asked += ["-x", str(HERE / "ask.py"), "-ex", f"python judge({question!r})"]
    done = subprocess.run(
        [gdb, "-batch", "-nx", "-q", *asked],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    answers = [
        json.loads(line.removeprefix("JSON:"))
        for line in done.stdout.splitlines()
        if line.startswith("JSON:")
    ]
    assert len(answers) == len(dumps), done.stderr + done.stdout[-2000:]
    return answers
