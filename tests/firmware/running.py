"""How the compilers are run."""

import os
import subprocess
from pathlib import Path

SOURCES = Path(__file__).parent


def run(*command: str | Path, folder: Path = SOURCES) -> str:
    """Run in the folder of the sources, so that the ELF holds relative names."""
    environment = {**os.environ, "RUSTC_BOOTSTRAP": "1", "SOURCE_DATE_EPOCH": "0"}
    done = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout.strip()
