"""The tool as its users have it: installed by today's pip, in an environment without anything else.

A development environment starts more slowly: coverage and others have a word in each interpreter.
"""

import subprocess
import sys

from tests.bench.folder import CACHE, ROOT

BIN = CACHE / "installed" / "bin"
PYTHON = str(BIN / "python")
COMMAND = str(BIN / "stackdump-probe")


def install() -> None:
    """Install what is here now."""
    if not BIN.exists():
        folder = BIN.parent
        subprocess.run([sys.executable, "-m", "venv", "--upgrade-deps", folder], check=True)
    # Without dependencies: a trace uses none.
    options = ("--quiet", "--no-deps", "--force-reinstall")
    subprocess.run([PYTHON, "-m", "pip", "install", *options, ROOT], check=True)
