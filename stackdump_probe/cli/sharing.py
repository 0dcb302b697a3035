"""Work at one report with all cores: forked processes share what was read so far.

The numbers of the jobs lie in a pipe, and each process takes the next one when it is free. What it
made is handed over when none is left. A job that another process did not end is done here, so that
what goes wrong in it is told as if it had always been.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from stackdump_probe.report.share import in_turn, nothing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    R = TypeVar("R")

PROCESSES = 8  # to make more takes longer than what each would save
NUMBER = 2  # bytes of a job's number in the pipe
MOST = 4096  # numbers that surely have room in a pipe; of more jobs some have one together
LENGTH = 8  # bytes of the length of what a process hands over


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def forked(work: Callable[[int], object]) -> tuple[int, int]:
    """Its id, and what can be read of a process that does `work`, which may write there.

    It ends with its work, whatever becomes of that. Raises OSError if it cannot be made.
    """
    ours, theirs = os.pipe()
    try:
        process = os.fork()
    except OSError:
        os.close(ours)
        os.close(theirs)
        raise
    if process == 0:
        try:
            os.close(ours)  # or it would wait for itself to read, were we gone
            work(theirs)
        finally:
            os._exit(0)
    os.close(theirs)
    return process, ours


def shared(jobs: Sequence[Callable[[], R]], meanwhile: Callable[[], object] = nothing) -> list[R]:
    """What the jobs give, in their order; none may depend on what another one changes.

    This process does `meanwhile` before it takes its first job. One that has threads, as pyOCD's,
    does all of it alone: a fork would not take them along.
    """
    helpers = min(cores(), PROCESSES, len(jobs)) - 1
    if helpers < 1 or not hasattr(os, "fork") or _has_threads():
        return in_turn(jobs, meanwhile)
    gc.freeze()  # a collection would write to what is shared, and so copy it
    turns, team = _Turns(len(jobs)), list[_Helper]()
    try:
        with suppress(OSError):  # as many as the system lets us have
            team.extend(_Helper(jobs, turns) for _ in range(helpers))
        meanwhile()
        done = {number: jobs[number]() for number in turns.taken()}
        _pickle()  # loaded as late as this, while others may still be at work
        for helper in team:
            done.update(helper.results())
    finally:
        turns.close()
        for helper in team:
            helper.end()
        gc.unfreeze()
    return [done[number] if number in done else job() for number, job in enumerate(jobs)]


def _has_threads() -> bool:
    threading = sys.modules.get("threading")
    return threading is not None and threading.active_count() > 1


def _pickle() -> Any:
    """What of pickle is in C, where some is: the rest takes as long to load as two processes."""
    try:
        import _pickle as pickle
    except ImportError:
        import pickle  # type: ignore[no-redef]
    return pickle


class _Turns:
    """The numbers of the jobs that nobody has taken yet."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._step = min(count, MOST)
        self._pipe, full = os.pipe()
        os.write(full, b"".join(n.to_bytes(NUMBER, "little") for n in range(self._step)))
        os.close(full)

    def taken(self) -> Iterator[int]:
        """Take numbers until there are no more."""
        while found := os.read(self._pipe, NUMBER):
            yield from range(int.from_bytes(found, "little"), self._count, self._step)

    def close(self) -> None:
        os.close(self._pipe)


class _Helper:
    """A process that does some of the jobs."""

    def __init__(self, jobs: Sequence[Callable[[], Any]], turns: _Turns) -> None:
        self._is_done = False
        parent = os.getpid()
        self._process, pipe = forked(lambda results: _help(jobs, turns, results, parent))
        self._pipe = open(pipe, "rb")  # noqa: PTH123, SIM115  (end() closes it)

    def results(self) -> dict[int, Any]:
        """What it made, by the number of the job; nothing if it ended before it could tell."""
        length = int.from_bytes(self._pipe.read(LENGTH), "little")
        told = self._pipe.read(length)
        self._is_done = True
        loads = _pickle().loads
        done = loads(told) if told and len(told) == length else {}
        return {number: loads(made) for number, made in done.items()}

    def end(self) -> None:
        """Wait for the process; it is stopped if its results were not taken."""
        self._pipe.close()
        if not self._is_done:
            from signal import SIGTERM

            os.kill(self._process, SIGTERM)
        os.waitpid(self._process, 0)


def _help(jobs: Sequence[Callable[[], Any]], turns: _Turns, pipe: int, parent: int) -> None:
    """What the forked process does, while there is somebody to do it for."""
    done, dumps = {}, _pickle().dumps
    for number in turns.taken():
        if os.getppid() != parent:
            return
        with suppress(Exception):  # whose turn it is then will tell of it
            done[number] = dumps(jobs[number](), -1)  # at once: others take more of the jobs then
    told = dumps(done, -1)
    with open(pipe, "wb") as results:
        results.write(len(told).to_bytes(LENGTH, "little"))
        results.write(told)
