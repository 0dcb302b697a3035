"""From a dump and its program to the Report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise

from stackdump_probe.arch.faults import DEBUG_MONITOR, FAULTS
from stackdump_probe.arch.registers import Registers
from stackdump_probe.dump.model import Dump
from stackdump_probe.image.elf import Image
from stackdump_probe.image.side_by_side import SideBySide
from stackdump_probe.memory import Memory
from stackdump_probe.report.beside import Beside, memory_of, own_statics
from stackdump_probe.report.core import active_exception, core_state, in_order
from stackdump_probe.report.damage import guarded
from stackdump_probe.report.exception_names import ExceptionNames
from stackdump_probe.report.faults import fault_of
from stackdump_probe.report.frames import frame_readers, numbered
from stackdump_probe.report.matching import elf_match
from stackdump_probe.report.model import (
    ElfMatch,
    OtherElf,
    Report,
    ReportEnd,
    StackOverflow,
    Thread,
    Variable,
)
from stackdump_probe.report.overflow import is_below_ram, overflow_of
from stackdump_probe.report.share import in_turn
from stackdump_probe.unwind.frame import Backtrace
from stackdump_probe.unwind.unwinder import unwind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Statics = Literal["own", "all", "none"]
    from stackdump_probe.report.share import Share
    from stackdump_probe.report.statics import StaticsIndex, StaticsReader
    from stackdump_probe.report.variables import Write

MISMATCH = "traced with an ELF that is not the program in the dump: nothing here can be trusted"


def build_report(
    dump: Dump,
    image: Image,
    *,
    elf_path: str,
    dumps: Sequence[str],
    match: ElfMatch | None = None,
    also: Sequence[Beside] = (),
    children: bool = True,
    statics: Statics = "own",
    share: Share = in_turn,
    index: StaticsIndex | None = None,
    write: Write | None = None,
    write_static: Write | None = None,
) -> Report:
    """Everything that the dump says with the help of its program.

    `elf_path` and `dumps` are the names to show. Damaged debug information costs what it would
    have told, and is warned of. `match` is the verdict on the ELF where it is known already; `also`
    are further programs in the target, such as a bootloader or that of the other security state;
    without `children` the variables come without their parts, which only the JSON shows.
    `statics` are those of the program itself, or also what compilers and libraries add, or none.
    `share` may spread the work over processes, `index` remember where the statics of `image` are,
    `write` and `write_static` write what the output says of the variables of frames, and of
    statics, while they are read.
    """
    programs = SideBySide(image, (image, *(each.image for each in also)))
    memory = memory_of(dump.memory, programs)
    backtrace = unwind(dump.registers, memory, programs if also else image)
    halted_in = backtrace.frames[0].secure if backtrace.frames else None
    names = ExceptionNames(programs, dump, memory, halted_in)
    overflow = overflow_of(
        backtrace.frames,
        dump.registers,
        memory,
        names.running,
        None if names.vectors is None else names.vectors.initial_sp,
    )
    reader_of = _statics_readers(
        programs, memory, statics, index, children=children, write=write_static
    )

    def known() -> None:
        if statics == "own" and index is not None:
            guarded(lambda: reader_of(image).known, None, [])

    readers = frame_readers(backtrace, memory, programs, names.of, children=children, write=write)
    parts = share([reader.told for reader in readers], known)
    frames = numbered(part for part, _ in parts)
    damage = [warning for _, warnings in parts for warning in warnings]

    def statics_in(program: Image) -> tuple[Variable, ...]:
        if statics == "none":
            return ()
        found = guarded(lambda: reader_of(program).found(share), (), damage)
        return tuple(own_statics(found, program, programs, backtrace)) if also else found

    verdict = match or elf_match(dump, image)
    mismatch = [MISMATCH] if verdict.verdict == "mismatch" else []
    mismatch += [f"{e.path}: {MISMATCH}" for e in also if e.match.verdict == "mismatch"]
    own, others = statics_in(image), tuple(_other(each, statics_in(each.image)) for each in also)
    warnings = (*mismatch, *dump.notes, *backtrace.warnings, *damage)
    return Report(
        elf_path=elf_path,
        build_id=_build_id(image),
        dumps=tuple(dumps),
        elf_match=verdict,
        core=core_state(dump, names.of_halted),
        registers=in_order(dump.registers),
        fault=fault_of(
            memory,
            exceptions=_active(dump, backtrace),
            interrupted=_interrupted_by_fault(backtrace),
        ),
        threads=(Thread(None, True, frames, _end(backtrace, overflow, programs)),),
        statics=own,
        warnings=tuple(dict.fromkeys(warnings)),
        stack_overflow=overflow,
        also=others,
    )


def _statics_readers(
    programs: SideBySide,
    memory: Memory,
    statics: Statics,
    index: StaticsIndex | None,
    *,
    children: bool,
    write: Write | None,
) -> Callable[[Image], StaticsReader]:
    """What gives the reader of the statics of each program, always the same one."""

    @cache
    def reader_of(program: Image) -> StaticsReader:
        from stackdump_probe.report.statics import StaticsReader

        return StaticsReader(
            program,
            memory,
            noise=statics == "all",
            beside=programs.beside(program),
            children=children,
            write=write,
            index=index if program is programs.image and statics == "own" else None,
        )

    return reader_of


def _other(beside: Beside, held: tuple[Variable, ...]) -> OtherElf:
    return OtherElf(beside.path, _build_id(beside.image), beside.match, held)


def _build_id(image: Image) -> str | None:
    return image.build_id.hex() if image.build_id else None


def _active(dump: Dump, backtrace: Backtrace) -> frozenset[int]:
    """The exceptions that are being handled, also those that a further one interrupted."""
    halted_in = active_exception(dump.registers, dump.memory)
    stacked = (frame.exception for frame in backtrace.frames)
    return frozenset(number for number in (halted_in, *stacked) if number)


def _interrupted_by_fault(backtrace: Backtrace) -> Registers | None:
    """The registers of the code that the active fault interrupted; None if they are lost."""
    for entry, interrupted in pairwise(backtrace.frames):
        if entry.exception in FAULTS or entry.exception == DEBUG_MONITOR:
            return None if entry.cfa is None else interrupted.registers
    return None


def _end(backtrace: Backtrace, overflow: StackOverflow | None, programs: SideBySide) -> ReportEnd:
    end = backtrace.end
    is_away = (overflow is not None and not overflow.certain) or is_below_ram(
        backtrace, programs.images
    )
    if end.kind == "thread_start" and is_away:
        # The frames have not led back into the stack, so this is no beginning.
        return ReportEnd("corrupt", f"{end.reason}, which was read outside the stack")
    return ReportEnd(end.kind, end.reason, end.hint, end.address)
