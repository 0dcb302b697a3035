"""A file that is written whole or not at all, and known to be writable before it is needed."""

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from stackdump_probe.errors import OutputError

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class NewFile:
    """Room for a file at `path`; `write` puts it there."""

    def __init__(self, path: Path, temporary: Path, descriptor: int, *, force: bool) -> None:
        self.path = path
        self._temporary = temporary
        self._descriptor = descriptor
        self._force = force

    def write(self, content: bytes) -> None:
        """Write the whole file to the disk, then give it its name; raises OutputError."""
        try:
            with os.fdopen(os.dup(self._descriptor), "wb") as file:
                file.write(content)
                file.truncate()
                file.flush()
                os.fsync(file.fileno())
            self._name_it()
        except OSError as error:
            raise _cannot(self.path, error) from error
        _keep_name(self.path.parent)

    def _name_it(self) -> None:
        if self._force:
            self._temporary.replace(self.path)
            return
        try:
            os.link(self._temporary, self.path)  # fails if somebody made the file meanwhile
        except FileExistsError:
            raise _exists(self.path) from None
        except OSError:  # a file system without hard links
            _refuse_existing(self.path)
            self._temporary.replace(self.path)


@contextmanager
def new_file(path: Path, *, force: bool = False, room: int = 0) -> Iterator[NewFile]:
    """Make ready to write `path`, with `room` bytes of the disk kept for it.

    Raises OutputError at once if it exists (unless `force`), if its directory cannot be written
    or if the disk is full. When the block ends without a `write`, nothing is left behind.
    """
    path = Path(os.path.realpath(path))
    if path.exists() and not path.is_file():
        raise OutputError(f"{path} is not a regular file")
    if not force:
        _refuse_existing(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except OSError as error:
        raise _cannot(path, error) from error
    try:
        _keep_room(descriptor, room, path)
        yield NewFile(path, temporary, descriptor, force=force)
    finally:
        os.close(descriptor)
        with suppress(FileNotFoundError):
            temporary.unlink()


@contextmanager
def new_files(paths: Iterable[Path], *, force: bool, room: int) -> Iterator[list[NewFile]]:
    """Make ready to write several, as `new_file` does."""
    with ExitStack() as files:
        yield [files.enter_context(new_file(path, force=force, room=room)) for path in paths]


def _keep_name(folder: Path) -> None:
    """Have the name on the disk, too; not every system opens a folder for that."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _keep_room(descriptor: int, room: int, path: Path) -> None:
    if room <= 0 or not hasattr(os, "posix_fallocate"):
        return
    try:
        os.posix_fallocate(descriptor, 0, room)
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise _cannot(path, error) from error


def _refuse_existing(path: Path) -> None:
    if os.path.lexists(path):
        raise _exists(path)


def _exists(path: Path) -> OutputError:
    return OutputError(f"{path} exists already", hint="--force replaces it")


def _cannot(path: Path, error: OSError) -> OutputError:
    return OutputError(f"cannot write {path}: {error.strerror}")
