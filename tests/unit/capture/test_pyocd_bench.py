from types import SimpleNamespace
from typing import Any

import pytest

from stackdump_probe.capture import pyocd_bench as module
from stackdump_probe.capture.pyocd_bench import drivable_probes, find_probe, pyocd_targets
from stackdump_probe.capture.usb import UsbProbe
from stackdump_probe.errors import ConnectError, NoProbe


def a_probe(uid: str) -> Any:
    return SimpleNamespace(unique_id=uid, description=f"probe {uid}")


def plug_in(monkeypatch: pytest.MonkeyPatch, drivable: list[Any], *on_usb: UsbProbe) -> None:
    monkeypatch.setattr(module, "drivable_probes", lambda _uid=None: drivable)
    monkeypatch.setattr(module, "usb_probes", lambda: on_usb)


def test_the_probe_that_is_meant_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = a_probe("A1"), a_probe("B2")
    plug_in(monkeypatch, [first, second])
    assert find_probe("b") is second


def test_a_probe_named_by_its_type_needs_no_usb(monkeypatch: pytest.MonkeyPatch) -> None:
    only = a_probe("/x/fw.elf")
    plug_in(monkeypatch, [only])
    assert find_probe("qemu:fw.elf") is only


def test_a_busy_probe_that_pyocd_does_not_list(monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(monkeypatch, [], UsbProbe(0x0483, 0x374B, "ST-Link/V2-1", "066B", "busy"))
    with pytest.raises(NoProbe, match="pyOCD does not see it"):
        find_probe(None)


def test_usb_that_fails_while_probes_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    from pyocd.probe.aggregator import DebugProbeAggregator

    def fail(_uid: str | None) -> None:
        raise OSError(19, "No such device")

    monkeypatch.setattr(DebugProbeAggregator, "get_all_connected_probes", fail)
    with pytest.raises(ConnectError, match="cannot look for probes: the probe is gone"):
        module.drivable_probes()


def test_pyocds_own_targets_bring_their_ram() -> None:
    by_name = {target.name: target for target in pyocd_targets()}
    assert [(bank.start, bank.size) for bank in by_name["k64f"].ram] == [(0x1FFF_0000, 0x4_0000)]
    assert by_name["cortex_m"].ram  # without a map of its own


def test_a_type_of_probe_that_pyocd_does_not_know() -> None:
    with pytest.raises(NoProbe, match="nonsense"):
        drivable_probes("nonsense:1")
