"""Where the statics of a large program are, kept in the user's cache for the next trace with it.

To find them takes a walk through all debug information. A file named by the checksum of the ELF
holds them as lines: first what it is, with the checksum of the rest, then for each static the
offset of its description in hex, a blank, and what stands before its name.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from zlib import crc32

from stackdump_probe import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.values.statics import Entry

FORMAT = f"stackdump-probe {__version__} statics 1"
LARGE = 4 << 20  # bytes of an ELF in which to search takes long enough to remember what was found
MOST = 64  # files that are kept
LONGEST = 64 << 20  # bytes of a file that is believed
VARIABLE = "STACKDUMP_CACHE"  # a directory; "" to keep nothing
SUFFIX = ".statics"


class DiskIndex:
    """The statics of the ELF of these bytes. What cannot be read or written is done without."""

    def __init__(self, elf: memoryview) -> None:
        self._elf = elf

    def known(self) -> Sequence[Entry] | None:
        """The statics that a former trace has found; None if there was none."""
        path = self._path()
        with suppress(OSError, ValueError):
            if path:
                with open(path, "rb") as file:  # noqa: PTH123
                    return _entries(file.read(LONGEST))
        return None

    def keep(self, entries: Sequence[Entry]) -> None:
        """Write them, whole or not at all; the oldest files make room."""
        path = self._path()
        if not path or any("\n" in before for _, before in entries):
            return
        unfinished = f"{path}.{os.getpid()}"
        with suppress(OSError, ValueError):  # a ValueError for a name that is no text
            content = _content(entries)
            folder = os.path.dirname(path)  # noqa: PTH120
            os.makedirs(folder, mode=0o700, exist_ok=True)  # noqa: PTH103
            _make_room(folder)
            with open(unfinished, "wb") as file:  # noqa: PTH123
                file.write(content)
            os.replace(unfinished, path)  # noqa: PTH105

    def _path(self) -> str:
        """The file; empty for none."""
        folder = _folder() if len(self._elf) >= LARGE else ""
        name = f"{len(self._elf):x}-{crc32(self._elf):08x}{SUFFIX}"
        return os.path.join(folder, name) if folder else ""  # noqa: PTH118


def _content(entries: Sequence[Entry]) -> bytes:
    body = "".join(f"{offset:x} {before}\n" for offset, before in entries).encode()
    return f"{FORMAT} {crc32(body):08x}\n".encode() + body


def _entries(content: bytes) -> list[Entry]:
    """What `_content` was made of; raises ValueError for anything else."""
    head, _, body = content.partition(b"\n")
    if head.decode() != f"{FORMAT} {crc32(body):08x}":
        raise ValueError("another format, or damaged")
    parts = (line.partition(" ") for line in body.decode().split("\n")[:-1])
    return [(int(offset, 16), before) for offset, _, before in parts]


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
