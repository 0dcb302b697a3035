"""Open the files that the user named; only what can be read leaves this module."""

import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from mmap import ACCESS_READ, mmap

from stackdump_probe.dump import Dump, decode, join
from stackdump_probe.dump.codec import CUT_SHORT
from stackdump_probe.errors import DumpFormatError, InputError

LARGEST_SOURCE = 32 << 20  # bytes; SQLite's one file is 9 MB


def read_dumps(paths: Sequence[str]) -> Dump:
    """The dump that these files hold together."""
    return join([_read_dump(path) for path in paths])


def _read_dump(path: str) -> Dump:
    octets = bytes(contents(path))
    if not octets:
        raise InputError(f"{path}: the file is empty", hint=CUT_SHORT)
    try:
        return decode(octets)
    except DumpFormatError as error:
        raise InputError(f"{path}: {error}", hint=error.hint) from error


def contents(path: str) -> bytes | mmap:
    """The bytes of a file, mapped where it can be; raises InputError."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123  (pathlib costs a third of a plain start)
            mode = os.fstat(file.fileno()).st_mode
            if not stat.S_ISREG(mode) and not stat.S_ISFIFO(mode):
                raise InputError(f"{path}: not a regular file")
            with suppress(ValueError, OSError):  # a pipe, an empty file, a strange file system
                return mmap(file.fileno(), 0, access=ACCESS_READ)
            return file.read()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error


def read_source(path: str) -> bytes | None:
    """What is in a source file; None if there is none, or nothing that could be one.

    The path comes from debug information, which may name a device or a huge file.
    """
    try:
        status = os.stat(path)  # noqa: PTH116
        if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST_SOURCE:
            return None
        with open(path, "rb") as file:  # noqa: PTH123
            return file.read()
    except (OSError, ValueError):  # ValueError: a NUL in the path
        return None
