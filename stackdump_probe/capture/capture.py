"""From a probe to a dump, as one straight line."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Literal

from stackdump_probe.arch.debug import DHCSR, VTOR
from stackdump_probe.arch.registers import Registers
from stackdump_probe.capture import plan
from stackdump_probe.capture.core import Core, examine
from stackdump_probe.capture.plan import Bank, Layout, Ram, Region
from stackdump_probe.capture.probe import After, Probe, halted
from stackdump_probe.capture.reading import readable_parts
from stackdump_probe.dump import Dump
from stackdump_probe.errors import ConnectError, Interrupted, NotCaptured
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.record import record

Progress = Callable[[int, int], None]
Left = Literal["running", "halted", "unknown"]


@record
class Request:
    """What the user wants read, and in which state the core is left."""

    ram: Ram = "stack"
    regions: tuple[Region, ...] = ()
    after: After = "restore"


@record
class Capture:
    """A dump and how it came about.

    `warnings` say what was wanted and could not be read, `notes` what turned out not to exist.
    `cut_short` is what ended the reading early, or None; what was read until then is in `dump`.
    """

    dump: Dump
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    cut_short: ConnectError | Interrupted | None = None
    was_halted: bool = False
    left: Left = "running"
    stood_still: float = 0.0  # seconds


def capture(
    probe: Probe,
    request: Request,
    *,
    banks: Sequence[Bank] = (),
    layout: Layout | None = None,
    progress: Progress = lambda _done, _total: None,
) -> Capture:
    """Halt the core, read what is wanted, let it run on.

    `progress` hears the bytes of RAM read so far and in all, between any two transfers; what it
    raises ends the capture. Raises ConnectError or Interrupted if that happens before the core
    registers were read; later they leave a dump of what was read.
    """
    core = examine(probe)
    reader = _Reader(probe, progress)
    reader.pause()
    cut_short: ConnectError | Interrupted | None = None
    left = _wanted_state(request.after, probe.was_halted)
    began = monotonic()
    try:
        with halted(probe, after=request.after) as dhcsr:
            try:
                _read_all(reader, core, dhcsr, request, banks, layout or Layout())
            except (ConnectError, Interrupted) as error:
                cut_short = error
    except ConnectError as error:
        cut_short, left = error, "unknown"
    if cut_short is not None and not reader.words:
        raise cut_short
    return Capture(
        dump=Dump(Registers(reader.words), Memory(reader.segments)),
        warnings=tuple(reader.warnings),
        notes=tuple(reader.notes),
        cut_short=cut_short,
        was_halted=probe.was_halted,
        left=left,
        stood_still=monotonic() - began,
    )


def _wanted_state(after: After, was_halted: bool) -> Left:
    halted_after = after == "halt" or (after == "restore" and was_halted)
    return "halted" if halted_after else "running"


def _read_all(
    reader: "_Reader",
    core: Core,
    dhcsr: int,
    request: Request,
    banks: Sequence[Bank],
    layout: Layout,
) -> None:
    """What must be consistent first, what only proves and explains last."""
    reader.registers(plan.core_names(core))
    if core.has_fpu:
        reader.fp_registers()
    reader.words |= plan.absent_specials(core)
    registers = Registers(reader.words)
    reader.segments.append(Segment(DHCSR, dhcsr.to_bytes(4, "little")))
    reader.memory(plan.control_space(core))
    vtor = reader.word(VTOR) or 0
    reader.memory(plan.proof(registers, core, vtor, layout))
    stacks = plan.stacks(registers, layout, banks, reader.word(vtor))
    variables = plan.variables(request.ram, registers, layout, banks)
    reader.memory((*stacks, *request.regions, *variables), counted=True)


@dataclass(slots=True)
class _Reader:
    """Collects what was read, so that nothing is lost when reading ends early."""

    probe: Probe
    progress: Progress
    words: dict[str, int] = field(default_factory=dict)
    segments: list[Segment] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    tried: list[Region] = field(default_factory=list)
    done: int = 0
    total: int = 0

    def pause(self, just_done: int = 0) -> None:
        """Tell the listener how far we are, which may end the capture."""
        self.done += just_done
        self.progress(min(self.done, self.total), self.total)

    def registers(self, selectors: dict[str, int]) -> None:
        values = self.probe.core_registers(list(selectors.values()))
        self.words |= dict(zip(selectors, values, strict=True))
        self.pause()

    def fp_registers(self) -> None:
        """Read s0-s31 and fpscr; a core that refuses them costs only them."""
        try:
            self.registers(plan.fp_names())
        except ConnectError as error:
            self.warnings.append(f"no floating-point registers: {error}")

    def memory(self, regions: Iterable[Region], *, counted: bool = False) -> None:
        """Read each region once; what cannot be read becomes a warning."""
        todo = plan.without_overlap(regions, self.tried)
        if counted:
            self.total = sum(region.size for region in todo)
        for region in todo:
            self.tried.append(region)
            self._read(region, counted)

    def _read(self, region: Region, counted: bool) -> None:
        between = self.pause if counted else lambda _size: self.pause()
        lost, at = [], region.start
        for segment in readable_parts(self.probe, region, between):
            self.segments.append(segment)
            lost.append((at, segment.start))
            at = segment.end
        lost.append((at, region.end))
        self._tell_of([(start, end) for start, end in lost if start < end], region)

    def _tell_of(self, lost: Sequence[tuple[int, int]], region: Region) -> None:
        if lost:
            remarks = self.notes if region.is_superset else self.warnings
            size = sum(end - start for start, end in lost)
            remarks.append(f"{size} bytes from {lost[0][0]:#010x} cannot be read ({region.what})")

    def word(self, address: int) -> int | None:
        """A word of what was read."""
        try:
            return Memory(self.segments).u32(address)
        except NotCaptured:
            return None
