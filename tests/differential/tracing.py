"""What our own trace says of a dump, as one flat list of frames."""

from collections.abc import Iterator
from dataclasses import dataclass

from stackdump_probe.arch.registers import Registers
from stackdump_probe.dump import Dump
from stackdump_probe.image.elf import Image
from stackdump_probe.report.build import build_report
from stackdump_probe.report.model import Report, ReportFrame
from stackdump_probe.unwind.frame import Backtrace
from stackdump_probe.unwind.unwinder import unwind


@dataclass(frozen=True, slots=True)
class Traced:
    """A report, and for each of its frames the registers as the unwinder found them."""

    report: Report
    registers: tuple[Registers, ...]

    @property
    def frames(self) -> tuple[ReportFrame, ...]:
        """Innermost first."""
        return self.report.threads[0].frames

    @property
    def end(self) -> str:
        """Why there are no more."""
        end = self.report.threads[0].end
        return f"{end.kind}: {end.reason}"


def traced(dump: Dump, image: Image) -> Traced:
    """Trace a dump as the command does, with all statics."""
    report = build_report(dump, image, elf_path="fw.elf", dumps=["x.dump"], statics="all")
    backtrace = unwind(dump.registers, dump.memory.over(image.flash), image)
    return Traced(report, tuple(_registers(report.threads[0].frames, backtrace)))


def _registers(frames: tuple[ReportFrame, ...], backtrace: Backtrace) -> Iterator[Registers]:
    """Those of the physical frame that each frame is in."""
    physical = iter(backtrace.frames)
    current = next(physical, None)
    for frame in frames:
        assert current is not None
        assert current.pc == frame.pc
        yield current.registers
        if frame.kind != "inline":
            current = next(physical, None)
