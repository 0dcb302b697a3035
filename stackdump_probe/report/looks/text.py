"""Several looks as text for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackdump_probe.report.frame_rows import place
from stackdump_probe.report.looks.model import Branch, CommonFrame, Looks, SeenVariable
from stackdump_probe.report.model import Location
from stackdump_probe.report.rows import Row, core_rows, elf_row, labelled, laid_out
from stackdump_probe.report.theme import Line, Span, span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.report.model import FrameKind

_SHOWN = 4  # values of a variable that moves: the first ones, and the last
_LONGEST = 40  # characters of one of them
_MOST_INDENT = 24  # columns, however deep the tree is


def looks_lines(looks: Looks, *, columns: int) -> Iterator[Line]:
    """Yield the lines in styled spans, whose text is safe for a terminal."""
    return laid_out(_rows(looks), columns=columns)


def _rows(looks: Looks) -> Iterator[Row]:
    yield labelled("looks", f"{len(looks.looks)}: {looks.verdict.text}", style="function")
    for sentence in looks.verdict.evidence:
        yield Row((Span(" " * 7), span(sentence)), hanging=7)
    yield from core_rows(looks.core)
    yield elf_row(looks.elf_path, looks.elf_match)
    for warning in looks.warnings:
        yield labelled("warning", warning, style="alarm")
    yield from _common_rows(looks.common)
    yield from _static_rows(looks.statics)
    yield Row()
    yield Row((Span("where the looks were, outermost first:", "kind"),))
    yield from _tree_rows(looks.tree)


def _common_rows(common: Sequence[CommonFrame]) -> Iterator[Row]:
    if not common:
        return
    yield Row()
    yield Row((Span("in every look, innermost first:", "kind"),))
    owner = next((frame.cfa for frame in common if frame.kind == "function"), None)
    for frame in common:
        name = frame.function or f"{frame.pc:#010x}"
        yield _function_row("  ", frame.kind, name, frame.location)
        for variable in frame.variables:
            if variable.moves or (frame.cfa == owner and variable.is_known):
                yield _variable_row(variable, "      ")


def _static_rows(statics: Sequence[SeenVariable]) -> Iterator[Row]:
    if not statics:
        return
    yield Row()
    yield Row((Span("statics that moved:", "kind"),))
    for variable in statics:
        yield _variable_row(variable, "  ")


def _tree_rows(tree: Sequence[Branch]) -> Iterator[Row]:
    """Yield a row for each branch, indented only where looks part or end."""
    width = len(str(max((branch.count for branch in tree), default=0)))
    indents: list[int] = []  # of the branches from the root to the one before
    counts: list[int] = []
    for branch in tree:
        del indents[branch.depth :], counts[branch.depth :]
        parts = bool(counts) and counts[-1] != branch.count
        indent = min((indents[-1] if indents else 0) + 2 * parts, _MOST_INDENT)
        indents.append(indent)
        counts.append(branch.count)
        head = f"  {branch.count:>{width}}  {' ' * indent}"
        own = f"  [{branch.own} here]" if 0 < branch.own < branch.count else ""
        yield _function_row(head, branch.kind, branch.function, branch.location, own)


def _function_row(
    head: str, kind: FrameKind, name: str, location: Location | None, own: str = ""
) -> Row:
    mark = () if kind == "function" else (Span(f" ({kind})", "kind"),)
    where = () if location is None else (Span("  "), span(place(location), "place"))
    line = (Span(head), span(name, "function"), *mark, *where, Span(own, "dim"))
    return Row(line, hanging=len(head) + 4)


def _variable_row(variable: SeenVariable, indent: str) -> Row:
    line = [Span(indent), span(variable.name, "name"), Span(": "), span(variable.type, "type")]
    if variable.moves:
        line += [Span(" moves: ", "kind"), span(_course(variable), "value")]
    else:
        line += [Span(" = "), span(_short(variable.values[0]), "value"), Span("  (still)", "dim")]
    return Row(tuple(line), hanging=len(indent) + 4, cap=3)


def _course(variable: SeenVariable) -> str:
    """The values in the order of the looks, equal neighbours once."""
    values = [_short(value) for value in variable.values]
    course = [each for at, each in enumerate(values) if at == 0 or each != values[at - 1]]
    if len(course) <= _SHOWN:
        return ", ".join(course)
    return ", ".join((*course[: _SHOWN - 1], "...", course[-1]))


def _short(value: str | None) -> str:
    if value is None:
        return "<none>"
    return value if len(value) <= _LONGEST else f"{value[: _LONGEST - 3]}..."
