"""`capture --core all`: the same of each core, one core after the other."""

from pathlib import PurePath

from stackdump_probe.capture.pyocd_bench import find_probe
from stackdump_probe.capture.pyocd_probe import cores_behind
from stackdump_probe.cli.failures import failure_of, tell
from stackdump_probe.cli.settings import Settings
from stackdump_probe.cli.stopping import stop_requests
from stackdump_probe.cli.taking import AUTO, Bench, Onlooker
from stackdump_probe.cli.telling import say
from stackdump_probe.cli.terminal import write
from stackdump_probe.cli.wish import Wish, fulfil
from stackdump_probe.errors import CaptureError, Interrupted, ProgramMismatch, SeveralProbes
from stackdump_probe.record import Record, replace


class Outcome(Record):
    """What came of one core: its JSON document, if one is wanted, and why it has none or half."""

    name: str
    document: str | None = None
    error: CaptureError | ProgramMismatch | None = None

    @property
    def was_stopped(self) -> bool:
        """True if somebody wanted it to end, with a part of the dump or none."""
        error = self.error
        return isinstance(error, Interrupted) or isinstance(error and error.__cause__, Interrupted)

    @property
    def failure(self) -> tuple[int, str, str | None] | None:
        """The exit code that it alone would have, the message and the hint."""
        if self.error is None:
            return None
        failure = failure_of(self.error)
        return failure.code, failure.whole_message, failure.hint


def fulfil_for_all_cores(wish: Wish, output: str, settings: Settings) -> int:
    """Capture each core into a dump of its own; return the exit code of the first failure.

    A core that cannot be captured does not keep the next one from it, and an ELF that is the
    program of one core only does not fail for the others.
    """
    outcomes: list[Outcome] = []
    for number, name in enumerate(_names(wish.bench, settings)):
        say(f"core {number}: {name}")
        outcomes.append(
            _outcome(_of_core(wish, number), name, _with_core(output, number), settings)
        )
        if outcomes[-1].was_stopped:
            break
    if wish.json:
        _print_document(outcomes)
    return _code(outcomes)


def _names(bench: Bench, settings: Settings) -> tuple[str, ...]:
    names = tuple(bench.target.core.split(", "))
    if bench.wanted != AUTO and len(names) > 1:
        return names
    with stop_requests(bench.patience) as stop:
        watcher = Onlooker(stop, settings)
        return cores_behind(find_probe(bench.probe), bench.target, bench.terms, watcher)


def _outcome(wish: Wish, name: str, output: str, settings: Settings) -> Outcome:
    documents: list[str] = []
    found: CaptureError | ProgramMismatch | None = None
    try:
        fulfil(wish, output, settings, documents.append)
    except SeveralProbes:
        raise
    except ProgramMismatch as error:
        settings.warn(f"core {wish.bench.terms.core}: {error}")
        found = error
    except CaptureError as error:
        tell(error)
        found = error
    return Outcome(name, documents[0] if documents else None, found)


def _code(outcomes: list[Outcome]) -> int:
    """An ELF that is of no core is as wrong as with one core only."""
    wrong = [each.error for each in outcomes if each.error is not None]
    failed = [error for error in wrong if not isinstance(error, ProgramMismatch)]
    if failed or len(wrong) == len(outcomes):
        return failure_of((failed or wrong)[0]).code
    return 0


def _print_document(outcomes: list[Outcome]) -> None:
    from stackdump_probe.report.to_json import cores_to_json

    write([cores_to_json((each.name, each.document, each.failure) for each in outcomes)])


def _of_core(wish: Wish, number: int) -> Wish:
    return replace(
        wish.for_core(number),
        flame=wish.flame and _with_core(wish.flame, number),
        speedscope=wish.speedscope and _with_core(wish.speedscope, number),
    )


def _with_core(path: str, number: int) -> str:
    """The same name with the core's number before its suffix: x.dump is x-core0.dump."""
    suffix = PurePath(path).suffix or ".dump"
    return f"{path.removesuffix(suffix)}-core{number}{suffix}"
