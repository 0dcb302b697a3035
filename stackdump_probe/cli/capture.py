"""`capture`: from a device that hangs to a dump file, and its trace."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from stackdump_probe.capture.capture import Request
from stackdump_probe.capture.link import REPLUG_DEADLINE, Terms
from stackdump_probe.capture.plan import Layout
from stackdump_probe.capture.pyocd_bench import is_typed
from stackdump_probe.capture.pyocd_session import ANSWER_DEADLINE
from stackdump_probe.capture.targets import normalised
from stackdump_probe.cli import units
from stackdump_probe.cli.layout import build_ids_in, layout_of
from stackdump_probe.cli.open_image import image_at
from stackdump_probe.cli.options import ALSO, Annotated, Literal, Option
from stackdump_probe.cli.pyocd_log import log_of_pyocd
from stackdump_probe.cli.settings import Settings
from stackdump_probe.cli.taking import Bench, Program, target_for
from stackdump_probe.cli.which_probe import with_one_probe
from stackdump_probe.cli.wish import Wish, fulfil
from stackdump_probe.errors import UsageError
from stackdump_probe.report.matching import program_in_flash, written_by_tools

MOST_LOOKS = 200  # each has its file open before the target is touched


def capture(
    target: Annotated[
        str,
        Option(
            "--target -t --chip",
            "part or family, such as stm32f4 (see `targets`), cortex_m for any, or auto",
            "NAME",
            variable="STACKDUMP_TARGET",
        ),
    ],
    elf: Annotated[
        str | None,
        Option(
            "--elf -e",
            "the program, to trace the dump at once",
            "FW.elf|DIR",
            variable="STACKDUMP_ELF",
        ),
    ] = None,
    also: Annotated[list[str] | None, ALSO] = None,
    output: Annotated[
        str | None, Option("--output -o", "the dump (default: TARGET-TIME.dump)", "OUT.dump")
    ] = None,
    probe: Annotated[
        str | None,
        Option(
            "--probe -u --uid",
            "which probe, if several are plugged in: its id, or a part of it",
            "UID",
            variable="STACKDUMP_PROBE",
        ),
    ] = None,
    frequency: Annotated[str, Option("--frequency -f", "clock of the debug port", "HZ")] = "4m",
    core: Annotated[
        str, Option("--core", "which core of several, or one after another", "N|all")
    ] = "0",
    ram: Annotated[
        Literal["stack", "used", "all"] | None,
        Option(
            "--ram",
            "how much RAM to read (default: used with an ELF, else stack)",
            "stack|used|all",
        ),
    ] = None,
    region: Annotated[
        list[str] | None,
        Option("--region", "read this too; may be repeated", "START:SIZE"),
    ] = None,
    resume_early: Annotated[
        bool,
        Option("--resume-early", "let the core run when registers and stacks are read"),
    ] = False,
    after: Annotated[
        Literal["restore", "run", "halt"],
        Option("--after", "leave the core as it was found, running, or halted"),
    ] = "restore",
    freeze_watchdog: Annotated[
        bool, Option("--freeze-watchdog", "stop the watchdogs while the core stands still")
    ] = False,
    reset: Annotated[
        bool, Option("--reset", "reset the part and read it at its first instruction")
    ] = False,
    under_reset: Annotated[
        bool, Option("--under-reset", "the same, by its reset line, held while connecting")
    ] = False,
    timeout: Annotated[
        str | None,
        Option("--timeout", "stop reading after this time, such as 30s", "TIME"),
    ] = None,
    verify: Annotated[
        bool, Option("--verify", "compare the whole program in the flash with the ELF as well")
    ] = False,
    count: Annotated[
        int | None,
        Option(
            "--count",
            "look so often, and compare: what stands still, what moves",
            "N",
            lowest=2,
            highest=MOST_LOOKS,
        ),
    ] = None,
    interval: Annotated[str, Option("--interval", "from one look to the next", "TIME")] = "100ms",
    flame: Annotated[
        str | None,
        Option("--flame", "write a flame graph of the looks", "OUT.svg"),
    ] = None,
    speedscope: Annotated[
        str | None,
        Option("--speedscope", "write the looks as a profile for speedscope.app", "OUT.json"),
    ] = None,
    no_trace: Annotated[bool, Option("--no-trace", "only save the dump")] = False,
    json: Annotated[bool, Option("--json", "one JSON document")] = False,
    all_statics: Annotated[
        bool, Option("--all-statics", "trace also statics that compilers and libraries add")
    ] = False,
    force: Annotated[
        bool, Option("--force", "replace the output file; trace although the ELF differs")
    ] = False,
    *,
    settings: Settings,
) -> int:
    """Save registers and RAM of a device as a dump, and trace it.

    The device is halted without a reset, and runs on afterwards.
    """
    log_of_pyocd(settings.verbose)
    if reset and under_reset:
        raise UsageError("--reset and --under-reset are two ways of the same")
    traces = elf is not None and not no_trace
    if (flame or speedscope) and not (count and traces):
        raise UsageError("--flame and --speedscope need --count and --elf")
    if also and elf is None:
        raise UsageError("--also needs --elf: it names what lies beside that program")
    if verify and not _is_file(elf):
        raise UsageError("--verify needs --elf with a file")
    if json and count and not traces:
        raise UsageError("--json needs --elf with --count: there is nothing to compare")
    patience = None if timeout is None else units.seconds(timeout)
    terms = Terms(
        frequency=units.frequency(frequency),
        reset="line" if under_reset else "core" if reset else "never",
        answer_within=min(ANSWER_DEADLINE, patience or ANSWER_DEADLINE),
        replug_within=0 if is_typed(probe) else REPLUG_DEADLINE,
    )
    request = Request(
        ram or ("stack" if count is not None or not _is_file(elf) else "used"),
        tuple(units.region(text) for text in region or ()),
        after,
        resumes_early=resume_early,
        freezes_watchdogs=freeze_watchdog,
    )
    wish = Wish(
        bench=Bench(target, target_for(target), probe, terms, patience),
        request=request,
        program=_program(elf, also or (), verify=verify),
        elf=elf,
        also=tuple(also or ()),
        count=count,
        interval=units.seconds(interval),
        flame=flame,
        speedscope=speedscope,
        traces=not no_trace,
        json=json,
        force=force,
        all_statics=all_statics,
    )
    path = output or f"{_file_name(target)}-{datetime.now():%Y%m%d-%H%M%S}.dump"
    number = None if core == "all" else units.whole_number(core)

    def go(uid: str | None) -> int:
        meant = wish.through(uid)
        if number is None:
            from stackdump_probe.cli.all_cores import fulfil_for_all_cores

            return fulfil_for_all_cores(meant, path, settings)
        fulfil(meant.for_core(number), path, settings)
        return 0

    return with_one_probe(go, probe)


def _file_name(target: str) -> str:
    """The target's name as a part of a file name."""
    return normalised(target) or "target"


def _is_file(elf: str | None) -> bool:
    return elf is not None and not Path(elf).is_dir()


def _program(elf: str | None, also: Sequence[str], *, verify: bool) -> Program:
    """What the ELFs tell in advance; of a directory, where build ids may lie."""
    if elf is None:
        return Program()
    if not _is_file(elf):
        return Program(Layout(proof=tuple(build_ids_in(elf))))
    images = [image_at(each) for each in (elf, *also)]
    verified = [each for image in images for each in program_in_flash(image)] if verify else []
    ignored = frozenset[int]().union(*map(written_by_tools, images))
    return Program(layout_of(images), tuple(verified), ignored)
