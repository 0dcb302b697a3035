"""What a person does so that a probe shows up and may be opened, by system."""

from typing import Literal

System = Literal["linux", "wsl", "container", "macos", "windows", "other"]

_PLUG_IN: dict[System, str] = {
    "linux": "plug it in; does `lsusb` show it? Some cables only charge",
    "wsl": "hand it over in Windows: `usbipd list`, `usbipd bind --busid ID`, "
    "`usbipd attach --wsl --busid ID`",
    "container": "pass /dev/bus/usb to the container, and install the udev rules on the host",
    "macos": "plug it in; does `system_profiler SPUSBDataType` show it? Some cables only charge",
    "windows": "does the Device Manager show it? An ST-Link needs ST's driver, a J-Link SEGGER's, "
    "others WinUSB (by Zadig) if Windows did not bind it itself",
    "other": "plug it in; some cables only charge",
}
_PERMISSION: dict[System, str] = {
    "linux": "sudo cp {rules} /etc/udev/rules.d/ && sudo udevadm control --reload && "
    "sudo udevadm trigger; then plug the probe in again; over SSH see the README.md beside it",
    "wsl": "sudo cp {rules} /etc/udev/rules.d/ && sudo udevadm control --reload, and attach it "
    "again with usbipd; without systemd in WSL see the README.md beside it",
    "container": "install the udev rules on the host: {rules}",
    "macos": "another driver holds it: close the IDE that uses it",
    "windows": "bind WinUSB to its CMSIS-DAP interface with Zadig, or install the vendor's driver",
    "other": "see the README.md beside {rules}",
}
_BACKEND: dict[System, str] = {
    "macos": "brew install libusb",
    "windows": "pip install --force-reinstall libusb-package",
}
_ANY_BACKEND = "install libusb 1.0 (Debian: apt-get install libusb-1.0-0)"


def to_plug_in(system: System) -> str:
    """So that a probe is seen."""
    return _PLUG_IN[system]


def to_be_permitted(system: System, rules: str) -> str:
    """So that it may be opened; `rules` is where our udev rules are."""
    return _PERMISSION[system].format(rules=rules)


def to_have_usb(system: System) -> str:
    """So that USB can be reached at all."""
    return _BACKEND.get(system, _ANY_BACKEND)
