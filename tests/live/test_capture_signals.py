"""Signals at many moments of a capture."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from stackdump_probe.arch import debug
from stackdump_probe.cli.main import run
from stackdump_probe.dump import decode
from stackdump_probe.simulator.bench import simulated_usb_probe
from stackdump_probe.simulator.interposer import Interposer
from stackdump_probe.simulator.machines import MACHINES
from tests.live.programs import counting_on
from tests.live.watching import controls, runs

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(autouse=True)
def _as_from_a_terminal() -> Iterator[None]:
    """A background process may have inherited that they are ignored."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


class SignalAt(Interposer):
    """Sends this process a signal before the n-th packet."""

    def __init__(self, number: signal.Signals) -> None:
        self.left = -1
        self.signal = number
        self.count = 0

    def usb(self, operation: str) -> None:
        if operation == "write":
            self.count += 1
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), self.signal)


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_signal_at_any_moment_leaves_the_target_running_and_no_half_file(
    number: signal.Signals, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, interposer = MACHINES["netduinoplus2"], SignalAt(number)
    program = counting_on(model, tmp_path)
    line = ["capture", "-t", "stm32f4", "--region", "0x20000000:16k", "-o"]
    with simulated_usb_probe(program, interposer=interposer) as sim:
        assert run([*line, str(tmp_path / "whole.dump")]) == 0
        first = 1 + SIGNALS.index(number)
        for at in range(first, interposer.count, max(interposer.count // 10, 1)):
            interposer.left, dump = at, tmp_path / f"{at}.dump"
            code = run([*line, str(dump)])
            assert code in (0, 5, 130)
            assert dump.exists() == (code != 130)
            if code == 5:
                assert decode(dump.read_bytes()).registers["r4"] == 44
            assert controls(sim) == 0
            assert sim.core.read(debug.DEMCR) == 0
            assert runs(sim)
    assert not list(tmp_path.glob(".*"))
    assert f"stopped by {number.name}; what was read is in" in capsys.readouterr().err


@pytest.mark.parametrize("line", [["doctor"], ["capture", "-t", "auto", "--core", "all"]])
def test_a_signal_while_the_cores_are_looked_for_leaves_them_as_they_were(
    line: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    model, interposer = MACHINES["netduinoplus2"], SignalAt(signal.SIGTERM)
    with simulated_usb_probe(counting_on(model, tmp_path), interposer=interposer) as sim:
        for at in range(2, 42, 8):
            interposer.left = at
            assert run(line) == 130
            assert controls(sim) == 0
            assert sim.core.read(debug.DEMCR) == 0
            assert runs(sim)
    assert not list(tmp_path.glob("*.dump"))
