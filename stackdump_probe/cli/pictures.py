"""The files that several looks may be drawn into."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from stackdump_probe.cli.new_file import NewFile, new_file
from stackdump_probe.record import Record


class Pictures(Record):
    """The files that are wanted beside the text."""

    flame: NewFile | None
    speedscope: NewFile | None


@contextmanager
def pictures(flame: str | None, speedscope: str | None, *, force: bool) -> Iterator[Pictures]:
    """Make sure that the files can be written, before any work is done for them."""
    with ExitStack() as files:

        def room_for(path: str | None) -> NewFile | None:
            return None if path is None else files.enter_context(new_file(Path(path), force=force))

        yield Pictures(room_for(flame), room_for(speedscope))
