import errno
import re
from pathlib import Path
from typing import Any

import libusb_package
import pytest
import usb.core

from stackdump_probe.capture import usb as ours
from stackdump_probe.capture.usb import KNOWN_PROBES, UsbProbe, known_name, usb_probes
from stackdump_probe.simulator.interposer import Interposer
from stackdump_probe.simulator.usb_device import PRODUCT, VENDOR, UsbBackend


class Refusing(Interposer):
    """Fails one operation on the bus with an error number."""

    def __init__(self, operation: str, number: int) -> None:
        self._operation = operation
        self._number = number

    def usb(self, operation: str) -> None:
        if operation == self._operation:
            raise usb.core.USBError("refused", errno=self._number)


@pytest.fixture
def plug_in(monkeypatch: pytest.MonkeyPatch) -> Any:
    def plug(interposer: Interposer | None = None) -> None:
        no_probe: Any = None  # nothing is sent to it
        backend = UsbBackend(no_probe, serial="S123", interposer=interposer)
        monkeypatch.setattr(libusb_package, "get_libusb1_backend", lambda: backend)

    return plug


def test_a_probe_that_can_be_opened_is_ready(plug_in: Any) -> None:
    plug_in()
    assert usb_probes() == (UsbProbe(VENDOR, PRODUCT, "QEMU CMSIS-DAP", "S123", "ready"),)


def test_a_probe_that_another_program_claimed_is_busy(plug_in: Any) -> None:
    plug_in(Refusing("claim", errno.EBUSY))
    (found,) = usb_probes()
    assert found.access == "busy"


def test_a_probe_without_permission_is_named_by_what_the_system_read(
    plug_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    plug_in(Refusing("open", errno.EACCES))
    strings = {"product": "Some CMSIS-DAP", "serial": "S123"}
    monkeypatch.setattr(ours, "_strings_of_the_system", lambda _device: strings.get)
    assert usb_probes() == (UsbProbe(VENDOR, PRODUCT, "Some CMSIS-DAP", "S123", "denied"),)


def test_a_device_that_is_no_probe_is_left_out(
    plug_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    plug_in(Refusing("open", errno.EACCES))
    monkeypatch.setattr(ours, "_strings_of_the_system", lambda _device: {}.get)
    assert usb_probes() == ()


def test_without_libusb_there_is_nothing_to_see(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_backend(**_wanted: object) -> None:
        raise usb.core.NoBackendError("No backend available")

    monkeypatch.setattr(usb.core, "find", no_backend)
    assert usb_probes() == ()


@pytest.mark.parametrize(
    ("vendor", "product", "text", "name"),
    [
        (0x0483, 0x3748, None, "ST-Link/V2"),
        (0x0D28, 0x0204, "anything", "DAPLink"),
        (0x1366, 0x1061, None, "J-Link"),
        (0x2E8A, 0x000C, None, "Raspberry Pi Debug Probe"),
        (0x1234, 0x5678, "Acme CMSIS-DAP v2", "Acme CMSIS-DAP v2"),
        (0x1234, 0x5678, "Acme CMSIS_DAP", "Acme CMSIS_DAP"),
        (0x1234, 0x5678, "Acme Mouse", None),
        (0x0483, 0x5740, None, None),
    ],
)
def test_probes_are_known_by_their_numbers_or_by_naming_themselves(
    vendor: int, product: int, text: str | None, name: str | None
) -> None:
    assert known_name(vendor, product, text) == name


def test_strings_of_the_system_are_those_of_the_device_at_bus_and_address(tmp_path: Path) -> None:
    for name, number in (("1-1", "7"), ("1-2", "8")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "busnum").write_text("1\n")
        (tmp_path / name / "devnum").write_text(f"{number}\n")
        (tmp_path / name / "serial").write_text(f"SERIAL {number}\n")
    folder = ours._system_folder(tmp_path, 1, 8)
    assert folder == tmp_path / "1-2"
    assert ours._line(folder / "serial") == "SERIAL 8"
    assert ours._line(folder / "product") is None
    assert ours._system_folder(tmp_path, 2, 8) is None


def test_the_udev_rules_cover_every_known_probe() -> None:
    rules = (Path(__file__).parents[3] / "udev/70-stackdump-probe.rules").read_text()
    for vendor, product, name in KNOWN_PROBES:
        lines = [line for line in rules.splitlines() if re.search(rf'["|]{vendor:04x}["|]', line)]
        assert any(product is None or re.search(f'{product:04x}["|]', line) for line in lines), name
        assert all('TAG+="uaccess"' in line for line in lines)


def test_every_probe_that_pyocd_drives_by_number_is_known() -> None:
    from pyocd.probe.pydapaccess.interface.common import KNOWN_CMSIS_DAP_IDS
    from pyocd.probe.stlink.usb import STLinkUSBInterface

    st = {(STLinkUSBInterface.USB_VID, product) for product in STLinkUSBInterface.USB_PID_EP_MAP}
    known = {(vendor, product) for vendor, product, _name in KNOWN_PROBES}
    assert {*KNOWN_CMSIS_DAP_IDS, *st} <= known
