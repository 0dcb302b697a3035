"""A bar on standard error while much is read."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from stackdump_probe.cli.settings import Settings

WORTH_A_BAR = 16 * 1024  # bytes

Progress = Callable[[int, int], None]


@contextmanager
def progress_bar(settings: Settings) -> Iterator[Progress]:
    """Give a listener of (done, total) bytes that draws on a terminal, and only there."""
    if settings.quiet or not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TransferSpeedColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True, no_color=not settings.colored(sys.stderr))
    columns = (
        TextColumn("reading"),
        BarColumn(bar_width=None),
        DownloadColumn(binary_units=True),
        TransferSpeedColumn(),
    )
    bar = Bar(*columns, console=console, transient=True)
    task = bar.add_task("reading", total=None)

    def show(done: int, total: int) -> None:
        if total >= WORTH_A_BAR:
            bar.start()
            bar.update(task, completed=done, total=total)

    try:
        yield show
    finally:
        bar.stop()
