"""A Report as text for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from stackdump_probe.report.frame_rows import Look, frame_rows, legend_rows, shown, variable_row
from stackdump_probe.report.model import Report, ReportEnd, Thread, Variable
from stackdump_probe.report.rows import (
    Row,
    core_rows,
    elf_row,
    fault_rows,
    labelled,
    laid_out,
    register_rows,
)
from stackdump_probe.report.source import ReadSource
from stackdump_probe.report.theme import Line, Span, plain, span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.report.variables import Write

Paint = Callable[[Iterable[Line]], Iterator[str]]


def to_text(
    report: Report,
    *,
    columns: int = 100,
    show_inlined: bool = False,
    show_zero_sized: bool = False,
    max_lines: int = 5,
    verbose: bool = False,
    read_source: ReadSource | None = None,
) -> Iterator[str]:
    """Yield the trace as lines without line ends, with nothing in them that controls a terminal.

    A variable takes at most `max_lines` lines, 0 is no cap. `read_source` gives what is in a
    source file, or None for one that is not here.
    """
    look = Look(
        columns,
        show_inlined,
        show_zero_sized,
        max_lines,
        verbose,
        read_source,
        report.elf_path,
    )
    return painted(report, look, lambda lines: map(plain, lines))


def to_lines(report: Report, look: Look) -> Iterator[Line]:
    """Yield the lines of the trace in styled spans, whose text is safe for a terminal."""
    yield from laid_out(_rows(report, look), columns=look.columns)
    yield from laid_out(_static_rows(_statics(report, look), look), columns=look.columns)


def painted(report: Report, look: Look, paint: Paint) -> Iterator[str]:
    """Yield the lines of the trace as `paint` makes them; of a static all that it takes at once."""
    yield from paint(laid_out(_rows(report, look), columns=look.columns))
    for each in _statics(report, look):
        if isinstance(each, Row) or each.written is None:
            yield from paint(laid_out(_static_rows([each], look), columns=look.columns))
        else:
            yield each.written


def static_writer(look: Look, paint: Paint) -> Write:
    """What writes the lines of a static where it is read, which several processes may do."""

    def write(variable: Variable) -> str:
        rows = _static_rows([variable], look)
        return "\n".join(paint(laid_out(rows, columns=look.columns)))

    return write


def _rows(report: Report, look: Look) -> Iterator[Row]:
    """All but the statics."""
    yield from fault_rows(report.fault)
    if report.stack_overflow is not None:
        yield labelled("stack", report.stack_overflow.text, style="alarm")
    yield from core_rows(report.core)
    yield elf_row(report.elf_path, report.elf_match)
    for other in report.also:
        yield elf_row(other.path, other.match)
    for warning in report.warnings:
        yield labelled("warning", warning, style="alarm")
    if look.verbose:
        yield from register_rows(report.registers, columns=look.columns)
    for thread in report.threads:
        yield Row()
        yield from _thread_rows(thread, look, alone=len(report.threads) == 1)
    yield from legend_rows([frame for thread in report.threads for frame in thread.frames])


def _thread_rows(thread: Thread, look: Look, *, alone: bool) -> Iterator[Row]:
    if not alone or thread.name is not None:
        mark = " (current)" if thread.current else ""
        yield Row((span(f"thread {thread.name or 'without name'}{mark}:", "function"),))
    number_width = len(str(max(len(thread.frames) - 1, 0)))
    inner = None
    for frame in thread.frames:
        changed = inner is not None and frame.security != inner
        yield from frame_rows(
            frame, look, number_width, security=frame.security if changed else None
        )
        inner = frame.security
    yield from _end_rows(thread.end)


def _end_rows(end: ReportEnd) -> Iterator[Row]:
    expected = end.kind in ("reset", "thread_start")
    yield Row((Span("end: ", "dim"), span(end.reason, "plain" if expected else "doubt")), hanging=5)
    if end.hint is not None:
        yield Row((Span("hint: ", "dim"), span(end.hint)), hanging=6)


def _static_rows(held: Iterable[Row | Variable], look: Look) -> Iterator[Row]:
    for each in held:
        yield each if isinstance(each, Row) else variable_row(each, look, indent=" " * 4)


def _statics(report: Report, look: Look) -> Iterator[Row | Variable]:
    """Yield the statics in their order, with the rows between them."""
    yield from _by_file(report.statics, look, "statics:")
    for other in report.also:
        yield from _by_file(other.statics, look, f"statics of {other.path}:")


def _by_file(statics: Sequence[Variable], look: Look, heading: str) -> Iterator[Row | Variable]:
    by_file: dict[str | None, list[Variable]] = {}
    for variable in shown(statics, look):
        file = variable.declared.file if variable.declared else None
        by_file.setdefault(file, []).append(variable)
    if by_file:
        yield Row()
        yield Row((span(heading, "kind"),))
    for file, variables in by_file.items():
        yield Row((Span("  "), span(file or "(no file)", "place")), hanging=4)
        yield from variables
