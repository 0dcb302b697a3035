"""Jobs that forked processes do."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from stackdump_probe.cli import sharing
from stackdump_probe.cli.main import run
from stackdump_probe.cli.sharing import MOST, shared
from stackdump_probe.report import frames, statics
from stackdump_probe.report.model import Location

GOLDEN = Path(__file__).parents[2] / "golden"
SMALL_JOBS = (
    (sharing, "cores", lambda: 3),
    (frames, "FEW", 0),
    (frames, "SHARE", 100),
    (statics, "PART", 1),
)

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """The threads are those of the test runner, in which no job takes part."""
    monkeypatch.setattr(sharing, "cores", lambda: 2)
    monkeypatch.setattr(sharing, "_has_threads", lambda: False)


def telling(*numbers: int) -> list[Callable[[], tuple[int, int]]]:
    """Jobs that give a number, and who did them."""
    return [lambda number=number: (number, os.getpid()) for number in numbers]  # type: ignore[misc]


class Meeting:
    """A job for two: here it waits until the other process has taken one, too, and told of it."""

    def __init__(self) -> None:
        self._heard, self._told = os.pipe()
        self._us = os.getpid()
        self.calls_here = 0

    def __call__(self) -> int:
        if os.getpid() != self._us:
            os.write(self._told, b"!")
            self.elsewhere()
        else:
            self.calls_here += 1
            if self.calls_here == 1:
                os.read(self._heard, 1)
            else:
                self.once_more()
        return os.getpid()

    def elsewhere(self) -> None:
        """What else the other process does."""

    def once_more(self) -> None:
        """What happens here if it did not end its job."""


def test_what_the_jobs_give_is_in_their_order() -> None:
    assert [number for number, _ in shared(telling(*range(50)))] == list(range(50))


def test_of_more_jobs_than_the_pipe_has_room_for_all_are_done() -> None:
    count = 2 * MOST + 5
    assert [number for number, _ in shared(telling(*range(count)))] == list(range(count))


@pytest.mark.parametrize("cores", [1, 2])
def test_what_is_done_meanwhile_is_done_here_and_once(
    cores: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "cores", lambda: cores)
    done: list[int] = []
    found = shared(telling(*range(5)), lambda: done.append(os.getpid()))
    assert [number for number, _ in found] == list(range(5))
    assert done == [os.getpid()]


def test_what_cannot_be_handed_over_is_made_here() -> None:
    here = Meeting()
    jobs: list[Callable[[], object]] = [here, lambda: lambda: 7, here]
    process, made, _ = shared(jobs)
    assert isinstance(process, int)
    assert callable(made)
    assert made() == 7


def test_another_process_takes_a_job() -> None:
    meet = Meeting()
    assert set(shared([meet, meet])) != {os.getpid()}
    assert meet.calls_here <= 1


def test_records_come_back_as_they_were_made() -> None:
    def place(line: int) -> Callable[[], Location]:
        return lambda: Location("main.c", line)

    assert shared([place(line) for line in range(9)]) == [Location("main.c", n) for n in range(9)]


def test_no_process_is_left() -> None:
    shared(telling(*range(50)))
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


class Fragile(Meeting):
    def elsewhere(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


def test_what_a_process_loses_is_done_here() -> None:
    fragile = Fragile()
    assert shared([fragile, fragile]) == [os.getpid()] * 2
    assert fragile.calls_here == 2


class Wrong(Meeting):
    def elsewhere(self) -> None:
        raise ValueError("in another process")

    def once_more(self) -> None:
        raise ValueError("here")


def test_what_goes_wrong_elsewhere_is_told_here() -> None:
    wrong = Wrong()
    with pytest.raises(ValueError, match="here"):
        shared([wrong, wrong])


class Unhappy(Meeting):
    def elsewhere(self) -> None:
        signal.pause()


def test_a_process_whose_work_nobody_wants_any_more_is_stopped() -> None:
    unhappy = Unhappy()

    def failing() -> None:
        unhappy()
        if unhappy.calls_here:
            raise ValueError("here")

    with pytest.raises(ValueError, match="here"):
        shared([failing, failing])
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


ABANDONED = """
import os, signal, time
from stackdump_probe.cli import sharing

sharing.cores = lambda: 2
us, (heard, told), (begun, begin) = os.getpid(), os.pipe(), os.pipe()

def job():
    if os.getpid() == us:
        os.write(begin, b"!")
        os.read(heard, 1)
        os.kill(us, signal.SIGKILL)
    os.read(begun, 1)  # or it would do both jobs
    print(os.getpid(), flush=True)
    os.write(told, b"!")
    return bytes(1 << 20)  # more than a pipe holds

sharing.shared([job, job])
"""


def test_a_process_whose_parent_is_killed_does_not_wait_for_a_reader() -> None:
    command = (sys.executable, "-c", ABANDONED)
    with subprocess.Popen(command, stdout=subprocess.PIPE) as parent:
        # The end of the output comes when both have ended.
        output, _ = parent.communicate(timeout=60)
    assert parent.returncode == -signal.SIGKILL
    assert output.split()


def test_a_process_whose_parent_is_gone_does_nothing_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "getppid", lambda: 1)
    assert {pid for _, pid in shared(telling(*range(50)))} == {os.getpid()}


def test_alone_where_the_system_has_no_room_for_more_processes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "fork", _refused)
    assert {pid for _, pid in shared(telling(1, 2, 3))} == {os.getpid()}


def _refused() -> int:
    raise BlockingIOError("no more processes")


@pytest.mark.parametrize("case", ["harbor_rustc_o2", "depot_g++_o2", "crash_rustc_os"])
@pytest.mark.parametrize("form", [["--json"], ["--color", "never"]], ids=["json", "text"])
def test_a_shared_trace_is_the_same(
    case: str, form: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    line = [
        "trace",
        str(GOLDEN / case / "fw.elf"),
        *map(str, (GOLDEN / case).glob("*.dump")),
        *form,
    ]
    for module, name, value in SMALL_JOBS:
        monkeypatch.setattr(module, name, value)
    assert run(line) == 0
    shared_among_three = capsys.readouterr().out
    monkeypatch.undo()
    monkeypatch.setattr(sharing, "cores", lambda: 1)
    assert run(line) == 0
    assert shared_among_three == capsys.readouterr().out


@pytest.mark.parametrize("what", ["cores", "threads", "fork"])
def test_alone_where_there_is_no_other_way(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    match what:
        case "cores":
            monkeypatch.setattr(sharing, "cores", lambda: 1)
        case "threads":
            monkeypatch.setattr(sharing, "_has_threads", lambda: True)
        case "fork":
            monkeypatch.delattr(os, "fork")
    assert {pid for _, pid in shared(telling(1, 2, 3))} == {os.getpid()}
