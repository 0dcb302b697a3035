"""`probes`: which debug probes are plugged in, and whether they can be used."""

from collections.abc import Iterator, Sequence

from stackdump_probe.capture.choosing import DOCTOR, ListedProbe
from stackdump_probe.capture.pyocd_bench import probes_plugged_in
from stackdump_probe.cli.options import Annotated, Option
from stackdump_probe.cli.pyocd_log import log_of_pyocd
from stackdump_probe.cli.settings import Settings
from stackdump_probe.cli.tables import aligned
from stackdump_probe.cli.terminal import columns, write

SCHEMA = "stackdump-probe/probes/1"


def probes(
    json: Annotated[bool, Option("--json", "one JSON document")] = False, *, settings: Settings
) -> None:
    """List the debug probes that are plugged in, and what bars them."""
    log_of_pyocd(settings.verbose)
    found = probes_plugged_in()
    write([_json(found)] if json else _text(found))


def _text(found: Sequence[ListedProbe]) -> Iterator[str]:
    if not found:
        yield f"no debug probe found: {DOCTOR}"
        return
    rows = [(probe.uid or "(id not readable)", probe.name, probe.access) for probe in found]
    yield from aligned(rows, columns=columns())
    remedies = {probe.access: probe.remedy for probe in found if probe.remedy}
    for access, remedy in remedies.items():
        yield f"{access}: {remedy}"


def _json(found: Sequence[ListedProbe]) -> str:
    from stackdump_probe.report.to_json import Json, one_document

    rows: list[Json] = [
        {"id": probe.uid, "name": probe.name, "access": probe.access, "hint": probe.remedy}
        for probe in found
    ]
    return one_document(SCHEMA, {"probes": rows})
