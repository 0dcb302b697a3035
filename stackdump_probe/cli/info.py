"""`info`: what is in a dump."""

from typing import Annotated

from stackdump_probe.cli.options import Argument, Option
from stackdump_probe.cli.settings import Settings


def info(
    dumps: Annotated[list[str], Argument("DUMP...", "dump files of one capture")],
    json: Annotated[bool, Option("--json", "one JSON document")] = False,
    *,
    settings: Settings,
) -> None:
    """Show what is in a dump: memory ranges, registers, core and faults."""
