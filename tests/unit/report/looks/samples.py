"""Looks made by hand: stacks by the names of their functions."""

from collections.abc import Sequence
from typing import Any

from stackdump_probe.arch.debug import DHCSR
from stackdump_probe.dump.model import Dump
from stackdump_probe.report.looks.compare import compare
from stackdump_probe.report.looks.model import Looks
from stackdump_probe.report.model import Report, ReportEnd, ReportFrame
from tests.builders import a_dump, words
from tests.unit.report.samples import a_frame, a_report, a_thread

TOP = 0x2000_1000
CUT = ReportEnd("no_memory", "the stack was not captured")


def a_stack(
    *names: str | ReportFrame, pc: int = 0x0800_0200, sp: int = TOP
) -> tuple[ReportFrame, ...]:
    """Frames from the outermost name to the innermost, each 16 bytes below the one before.

    "SysTick!" is an exception, "peek~" an inline frame, in the frame of the one before it.
    """
    frames: list[ReportFrame] = []
    cfa = sp
    for number, name in enumerate(names):
        level = len(names) - 1 - number
        if isinstance(name, ReportFrame):
            frames.append(name)
            continue
        inline, exception = name.endswith("~"), name.endswith("!")
        cfa -= 0 if inline or not number else 16
        frames.append(
            a_frame(
                level,
                name.rstrip("~!"),
                kind="inline" if inline else "exception" if exception else "function",
                cfa=cfa,
                pc=pc if level == 0 else 0x0800_0100 + 4 * number,
            )
        )
    return tuple(reversed(frames))


def a_look(
    *names: str | ReportFrame,
    pc: int = 0x0800_0200,
    sp: int = TOP,
    dhcsr: int | None = None,
    end: ReportEnd | None = None,
    **changed: Any,
) -> tuple[Dump, Report]:
    """A dump and a report of one look at such a stack."""
    frames = a_stack(*names, pc=pc, sp=sp)
    thread = a_thread(*frames, end=end) if end else a_thread(*frames)
    fields = {"registers": {"pc": pc}, "threads": (thread,), **changed}
    return a_dump({} if dhcsr is None else {DHCSR: words(dhcsr)}, pc=pc), a_report(**fields)


def seen(*looks: tuple[Dump, Report]) -> Looks:
    return compare(looks)


def several(stacks: Sequence[Sequence[str]]) -> Looks:
    """A look for each stack, each at a pc of its own."""
    return compare([a_look(*stack, pc=0x0800_0200 + 2 * n) for n, stack in enumerate(stacks)])
