"""`info`: what is in a dump."""

from typing import Annotated

from stackdump_probe.cli.files import read_dumps
from stackdump_probe.cli.options import Argument, Option
from stackdump_probe.cli.settings import Settings
from stackdump_probe.cli.terminal import columns, write, write_styled
from stackdump_probe.report.info import dump_info


def info(
    dumps: Annotated[list[str], Argument("DUMP...", "dump files of one capture")],
    json: Annotated[bool, Option("--json", "one JSON document")] = False,
    *,
    settings: Settings,
) -> None:
    """Show what is in a dump: memory, registers, core and faults."""
    found = dump_info(read_dumps(dumps), dumps=dumps)
    if json:
        from stackdump_probe.report.to_json import info_to_json

        write([info_to_json(found)])
    else:
        from stackdump_probe.report.info_text import info_lines

        write_styled(info_lines(found, columns=columns()), settings.theme("dark"))
