"""From a dump and its program to the Report."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from stackdump_probe.arch.debug import NS_ALIAS, VTOR
from stackdump_probe.arch.faults import DEBUG_MONITOR, FAULTS
from stackdump_probe.arch.registers import Registers
from stackdump_probe.dump.model import Dump
from stackdump_probe.image.elf import Image
from stackdump_probe.image.vectors import exception_name as exception_name_of
from stackdump_probe.image.vectors import find_vector_table
from stackdump_probe.report.core import active_exception, core_state, in_order, word_at
from stackdump_probe.report.faults import fault_of
from stackdump_probe.report.frames import FrameReader
from stackdump_probe.report.matching import elf_match
from stackdump_probe.report.model import ElfMatch, Report, ReportEnd, StackOverflow, Thread
from stackdump_probe.report.overflow import is_below_ram, overflow_of
from stackdump_probe.report.variables import reported
from stackdump_probe.unwind.frame import Backtrace
from stackdump_probe.unwind.unwinder import unwind
from stackdump_probe.values.statics import statics as statics_of

Statics = Literal["own", "all", "none"]
MISMATCH = "traced with an ELF that is not the program in the dump: nothing here can be trusted"


def build_report(
    dump: Dump,
    image: Image,
    *,
    elf_path: str,
    dumps: Sequence[str],
    match: ElfMatch | None = None,
    children: bool = True,
    statics: Statics = "own",
) -> Report:
    """Everything that the dump says with the help of its program.

    `elf_path` and `dumps` are the names to show. Damaged debug information costs what it would
    have told, and is warned of. `match` is the verdict on the ELF where it is known already;
    without `children` the variables come without their parts, which only the JSON shows.
    `statics` are those of the program itself, or also what compilers and libraries add, or none.
    """
    memory = dump.memory.over(image.flash)
    backtrace = unwind(dump.registers, memory, image)
    vectors = find_vector_table(image, word_at(dump.memory, VTOR), memory)

    halted_in = backtrace.frames[0].secure if backtrace.frames else None

    def exception_name(number: int, secure: bool | None = halted_in) -> str:
        """The other state has a vector table of its own."""
        if secure == halted_in:
            return image.exception_name(number, vectors)
        other = word_at(dump.memory, VTOR + NS_ALIAS)
        table = None if other is None else find_vector_table(image, other, memory)
        return exception_name_of(number, table, image.symbols)

    overflow = overflow_of(
        backtrace.frames,
        dump.registers,
        memory,
        image,
        None if vectors is None else vectors.initial_sp,
    )
    reader = FrameReader(backtrace, memory, image, exception_name, children=children)
    frames = reader.frames()
    held = (
        ()
        if statics == "none"
        else reader.guarded(lambda: statics_of(image, memory, noise=statics == "all"), ())
    )
    verdict = match or elf_match(dump, image)
    mismatch = (MISMATCH,) if verdict.verdict == "mismatch" else ()
    warnings = (*mismatch, *dump.notes, *backtrace.warnings, *reader.warnings)
    return Report(
        elf_path=elf_path,
        build_id=image.build_id.hex() if image.build_id else None,
        dumps=tuple(dumps),
        elf_match=verdict,
        core=core_state(dump, exception_name),
        registers=in_order(dump.registers),
        fault=fault_of(
            memory,
            exceptions=_active(dump, backtrace),
            interrupted=_interrupted_by_fault(backtrace),
        ),
        threads=(Thread(None, True, frames, _end(backtrace, overflow, image)),),
        statics=tuple(reported(each, children=children) for each in held),
        warnings=tuple(dict.fromkeys(warnings)),
        stack_overflow=overflow,
    )


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


def _end(backtrace: Backtrace, overflow: StackOverflow | None, image: Image) -> ReportEnd:
    end = backtrace.end
    is_away = (overflow is not None and not overflow.certain) or is_below_ram(backtrace, image)
    if end.kind == "thread_start" and is_away:
        # The frames have not led back into the stack, so this is no beginning.
        return ReportEnd("corrupt", f"{end.reason}, which was read outside the stack")
    return ReportEnd(end.kind, end.reason, end.hint, end.address)
