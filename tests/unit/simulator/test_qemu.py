import shutil
from pathlib import Path

import pytest

from stackdump_probe.errors import SimulatorError
from stackdump_probe.simulator.machines import machine_named
from stackdump_probe.simulator.qemu import qemu_command, qemu_program


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The programs that are installed; empty at first."""
    installed: dict[str, str] = {}
    monkeypatch.setattr(shutil, "which", installed.get)
    return installed


def test_without_qemu_the_error_says_how_to_install_it(programs: dict[str, str]) -> None:
    assert not programs
    with pytest.raises(SimulatorError, match="not installed") as refusal:
        qemu_program()
    assert "apt install qemu-system-arm" in str(refusal.value.hint)


def test_channels_are_sockets_handed_down(programs: dict[str, str]) -> None:
    programs["qemu-system-arm"] = "/usr/bin/qemu-system-arm"
    command = qemu_command(machine_named("microbit"), Path("/fw.elf"), {"gdb": 7, "qmp": 8})
    assert command[:6] == [
        "/usr/bin/qemu-system-arm", "-machine", "microbit", "-kernel", "/fw.elf", "-S",
    ]  # fmt: skip
    assert "socket,id=gdb,fd=7" in command
    assert "socket,id=qmp,fd=8" in command


def test_the_child_dies_with_its_parent(programs: dict[str, str]) -> None:
    programs |= {"qemu-system-arm": "/bin/qemu", "setpriv": "/usr/bin/setpriv"}
    command = qemu_command(machine_named("microbit"), Path("/fw.elf"), {})
    assert command[:5] == ["/usr/bin/setpriv", "--pdeathsig", "KILL", "--", "/bin/qemu"]
