"""From a bench to dumps on the disk, whatever happens on the way."""

from collections.abc import Sequence
from contextlib import suppress

from stackdump_probe.capture.capture import Capture, Left, Request
from stackdump_probe.capture.capture import capture as take
from stackdump_probe.capture.link import Terms
from stackdump_probe.capture.plan import Layout
from stackdump_probe.capture.probe import Probe, Watcher
from stackdump_probe.capture.pyocd_bench import find_probe, pyocd_targets
from stackdump_probe.capture.pyocd_probe import attached
from stackdump_probe.capture.recognise import Part, recognised
from stackdump_probe.capture.targets import Target, target_named
from stackdump_probe.capture.verify import Verification, verify
from stackdump_probe.capture.watchdogs import Watchdogs, watchdogs_of
from stackdump_probe.cli.new_file import NewFile
from stackdump_probe.cli.progress import Progress, progress_bar
from stackdump_probe.cli.settings import Settings
from stackdump_probe.cli.stopping import StopRequest, stop_requests
from stackdump_probe.dump import encode
from stackdump_probe.errors import ConnectError, Interrupted, UnknownTarget
from stackdump_probe.memory import Segment
from stackdump_probe.record import Record

AUTO = "auto"
Ended = ConnectError | Interrupted | None


class Bench(Record):
    """Which target is behind which probe, how it is connected to, and how long it may all take.

    `wanted` is how the user named the target; `auto` leaves it to the part itself.
    """

    wanted: str
    target: Target
    probe: str | None
    terms: Terms
    patience: float | None  # seconds


class Program(Record):
    """What is known of the program before the target is touched.

    `verifies` are the bytes to compare with the target's when all is captured, `ignored` the
    addresses among them that tools write.
    """

    layout: Layout | None = None
    verifies: tuple[Segment, ...] = ()
    ignored: frozenset[int] = frozenset()


class Taken(Record):
    """What was captured and saved, and what ended it early, if anything did."""

    captures: tuple[Capture, ...]
    ended: Ended
    left: Left
    verified: Verification | None = None
    part: Part | None = None


class Onlooker(Watcher):
    """Tells the user at once, and passes on what the signals said."""

    def __init__(self, stop: StopRequest, settings: Settings) -> None:
        self._stop = stop
        self._settings = settings

    def check(self) -> None:
        self._stop.check()

    def tell(self, remark: str) -> None:
        self._settings.warn(remark)


def target_for(name: str) -> Target:
    """The target that a name means, of our table or pyOCD's own; raises UnknownTarget."""
    try:
        return target_named("cortex_m" if name == AUTO else name)
    except UnknownTarget:
        return target_named(name, pyocd_targets())


def take_all(
    bench: Bench,
    requests: Sequence[tuple[Request, NewFile]],
    program: Program,
    settings: Settings,
    *,
    interval: float = 0.0,
) -> Taken:
    """Capture and save once for each request, with so many seconds in between.

    Each file is on the disk before the core is halted again, or the probe let go. A core that
    stands still when it is found, and is to stay so, is captured once.
    """
    captures: list[Capture] = []
    with stop_requests(bench.patience) as stop, progress_bar(settings) as show:
        probe = find_probe(bench.probe)
        stop.check()
        ended: Ended = None
        verified = part = None
        try:
            watcher = Onlooker(stop, settings)
            with attached(probe, bench.target, bench.terms, watcher=watcher) as connected:
                with suppress(ConnectError):  # what it is matters less than where it hangs
                    part = recognised(connected)
                target = _meant(bench, part, settings)
                watchdogs = watchdogs_of(_named(part, target))
                taker = _Taker(connected, target, program, watchdogs, stop, show)
                ended = taker.take_each(requests, captures, interval)
                if program.verifies and ended is None:
                    verified, ended = taker.verify()
        except ConnectError as error:
            if not captures:
                raise
            return Taken(tuple(captures), ended or error, "unknown", verified, part)
    return Taken(tuple(captures), ended, captures[-1].wanted, verified, part)


def _meant(bench: Bench, part: Part | None, settings: Settings) -> Target:
    """The target that is captured; a name that the part contradicts is warned of."""
    if bench.wanted != AUTO:
        if part is not None and part.contradicts(bench.target, bench.wanted):
            settings.warn(
                f"--target is {bench.wanted}, but the part is {part.name}: {part.evidence}"
            )
        return bench.target
    if part is not None and part.target is not None:
        return part.target
    what = (
        "the part is not recognised" if part is None else f"it is {part.name}, nothing tells which"
    )
    settings.warn(f"{what}, and is read as {bench.target.name} (name it with --target)")
    return bench.target


def _named(part: Part | None, target: Target) -> str:
    """What it is by name: what the part says counts, also where somebody named it otherwise."""
    recognised_as = None if part is None else part.target
    return (recognised_as or target).name


class _Taker:
    """Takes captures of one core."""

    def __init__(
        self,
        probe: Probe,
        target: Target,
        program: Program,
        watchdogs: Watchdogs | None,
        stop: StopRequest,
        show: Progress,
    ) -> None:
        self._probe = probe
        self._target = target
        self._program = program
        self._watchdogs = watchdogs
        self._stop = stop
        self._show = show

    def take_each(
        self,
        requests: Sequence[tuple[Request, NewFile]],
        captures: list[Capture],
        interval: float,
    ) -> Ended:
        """Add to `captures`; return what ended it early. Raises only if there is nothing."""
        for request, file in requests:
            try:
                if captures:
                    self._stop.wait(interval)
                captures.append(self._take(request))
            except (ConnectError, Interrupted) as error:
                if not captures:
                    raise
                return error
            file.write(encode(captures[-1].dump))
            if captures[-1].cut_short is not None:
                return captures[-1].cut_short
            if captures[-1].left == "halted":
                break
        return None

    def verify(self) -> tuple[Verification | None, Ended]:
        """Compare the whole program, now that nothing can be lost any more."""
        wanted, ignored = self._program.verifies, self._program.ignored
        try:
            return verify(self._probe, wanted, self._between, ignored=ignored), None
        except (ConnectError, Interrupted) as error:
            return None, error

    def _take(self, request: Request) -> Capture:
        return take(
            self._probe,
            request,
            banks=self._target.banks,
            layout=self._program.layout,
            watchdogs=self._watchdogs,
            progress=self._between,
        )

    def _between(self, done: int, total: int) -> None:
        self._stop.check()
        self._show(done, total)
