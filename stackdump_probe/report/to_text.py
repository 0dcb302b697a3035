"""A Report as text for people."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from stackdump_probe.report.model import (
    CoreState,
    ElfMatch,
    Fault,
    Location,
    Report,
    ReportEnd,
    ReportFrame,
    Thread,
    Variable,
)
from stackdump_probe.report.source import ReadSource, caret_column, expanded, source_around
from stackdump_probe.report.theme import Line, Span, ThemeName, paint, span
from stackdump_probe.report.wrap import wrap

_INDENT = " " * 6  # before everything that belongs to a frame
_CONTINUED = 4  # how much further a wrapped line is indented
_BEFORE, _AFTER = 2, 1  # source lines around the innermost pc

_DOUBTS = {
    "leaf": "likely: return address taken from lr",
    "prologue": "likely: found by reading the prologue",
    "scan": "guess: found by scanning the stack",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line before it is wrapped, and how: see `wrap`."""

    line: Line = ()
    hanging: int = 0
    cap: int = 0


@dataclass(frozen=True, slots=True)
class _Look:
    columns: int
    show_inlined: bool
    show_zero_sized: bool
    max_lines: int
    verbose: bool
    read_source: ReadSource | None
    elf_path: str


def to_text(
    report: Report,
    *,
    columns: int = 100,
    theme: ThemeName = "none",
    show_inlined: bool = False,
    show_zero_sized: bool = False,
    max_lines: int = 5,
    verbose: bool = False,
    read_source: ReadSource | None = None,
) -> Iterator[str]:
    """Yield the trace as lines without line ends; nothing in them controls a terminal but colors.

    A variable takes at most `max_lines` lines, 0 is no cap. `read_source` gives the lines of a
    source file, or None for one that is not here.
    """
    look = _Look(
        columns,
        show_inlined,
        show_zero_sized,
        max_lines,
        verbose,
        read_source,
        report.elf_path,
    )
    return laid_out(_rows(report, look), columns=columns, theme=theme)


def laid_out(rows: Iterable[Row], *, columns: int, theme: ThemeName) -> Iterator[str]:
    """Yield the rows wrapped and painted."""
    for row in rows:
        for line in wrap(row.line, columns=columns, hanging=row.hanging, cap=row.cap):
            yield paint(line, theme).rstrip()


def _rows(report: Report, look: _Look) -> Iterator[Row]:
    yield from fault_rows(report.fault)
    yield from core_rows(report.core)
    yield _elf_row(report)
    for warning in report.warnings:
        yield labelled("warning", warning, alarm=True)
    if look.verbose:
        yield from register_rows(report.registers, columns=look.columns)
    for thread in report.threads:
        yield Row()
        yield from _thread_rows(thread, look, alone=len(report.threads) == 1)
    yield from _static_rows(report.statics, look)


def labelled(label: str, text: str, *, alarm: bool = False) -> Row:
    """A row such as "core:  Cortex-M4", its text aligned with that of its neighbours."""
    head = f"{label}: ".ljust(7)
    line = (Span(head, "alarm" if alarm else "dim"), span(text, "alarm" if alarm else "plain"))
    return Row(line, hanging=len(head))


def fault_rows(fault: Fault | None) -> Iterator[Row]:
    """Yield what went wrong, then each status bit that says so."""
    if fault is None:
        return
    yield labelled("fault", fault.summary, alarm=True)
    for cause in fault.causes:
        line = (
            Span(" " * 7),
            span(f"{cause.register}.{cause.bit}", "kind"),
            span(f"  {cause.text}"),
        )
        yield Row(line, hanging=11)


def core_rows(core: CoreState) -> Iterator[Row]:
    """Yield what is known of the core, if anything is."""
    mode = None if core.mode is None else f"{core.mode} mode"
    known = [each for each in (_core_name(core), mode, core.exception) if each is not None]
    if known:
        yield labelled("core", ", ".join(known))


def _core_name(core: CoreState) -> str | None:
    if core.name is not None or core.cpuid is None:
        return core.name
    return f"core with CPUID {core.cpuid:#010x}"


_VERDICTS = {
    "match": "is the program in the dump",
    "mismatch": "is NOT the program in the dump",
    "unknown": "may or may not be the program in the dump",
}


def _elf_row(report: Report) -> Row:
    match: ElfMatch = report.elf_match
    text = f"{report.elf_path} {_VERDICTS[match.verdict]}: {match.evidence}"
    return labelled("elf", text, alarm=match.verdict == "mismatch")


def register_rows(registers: Mapping[str, int], *, columns: int) -> Iterator[Row]:
    """Yield the registers in as many columns as fit, at most four."""
    cells = [f"{name:<6} {word:#010x}" for name, word in registers.items()]
    per_row = max(1, min(4, columns // 20))
    for at in range(0, len(cells), per_row):
        yield Row((Span("  ".join(cells[at : at + per_row])),))


def _thread_rows(thread: Thread, look: _Look, *, alone: bool) -> Iterator[Row]:
    if not alone or thread.name is not None:
        mark = " (current)" if thread.current else ""
        yield Row((span(f"thread {thread.name or 'without name'}{mark}:", "function"),))
    number_width = len(str(max(len(thread.frames) - 1, 0)))
    for frame in thread.frames:
        yield from _frame_rows(frame, look, number_width)
    yield from _end_rows(thread.end)


def _frame_rows(frame: ReportFrame, look: _Look, number_width: int) -> Iterator[Row]:
    number = Span(f" {frame.level:>{number_width}}: ", "dim")
    yield Row((number, *_title(frame)), hanging=len(_INDENT) + _CONTINUED)
    if frame.location is not None:
        yield Row((Span(f"{_INDENT}at "), span(place(frame.location), "place")), hanging=9)
        yield from _source_rows(frame, frame.location, look)
    if look.verbose:
        yield Row((Span(_INDENT), span(_details(frame), "dim")), hanging=len(_INDENT))
    for variable in _shown(frame.variables, look):
        yield _variable_row(variable, look, indent=_INDENT)


def _title(frame: ReportFrame) -> Iterator[Span]:
    if frame.function is not None:
        yield span(frame.function, "function")
    else:
        yield Span(f"{frame.pc:#010x}", "function")
        yield Span(" (no symbol)", "dim")
    if frame.kind != "function":
        yield Span(f" ({frame.kind})", "kind")
    if frame.rule in _DOUBTS and frame.kind != "inline":
        yield Span(f" ({_DOUBTS[frame.rule]})", "doubt")


def place(location: Location) -> str:
    """The location as editors and terminals recognise it: file:line:column."""
    where = f"{location.file}:{location.line}"
    return f"{where}:{location.column}" if location.column else where


def _details(frame: ReportFrame) -> str:
    cfa = "unknown" if frame.cfa is None else f"{frame.cfa:#010x}"
    return f"pc {frame.pc:#010x}  cfa {cfa}  rule {frame.rule}"


def _source_rows(frame: ReportFrame, location: Location, look: _Look) -> Iterator[Row]:
    if look.read_source is None:
        return
    before, after = (_BEFORE, _AFTER) if frame.level == 0 else (0, 0)
    lines = source_around(
        location, look.read_source, elf_path=look.elf_path, before=before, after=after
    )
    digits = len(str(lines[-1].number)) if lines else 0
    for line in lines:
        arrow = Span("-> " if line.is_here else "   ", "here")
        text = span(expanded(line.text), "plain" if line.is_here else "dim")
        yield Row((Span(_INDENT), arrow, Span(f"{line.number:>{digits}} | ", "dim"), text), cap=1)
        if line.is_here and frame.level == 0 and location.column:
            yield from _caret_row(line.text, location.column, digits, look)


def _caret_row(text: str, column: int, digits: int, look: _Look) -> Iterator[Row]:
    margin = f"{_INDENT}   {' ' * digits} | "
    at = caret_column(text, column)
    if at < min(len(expanded(text)), look.columns - len(margin)):
        yield Row((Span(margin, "dim"), Span(" " * at), Span("^", "here")))


def _shown(variables: Sequence[Variable], look: _Look) -> Iterator[Variable]:
    for variable in variables:
        hidden = (variable.inlined and not look.show_inlined) or (
            variable.zero_sized and not look.show_zero_sized
        )
        if not hidden:
            yield variable


def _variable_row(variable: Variable, look: _Look, *, indent: str) -> Row:
    line = (
        Span(indent),
        span(variable.name, "name"),
        Span(": "),
        span(variable.type, "type"),
        Span(" = "),
        *_value(variable),
    )
    return Row(line, hanging=len(indent) + _CONTINUED, cap=look.max_lines)


def _value(variable: Variable) -> Iterator[Span]:
    if variable.value is not None:
        yield span(variable.value, "value")
        if variable.state == "partial":
            yield span(f" <partial{_because(variable)}>", "dim")
    else:
        state = "no value" if variable.state == "ok" else variable.state.replace("_", " ")
        yield span(f"<{state}{_because(variable)}>", "dim")


def _because(variable: Variable) -> str:
    return f": {variable.why}" if variable.why else ""


def _end_rows(end: ReportEnd) -> Iterator[Row]:
    expected = end.kind in ("reset", "thread_start")
    yield Row((Span("end: ", "dim"), span(end.reason, "plain" if expected else "doubt")), hanging=5)
    if end.hint is not None:
        yield Row((Span("hint: ", "dim"), span(end.hint)), hanging=6)


def _static_rows(statics: Sequence[Variable], look: _Look) -> Iterator[Row]:
    by_file: dict[str | None, list[Variable]] = {}
    for variable in _shown(statics, look):
        file = variable.declared.file if variable.declared else None
        by_file.setdefault(file, []).append(variable)
    if by_file:
        yield Row()
        yield Row((Span("statics:", "kind"),))
    for file, variables in by_file.items():
        yield Row((Span("  "), span(file or "(no file)", "place")), hanging=4)
        for variable in variables:
            yield _variable_row(variable, look, indent=" " * 4)
