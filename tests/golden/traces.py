"""The cases of this folder, and what `trace` prints for one of them."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

GOLDEN = Path(__file__).parent
ROOT = GOLDEN.parent.parent
# An object that holds no list with anything in it, and no object that takes several lines.
SMALL = re.compile(r"\{(?:[^{}\[\]]|\[\]|\{[^{}\[\]\n]*\})*\}")
LINE_END = re.compile(r"\n\s*")
CASES = tuple(sorted(path.parent for path in GOLDEN.glob("*/hang.dump")))


def trace_text(case: Path) -> str:
    """The text of `trace`, every static and inlined variable shown."""
    return _trace(case, "--show-inlined-variables", "--show-zero-sized-variables")


def trace_json(case: Path) -> dict[str, Any]:
    """The document of `trace --json`, without the version of the tool that wrote it."""
    document: dict[str, Any] = json.loads(_trace(case, "--json"))
    del document["tool"]
    return document


def written(document: dict[str, Any]) -> str:
    """A document as its file holds it: what has no parts on one line."""
    text = json.dumps(document, indent=1, ensure_ascii=False)
    for _ in range(2):
        text = SMALL.sub(lambda found: LINE_END.sub(" ", found[0]), text)
    return text + "\n"


def _trace(case: Path, *options: str) -> str:
    """Run in the folder of the case, so that the output holds no path of this machine."""
    command = [sys.executable, "-m", "stackdump_probe", "trace", "fw.elf", "hang.dump", *options]
    done = subprocess.run(
        command, cwd=case, env=environment(), check=True, stdout=subprocess.PIPE, encoding="utf-8"
    )
    return done.stdout


def environment() -> dict[str, str]:
    """What a child process sees: this checkout, and nothing that changes the output."""
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("STACKDUMP_", "COLUMNS"))}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1"}
