"""The part is recognised through pyOCD, and nothing of the target changes by it."""

from pathlib import Path
from struct import unpack

import pytest

from stackdump_probe.arch import debug
from stackdump_probe.cli.main import run
from stackdump_probe.simulator.bench import simulated_usb_probe
from stackdump_probe.simulator.machines import MACHINES
from tests.live.programs import counting_on
from tests.live.test_locked import VendorPort
from tests.live.watching import controls, runs

LINE = ["capture", "-o", "x.dump", "--force", "--ram", "all"]


@pytest.mark.parametrize(
    ("target", "warned"), [("auto", False), ("stm32f407", False), ("nrf52840", True)]
)
def test_an_stm32f405_says_what_it_is(
    target: str,
    warned: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Its DBGMCU, which QEMU has not, is a bus fault; the ROM table tells all the same."""
    monkeypatch.chdir(tmp_path)
    with simulated_usb_probe(counting_on(MACHINES["netduinoplus2"], tmp_path)) as sim:
        assert run([*LINE, "--target", target]) == 0
        assert runs(sim)
        assert controls(sim) == 0
        assert not (sim.core.read(debug.DFSR) or 0) & debug.DFSR_HALTED
    said = capsys.readouterr().err
    assert "part: STM32F405/407/415/417 (ROM table part 0x413)" in said
    assert (f"--target is {target}, but the part is STM32F405" in said) == warned


def test_a_part_that_says_nothing_is_read_as_any_cortex_m(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    model = MACHINES["mps2-an505"]
    with simulated_usb_probe(counting_on(model, tmp_path), model.name) as sim:
        assert run(["capture", "-t", "auto", "-o", "x.dump"]) == 0
        assert runs(sim)
    said = capsys.readouterr().err
    assert "the part is not recognised, and is read as cortex_m" in said
    assert "part:" not in said


def test_an_access_port_tells_the_vendor_where_the_rom_table_is_arms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The MDM-AP of a Kinetis, whose SIM the machine has not."""
    monkeypatch.chdir(tmp_path)
    model, port = MACHINES["mps2-an386"], VendorPort(0x001C0000)
    with simulated_usb_probe(counting_on(model, tmp_path), model.name) as sim:
        sim.port.add_port(port)
        assert run(["capture", "-t", "auto", "-o", "x.dump"]) == 0
        assert runs(sim)
    said = capsys.readouterr().err
    assert "it is a part of NXP (Freescale), nothing tells which" in said
    assert "part: a part of NXP (Freescale) (an access port of its own)" in said
    assert port.written == []


def test_the_checksum_that_an_lpc_asks_of_a_program_tells_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The registers of an LPC, which the machine has not, are bus faults."""
    monkeypatch.chdir(tmp_path)
    model = MACHINES["mps2-an385"]
    with simulated_usb_probe(counting_on(model, tmp_path), model.name) as sim:
        vectors = sim.machine.read_memory(0, 28)
        assert vectors is not None
        checksum = -sum(unpack("<7I", vectors)) % 2**32
        assert sim.machine.write_memory(28, checksum.to_bytes(4, "little"))
        assert run(["capture", "-t", "auto", "-o", "x.dump"]) == 0
        assert runs(sim)
        assert controls(sim) == 0
    said = capsys.readouterr().err
    assert "part: a part of NXP (the checksum of its vector table)" in said
    assert "it is a part of NXP, nothing tells which, and is read as cortex_m" in said
