import json

import pytest

from stackdump_probe.errors import SimulatorError
from stackdump_probe.simulator.qmp import Qmp
from tests.unit.simulator.fakes import a_qemu

GREETING = b'{"QMP": {"version": {}, "capabilities": []}}\r\n'
READY = GREETING + b'{"return": {}}\r\n'


def test_the_monitor_is_asked_as_its_protocol_says() -> None:
    with a_qemu(READY, b'{"return": {"status": "running", "running": true}}\r\n') as qemu:
        assert Qmp(qemu.channel).is_running()
        commands = [json.loads(line)["execute"] for line in qemu.heard().splitlines()]
    assert commands == ["qmp_capabilities", "query-status"]


def test_events_are_no_answer() -> None:
    event = b'{"timestamp": {}, "event": "STOP"}\r\n'
    with a_qemu(READY, event, b'{"return": {"running": false}}\r\n') as qemu:
        assert not Qmp(qemu.channel).is_running()


def test_a_refused_command_is_an_error_with_its_reason() -> None:
    refusal = b'{"error": {"class": "GenericError", "desc": "no such disk"}}\r\n'
    with a_qemu(READY, refusal) as qemu:
        monitor = Qmp(qemu.channel)
        with pytest.raises(SimulatorError, match="refuses eject: no such disk"):
            monitor.execute("eject", device="ide0")
