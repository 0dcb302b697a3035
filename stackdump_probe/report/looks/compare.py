"""From the reports of several looks to what they have in common."""

from collections.abc import Iterable, Iterator, Sequence

from stackdump_probe.arch.debug import DHCSR, S_LOCKUP, S_SLEEP
from stackdump_probe.dump.model import Dump
from stackdump_probe.report.core import word_at
from stackdump_probe.report.looks.model import (
    CommonFrame,
    Look,
    Looks,
    SeenVariable,
    identity,
)
from stackdump_probe.report.looks.tree import tree_of
from stackdump_probe.report.looks.verdict import verdict_on
from stackdump_probe.report.model import (
    CoreState,
    ElfMatch,
    Location,
    Report,
    ReportFrame,
    Variable,
)


def compare(taken: Sequence[tuple[Dump, Report]]) -> Looks:
    """What at least one look, each a dump with its report, have in common."""
    reports = [report for _dump, report in taken]
    looks = tuple(_look(dump, report) for dump, report in taken)
    common = common_frames(looks)
    return Looks(
        elf_path=reports[0].elf_path,
        elf_match=min((report.elf_match for report in reports), key=_trust),
        core=_agreed_core(reports),
        looks=looks,
        verdict=verdict_on(looks, common),
        common=common,
        statics=tuple(v for v in _seen(list(map(_statics, reports))) if v.moves),
        tree=tree_of(looks),
        warnings=tuple(dict.fromkeys(each for report in reports for each in report.warnings)),
    )


def _trust(match: ElfMatch) -> int:
    return ("mismatch", "unknown", "match").index(match.verdict)


def _agreed_core(reports: Sequence[Report]) -> CoreState:
    """The core without what it happened to do."""
    return CoreState(reports[0].core.cpuid, reports[0].core.name, None, None)


def _look(dump: Dump, report: Report) -> Look:
    thread = next((each for each in report.threads if each.current), report.threads[0])
    dhcsr = word_at(dump.memory, DHCSR)
    return Look(
        dump=", ".join(report.dumps),
        pc=report.registers.get("pc"),
        frames=thread.frames,
        end=thread.end,
        asleep=None if dhcsr is None else bool(dhcsr & S_SLEEP),
        locked_up=None if dhcsr is None else bool(dhcsr & S_LOCKUP),
    )


def common_frames(looks: Sequence[Look]) -> tuple[CommonFrame, ...]:
    """The frames that all looks have, innermost first.

    A frame is the same by its `identity`: a call that has not returned, or one made again from
    as deep.
    """
    by_identity = [{identity(frame): frame for frame in look.frames} for look in looks]
    shared = [key for key in by_identity[0] if all(key in frames for frames in by_identity[1:])]
    return tuple(_common([frames[key] for frames in by_identity]) for key in shared)


def _common(frames: Sequence[ReportFrame]) -> CommonFrame:
    first = frames[0]
    return CommonFrame(
        kind=first.kind,
        function=first.function,
        cfa=first.cfa,
        pcs=tuple(frame.pc for frame in frames),
        location=_agreed(frame.location for frame in frames),
        variables=tuple(_seen([frame.variables for frame in frames])),
    )


def _agreed(locations: Iterable[Location | None]) -> Location | None:
    different = set(locations)
    return different.pop() if len(different) == 1 else None


def _seen(held: Sequence[Sequence[Variable]]) -> Iterator[SeenVariable]:
    """Yield the variables of the first look with their values in all.

    A name may occur more than once; the declaration tells them apart.
    """
    by_name = [
        {(v.name, v.declared, v.type): _whole_value(v) for v in reversed(each)} for each in held
    ]
    for key in reversed(by_name[0]):
        name, _declared, type_ = key
        yield SeenVariable(name, type_, tuple(values.get(key) for values in by_name))


def _statics(report: Report) -> tuple[Variable, ...]:
    """Those of all programs."""
    return (*report.statics, *(variable for elf in report.also for variable in elf.statics))


def _whole_value(variable: Variable) -> str | None:
    """None for a value that lacks parts, since they may be what moves."""
    return variable.value if variable.state == "ok" else None
