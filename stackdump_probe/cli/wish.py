"""What a capture is asked for, once its command line is understood, and how it is done."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from stackdump_probe.capture.capture import Request
from stackdump_probe.capture.plan import Layout, most_bytes
from stackdump_probe.capture.pyocd_bench import find_probe
from stackdump_probe.capture.pyocd_probe import cores_behind
from stackdump_probe.cli.failures import failure_of, tell
from stackdump_probe.cli.files import read_dumps
from stackdump_probe.cli.new_file import new_files
from stackdump_probe.cli.pictures import Pictures, pictures
from stackdump_probe.cli.settings import Settings
from stackdump_probe.cli.taking import AUTO, Bench, Program, Taken, take_all
from stackdump_probe.cli.telling import say, tell_of, tell_of_verification
from stackdump_probe.errors import CaptureError, Interrupted, ProgramMismatch, SeveralProbes
from stackdump_probe.record import record, replace


@record
class Wish:
    """One capture, or `count` looks."""

    bench: Bench
    request: Request
    program: Program
    elf: str | None
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


def fulfil(wish: Wish, output: str, settings: Settings) -> None:
    """Capture, save, and show; raises CaptureError if it ended early, after all is shown."""
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
            _show_looks(wish, taken, saved, wanted, settings)
        elif not isinstance(taken.ended, Interrupted):
            _show(wish, saved[0], settings)
    if taken.ended is not None:
        what = f"{taken.ended}; what was read is in {_named(saved)}"
        raise CaptureError(what, hint=taken.ended.hint)


def fulfil_for_all_cores(wish: Wish, output: str, settings: Settings) -> int:
    """A dump of each core, one core after the other; return the exit code of the first failure.

    A core that cannot be captured does not keep the next one from it, and an ELF that is the
    program of one core only does not fail for the others.
    """
    bench = wish.bench
    cores = bench.target.core.split(", ")
    if bench.wanted == AUTO or len(cores) == 1:
        cores = list(cores_behind(find_probe(bench.probe), bench.target, bench.terms))
    stem = output.removesuffix(".dump")
    codes: list[int] = []
    others: list[ProgramMismatch] = []
    for number, name in enumerate(cores):
        say(f"core {number}: {name}")
        try:
            fulfil(wish.for_core(number), f"{stem}-core{number}.dump", settings)
            codes.append(0)
        except ProgramMismatch as error:
            others.append(error)
            settings.warn(f"core {number}: {error}")
        except (Interrupted, SeveralProbes):
            raise
        except CaptureError as error:
            codes.append(tell(error))
    failed = [code for code in codes if code]
    if not codes and others:
        return failure_of(others[0]).code
    return failed[0] if failed else 0


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
    wish: Wish, taken: Taken, paths: Sequence[str], wanted: Pictures, settings: Settings
) -> None:
    if wish.elf is None or not wish.traces:
        return
    from stackdump_probe.cli.looks import show_looks

    whole = [p for p, one in zip(paths, taken.captures, strict=True) if not one.cut_short]
    looks = [(path, read_dumps([path])) for path in whole or paths]
    show_looks(wish.elf, looks, wanted, json=wish.json, force=wish.force, settings=settings)


def _show(wish: Wish, path: str, settings: Settings) -> None:
    if wish.elf is not None and wish.traces:
        from stackdump_probe.cli.trace import trace

        trace(
            wish.elf,
            [path],
            json=wish.json,
            force=wish.force,
            all_statics=wish.all_statics,
            settings=settings,
        )
    elif wish.json:
        from stackdump_probe.cli.info import info

        info([path], json=True, settings=settings)
