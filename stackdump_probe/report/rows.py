"""Lines before they are wrapped, and the rows that a trace and `info` have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from stackdump_probe.record import Record
from stackdump_probe.report.model import CoreState, ElfMatch, Fault, FaultInstruction
from stackdump_probe.report.theme import Line, Span, plain, span
from stackdump_probe.report.wrap import wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.report.theme import Style

NOWHERE: Mapping[str, int] = MappingProxyType({})


class Row(Record):
    """A line before it is wrapped, and how: see `wrap`."""

    line: Line = ()
    hanging: int = 0
    cap: int = 0


def laid_out(rows: Iterable[Row], *, columns: int) -> Iterator[Line]:
    """Yield the rows as lines of at most `columns`, none of which ends with spaces."""
    for row in rows:
        text = plain(row.line)
        if text.isascii() and len(text) <= columns and not text.endswith(" "):
            yield row.line  # as most are
        else:
            yield from wrap(row.line, columns=columns, hanging=row.hanging, cap=row.cap)


def labelled(label: str, text: str, *, style: Style = "plain") -> Row:
    """A row such as "core:  Cortex-M4", its text aligned with that of its neighbours."""
    head = f"{label}: ".ljust(7)
    line = (Span(head, "alarm" if style == "alarm" else "dim"), span(text, style))
    return Row(line, hanging=len(head))


def fault_rows(fault: Fault | None) -> Iterator[Row]:
    """Yield what went wrong, then each status bit that says so."""
    if fault is None:
        return
    yield labelled("fault", fault.summary, style="alarm")
    for cause in fault.causes:
        line = (
            Span(" " * 7),
            span(f"{cause.register}.{cause.bit}", "kind"),
            span(f"  {cause.text}"),
        )
        yield Row(line, hanging=11)
    if fault.instruction is not None:
        yield _instruction_row(fault.instruction)


def _instruction_row(instruction: FaultInstruction) -> Row:
    """Such as "at 0x08000190: ldr r3, [r3]  (r3 0x60000010)  loads 4 bytes from ..."."""
    parts = [Span(" " * 7), Span("at "), Span(f"{instruction.address:#010x}", "kind")]
    if instruction.text is not None:
        parts += Span(": "), span(instruction.text, "value")
    known = ", ".join(f"{name} {_word(word)}" for name, word in instruction.registers.items())
    parts += [Span(f"  ({known})")] if known else []
    parts += [span(f"  {instruction.meaning}")] if instruction.meaning else []
    return Row(tuple(parts), hanging=11)


def _word(word: int | None) -> str:
    return "unknown" if word is None else f"{word:#010x}"


STATES = MappingProxyType({"secure": "Secure", "nonsecure": "Non-secure"})


def core_rows(core: CoreState) -> Iterator[Row]:
    """Yield what is known of the core, if anything is."""
    mode = None if core.mode is None else f"{core.mode} mode"
    state = None if core.security is None else f"{STATES[core.security]} state"
    told = (_core_name(core), state, mode, core.exception)
    known = [each for each in told if each is not None]
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


def elf_row(path: str, match: ElfMatch) -> Row:
    """Whether the ELF at `path` belongs to the dump."""
    text = f"{path} {_VERDICTS[match.verdict]}: {match.evidence}"
    return labelled("elf", text, style="alarm" if match.verdict == "mismatch" else "plain")


def register_rows(
    registers: Mapping[str, int], saved_at: Mapping[str, int] = NOWHERE, *, columns: int
) -> Iterator[Row]:
    """Yield the registers, and where they were saved, in as many columns as fit, at most four."""
    cells = [_cell(name, word, saved_at.get(name)) for name, word in registers.items()]
    width = max(map(len, cells), default=0)
    per_row = max(1, min(4, (columns + 2) // (width + 2)))
    for at in range(0, len(cells), per_row):
        yield Row((Span("  ".join(f"{cell:<{width}}" for cell in cells[at : at + per_row])),))


def _cell(name: str, word: int, place: int | None) -> str:
    return f"{name:<6} {word:#010x}" + ("" if place is None else f" at {place:#010x}")
