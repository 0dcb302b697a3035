"""Print for how long a capture keeps the core still, by count, beside pyOCD's plain way.

Packets and transfers are counted in the simulator, with pyOCD's own CMSIS-DAP code in between;
the time is what a full-speed CMSIS-DAP v2 probe needs for them at 4 MHz. Last, what either takes
from Enter to the halted core, measured on this machine.
"""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from stackdump_probe.simulator.bench import simulated_usb_probe
from stackdump_probe.simulator.machines import MACHINES
from tests.halt_time.counting import FULL_SPEED, Meter, Traffic, attach_meter, by_capture, by_pyocd
from tests.halt_time.entered import until_halted
from tests.live.programs import MAIN_STACK, PROCESS_STACK, counting_on

HEAD = ("what is read", "packets", "SWD transfers", "the core stands still for")
EARLY = "--resume-early"
LOOKS = 5
RAM, BANK = 0x2000_0000, 0x2_0000


def main() -> None:
    """Print the table."""
    for row in (HEAD, ("---",) * len(HEAD), *rows()):
        sys.stdout.write(f"| {' | '.join(row)} |\n")
    with TemporaryDirectory() as name:
        folder = Path(name)
        program = counting_on(MACHINES["netduinoplus2"], folder)
        ours, theirs = until_halted(program, folder)
    sys.stdout.write(f"\nfrom Enter to the halted core: capture {ours}, pyOCD's halt {theirs}\n")


def rows() -> Iterator[tuple[str, ...]]:
    """The table, row by row."""
    meter = Meter()
    with (
        TemporaryDirectory() as name,
        simulated_usb_probe(
            counting_on(MACHINES["netduinoplus2"], Path(name)),
            interposer=meter,
            packet_size=FULL_SPEED,
        ) as sim,
    ):
        attach_meter(meter, sim)
        folder, region = Path(name), ("--region", f"{RAM:#x}:{BANK:#x}")
        stack = (RAM + PROCESS_STACK, MAIN_STACK - PROCESS_STACK)
        captured, plainly = partial(by_capture, meter, folder), partial(by_pyocd, meter, folder)
        yield _row("`capture`: registers, 4 KiB of stack", captured())
        yield _row("pyOCD: registers, the same 4 KiB", plainly(*stack))
        halted, running = captured("--count", str(LOOKS), "--interval", "1ms")
        look = halted.shared_by(LOOKS), running
        yield _row("each look of `capture --count`", look)
        yield _row("`capture --resume-early`: and 128 KiB of RAM", captured(*region, EARLY))
        yield _row("`capture`: and 128 KiB of RAM", captured(*region))
        yield _row("pyOCD: registers, 128 KiB of RAM", plainly(RAM, BANK))


def _row(what: str, traffic: tuple[Traffic, Traffic]) -> tuple[str, ...]:
    halted, _running = traffic
    return what, str(halted.packets), str(halted.transfers), f"{halted.seconds * 1000:.0f} ms"


if __name__ == "__main__":
    main()
