"""`demo`: capture a packaged program that hangs, or faults, in QEMU as if it were a board."""

import sys
from pathlib import Path

import typer

from stackdump_probe.cli.capture import capture
from stackdump_probe.cli.options import Annotated, Literal, Option
from stackdump_probe.cli.settings import Settings
from stackdump_probe.cli.trace import trace
from stackdump_probe.errors import SimulatorError
from stackdump_probe.simulator import bench
from stackdump_probe.simulator.qemu import qemu_program

FOLDER = Path(bench.__file__).parent / "demo"
TARGET = "stm32f4"
WHAT = {
    "hang": "a data logger that waits for a flag which never comes",
    "fault": "a heater control that follows a wild pointer",
}


def demo(
    name: Annotated[
        Literal["hang", "fault"],
        typer.Argument(
            metavar="[hang|fault]", help="a device that hangs (the default), or one that crashed"
        ),
    ] = "hang",
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="OUT.dump", help="the dump (default: as capture)"),
    ] = None,
    force: Annotated[bool, Option("--force", "replace the output file")] = False,
    *,
    settings: Settings,
) -> None:
    """Capture firmware that hangs in QEMU, and trace it.

    pyOCD sees it as it would a board; it runs on afterwards.
    """
    elf = FOLDER / f"{name}.elf"
    try:
        qemu_program()
    except SimulatorError as missing:
        settings.warn(f"{missing}, so nothing is captured: this is the trace of a packaged dump")
        settings.warn(f"to see it live, {missing.hint}")
        trace(str(elf), [str(FOLDER / f"{name}.dump")], settings=settings)
        return
    with bench.simulated_usb_probe(elf) as probe:
        if not settings.quiet:
            command = f"stackdump-probe capture --target {TARGET} --elf {elf}"
            print(f"in QEMU, as an STM32F405: {WHAT[name]}\n$ {command}", file=sys.stderr)  # noqa: T201
        capture(
            TARGET, str(elf), output=output, probe=probe.unique_id, force=force, settings=settings
        )
