"""One frame of the trace as rows: its title, place, source lines and variables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackdump_probe.record import Record
from stackdump_probe.report.model import Location, ReportFrame, Variable
from stackdump_probe.report.rows import STATES, Row, register_rows
from stackdump_probe.report.source import ReadSource, caret_column, expanded, source_around
from stackdump_probe.report.theme import Line, Span, plain, span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.report.model import Security

_INDENT = " " * 6  # before everything that belongs to a frame
_HAS_TYPE, _IS = Span(": "), Span(" = ")
_CONTINUED = 4  # how much further a wrapped line is indented
_BEFORE, _AFTER = 2, 1  # source lines around the innermost pc

# The rules that prove nothing: how far each can be trusted, and how it finds a frame.
_DOUBTS = {
    "leaf": ("likely", "its return address was still in lr"),
    "prologue": ("likely", "the code of the function that it called shows what that had pushed"),
    "scan": (
        "guess",
        "a call left its return address on the stack, maybe an earlier one; all frames outside it "
        "rest on that",
    ),
}


class Look(Record):
    """What of a trace is shown, and in how many columns.

    A variable takes at most `max_lines` lines, 0 is no cap. `read_source` gives what is in a
    source file, or None for one that is not here; `elf_path` is where else it may be.
    """

    columns: int = 100
    show_inlined: bool = False
    show_zero_sized: bool = False
    max_lines: int = 5
    verbose: bool = False
    read_source: ReadSource | None = None
    elf_path: str = ""


def frame_rows(
    frame: ReportFrame, look: Look, number_width: int, *, security: Security | None = None
) -> Iterator[Row]:
    """Yield the rows of one frame, whose number takes `number_width` columns.

    `security` is the state to name.
    """
    number = Span(f" {frame.level:>{number_width}}: ", "dim")
    state = () if security is None else (Span(f" ({STATES[security]} state)", "kind"),)
    yield Row((number, *_title(frame), *state), hanging=len(_INDENT) + _CONTINUED)
    if frame.doubt is not None:
        yield Row((Span(_INDENT), span(f"doubt: {frame.doubt}", "doubt")), hanging=len(_INDENT) + 7)
    if frame.location is not None:
        yield Row((Span(f"{_INDENT}at "), span(place(frame.location), "place")), hanging=9)
        yield from _source_rows(frame, frame.location, look)
    if look.verbose:
        yield from _detail_rows(frame, look)
    for variable in shown(frame.variables, look):
        yield variable_row(variable, look, indent=_INDENT)


def _title(frame: ReportFrame) -> Iterator[Span]:
    if frame.function is not None:
        yield span(frame.function, "function")
    else:
        yield Span(f"{frame.pc:#010x}", "function")
        yield Span(" (no symbol)", "dim")
    if frame.kind != "function":
        yield Span(f" ({frame.kind})", "kind")
    if frame.rule in _DOUBTS and frame.kind != "inline":
        yield Span(f" ({_DOUBTS[frame.rule][0]}: {frame.rule})", "doubt")


def legend_rows(frames: Sequence[ReportFrame]) -> Iterator[Row]:
    """Yield what the marks of uncertain frames mean, if there are any."""
    rules = dict.fromkeys(frame.rule for frame in frames if frame.rule in _DOUBTS)
    if rules:
        text = "; ".join(f"{rule}: {_DOUBTS[rule][1]}" for rule in rules)
        yield Row((Span("legend: ", "dim"), span(text, "dim")), hanging=8)


def place(location: Location) -> str:
    """The location as editors and terminals recognise it: file:line:column."""
    where = f"{location.file}:{location.line}"
    return f"{where}:{location.column}" if location.column else where


def _detail_rows(frame: ReportFrame, look: Look) -> Iterator[Row]:
    details = frame.details
    if details is None:
        return
    code = "" if frame.kind == "exception" else _from(details.code_origin)
    is_empty = frame.cfa is None or frame.cfa == details.registers.get("sp")
    stack = "" if is_empty else _from(details.stack_origin)
    cfa = "unknown" if frame.cfa is None else f"{frame.cfa:#010x}"
    yield _detail_row(f"pc {frame.pc:#010x}{code}  cfa {cfa}{stack}  rule {frame.rule}")
    if frame.rule == "innermost" or frame.kind == "exception":
        return  # those registers stand at the top, or with the handler
    saved_pc = {"pc": frame.pc} if "pc" in details.saved_at else {}
    known, columns = {**details.registers, **saved_pc}, look.columns - len(_INDENT)
    for row in register_rows(known, details.saved_at, columns=columns):
        yield _detail_row(plain(row.line))
    for name, address in details.saved_at.items():
        if name not in known:
            yield _detail_row(f"{name} was saved at {address:#010x}, which is not in the dump")


def _detail_row(text: str) -> Row:
    return Row((Span(_INDENT), span(text, "dim")), hanging=len(_INDENT))


def _from(origin: str | None) -> str:
    return " (in no file)" if origin is None else f" (from {origin})"


def _source_rows(frame: ReportFrame, location: Location, look: Look) -> Iterator[Row]:
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


def _caret_row(text: str, column: int, digits: int, look: Look) -> Iterator[Row]:
    margin = f"{_INDENT}   {' ' * digits} | "
    at = caret_column(text, column)
    if at < min(len(expanded(text)), look.columns - len(margin)):
        yield Row((Span(margin, "dim"), Span(" " * at), Span("^", "here")))


def shown(variables: Sequence[Variable], look: Look) -> Iterator[Variable]:
    """Yield the variables that `look` does not hide."""
    for variable in variables:
        hidden = (variable.inlined and not look.show_inlined) or (
            variable.zero_sized and not look.show_zero_sized
        )
        if not hidden:
            yield variable


def variable_row(variable: Variable, look: Look, *, indent: str) -> Row:
    """A variable with its type, and its value or why there is none."""
    name, type_ = span(variable.name, "name"), span(variable.type, "type")
    line = (Span(indent), name, _HAS_TYPE, type_, _IS, *_value(variable))
    return Row(line, hanging=len(indent) + _CONTINUED, cap=look.max_lines)


def _value(variable: Variable) -> Line:
    if variable.value is None:
        state = "no value" if variable.state == "ok" else variable.state.replace("_", " ")
        return (span(f"<{state}{_because(variable)}>", "dim"),)
    value = span(variable.brief or variable.value, "value")
    if variable.state == "partial":
        return value, span(f" <partial{_because(variable)}>", "dim")
    if variable.why:
        return value, span(f" <{variable.why}>", "doubt")
    return (value,)


def _because(variable: Variable) -> str:
    return f": {variable.why}" if variable.why else ""
