"""The libraries that the large programs are made of, from Debian's source packages.

apt-get fetches and checks them, with lists and a cache of its own, so that it needs no right of
root and no `deb-src` in the system's lists.
"""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.bench.folder import CACHE

PACKAGES = ("lua5.4", "sqlite3", "mbedtls", "freetype", "lwip")
RELEASE = "bookworm"
KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"
FOLDER = CACHE / "sources"
SETTINGS = """\
Dir::Etc::sourcelist "{folder}/sources.list";
Dir::Etc::sourceparts "-";
Dir::State::lists "{folder}/lists";
Dir::Cache "{folder}/cache";
"""


def source(package: str) -> Path:
    """The unpacked sources of one of PACKAGES."""
    if not (FOLDER / "fetched").exists():
        _fetch()
        _prepare_sqlite(_unpacked("sqlite3"))
        (FOLDER / "fetched").touch()
    return _unpacked(package)


def _unpacked(package: str) -> Path:
    (found,) = (path for path in FOLDER.glob(f"{package}-*") if path.is_dir())
    return found


def _fetch() -> None:
    for name in ("lists/partial", "cache/archives/partial"):
        (FOLDER / name).mkdir(parents=True, exist_ok=True)
    line = f"deb-src [signed-by={KEYS}] http://deb.debian.org/debian {RELEASE} main\n"
    (FOLDER / "sources.list").write_text(line)
    (FOLDER / "apt.conf").write_text(SETTINGS.format(folder=FOLDER))
    _run("apt-get", "-qq", "update")
    _run("apt-get", "-qq", "source", *PACKAGES)


def _prepare_sqlite(folder: Path) -> None:
    """SQLite makes a part of its sources with Tcl: its parser, its keywords, its opcodes."""
    _run("./configure", "--disable-tcl", "--disable-readline", folder=folder)
    _run("make", ".target_source", folder=folder)


def _run(*command: str, folder: Path = FOLDER) -> None:
    environment = {**os.environ, "APT_CONFIG": str(FOLDER / "apt.conf")}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, " ".join(command) + "\n" + done.stderr


def in_folder(folder: Path, names: Sequence[str]) -> list[Path]:
    """The files that these patterns name; each must name one at least."""
    found = [sorted(folder.glob(name)) for name in names]
    assert all(found), f"{folder} lacks one of {names}"
    return [path for paths in found for path in paths]
