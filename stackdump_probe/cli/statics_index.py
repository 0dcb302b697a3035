"""Where the statics of a large program are, kept in the user's cache for the next trace with it.

To find them takes a walk through all debug information, to read their types as long again. A file
named by the checksum of the ELF holds both, and the words for what no dump can change: a line that
tells what it is, with the checksum of the rest, then JSON.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import cached_property
from zlib import crc32

from stackdump_probe import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.values.kept_statics import Kept

FORMAT = f"stackdump-probe {__version__} statics 3"
LARGE = 512 << 10  # bytes of an ELF in which to search takes long enough to remember what was found
MOST = 64  # files that are kept
LONGEST = 64 << 20  # bytes of a file that is believed
VARIABLE = "STACKDUMP_CACHE"  # a directory; "" to keep nothing
SUFFIX = ".statics"


def index_of(elf: memoryview) -> DiskIndex | None:
    """The index of the ELF of these bytes; None if it is not worth one, or has no place."""
    folder = _folder() if len(elf) >= LARGE else ""
    return DiskIndex(elf, folder) if folder else None


class DiskIndex:
    """The statics of one program, in a file of a folder.

    What cannot be read or written is done without.
    """

    def __init__(self, elf: memoryview, folder: str) -> None:
        self._elf = elf
        self._folder = folder

    @cached_property
    def path(self) -> str:
        """The file; it takes a while to tell its name."""
        name = f"{len(self._elf):x}-{crc32(self._elf):08x}{SUFFIX}"
        return os.path.join(self._folder, name)  # noqa: PTH118

    def known(self) -> Kept | None:
        """The statics that a former trace has found; None if there was none."""
        return read_kept(self.path)

    def keep(self, kept: Kept) -> None:
        """Remember them; the oldest files make room."""
        with suppress(OSError):
            os.makedirs(self._folder, mode=0o700, exist_ok=True)  # noqa: PTH103
            _make_room(self._folder)
            write_kept(self.path, kept)


def read_kept(path: str) -> Kept | None:
    """What is kept in a file; None if it cannot be read or believed."""
    with suppress(OSError, ValueError, RecursionError), open(path, "rb") as file:  # noqa: PTH123
        return _kept(file.read(LONGEST))
    return None


def write_kept(path: str, kept: Kept) -> None:
    """Keep it in a file, whole or not at all; raises OSError."""
    unfinished = f"{path}.{os.getpid()}"
    with open(unfinished, "wb") as file:  # noqa: PTH123
        file.write(_content(kept))
    os.replace(unfinished, path)  # noqa: PTH105


def _content(kept: Kept) -> bytes:
    import json

    body = json.dumps([kept.types, kept.entries], separators=(",", ":")).encode()
    return f"{FORMAT} {crc32(body):08x}\n".encode() + body


def _kept(content: bytes) -> Kept:
    """What `_content` was made of; raises ValueError for anything else.

    Who uses types and statics looks whether they are such.
    """
    import json

    from stackdump_probe.values.kept_statics import Kept

    head, _, body = content.partition(b"\n")
    if head.decode() != f"{FORMAT} {crc32(body):08x}":
        raise ValueError("another format, or damaged")
    match json.loads(body):
        case [list(types), list(entries)]:
            return Kept(entries, types)
    raise ValueError("not what is kept")


def _folder() -> str:
    """The folder of this tool in the user's cache; empty for none."""
    told = os.environ.get(VARIABLE)
    if told is not None:
        return told
    home = os.path.expanduser("~")  # noqa: PTH111
    if sys.platform == "win32":
        caches = os.environ.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        caches = f"{home}/Library/Caches"
    else:
        caches = os.environ.get("XDG_CACHE_HOME") or f"{home}/.cache"
    return f"{caches}/stackdump-probe" if os.path.isabs(caches) else ""  # noqa: PTH117


def _make_room(folder: str) -> None:
    files = [each for each in os.scandir(folder) if each.name.endswith(SUFFIX)]
    files.sort(key=lambda each: each.stat().st_mtime)
    for oldest in files[: max(len(files) + 1 - MOST, 0)]:
        os.unlink(oldest.path)  # noqa: PTH108
