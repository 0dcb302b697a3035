"""The check-up of a bench in QEMU, through pyOCD's own CMSIS-DAP code."""

import errno
from pathlib import Path

import pytest
import usb.core

from stackdump_probe.arch import debug
from stackdump_probe.cli.main import run
from stackdump_probe.simulator.bench import simulated_usb_probe
from stackdump_probe.simulator.interposer import Ack, Reply
from stackdump_probe.simulator.machines import MACHINES
from stackdump_probe.simulator.usb_device import UsbBackend
from tests.faults.spoilers import FOR_EVER, Answered, Span
from tests.live.programs import counting_on
from tests.live.watching import controls, runs


def said(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, str]:
    """The first line of each thing that was looked at."""
    lines = [line for line in capsys.readouterr().out.splitlines() if not line.startswith(" ")]
    found: dict[str, str] = {}
    for line in lines:
        what, _, text = line[5:].partition(":")
        found.setdefault(what, f"{line[:4].strip()} {text.strip()}")
    assert set(words) <= set(found), found
    return found


def test_a_bench_that_works(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with simulated_usb_probe(counting_on(MACHINES["netduinoplus2"], tmp_path)) as sim:
        assert run(["doctor"]) == 0
        assert runs(sim)
        assert controls(sim) == 0
    found = said(capsys, "library", "usb", "probe", "firmware", "target", "part", "core", "state")
    assert found["probe"].endswith("ready")
    assert "CMSIS-DAP 2.1.0" in found["firmware"]
    assert "DPIDR 0x2ba01477" in found["target"]
    assert "STM32F405" in found["part"]
    assert found["core"] == "ok core 0: Cortex-M4 r0p0"  # as QEMU has it
    assert found["state"].startswith("ok running")


def test_a_core_that_a_debugger_halted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with simulated_usb_probe(counting_on(MACHINES["mps2-an505"], tmp_path), "mps2-an505") as sim:
        sim.core.write(debug.DHCSR, debug.DBGKEY | debug.C_DEBUGEN | debug.C_HALT)
        assert run(["doctor"]) == 0
        assert sim.machine.is_halted
    assert said(capsys, "state")["state"] == "note halted"


def test_a_target_that_does_not_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The probe tells of itself all the same."""
    dead = Answered(Span(0, FOR_EVER), Reply(Ack.NONE))
    with simulated_usb_probe(counting_on(MACHINES["netduinoplus2"], tmp_path), interposer=dead):
        assert run(["doctor"]) == 5
    found = said(capsys, "firmware", "target")
    assert found["firmware"] == "ok 1.0.0, CMSIS-DAP 2.1.0"
    assert found["target"] == "FAIL cannot connect: the target does not answer"


def test_no_probe_at_all(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("usb.core.find", lambda *_, **__: iter(()))
    assert run(["doctor"]) == 3
    assert said(capsys, "probe")["probe"] == "FAIL no debug probe found"


def test_a_probe_that_may_not_be_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_arguments: object) -> None:
        raise usb.core.USBError("access denied", -3, errno.EACCES)

    with simulated_usb_probe(counting_on(MACHINES["netduinoplus2"], tmp_path)):
        monkeypatch.setattr(UsbBackend, "open_device", refuse)
        strings = "stackdump_probe.capture.usb._strings_of_the_system"  # /sys does not know it
        monkeypatch.setattr(strings, lambda _device: lambda _which: "CMSIS-DAP of QEMU")
        assert run(["doctor"]) == 4
    assert said(capsys, "probe")["probe"].endswith("denied")
