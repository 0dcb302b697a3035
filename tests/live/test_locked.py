"""A part whose core is hidden by a lock, and which shows only its vendor's access port."""

from pathlib import Path

import pytest

from stackdump_probe.cli.main import run
from stackdump_probe.simulator.bench import simulated_usb_probe
from stackdump_probe.simulator.interposer import Access, Ack, Interposer, Reply
from stackdump_probe.simulator.machines import MACHINES
from tests.live.programs import counting_on

SELECT, IDR = 0x8, 0xFC


class Locked(Interposer):
    """Refuses the memory accesses of access port 0, as the AHB-AP of a locked nRF52 does."""

    def __init__(self) -> None:
        self.select = 0

    def access(self, access: Access) -> Reply | None:
        if not access.is_ap:
            if not access.is_read and access.register == SELECT:
                self.select = access.word
            return None
        is_data = self.select & 0xF0 == 0x10 or (self.select & 0xF0 == 0 and access.register == 0xC)
        return Reply(Ack.FAULT) if self.select >> 24 == 0 and is_data else None


class VendorPort:
    """An access port that has an IDR, reads as 0 elsewhere, and notes what is written to it."""

    def __init__(self, idr: int) -> None:
        self.idr = idr
        self.written: list[int] = []

    def read(self, register: int) -> int | None:
        return self.idr if register == IDR else 0

    def write(self, register: int, word: int) -> bool:
        self.written.append(register)
        return bool(word) or True

    def is_plain(self, count: int) -> bool:
        del count
        return False

    def read_words(self, count: int) -> list[int] | None:
        del count
        return None


@pytest.mark.parametrize(
    ("target", "idr", "said"),
    [
        ("nrf52840", 0x02880000, "an nRF whose APPROTECT is on"),
        ("nrf5340", 0x12880000, "an nRF whose APPROTECT is on"),
        ("k64f", 0x001C0020, "a Kinetis that is secured"),
        ("lpc55s69", 0x002A0000, "an LPC55"),
        ("efm32gg", 0x16E60001, "an EFM32 whose debug lock is on"),
        ("cortex_m", 0x16E60001, "an EFM32 whose debug lock is on"),
    ],
)
def test_a_locked_part_is_named_and_what_unlocking_costs_and_is_left_locked(
    target: str,
    idr: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    port = VendorPort(idr)
    program = counting_on(MACHINES["netduinoplus2"], tmp_path)
    with simulated_usb_probe(program, interposer=Locked()) as sim:
        sim.port.add_port(port)
        assert run(["capture", "-t", target, "-o", "x.dump"]) == 5
        assert run(["doctor"]) == 5
        assert sim.machine.is_running()
    shown = capsys.readouterr()
    assert f"cannot connect: this looks like {said}" in shown.err
    assert "nothing of that kind is done here" in shown.err
    told = next(line for line in shown.out.splitlines() if "target:" in line)
    assert told.startswith("FAIL")
    assert said.split()[1] in told
    assert not port.written
    assert not Path("x.dump").exists()
