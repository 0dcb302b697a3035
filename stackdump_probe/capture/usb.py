"""Who is plugged in, and who may open it: a look at USB that needs no permission to find a probe.

pyOCD lists only probes that it may open, so that a missing udev rule looks like an empty bench.
"""

import errno
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

from stackdump_probe.record import Record

Access = Literal["ready", "denied", "busy"]

# (vendor, product or None for any, name): those that pyOCD 0.46 drives by number (its lists of
# CMSIS-DAP and ST-Link probes, udev/*.rules), an STLINK-V3 that waits in its loader, and J-Link,
# whose products OpenOCD's 60-openocd.rules lists one by one.
KNOWN_PROBES: tuple[tuple[int, int | None, str], ...] = (
    (0x0D28, 0x0204, "DAPLink"),
    (0x0483, 0x3748, "ST-Link/V2"),
    (0x0483, 0x374A, "ST-Link/V2-1"),
    (0x0483, 0x374B, "ST-Link/V2-1"),
    (0x0483, 0x3752, "ST-Link/V2-1"),
    (0x0483, 0x374D, "STLINK-V3 (in its loader)"),
    (0x0483, 0x374E, "STLINK-V3"),
    (0x0483, 0x374F, "STLINK-V3"),
    (0x0483, 0x3753, "STLINK-V3"),
    (0x0483, 0x3754, "STLINK-V3"),
    (0x0483, 0x3755, "STLINK-V3"),
    (0x0483, 0x3757, "STLINK-V3"),
    (0x1366, None, "J-Link"),
    (0x2E8A, 0x000C, "Raspberry Pi Debug Probe"),
    (0x2E8A, 0x0004, "Picoprobe"),
    (0x03EB, 0x2111, "Microchip EDBG"),
    (0x03EB, 0x2140, "JTAGICE3"),
    (0x03EB, 0x2141, "Atmel-ICE"),
    (0x03EB, 0x2144, "Power Debugger"),
    (0x03EB, 0x2145, "Microchip mEDBG"),
    (0x03EB, 0x216C, "Microchip EDBGC"),
    (0x03EB, 0x2175, "Microchip nEDBG"),
    (0x04B4, 0xF138, "KitProg"),
    (0x04B4, 0xF148, "KitProg"),
    (0x04B4, 0xF151, "MiniProg4"),
    (0x04B4, 0xF152, "MiniProg4"),
    (0x04B4, 0xF154, "KitProg3"),
    (0x04B4, 0xF155, "KitProg3"),
    (0x04B4, 0xF166, "KitProg3"),
    (0x1FC9, 0x0090, "LPC-Link2"),
    (0x1FC9, 0x0143, "MCU-Link"),
    (0xC251, 0x2750, "ULINKplus"),
    (0x1A86, 0x8011, "WCH-Link"),
    (0x2A86, 0x8011, "WCH-Link"),
    (0x2341, 0x1002, "Arduino UNO R4 WiFi"),
    (0x2E3C, 0xF000, "AT-Link"),
    (0x0483, 0x572A, "CMSIS-DAP of an STM32F103"),
    (0x30CC, 0x9527, "VT-LinkII"),
)

# CMSIS-DAP, "USB Interface": the product string of every such probe contains the first of these.
# The others are what pyOCD takes from probes that got it wrong.
_PRODUCT_STRINGS = ("CMSIS-DAP", "CMSIS_DAP", "WCH-Link")

_VENDOR_SPECIFIC = 0xFF  # bInterfaceClass of a CMSIS-DAP v2, ST-Link or J-Link interface


class UsbProbe(Record):
    """A probe on USB; `serial` is None where it could not be read."""

    vendor: int
    product: int
    name: str
    serial: str | None
    access: Access


def has_backend() -> bool:
    """False if libusb is missing, without which no probe is found."""
    import libusb_package

    return libusb_package.get_libusb1_backend() is not None


def usb_probes() -> tuple[UsbProbe, ...]:
    """Every known debug probe on USB; empty where libusb is missing."""
    import libusb_package
    import usb.core

    try:
        devices = list(usb.core.find(find_all=True, backend=libusb_package.get_libusb1_backend()))
    except (usb.core.NoBackendError, usb.core.USBError):
        return ()
    return tuple(found for device in devices if (found := _probe(device)) is not None)


def known_name(vendor: int, product: int, product_string: str | None) -> str | None:
    """What kind of probe this is, None if it is none that we know."""
    for known_vendor, known_product, name in KNOWN_PROBES:
        if vendor == known_vendor and known_product in (None, product):
            return name
    if product_string and any(known in product_string for known in _PRODUCT_STRINGS):
        return product_string
    return None


def _probe(device: Any) -> UsbProbe | None:
    import usb.util

    try:
        access = _access(device)
        text = _strings_of_the_system(device) if access == "denied" else _strings(device)
    finally:
        usb.util.dispose_resources(device)
    name = known_name(device.idVendor, device.idProduct, text("product"))
    if name is None:
        return None
    return UsbProbe(device.idVendor, device.idProduct, name, text("serial"), access)


def _access(device: Any) -> Access:
    import usb.core
    import usb.util

    try:
        for number in _vendor_interfaces(device):
            usb.util.claim_interface(device, number)
            usb.util.release_interface(device, number)
    except usb.core.USBError as error:
        if error.errno == errno.EACCES:
            return "denied"
        if error.errno == errno.EBUSY:
            return "busy"
    except NotImplementedError:  # Windows: no WinUSB driver bound to it
        return "denied"
    return "ready"


def _vendor_interfaces(device: Any) -> Iterator[int]:
    for interface in device.get_active_configuration():
        if interface.bInterfaceClass == _VENDOR_SPECIFIC:
            yield interface.bInterfaceNumber


def _strings(device: Any) -> Callable[[str], str | None]:
    import usb.core

    def text(which: str) -> str | None:
        try:
            found = device.product if which == "product" else device.serial_number
        except (usb.core.USBError, ValueError):  # ValueError: it has no language table
            return None
        return str(found) if found else None

    return text


def _strings_of_the_system(device: Any) -> Callable[[str], str | None]:
    """What Linux read at plug-in time; anyone may read it."""
    folder = _system_folder(Path("/sys/bus/usb/devices"), device.bus, device.address)

    def text(which: str) -> str | None:
        return _line(folder / which) if folder else None

    return text


def _system_folder(devices: Path, bus: int, address: int) -> Path | None:
    wanted = (str(bus), str(address))
    folders = (file.parent for file in sorted(devices.glob("*/devnum")))
    return next((f for f in folders if (_line(f / "busnum"), _line(f / "devnum")) == wanted), None)


def _line(file: Path) -> str | None:
    try:
        return file.read_text(errors="replace").strip() or None
    except OSError:
        return None
