import tomllib
from importlib import import_module
from pathlib import Path

import pytest
from pyocd.core import exceptions
from pyocd.core.plugin import Plugin
from pyocd.probe.debug_probe import DebugProbe

from stackdump_probe.simulator.core_debug import CoreDebug
from stackdump_probe.simulator.dap import DebugPort
from stackdump_probe.simulator.interposer import Access, Ack, Interposer, Reply
from stackdump_probe.simulator.plugin import QemuProbe, QemuProbePlugin
from stackdump_probe.simulator.probe_id import parse_probe_id
from tests.unit.simulator.fakes import FakeTarget

PROJECT = Path(__file__).parents[3] / "pyproject.toml"
READ_DPIDR = Access(False, True, 0)


def a_probe(*replies: Reply) -> QemuProbe:
    """An open probe that answers DPIDR with these replies first."""

    class Ringing(Interposer):
        def __init__(self) -> None:
            self.left = list(replies)

        def access(self, access: Access) -> Reply | None:
            return self.left.pop(0) if access == READ_DPIDR and self.left else None

    probe = QemuProbe(parse_probe_id("fw.elf", Path("/")))
    target = FakeTarget(ram=bytearray(range(64)))
    probe._port = DebugPort(target, CoreDebug(target), interposer=Ringing())
    probe.write_dp(0x4, 0x50000000)
    return probe


def test_pyocd_finds_the_plugin_by_its_entry_point() -> None:
    project = tomllib.loads(PROJECT.read_text())
    (reference,) = project["project"]["entry-points"]["pyocd.probe"].values()
    module, _, name = reference.partition(":")
    plugin = getattr(import_module(module), name)()
    assert isinstance(plugin, Plugin)
    assert plugin.name == "qemu"
    assert issubclass(plugin.load(), DebugProbe)
    assert plugin.description


def test_a_probe_exists_for_who_names_it() -> None:
    probe = QemuProbe.get_probe_with_id("fw.elf", is_explicit=True)
    assert isinstance(probe, QemuProbe)
    assert probe.unique_id == "fw.elf"
    assert probe.description == "QEMU running fw.elf"


def test_no_probe_is_plugged_in_by_itself() -> None:
    assert QemuProbe.get_all_connected_probes() == []
    assert QemuProbe.get_probe_with_id("0240000034544e45") is None


def test_an_id_that_is_not_understood_is_a_probe_error_with_a_hint() -> None:
    with pytest.raises(exceptions.ProbeError, match=r"not understood.*qemu:fw\.elf"):
        QemuProbe.get_probe_with_id("fw.elf?cores=2", is_explicit=True)


def test_opening_a_missing_elf_is_a_probe_error(tmp_path: Path) -> None:
    probe = QemuProbe(parse_probe_id("fw.elf", tmp_path))
    with pytest.raises(exceptions.ProbeError, match="No such file"):
        probe.open()
    assert not probe.is_open


def test_a_closed_probe_refuses_transfers() -> None:
    probe = QemuProbe(parse_probe_id("fw.elf", Path("/")))
    with pytest.raises(exceptions.ProbeError, match="not open"):
        probe.read_dp(0)


def test_registers_are_read_and_written() -> None:
    probe = a_probe()
    assert probe.read_dp(0) == 0x2BA01477
    probe.write_ap(0x00, 0x12)
    probe.write_ap(0x04, 0x20000000)
    assert probe.read_ap(0x0C) == 0x03020100
    assert probe.read_ap_multiple(0x0C, 2) == [0x07060504, 0x0B0A0908]
    probe.write_ap_multiple(0x0C, [1, 2])
    assert probe.read_ap(0x04) == 0x20000014


def test_a_read_may_be_fetched_later() -> None:
    fetch = a_probe().read_dp(0, now=False)
    assert fetch() == 0x2BA01477


@pytest.mark.parametrize(
    ("ack", "error"),
    [
        (Ack.FAULT, exceptions.TransferFaultError),
        (Ack.WAIT, exceptions.TransferTimeoutError),
        (Ack.NONE, exceptions.TransferError),
    ],
)
def test_what_is_not_acknowledged_is_an_error(ack: Ack, error: type[Exception]) -> None:
    with pytest.raises(error):
        a_probe(Reply(ack)).read_dp(0)


def test_a_deferred_error_waits_for_its_fetch() -> None:
    fetch = a_probe(Reply(Ack.FAULT)).read_dp(0, now=False)
    with pytest.raises(exceptions.TransferFaultError):
        fetch()


def test_the_wire_protocol_is_swd_while_connected() -> None:
    probe = a_probe()
    assert probe.wire_protocol is None
    probe.connect()
    assert probe.wire_protocol is DebugProbe.Protocol.SWD
    probe.disconnect()
    assert probe.wire_protocol is None
    assert DebugProbe.Protocol.SWD in probe.supported_wire_protocols


def test_letting_nreset_go_resets_the_core() -> None:
    probe = a_probe()
    target = FakeTarget()
    probe._core = CoreDebug(target)
    probe.assert_reset(True)
    assert probe.is_reset_asserted()
    assert target.told == []
    probe.assert_reset(False)
    assert target.told == ["reset"]
    probe.reset()
    assert target.told == ["reset", "reset"]


def test_plugin_loads_the_probe() -> None:
    assert QemuProbePlugin().load() is QemuProbe
