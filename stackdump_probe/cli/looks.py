"""`looks`: from several dumps of one program to what stands still, what moves, and why."""

from collections.abc import Sequence

from stackdump_probe.cli.files import read_dumps
from stackdump_probe.cli.open_image import open_image, opened_for
from stackdump_probe.cli.options import ALSO, Annotated, Argument, Option
from stackdump_probe.cli.pictures import Pictures, pictures
from stackdump_probe.cli.settings import Settings
from stackdump_probe.cli.terminal import columns, write, write_styled
from stackdump_probe.dump import Dump
from stackdump_probe.report.build import MISMATCH, build_report
from stackdump_probe.report.looks.compare import compare
from stackdump_probe.report.looks.model import Looks


def looks(
    elf: Annotated[str, Argument("FW.elf|DIR", "the program, or a directory that holds it")],
    dumps: Annotated[list[str], Argument("DUMP...", "dump files, one of each look")],
    also: Annotated[list[str] | None, ALSO] = None,
    flame: Annotated[
        str | None, Option("--flame", "write a flame graph as well", "OUT.svg")
    ] = None,
    speedscope: Annotated[
        str | None, Option("--speedscope", "write a profile for speedscope.app", "OUT.json")
    ] = None,
    json: Annotated[bool, Option("--json", "one JSON document")] = False,
    force: Annotated[
        bool, Option("--force", "replace output files; go on although the ELF differs")
    ] = False,
    *,
    settings: Settings,
) -> None:
    """Compare dumps of one program: what stands still, what moves.

    `capture --count` makes them.
    """
    with pictures(flame, speedscope, force=force) as wanted:
        taken = [(path, read_dumps([path])) for path in dumps]
        found = looks_together(elf, taken, wanted, also=also or (), force=force, settings=settings)
        if json:
            write([looks_document(found)])
        else:
            show_looks(found, settings)


def looks_together(
    elf: str,
    taken: Sequence[tuple[str, Dump]],
    wanted: Pictures,
    *,
    also: Sequence[str] = (),
    force: bool,
    settings: Settings,
) -> Looks:
    """What the looks, dumps with their names, say together, drawn as far as that is wanted."""
    found = _compared(elf, taken, also=also, force=force, settings=settings)
    if wanted.flame is not None:
        from stackdump_probe.report.looks.flame import flame_graph

        wanted.flame.write("\n".join((*flame_graph(found), "")).encode())
    if wanted.speedscope is not None:
        from stackdump_probe.report.looks.to_json import looks_to_speedscope

        wanted.speedscope.write(looks_to_speedscope(found).encode())
    return found


def looks_document(found: Looks) -> str:
    """It as one JSON document."""
    from stackdump_probe.report.looks.to_json import looks_to_json

    return looks_to_json(found)


def show_looks(found: Looks, settings: Settings) -> None:
    """Print it."""
    from stackdump_probe.report.looks.text import looks_lines

    write_styled(looks_lines(found, columns=columns()), settings.theme("dark"))


def _compared(
    elf: str,
    taken: Sequence[tuple[str, Dump]],
    *,
    also: Sequence[str],
    force: bool,
    settings: Settings,
) -> Looks:
    """Each dump is held against the ELF: one of another program would spoil the whole."""
    first = open_image(elf, taken[0][1], also=also, force=True)
    reports = []
    for path, dump in taken:
        opened = opened_for(first, dump, name=path, force=force)
        reports.append(
            build_report(
                dump,
                opened.image,
                elf_path=opened.path,
                dumps=[path],
                match=opened.match,
                also=opened.also,
                children=False,
            )
        )
    if any(report.elf_match.verdict == "mismatch" for report in reports):
        settings.warn(f"{first.path}: {MISMATCH}")
    return compare(list(zip((dump for _path, dump in taken), reports, strict=True)))
