"""`targets`: the names that `capture --target` takes."""

from collections.abc import Iterator, Sequence

import typer

from stackdump_probe.capture.plan import LARGEST_BANK, Bank
from stackdump_probe.capture.pyocd_bench import pyocd_targets
from stackdump_probe.capture.targets import (
    Target,
    known_targets,
    nearest_names,
    normalised,
    target_named,
)
from stackdump_probe.cli import units
from stackdump_probe.cli.options import Annotated, Option
from stackdump_probe.cli.settings import Settings
from stackdump_probe.cli.tables import aligned
from stackdump_probe.cli.terminal import columns, write
from stackdump_probe.errors import UnknownTarget

SCHEMA = "stackdump-probe/targets/1"


def targets(
    filter: Annotated[
        str | None, typer.Argument(metavar="[FILTER]", help="a part of a name: stm32l4, nrf")
    ] = None,
    json: Annotated[bool, Option("--json", "one JSON document")] = False,
    *,
    settings: Settings,
) -> int:
    """List the names of targets with their core and RAM.

    A part number may go on after the name: stm32g071rb is an stm32g07. An x in a
    name may be any letter.
    """
    del settings
    found = [target for target in known_targets() if _fits(target, filter)] or _meant_by(filter)
    others = [each for each in pyocd_targets() if _fits(each, filter) and not _meant_by(each.name)]
    if json:
        write([_json((*found, *others))])
    else:
        write(_text(found, others, filter))
    return 0 if found or others else 2


def _meant_by(name: str | None) -> list[Target]:
    """The row of the table that counts for a whole part number; empty if none does."""
    try:
        return [target_named(name)] if name is not None else []
    except UnknownTarget:
        return []


def _fits(target: Target, wanted: str | None) -> bool:
    """True if a name holds `wanted`."""
    if wanted is None:
        return True
    return any(normalised(wanted) in normalised(name) for name in target.names)


def _text(found: Sequence[Target], others: Sequence[Target], wanted: str | None) -> Iterator[str]:
    rows = [(", ".join(each.names), each.core, _ram(each)) for each in found]
    if wanted is not None:
        rows += [(each.name, "from pyOCD", _ram(each)) for each in others]
    if not rows:
        near = nearest_names(wanted or "", known_targets())
        yield "no target of that name" + (f"; near it: {', '.join(near)}" if near else "")
        return
    yield from aligned(rows, columns=columns())
    if wanted is None:
        yield f"and {len(others)} names of pyOCD's own: give a part of the name to see them"


def _ram(target: Target) -> str:
    return ", ".join(_bank(bank) for bank in target.ram)


def _bank(bank: Bank) -> str:
    if bank.size > LARGEST_BANK:
        return f"whatever there is from {bank.start:#010x}"
    return f"{units.size(bank.size)} at {bank.start:#010x}"


def _json(found: Sequence[Target]) -> str:
    from stackdump_probe.report.to_json import Json, one_document

    rows: list[Json] = [
        {
            "name": target.name,
            "prefixes": list(target.prefixes),
            "core": target.core,
            "ram": [{"start": bank.start, "size": bank.size} for bank in target.ram],
            "source": target.source,
        }
        for target in found
    ]
    return one_document(SCHEMA, {"targets": rows})
