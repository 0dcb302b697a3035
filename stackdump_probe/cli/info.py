"""`info`: what is in a dump."""

from stackdump_probe.cli.files import read_dumps
from stackdump_probe.cli.options import Annotated, Argument, Option
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
    if json:
        write([info_document(dumps)])
    else:
        from stackdump_probe.report.info_text import info_lines

        found = dump_info(read_dumps(dumps), dumps=dumps)
        write_styled(info_lines(found, columns=columns()), settings.theme("dark"))


def info_document(dumps: list[str]) -> str:
    """What is in a dump as one JSON document."""
    from stackdump_probe.report.to_json import info_to_json

    return info_to_json(dump_info(read_dumps(dumps), dumps=dumps))
