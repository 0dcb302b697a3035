"""Signals at many moments of a capture."""

import os
import signal
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


class SignalAt(Interposer):
    """Sends this process a signal before the n-th transfer on the bus."""

    def __init__(self) -> None:
        self.left = -1
        self.count = 0

    def usb(self, operation: str) -> None:
        if operation == "write":
            self.count += 1
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGTERM)


def test_a_signal_at_any_moment_leaves_the_target_running_and_no_half_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, interposer = MACHINES["netduinoplus2"], SignalAt()
    program = counting_on(model, tmp_path)
    line = ["capture", "-t", "stm32f4", "--region", "0x20000000:16k", "-o"]
    with simulated_usb_probe(program, interposer=interposer) as sim:
        assert run([*line, str(tmp_path / "whole.dump")]) == 0
        for at in range(1, interposer.count, max(interposer.count // 25, 1)):
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
    assert "stopped by SIGTERM; what was read is in" in capsys.readouterr().err
