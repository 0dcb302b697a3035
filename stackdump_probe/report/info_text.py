"""What `info` shows, as text for people."""

from collections.abc import Iterator

from stackdump_probe.arch.cores import core_revision
from stackdump_probe.report.model import DumpInfo, Range
from stackdump_probe.report.rows import (
    Row,
    core_rows,
    fault_rows,
    labelled,
    laid_out,
    register_rows,
)
from stackdump_probe.report.theme import Line, Span, span


def info_lines(info: DumpInfo, *, columns: int) -> Iterator[Line]:
    """Yield the lines of `info` in styled spans, whose text is safe for a terminal."""
    return laid_out(_rows(info, columns), columns=columns)


def _rows(info: DumpInfo, columns: int) -> Iterator[Row]:
    yield from fault_rows(info.fault)
    yield from core_rows(info.core)
    if info.core.cpuid is not None:
        yield labelled("cpuid", f"{info.core.cpuid:#010x} ({core_revision(info.core.cpuid)})")
    yield labelled("file", ", ".join(info.dumps))
    for warning in info.warnings:
        yield labelled("warning", warning, style="alarm")
    yield Row()
    yield Row((Span(f"registers: {len(info.registers) or 'none'}", "kind"),))
    yield from register_rows(info.registers, columns=columns)
    yield Row()
    total = sum(each.size for each in info.memory)
    yield Row((Span(f"memory: {len(info.memory)} ranges, {total} bytes", "kind"),))
    for each in info.memory:
        yield Row(_range_line(each))


def _range_line(each: Range) -> Line:
    where = f"{each.start:#010x} - {each.start + each.size - 1:#010x}"
    return (Span(where), Span(f"  {each.size:>8}  ", "value"), span(each.region, "dim"))
