"""Whole processes, timed in turn, so that whatever else the machine does falls on all alike."""

import os
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Run(NamedTuple):
    """What one process took: seconds by the clock and of the CPU, and kilobytes at its peak."""

    wall: float
    cpu: float
    peak: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians of many runs of one command; the peak is the highest."""

    wall: float
    cpu: float
    peak: int


def compared(commands: Mapping[str, tuple[str, ...]], times: int) -> dict[str, Figures | None]:
    """Run all commands one after the other, `times` over, after one round that warms the disk.

    A command that fails in the first round is not run again, and has no figures.
    """
    able = {name: command for name, command in commands.items() if timed(command)}
    rounds = [{name: timed(command) for name, command in able.items()} for _ in range(times)]
    runs = {name: [run for each in rounds if (run := each[name])] for name in able}
    return {name: _figures(runs[name]) if name in runs else None for name in commands}


def timed(command: tuple[str, ...]) -> Run | None:
    """Run one command with its output thrown away; None if it fails."""
    nowhere = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2)]
    began = time.perf_counter()
    process = os.posix_spawnp(command[0], command, os.environ, file_actions=nowhere)
    _, status, used = os.wait4(process, 0)
    wall = time.perf_counter() - began
    return None if status else Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss)


def _figures(runs: Sequence[Run]) -> Figures:
    return Figures(
        statistics.median(run.wall for run in runs),
        statistics.median(run.cpu for run in runs),
        max(run.peak for run in runs),
    )
