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


def compared(commands: Mapping[str, tuple[str, ...]], times: int) -> dict[str, Figures]:
    """Run all commands one after the other, `times` over, after one round that warms the disk."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for command in commands.values():
        timed(command)
    for _ in range(times):
        for name, command in commands.items():
            runs[name].append(timed(command))
    return {name: _figures(of) for name, of in runs.items()}


def timed(command: tuple[str, ...]) -> Run:
    """Run one command with its output thrown away; it must succeed."""
    nowhere = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2)]
    began = time.perf_counter()
    process = os.posix_spawnp(command[0], command, os.environ, file_actions=nowhere)
    _, status, used = os.wait4(process, 0)
    wall = time.perf_counter() - began
    assert status == 0, f"{' '.join(command)}: status {status}"
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss)


def _figures(runs: Sequence[Run]) -> Figures:
    return Figures(
        statistics.median(run.wall for run in runs),
        statistics.median(run.cpu for run in runs),
        max(run.peak for run in runs),
    )
