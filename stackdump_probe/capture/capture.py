"""From a probe to a dump, as one straight line."""

from collections.abc import Sequence
from time import monotonic
from typing import Literal

from stackdump_probe.arch.debug import DSCSR, S_SLEEP, VTOR
from stackdump_probe.arch.registers import Registers
from stackdump_probe.capture import plan
from stackdump_probe.capture.core import Core, examine, word_at
from stackdump_probe.capture.plan import Bank, Layout, Ram, Region
from stackdump_probe.capture.probe import After, Probe, halted
from stackdump_probe.capture.reader import Progress, Reader
from stackdump_probe.capture.watchdogs import Watchdogs, attend_to
from stackdump_probe.dump import Dump
from stackdump_probe.errors import ConnectError, Interrupted, StateLost
from stackdump_probe.record import Record

Left = Literal["running", "halted", "unknown"]


class Request(Record):
    """What the user wants read, and in which state the core is left.

    With `resumes_early` only registers and stacks are of one moment: the core runs while the rest
    is read, which the dump says of it.
    """

    ram: Ram = "stack"
    regions: tuple[Region, ...] = ()
    after: After = "restore"
    resumes_early: bool = False
    freezes_watchdogs: bool = False


class Capture(Record):
    """A dump and how it came about.

    `warnings` say what was wanted and could not be had, `notes` what turned out not to exist.
    `cut_short` is what ended the reading early, or None; what was read until then is in `dump`.
    `left` is the state of the core as far as it is known, `wanted` that in which letting go of
    the probe leaves it if that succeeds.
    """

    dump: Dump
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    cut_short: ConnectError | Interrupted | None = None
    was_halted: bool = False
    left: Left = "running"
    wanted: Left = "running"
    stood_still: float | None = 0.0  # seconds, None if that is not known


def capture(
    probe: Probe,
    request: Request,
    *,
    banks: Sequence[Bank] = (),
    layout: Layout | None = None,
    watchdogs: Watchdogs | None = None,
    progress: Progress = lambda _done, _total: None,
) -> Capture:
    """Read what does not change, halt the core, read what must be of one moment, let it run on.

    `progress` hears the bytes of RAM read so far and in all, between any two transfers; what it
    raises ends the capture. Raises ConnectError or Interrupted if that happens before the core
    registers were read; later they leave a dump of what was read.
    """
    layout = layout or Layout()
    core = examine(probe)
    reader = Reader(probe, progress)
    reader.pause()
    reader.warnings += attend_to(watchdogs, probe, freeze=request.freezes_watchdogs)
    _read_program(reader, core, banks, layout)
    cut_short: ConnectError | Interrupted | None = None
    left = wanted = _wanted_state(request.after, probe.was_halted)
    later: tuple[Region, ...] = ()
    is_read = False
    began = monotonic()
    try:
        with halted(probe, after=request.after) as dhcsr:
            try:
                later = _read_one_moment(reader, core, dhcsr, request, banks, layout)
            except (ConnectError, Interrupted) as error:
                cut_short = error
            cut_short = reader.settle(cut_short)
            is_read = True
    except ConnectError as error:
        left = "unknown"
        cut_short = cut_short if is_read else error
    stood_still = monotonic() - began if left != "unknown" else None
    if isinstance(cut_short, StateLost) and wanted == "halted":
        left = wanted = "unknown"
    if cut_short is not None and not reader.words:
        raise cut_short
    cut_short = _read_later(reader, later, banks, cut_short, runs=left == "running")
    return Capture(
        dump=Dump(Registers(reader.words), reader.memory(), reader.remarks(cut_short)),
        warnings=tuple(reader.warnings),
        notes=tuple(reader.notes),
        cut_short=cut_short,
        was_halted=probe.was_halted,
        left=left,
        wanted=wanted,
        stood_still=stood_still,
    )


def _wanted_state(after: After, was_halted: bool) -> Left:
    halted_after = after == "halt" or (after == "restore" and was_halted)
    return "halted" if halted_after else "running"


def _read_program(reader: Reader, core: Core, banks: Sequence[Bank], layout: Layout) -> None:
    """What tells builds apart and does not change: before the halt, which it need not prolong."""
    vtor = word_at(reader.probe, VTOR)
    regions = plan.program(core, vtor, layout)
    reader.flash(region for region in regions if plan.is_flash(region, banks))


def _read_one_moment(
    reader: Reader,
    core: Core,
    dhcsr: int,
    request: Request,
    banks: Sequence[Bank],
    layout: Layout,
) -> tuple[Region, ...]:
    """Read what must be consistent; return what may be read while the core runs.

    The flash of a core that slept may have no clock once it sleeps again.
    """
    reader.moment(plan.security_state(core))
    core = core.halted_in(reader.word(DSCSR) or 0, dhcsr)
    reader.registers(plan.core_names(core))
    if core.has_fpu:
        reader.fp_registers()
    reader.words |= plan.absent_specials(core)
    registers = Registers(reader.words)
    reader.status(dhcsr)
    reader.moment(plan.control_space(core))
    vtor = reader.word(VTOR) or 0
    reader.moment(plan.program(core, vtor, layout))
    code = plan.code(registers)
    reader.moment(region for region in code if dhcsr & S_SLEEP or not plan.is_flash(region, banks))
    stacks = plan.stacks(registers, layout, banks, reader.word(vtor))
    variables = plan.variables(request.ram, registers, layout, banks)
    rest = (*request.regions, *variables)
    reader.expect((*stacks, *rest))
    reader.moment(stacks if request.resumes_early else (*stacks, *rest), counted=True)
    return rest if request.resumes_early else ()


def _read_later(
    reader: Reader,
    rest: tuple[Region, ...],
    banks: Sequence[Bank],
    cut_short: ConnectError | Interrupted | None,
    *,
    runs: bool,
) -> ConnectError | Interrupted | None:
    """Read the code that the core is in, which proves much for little, then the rest.

    The first also if the reading was cut short. Returns what ended it.
    """
    if cut_short is not None:
        reader.progress = lambda _done, _total: None
    code = plan.code(Registers(reader.words))
    try:
        reader.flash((r for r in code if plan.is_flash(r, banks)), is_last_try=True)
        if runs:
            reader.live(rest)
            return cut_short
        reader.moment(rest, counted=True)
        return reader.settle(cut_short)
    except (ConnectError, Interrupted) as error:
        return cut_short or error
