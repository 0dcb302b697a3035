"""The CMSIS-DAP probe as a USB device, for whoever uses pyusb: a backend with one device on it."""

import errno
import queue
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from usb.backend import IBackend
from usb.core import USBError, USBTimeoutError

from stackdump_probe.simulator.cmsis_dap import CmsisDap
from stackdump_probe.simulator.interposer import Interposer

VENDOR, PRODUCT = 0x1209, 0x0001  # pid.codes, for private tests; no vendor's quirks apply
OUT, IN = 0x01, 0x81
BULK = 2
GET_STATUS, GET_DESCRIPTOR = 0, 6
STRING = 3
ENGLISH = 0x0409
STRINGS = (None, "stackdump-probe", "QEMU CMSIS-DAP", None, "CMSIS-DAP v2")  # 3: the serial

DEVICE = SimpleNamespace(
    bLength=18, bDescriptorType=1, bcdUSB=0x0200, bDeviceClass=0, bDeviceSubClass=0,
    bDeviceProtocol=0, bMaxPacketSize0=64, idVendor=VENDOR, idProduct=PRODUCT, bcdDevice=0x0100,
    iManufacturer=1, iProduct=2, iSerialNumber=3, bNumConfigurations=1,
    bus=1, address=1, port_number=1, port_numbers=(1,), speed=3,
)  # fmt: skip
CONFIGURATION = SimpleNamespace(
    bLength=9, bDescriptorType=2, wTotalLength=32, bNumInterfaces=1, bConfigurationValue=1,
    iConfiguration=0, bmAttributes=0x80, bMaxPower=50, extra_descriptors=[],
)  # fmt: skip
INTERFACE = SimpleNamespace(
    bLength=9, bDescriptorType=4, bInterfaceNumber=0, bAlternateSetting=0, bNumEndpoints=2,
    bInterfaceClass=0xFF, bInterfaceSubClass=0, bInterfaceProtocol=0, iInterface=4,
    extra_descriptors=[],
)  # fmt: skip


class UsbBackend(IBackend):  # type: ignore[misc]  # pyusb has no types
    """A bus with the one device; `bulk_write` has the probe answer, `bulk_read` fetches it.

    What was opened before the device was pulled out is of no use after it was plugged in again.
    """

    def __init__(
        self, probe: CmsisDap, *, serial: str, interposer: Interposer | None = None
    ) -> None:
        super().__init__()
        self._probe = probe
        self._strings = [serial if index == 3 else text for index, text in enumerate(STRINGS)]
        self._interposer = interposer or Interposer()
        # not a SimpleQueue, which waits for ever if its time is up too soon (CPython 3.11)
        self._responses: queue.Queue[bytes] = queue.Queue()
        self._pulled_out = 0  # how often it was found so

    def enumerate_devices(self) -> Iterator[SimpleNamespace]:
        if self._is_plugged_in():
            yield DEVICE

    def get_parent(self, dev: object) -> None:
        del dev

    def get_device_descriptor(self, dev: SimpleNamespace) -> SimpleNamespace:
        return dev

    def get_configuration_descriptor(self, dev: object, config: int) -> SimpleNamespace:
        del dev
        return (CONFIGURATION,)[config]

    def get_interface_descriptor(
        self, dev: object, intf: int, alt: int, config: int
    ) -> SimpleNamespace:
        del dev, config
        return ((INTERFACE,),)[intf][alt]

    def get_endpoint_descriptor(
        self, dev: object, ep: int, intf: int, alt: int, config: int
    ) -> SimpleNamespace:
        del dev, intf, alt, config
        return _endpoint((OUT, IN)[ep], self._probe.packet_size)

    def open_device(self, dev: object) -> int:
        del dev
        self._interposer.usb("open")
        return self._pulled_out

    def close_device(self, dev_handle: object) -> None:
        del dev_handle

    def set_configuration(self, dev_handle: object, config_value: int) -> None:
        pass

    def get_configuration(self, dev_handle: object) -> int:
        del dev_handle
        return int(CONFIGURATION.bConfigurationValue)

    def set_interface_altsetting(self, dev_handle: object, intf: int, altsetting: int) -> None:
        pass

    def claim_interface(self, dev_handle: int, intf: int) -> None:
        del intf
        self._check(dev_handle)
        self._interposer.usb("claim")

    def release_interface(self, dev_handle: object, intf: int) -> None:
        pass

    def is_kernel_driver_active(self, dev_handle: object, intf: int) -> bool:
        del dev_handle, intf
        return False

    def bulk_write(self, dev_handle: int, ep: int, intf: int, data: Any, timeout: int) -> int:
        del ep, intf, timeout
        self._check(dev_handle)
        self._interposer.usb("write")
        command = bytes(data)
        if command:  # an empty packet only ends a transfer
            response = self._probe.execute(command)
            if self._interposer.arrives(response):
                self._responses.put(response)
        return len(command)

    def bulk_read(self, dev_handle: int, ep: int, intf: int, buff: Any, timeout: int) -> int:
        del ep, intf
        self._check(dev_handle)
        self._interposer.usb("read")
        try:
            response = self._responses.get(timeout=timeout / 1000)
        except queue.Empty:
            raise USBTimeoutError("Operation timed out", errno=errno.ETIMEDOUT) from None
        return _fill(buff, response)

    def ctrl_transfer(
        self,
        dev_handle: object,
        bmRequestType: int,  # noqa: N803
        bRequest: int,  # noqa: N803
        wValue: int,  # noqa: N803
        wIndex: int,  # noqa: N803
        data: Any,
        timeout: int,
    ) -> int:
        del dev_handle, bmRequestType, wIndex, timeout
        if bRequest == GET_STATUS:
            return _fill(data, b"\0\0")
        if bRequest == GET_DESCRIPTOR and wValue >> 8 == STRING:
            return _fill(data, self._string_descriptor(wValue & 0xFF))
        raise USBError("Pipe error", errno=errno.EPIPE)

    def _check(self, dev_handle: int) -> None:
        if not self._is_plugged_in() or dev_handle != self._pulled_out:
            raise USBError("No such device", errno=errno.ENODEV)

    def _is_plugged_in(self) -> bool:
        """Ask; once it is not, nothing stays of what was opened and of what it had to say."""
        is_in = self._interposer.is_plugged_in()
        if not is_in:
            self._pulled_out += 1
            self._responses = queue.Queue()
        return is_in

    def _string_descriptor(self, index: int) -> bytes:
        if index == 0:
            content = ENGLISH.to_bytes(2, "little")
        else:
            text = self._strings[index] if index < len(self._strings) else None
            content = (text or "").encode("utf-16-le")
        return bytes([2 + len(content), STRING]) + content


def _endpoint(address: int, packet_size: int) -> SimpleNamespace:
    return SimpleNamespace(
        bLength=7, bDescriptorType=5, bEndpointAddress=address, bmAttributes=BULK,
        wMaxPacketSize=packet_size, bInterval=0, bRefresh=0, bSynchAddress=0,
        extra_descriptors=[],
    )  # fmt: skip


def _fill(buffer: Any, content: bytes) -> int:
    """Put `content` into the host's buffer, as much of it as fits."""
    size = min(len(content), memoryview(buffer).nbytes)
    memoryview(buffer).cast("B")[:size] = content[:size]
    return size
