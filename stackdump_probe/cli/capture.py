"""`capture`: from a device that hangs to a dump file, and its trace."""

import shlex
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from stackdump_probe.capture.capture import Capture, Request
from stackdump_probe.capture.capture import capture as take
from stackdump_probe.capture.link import Terms
from stackdump_probe.capture.plan import Layout, most_bytes
from stackdump_probe.capture.probe import Watcher
from stackdump_probe.capture.pyocd_bench import find_probe, pyocd_targets
from stackdump_probe.capture.pyocd_probe import attached
from stackdump_probe.capture.pyocd_session import ANSWER_DEADLINE
from stackdump_probe.capture.targets import Target, normalised, target_named
from stackdump_probe.capture.watchdogs import watchdogs_of
from stackdump_probe.cli import units
from stackdump_probe.cli.layout import layout_of
from stackdump_probe.cli.new_file import NewFile, new_file
from stackdump_probe.cli.open_image import image_at
from stackdump_probe.cli.options import Option
from stackdump_probe.cli.progress import progress_bar
from stackdump_probe.cli.pyocd_log import log_of_pyocd
from stackdump_probe.cli.settings import Settings
from stackdump_probe.cli.stopping import StopRequest, stop_requests
from stackdump_probe.dump import encode
from stackdump_probe.errors import CaptureError, ConnectError, Interrupted, UnknownTarget
from stackdump_probe.record import record, replace


def capture(
    target: Annotated[
        str,
        typer.Option(
            "--target",
            "-t",
            "--chip",
            metavar="NAME",
            envvar="STACKDUMP_TARGET",
            help="part or family, such as stm32f4 (see `targets`), or cortex_m for any",
        ),
    ],
    elf: Annotated[
        str | None,
        typer.Option(
            "--elf",
            "-e",
            metavar="FW.elf|DIR",
            envvar="STACKDUMP_ELF",
            help="the program, to trace the dump at once",
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="OUT.dump", help="the dump (default: TARGET-TIME.dump)"
        ),
    ] = None,
    probe: Annotated[
        str | None,
        typer.Option(
            "--probe",
            "-u",
            "--uid",
            metavar="UID",
            envvar="STACKDUMP_PROBE",
            help="which probe, if several are plugged in: its id, or a part of it",
        ),
    ] = None,
    frequency: Annotated[
        str, typer.Option("--frequency", "-f", metavar="HZ", help="clock of the debug port")
    ] = "4m",
    core: Annotated[
        int, typer.Option("--core", metavar="N", min=0, help="which core of several")
    ] = 0,
    ram: Annotated[
        Literal["stack", "used", "all"] | None,
        Option(
            "--ram",
            "how much RAM to read (default: used with an ELF, else stack)",
            "stack|used|all",
        ),
    ] = None,
    region: Annotated[
        list[str] | None,
        typer.Option("--region", metavar="START:SIZE", help="read this too; may be repeated"),
    ] = None,
    resume_early: Annotated[
        bool,
        Option("--resume-early", "let the core run when registers and stacks are read"),
    ] = False,
    after: Annotated[
        Literal["restore", "run", "halt"],
        Option("--after", "leave the core as it was found, running, or halted"),
    ] = "restore",
    freeze_watchdog: Annotated[
        bool, Option("--freeze-watchdog", "stop the watchdogs while the core stands still")
    ] = False,
    reset: Annotated[
        bool, Option("--reset", "reset the part and read it at its first instruction")
    ] = False,
    under_reset: Annotated[
        bool, Option("--under-reset", "the same, by its reset line, held while connecting")
    ] = False,
    timeout: Annotated[
        str | None,
        typer.Option("--timeout", metavar="TIME", help="stop reading after this time, such as 30s"),
    ] = None,
    no_trace: Annotated[bool, Option("--no-trace", "only save the dump")] = False,
    json: Annotated[bool, Option("--json", "one JSON document")] = False,
    all_statics: Annotated[
        bool, Option("--all-statics", "trace also statics that compilers and libraries add")
    ] = False,
    force: Annotated[
        bool, Option("--force", "replace the output file; trace although the ELF differs")
    ] = False,
    *,
    settings: Settings,
) -> None:
    """Save registers and RAM of a device as a dump, and trace it.

    The device is halted without a reset, and runs on afterwards.
    """
    log_of_pyocd(settings.verbose)
    if reset and under_reset:
        raise typer.BadParameter("--reset and --under-reset are two ways of the same")
    patience = None if timeout is None else units.seconds(timeout)
    bench = Bench(
        _target(target),
        probe,
        Terms(
            frequency=units.frequency(frequency),
            core=core,
            reset="line" if under_reset else "core" if reset else "never",
            answer_within=min(ANSWER_DEADLINE, patience or ANSWER_DEADLINE),
        ),
        patience,
    )
    layout = layout_of(image_at(elf)) if elf and not Path(elf).is_dir() else None
    request = Request(
        ram or ("stack" if layout is None else "used"),
        tuple(units.region(text) for text in region or ()),
        after,
        resumes_early=resume_early,
        freezes_watchdogs=freeze_watchdog,
    )
    path = output or f"{_file_name(target)}-{datetime.now():%Y%m%d-%H%M%S}.dump"
    room = most_bytes(request.ram, request.regions, bench.target.banks, layout or Layout())
    with new_file(Path(path), force=force, room=room) as file:
        taken = _take(bench, request, layout, file, settings)
    _tell(taken, path, settings)
    if elf is None and not (no_trace or json or settings.quiet):
        print(f"trace it: stackdump-probe trace FW.elf {shlex.quote(path)}", file=sys.stderr)  # noqa: T201
    if not isinstance(taken.cut_short, Interrupted):
        show = Show(json, force, all_statics)
        _show(path, None if no_trace else elf, show, settings)
    if taken.cut_short is not None:
        raise CaptureError(
            f"{taken.cut_short}; what was read is in {path}", hint=taken.cut_short.hint
        )


@record
class Bench:
    """Which target is behind which probe, how it is connected to, and how long it may all take."""

    target: Target
    probe: str | None
    terms: Terms
    patience: float | None  # seconds


@record
class Show:
    """How the trace of a capture is shown."""

    json: bool
    force: bool
    all_statics: bool


def _take(
    bench: Bench, request: Request, layout: Layout | None, file: NewFile, settings: Settings
) -> Capture:
    """Capture and save; the file is on the disk before the probe is let go."""
    with stop_requests(bench.patience) as stop, progress_bar(settings) as show:
        watcher = Onlooker(stop, settings)

        def between(done: int, total: int) -> None:
            stop.check()
            show(done, total)

        probe = find_probe(bench.probe)
        stop.check()
        taken = None
        try:
            with attached(probe, bench.target, bench.terms, watcher=watcher) as connected:
                taken = take(
                    connected,
                    request,
                    banks=bench.target.banks,
                    layout=layout,
                    watchdogs=watchdogs_of(bench.target.name),
                    progress=between,
                )
                file.write(encode(taken.dump))
        except ConnectError as error:
            if taken is None:
                raise
            return replace(taken, cut_short=taken.cut_short or error, left="unknown")
    return replace(taken, left=taken.wanted)


class Onlooker(Watcher):
    """Tells the user at once, and passes on what the signals said."""

    def __init__(self, stop: StopRequest, settings: Settings) -> None:
        self._stop = stop
        self._settings = settings

    def check(self) -> None:
        self._stop.check()

    def tell(self, remark: str) -> None:
        self._settings.warn(remark)


def _target(name: str) -> Target:
    try:
        return target_named(name)
    except UnknownTarget:
        return target_named(name, pyocd_targets())


def _file_name(target: str) -> str:
    """The target's name as a part of a file name."""
    return normalised(target) or "target"


def _tell(taken: Capture, path: str, settings: Settings) -> None:
    for warning in taken.warnings:
        settings.warn(warning)
    if settings.quiet:
        return
    if settings.verbose:
        for note in taken.notes:
            print(note, file=sys.stderr)  # noqa: T201
    memory = sum(end - start for start, end in taken.dump.memory.spans())
    print(  # noqa: T201
        f"saved {path}: {len(taken.dump.registers.words)} registers, {units.size(memory)} of "
        f"memory; {_state(taken)}",
        file=sys.stderr,
    )


def _state(taken: Capture) -> str:
    match taken.left:
        case "halted" if taken.was_halted:
            return "the core was halted and stays so"
        case "halted":
            return "the core is left halted"
        case "running" if taken.stood_still is not None:
            return f"the core stood still for {taken.stood_still * 1000:.0f} ms and runs on"
        case "running":
            return "the core runs again"
        case "unknown":
            return "the core may still be halted (`--after run` lets it run)"


def _show(path: str, elf: str | None, show: Show, settings: Settings) -> None:
    if elf is not None:
        from stackdump_probe.cli.trace import trace

        trace(
            elf,
            [path],
            json=show.json,
            force=show.force,
            all_statics=show.all_statics,
            settings=settings,
        )
    elif show.json:
        from stackdump_probe.cli.info import info

        info([path], json=True, settings=settings)
