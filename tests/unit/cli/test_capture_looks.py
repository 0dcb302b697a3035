"""`capture --count`: several looks, their files, and how they end."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stackdump_probe.cli.main import run
from stackdump_probe.cli.stopping import StopRequest
from stackdump_probe.dump import decode
from stackdump_probe.errors import Interrupted
from tests.builders.probes import FakeProbe
from tests.unit.cli.test_capture import REGISTERS, ABench
from tests.unit.cli.test_capture import bench as bench

LINE = ["capture", "-t", "stm32f4", "-o", "x.dump", "--count", "3", "--interval", "1ms"]


def files() -> list[str]:
    return sorted(path.name for path in Path().iterdir())


def test_each_look_has_a_file_and_a_halt_of_its_own(
    bench: ABench, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(LINE) == 0
    assert files() == ["x-01.dump", "x-02.dump", "x-03.dump"]
    assert {decode(Path(name).read_bytes()).registers["pc"] for name in files()} == {
        REGISTERS["pc"]
    }
    assert bench.probe.calls.count("halt") == bench.probe.calls.count("resume") == 3
    said = capsys.readouterr().err
    assert "saved 3 looks: x-01.dump to x-03.dump; the core stood still" in said
    assert "looks FW.elf x-01.dump x-02.dump x-03.dump" in said


def test_left_halted_it_is_only_after_the_last_look(bench: ABench) -> None:
    assert run([*LINE, "--after", "halt"]) == 0
    assert bench.probe.calls.count("resume") == 2
    assert bench.probe.calls.count("stay_halted") == 1
    assert bench.probe.is_halted


def test_a_core_that_was_halted_is_looked_at_once(
    bench: ABench, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.probe = FakeProbe(bench.memory, REGISTERS, was_halted=True)
    assert run(LINE) == 0
    assert files() == ["x-01.dump"]
    assert "was halted already" in capsys.readouterr().err


def test_an_existing_file_is_found_before_the_target_is_touched(bench: ABench) -> None:
    Path("x-03.dump").write_bytes(b"kept")
    assert run(LINE) == 2
    assert bench.asked == {}
    assert files() == ["x-03.dump"]


def test_looks_are_kept_when_the_link_dies(
    bench: ABench, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(LINE) == 0
    once = bench.probe.calls.index("resume")
    for name in files():
        Path(name).unlink()
    bench.probe = FakeProbe(bench.memory, REGISTERS, dies_after=once + 1)
    assert run(LINE) == 5
    assert files() == ["x-01.dump"]
    assert "what was read is in x-01.dump" in capsys.readouterr().err


def test_looks_are_kept_when_told_to_stop_in_between(
    bench: ABench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(_self: StopRequest, _seconds: float) -> None:
        raise Interrupted("stopped by SIGINT")

    monkeypatch.setattr(StopRequest, "wait", stop)
    assert run(LINE) == 5
    assert files() == ["x-01.dump"]
    assert not bench.probe.is_halted
    assert "stopped by SIGINT; what was read is in x-01.dump" in capsys.readouterr().err


@pytest.mark.usefixtures("bench")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--count", "3", "--flame", "x.svg"], "need --count and --elf"),
        (["--elf", "fw.elf", "--speedscope", "x.json"], "need --count and --elf"),
        (["--count", "3", "--json"], "nothing to compare"),
        (["--count", "1"], "--count"),
        (["--count", "201"], "--count"),
        (["--count", "3", "--interval", "soon"], "no time"),
        (["--reset", "--under-reset"], "two ways of the same"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(
    options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["capture", "-t", "stm32f4", *options]) == 2
    assert said in capsys.readouterr().err
    assert files() == []


def test_a_wait_ends_when_told_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[Any] = []

    def sleeper(stop: StopRequest) -> Callable[[float], None]:
        def sleep(seconds: float) -> None:
            slept.append(seconds)
            stop.signal = "SIGINT"

        return sleep

    stop = StopRequest()
    monkeypatch.setattr("stackdump_probe.cli.stopping.sleep", sleeper(stop))
    with pytest.raises(Interrupted, match="SIGINT"):
        stop.wait(3600)
    assert len(slept) == 1
    assert slept[0] < 1
