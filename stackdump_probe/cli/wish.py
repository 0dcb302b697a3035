"""What a capture is asked for, once its command line is understood, and how it is done."""

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

from stackdump_probe.capture.capture import Request
from stackdump_probe.capture.plan import Layout, most_bytes
from stackdump_probe.cli.files import read_dumps
from stackdump_probe.cli.new_file import new_files
from stackdump_probe.cli.pictures import Pictures, pictures
from stackdump_probe.cli.settings import Settings
from stackdump_probe.cli.taking import Bench, Program, Taken, take_all
from stackdump_probe.cli.telling import say, tell_of, tell_of_verification
from stackdump_probe.cli.terminal import write
from stackdump_probe.errors import CaptureError, Interrupted
from stackdump_probe.record import Record, replace

TYPE_CHECKING = False  # what reports need is not loaded before the capture
if TYPE_CHECKING:
    from stackdump_probe.report.build import Statics

Emit = Callable[[str], None]


class Wish(Record):
    """One capture, or `count` looks."""

    bench: Bench
    request: Request
    program: Program
    elf: str | None
    also: tuple[str, ...]
    count: int | None
    interval: float  # seconds
    flame: str | None
    speedscope: str | None
    traces: bool
    json: bool
    force: bool
    all_statics: bool

    def for_core(self, number: int) -> "Wish":
        """The same of another core."""
        terms = replace(self.bench.terms, core=number)
        return replace(self, bench=replace(self.bench, terms=terms))

    def through(self, probe: str | None) -> "Wish":
        """The same through this probe."""
        return replace(self, bench=replace(self.bench, probe=probe))


def _printed(document: str) -> None:
    write([document])


def fulfil(wish: Wish, output: str, settings: Settings, emit: Emit = _printed) -> None:
    """Capture, save, and show; raises CaptureError if it ended early, after all is shown.

    `emit` takes the JSON document, if one is wanted.
    """
    paths = _paths(output, wish.count)
    layout = wish.program.layout or Layout()
    room = most_bytes(wish.request.ram, wish.request.regions, wish.bench.target.banks, layout)
    with (
        pictures(wish.flame, wish.speedscope, force=wish.force) as wanted,
        new_files(map(Path, paths), force=wish.force, room=room) as files,
    ):
        requests = list(zip(_requests(wish.request, len(paths)), files, strict=True))
        taken = take_all(wish.bench, requests, wish.program, settings, interval=wish.interval)
        tell_of(taken, paths, settings)
        saved = paths[: len(taken.captures)]
        if taken.verified is not None and wish.elf is not None:
            tell_of_verification(taken.verified, wish.elf, force=wish.force, settings=settings)
        if wish.elf is None and wish.traces and not (wish.json or settings.quiet):
            _tell_how_to_go_on(saved, wish.count)
        if wish.count is not None:
            _show_looks(wish, taken, saved, wanted, settings, emit)
        elif not isinstance(taken.ended, Interrupted):
            _show(wish, saved[0], settings, emit)
    if taken.ended is not None:
        what = f"{taken.ended}; what was read is in {_named(saved)}"
        raise CaptureError(what, hint=taken.ended.hint) from taken.ended


def _paths(path: str, count: int | None) -> tuple[str, ...]:
    """`x.dump`, or of several looks x-01.dump, x-02.dump, ..."""
    if count is None:
        return (path,)
    stem, digits = path.removesuffix(".dump"), max(2, len(str(count)))
    return tuple(f"{stem}-{number:0{digits}}.dump" for number in range(1, count + 1))


def _requests(request: Request, count: int) -> list[Request]:
    """A core that is to be left halted runs on until the last look."""
    between = replace(request, after="restore") if request.after == "halt" else request
    return [*[between] * (count - 1), request]


def _named(paths: Sequence[str]) -> str:
    return paths[0] if len(paths) == 1 else f"{paths[0]} to {paths[-1]}"


def _tell_how_to_go_on(paths: Sequence[str], count: int | None) -> None:
    what, command = ("trace it", "trace") if count is None else ("compare them", "looks")
    say(f"{what}: stackdump-probe {command} FW.elf {shlex.join(paths)}")


def _show_looks(
    wish: Wish,
    taken: Taken,
    paths: Sequence[str],
    wanted: Pictures,
    settings: Settings,
    emit: Emit,
) -> None:
    if wish.elf is None or not wish.traces:
        return
    from stackdump_probe.cli.looks import looks_document, looks_together, show_looks

    whole = [p for p, one in zip(paths, taken.captures, strict=True) if not one.cut_short]
    looks = [(path, read_dumps([path])) for path in whole or paths]
    found = looks_together(
        wish.elf, looks, wanted, also=wish.also, force=wish.force, settings=settings
    )
    if wish.json:
        emit(looks_document(found))
    else:
        show_looks(found, settings)


def _show(wish: Wish, path: str, settings: Settings, emit: Emit) -> None:
    if wish.elf is not None and wish.traces:
        from stackdump_probe.cli.trace import trace, trace_document

        if wish.json:
            statics: Statics = "all" if wish.all_statics else "own"
            emit(
                trace_document(
                    wish.elf,
                    [path],
                    statics,
                    also=wish.also,
                    force=wish.force,
                    settings=settings,
                )
            )
        else:
            trace(
                wish.elf,
                [path],
                also=[*wish.also],
                force=wish.force,
                all_statics=wish.all_statics,
                settings=settings,
            )
    elif wish.json:
        from stackdump_probe.cli.info import info_document

        emit(info_document([path]))
