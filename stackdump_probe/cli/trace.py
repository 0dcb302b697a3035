"""`trace`: from a dump file and its ELF to the frames and every variable."""

from collections.abc import Sequence
from functools import lru_cache

from stackdump_probe.cli.files import read_dumps, read_source
from stackdump_probe.cli.open_image import Programs, open_image
from stackdump_probe.cli.options import ALSO, Annotated, Argument, Literal, Option
from stackdump_probe.cli.settings import Settings
from stackdump_probe.cli.sharing import shared
from stackdump_probe.cli.terminal import columns, paint_of, write, write_styled
from stackdump_probe.image.elf import Image
from stackdump_probe.record import replace
from stackdump_probe.report.build import MISMATCH, build_report
from stackdump_probe.report.model import Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.report.build import Statics
    from stackdump_probe.report.statics import StaticsIndex
    from stackdump_probe.report.variables import Write

FILES = 8  # source files that are kept while frames of the same ones follow


def trace(
    elf: Annotated[str, Argument("FW.elf|DIR", "the program, or a directory that holds it")],
    dumps: Annotated[
        list[str], Argument("DUMP...", "dump files: of one capture, or of many with --json-lines")
    ],
    also: Annotated[list[str] | None, ALSO] = None,
    json: Annotated[bool, Option("--json", "one JSON document")] = False,
    json_lines: Annotated[
        bool, Option("--json-lines", "each dump by itself: one JSON document a line")
    ] = False,
    show_inlined_variables: Annotated[
        bool, Option("-i --show-inlined-variables", "show variables of inlined functions")
    ] = False,
    show_zero_sized_variables: Annotated[
        bool, Option("-z --show-zero-sized-variables", "show variables that hold no bytes")
    ] = False,
    all_statics: Annotated[
        bool, Option("--all-statics", "also statics that compilers and libraries add")
    ] = False,
    no_statics: Annotated[bool, Option("--no-statics", "leave the statics out")] = False,
    max_wrapping_lines: Annotated[
        int,
        Option("-l --max-wrapping-lines", "lines a value may take, 0 = no cap", "N", lowest=0),
    ] = 5,
    theme: Annotated[
        Literal["dark", "light", "none"], Option("-t --theme", "colors for a terminal")
    ] = "dark",
    force: Annotated[bool, Option("--force", "trace although the ELF is another program")] = False,
    *,
    settings: Settings,
) -> int:
    """Show the frames of a dump with file, line and every variable."""
    wanted: Statics = "none" if no_statics else "all" if all_statics else "own"
    if json_lines:
        programs = Programs(elf, also=also or (), force=force)
        return _each_on_a_line(programs, dumps, wanted, settings=settings)
    if json:
        document = trace_document(
            elf, dumps, wanted, also=also or (), force=force, settings=settings
        )
        write([document])
        return 0
    from stackdump_probe.report.frame_rows import Look
    from stackdump_probe.report.to_text import painted, static_writer, to_lines

    look = Look(
        columns=columns(),
        show_inlined=show_inlined_variables,
        show_zero_sized=show_zero_sized_variables,
        max_lines=max_wrapping_lines,
        verbose=settings.verbose > 0,
        read_source=lru_cache(FILES)(read_source),
    )
    paint = paint_of(settings.theme(theme))
    written = None if paint is None else static_writer(look, paint)
    report = _report(
        elf, dumps, wanted, also=also or (), write_static=written, force=force, settings=settings
    )
    look = replace(look, elf_path=report.elf_path)
    if paint is None:
        write_styled(to_lines(report, look), theme)
    else:
        write(painted(report, look, paint))
    return 0


def trace_document(
    elf: str,
    dumps: Sequence[str],
    statics: "Statics",
    *,
    also: Sequence[str] = (),
    force: bool,
    settings: Settings,
) -> str:
    """The trace of a dump as one JSON document."""
    from stackdump_probe.report.to_json import to_json, variable_json

    report = _report(
        *(elf, dumps, statics),
        also=also,
        children=True,
        write=variable_json,
        write_static=variable_json,
        force=force,
        settings=settings,
    )
    return to_json(report)


def _report(
    elf: str,
    dumps: Sequence[str],
    statics: "Statics",
    *,
    also: Sequence[str],
    children: bool = False,
    write: "Write | None" = None,
    write_static: "Write | None",
    force: bool,
    settings: Settings,
) -> Report:
    dump = read_dumps(dumps)
    opened = open_image(elf, dump, also=also, force=force)
    for each in opened.programs:
        if each.match.verdict == "mismatch":
            settings.warn(f"{each.path}: {MISMATCH}")
    return build_report(
        dump,
        opened.image,
        elf_path=opened.path,
        dumps=dumps,
        match=opened.match,
        also=opened.also,
        children=children,
        statics=statics,
        share=shared,
        write=write,
        write_static=write_static,
        index=None if statics == "none" else _index_of(opened.image),
    )


def _index_of(image: Image) -> "StaticsIndex | None":
    from stackdump_probe.cli.statics_index import index_of

    return index_of(image.octets)


def _each_on_a_line(
    programs: Programs, dumps: Sequence[str], statics: "Statics", *, settings: Settings
) -> int:
    """Write a line for each dump; return the exit code of the first that cannot be traced."""
    from stackdump_probe.cli.json_lines import Tracer, lines

    failed = []
    for line in lines(Tracer(programs, statics), dumps):
        write([line.document])
        failed += [line.code] if line.code else []
    if failed:
        settings.warn(f"{len(failed)} of {len(dumps)} dumps are not traced: their lines say why")
    return failed[0] if failed else 0
