"""`doctor`: what works of the bench, what does not, and what to do next."""

import sys
from collections.abc import Iterable, Iterator

import typer

from stackdump_probe.capture.checkup import check_up
from stackdump_probe.capture.findings import Finding
from stackdump_probe.capture.link import Terms
from stackdump_probe.cli import units
from stackdump_probe.cli.failures import failure_of
from stackdump_probe.cli.options import Annotated, Option
from stackdump_probe.cli.pyocd_log import log_of_pyocd
from stackdump_probe.cli.settings import Settings
from stackdump_probe.cli.stopping import stop_requests
from stackdump_probe.cli.taking import target_for
from stackdump_probe.cli.terminal import columns, write, write_styled
from stackdump_probe.errors import CaptureError, ConnectError, NoProbe, ProbePermission
from stackdump_probe.report.rows import Row, laid_out
from stackdump_probe.report.theme import Line, Span, span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.report.theme import Style

SCHEMA = "stackdump-probe/doctor/1"
_STYLES: "dict[str, Style]" = {"good": "name", "doubt": "doubt", "bad": "alarm"}
_MARKS = {"good": "ok   ", "doubt": "note ", "bad": "FAIL "}
_OF_TARGET = ("power", "state", "security")
_WIDTH = 10  # columns of what was looked at


def doctor(
    probe: Annotated[
        str | None,
        typer.Option(
            "--probe",
            "-u",
            "--uid",
            metavar="UID",
            envvar="STACKDUMP_PROBE",
            help="which probe, if several are plugged in",
        ),
    ] = None,
    target: Annotated[
        str,
        typer.Option(
            "--target",
            "-t",
            "--chip",
            metavar="NAME",
            envvar="STACKDUMP_TARGET",
            help="part or family, such as rp2040 for its second core",
        ),
    ] = "auto",
    frequency: Annotated[
        str, typer.Option("--frequency", "-f", metavar="HZ", help="clock of the debug port")
    ] = "4m",
    core: Annotated[
        int, typer.Option("--core", metavar="N", min=0, help="which core of several")
    ] = 0,
    json: Annotated[bool, Option("--json", "one JSON document")] = False,
    *,
    settings: Settings,
) -> int:
    """Check USB, probe and target, and say what to do next.

    The target is neither halted nor reset.
    """
    log_of_pyocd(settings.verbose)
    terms = Terms(frequency=units.frequency(frequency), core=core)
    ended: list[CaptureError] = []
    everything: list[Finding] = []
    with stop_requests() as stop:
        for finding in _with_errors(check_up(probe, target_for(target), terms, stop.check), ended):
            everything.append(finding)
            if not json:
                write_styled(_lines(finding), settings.theme("dark"))
                sys.stdout.flush()
    if json:
        write([_json(everything)])
    if ended:
        return failure_of(ended[0]).code
    stands_in_the_way = any(each.state == "bad" and each.what in _OF_TARGET for each in everything)
    return failure_of(ConnectError("")).code if stands_in_the_way else 0


def _with_errors(
    found: Iterable[Finding | CaptureError], ended: list[CaptureError]
) -> Iterator[Finding]:
    """The findings, and an error as one of them."""
    for each in found:
        if isinstance(each, Finding):
            yield each
            continue
        ended.append(each)
        about_probe = isinstance(each, NoProbe | ProbePermission)
        yield Finding("bad", "probe" if about_probe else "target", str(each), each.hint)


def _lines(finding: Finding) -> Iterator[Line]:
    style = _STYLES[finding.state]
    head = (Span(_MARKS[finding.state], style), Span(f"{finding.what}: ".ljust(_WIDTH), "dim"))
    rows = [Row((*head, span(finding.text)), hanging=len(_MARKS["good"]) + _WIDTH)]
    if finding.next_step is not None:
        indent = " " * (len(_MARKS["good"]) + _WIDTH)
        rows.append(
            Row(
                (Span(indent), Span("-> ", style), span(finding.next_step)), hanging=len(indent) + 3
            )
        )
    return laid_out(rows, columns=columns())


def _json(found: Iterable[Finding]) -> str:
    from stackdump_probe.report.to_json import Json, one_document

    rows: list[Json] = [
        {"state": each.state, "what": each.what, "text": each.text, "next_step": each.next_step}
        for each in found
    ]
    return one_document(SCHEMA, {"findings": rows})
