import errno
from array import array

import pytest
import usb.core
import usb.util

from stackdump_probe.simulator.cmsis_dap import CmsisDap
from stackdump_probe.simulator.core_debug import CoreDebug
from stackdump_probe.simulator.dap import DebugPort
from stackdump_probe.simulator.interposer import Interposer
from stackdump_probe.simulator.usb_device import IN, OUT, UsbBackend
from tests.unit.simulator.fakes import FakeTarget


def a_device(interposer: Interposer | None = None) -> usb.core.Device:
    """The one device on the bus, as pyusb finds it."""
    target = FakeTarget()
    port = DebugPort(target, CoreDebug(target))
    probe = CmsisDap(port, serial="Q1", reset=lambda: None)
    return usb.core.find(backend=UsbBackend(probe, serial="Q1", interposer=interposer))


def test_its_strings_name_it() -> None:
    device = a_device()
    assert (device.manufacturer, device.product, device.serial_number) == (
        "stackdump-probe",
        "QEMU CMSIS-DAP",
        "Q1",
    )


def test_its_interface_is_one_of_cmsis_dap_v2() -> None:
    # CMSIS-DAP, "USB Interface": class 0xFF, "CMSIS-DAP" in its name, bulk out, then bulk in.
    interface = a_device().get_active_configuration()[(0, 0)]
    assert (interface.bInterfaceClass, interface.bInterfaceSubClass) == (0xFF, 0)
    assert "CMSIS-DAP" in usb.util.get_string(interface.device, interface.iInterface)
    assert [endpoint.bEndpointAddress for endpoint in interface] == [OUT, IN]
    assert [endpoint.bmAttributes for endpoint in interface] == [2, 2]


def test_a_command_written_is_answered_by_a_read() -> None:
    device = a_device()
    assert device.write(OUT, b"\x00\x03") == 2
    assert device.read(IN, 512).tobytes() == b"\x00\x03Q1\0"


def test_responses_come_in_order() -> None:
    device = a_device()
    device.write(OUT, b"\x03")
    device.write(OUT, b"\x0a")
    assert [device.read(IN, 64).tobytes() for _ in range(2)] == [b"\x03\x00", b"\x0a\x00\x00"]


def test_reading_with_nothing_to_read_times_out() -> None:
    with pytest.raises(usb.core.USBTimeoutError):
        a_device().read(IN, 512, timeout=1)


def test_an_empty_packet_is_no_command() -> None:
    device = a_device()
    device.write(OUT, b"")
    with pytest.raises(usb.core.USBTimeoutError):
        device.read(IN, 512, timeout=1)


def test_a_request_that_it_does_not_know_stalls() -> None:
    with pytest.raises(usb.core.USBError) as stall:
        a_device().ctrl_transfer(0x40, 0x99)
    assert stall.value.errno == errno.EPIPE


def test_its_status_is_bus_powered() -> None:
    assert a_device().ctrl_transfer(0x80, 0, 0, 0, 2) == array("B", [0, 0])


def test_no_kernel_driver_holds_it() -> None:
    assert not a_device().is_kernel_driver_active(0)


@pytest.mark.parametrize("operation", ["open", "claim", "write", "read"])
def test_an_interposer_may_fail_any_operation(operation: str) -> None:
    class Fails(Interposer):
        def usb(self, operation_here: str) -> None:
            if operation_here == operation:
                raise usb.core.USBError("No such device", errno=errno.ENODEV)

    device = a_device(Fails())
    with pytest.raises(usb.core.USBError) as failure:  # noqa: PT012  (which of them is the point)
        device.write(OUT, b"\x03")
        device.read(IN, 64)
    assert failure.value.errno == errno.ENODEV


class Cable(Interposer):
    """Plugged in or not; a response may get lost."""

    plugged = True
    loses = False

    def is_plugged_in(self) -> bool:
        return self.plugged

    def arrives(self, response: bytes) -> bool:
        del response
        return not self.loses


def test_a_device_that_is_pulled_out_is_found_no_more() -> None:
    cable = Cable()
    cable.plugged = False
    assert a_device(cable) is None


def test_what_was_opened_before_it_was_pulled_out_is_of_no_use_afterwards() -> None:
    cable = Cable()
    device = a_device(cable)
    device.write(OUT, b"\x03")
    cable.plugged = False
    with pytest.raises(usb.core.USBError) as failure:
        device.write(OUT, b"\x03")
    assert failure.value.errno == errno.ENODEV
    cable.plugged = True
    with pytest.raises(usb.core.USBError):
        device.read(IN, 64)
    usb.util.dispose_resources(device)
    assert device.write(OUT, b"\x03") == 1
    assert device.read(IN, 64).tobytes() == b"\x03\x00"


def test_a_response_may_get_lost() -> None:
    cable = Cable()
    cable.loses = True
    device = a_device(cable)
    device.write(OUT, b"\x03")
    with pytest.raises(usb.core.USBTimeoutError):
        device.read(IN, 512, timeout=1)
