"""How long it takes from Enter to the halted core, beside pyOCD's own command: whole processes."""

import os
import runpy
import statistics
import subprocess
import sys
from pathlib import Path
from time import monotonic, process_time

from stackdump_probe.record import Record
from stackdump_probe.simulator.qemu import Machine

WHEN = "HALTED_AT"  # the environment's name of the file that hears of it
PAIRS = 15
RUN = "100ms"  # for which the program runs before: part of either time


class Duration(Record):
    """Of a process until the core is halted: seconds in all, and those in which it computed."""

    whole: float
    computing: float

    def __str__(self) -> str:
        return f"{self.whole * 1000:.0f} ms ({self.computing * 1000:.0f} of them computing)"


def until_halted(program: Path, folder: Path) -> tuple[Duration, Duration]:
    """Of `capture` and of `pyocd cmd -c halt`: medians of alternating runs."""
    probe, dump = f"qemu:{program}?run={RUN}", folder / "e.dump"
    ours = ["capture", "--probe", probe, "-t", "stm32f4", "-e", str(program), "--no-trace"]
    theirs = ["cmd", "--no-config", "-W", "-u", probe, "-t", "cortex_m", "-c", "halt"]
    lines = (["stackdump_probe", *ours, "--force", "-o", str(dump)], ["pyocd", *theirs])
    pairs = [[_measured(line, folder / "when") for line in lines] for _ in range(PAIRS)]
    captured, plainly = map(_median, zip(*pairs, strict=True))
    return captured, plainly


def _median(runs: tuple[Duration, ...]) -> Duration:
    return Duration(
        statistics.median(run.whole for run in runs),
        statistics.median(run.computing for run in runs),
    )


def _measured(line: list[str], when: Path) -> Duration:
    environment = {**os.environ, WHEN: str(when)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    when.unlink(missing_ok=True)
    began = monotonic()
    command = [sys.executable, "-m", __name__, *line]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    halted, computing = map(float, when.read_text().split())
    return Duration(halted - began, computing)


def main() -> None:
    """In a process of its own: run the module that is named, and note when it halts the core."""
    halt = Machine.halt

    def noted(machine: Machine) -> None:
        halt(machine)
        when = Path(os.environ[WHEN])
        if not when.exists():
            when.write_text(f"{monotonic()} {process_time()}")

    Machine.halt = noted  # type: ignore[assignment, method-assign]
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
