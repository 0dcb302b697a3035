"""Programs that lie in the target beside the first one, and what they add to a report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackdump_probe.image.elf import Image
from stackdump_probe.image.side_by_side import SideBySide
from stackdump_probe.image.stacks import writable
from stackdump_probe.memory import Memory
from stackdump_probe.record import Record
from stackdump_probe.report.matching import program_in_flash
from stackdump_probe.report.model import ElfMatch, Variable
from stackdump_probe.unwind.frame import Backtrace


class Beside(Record):
    """A further program: its path to show, and whether it is in the dump."""

    path: str
    image: Image
    match: ElfMatch


def first_shared(image: Image, other: Image) -> int | None:
    """The first address of flash that both programs have; None if they can lie side by side."""
    pairs = ((a, b) for a in program_in_flash(image) for b in program_in_flash(other))
    common = ((max(a.start, b.start), min(a.end, b.end)) for a, b in pairs)
    return min((low for low, high in common if low < high), default=None)


def memory_of(dumped: Memory, programs: SideBySide) -> Memory:
    """What was dumped, laid over the flash of all programs."""
    for image in programs.images:
        dumped = dumped.over(image.flash)
    return dumped


def own_statics(
    found: Sequence[Variable], image: Image, programs: SideBySide, backtrace: Backtrace
) -> Iterator[Variable]:
    """Yield the statics that still are in their place.

    Programs that run one after the other use the same RAM. It belongs to that of the outermost
    frame; the variables that others have had there are gone.
    """
    last = backtrace.frames[-1].lookup_pc if backtrace.frames else 0
    taken = [section for each in programs.beside(image) for section in writable(each)]
    is_owner = programs.image_at(last) is image
    for variable in found:
        address = variable.address or 0
        is_shared = any(each.address <= address < each.end for each in taken)
        if is_owner or not is_shared:
            yield variable
