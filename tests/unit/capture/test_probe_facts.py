"""What a probe tells of itself, as pyOCD's own drivers have it."""

from collections.abc import Sequence
from struct import pack
from types import SimpleNamespace

import pytest
from pyocd.probe.stlink.constants import Commands
from pyocd.probe.stlink.stlink import STLink

from stackdump_probe.capture.explain import translated
from stackdump_probe.capture.probe_facts import ProbeFacts, facts_of, with_voltage
from stackdump_probe.errors import ConnectError
from tests.unit.capture.bench import ABench


class StLinkOnUsb:
    """Answers like an ST-Link/V2-1 with firmware V2J37M27, whose ADC counts the voltage."""

    version_name, vid, pid, serial_number = "V2-1", 0x0483, 0x374B, "1"

    def __init__(self, reference: int, target: int, version: int = 37) -> None:
        self._counts = pack("<II", reference, target)
        self._version = version

    def open(self) -> None:
        pass

    def transfer(self, command: Sequence[int], readSize: int = 0) -> bytes:  # noqa: N803
        match command[0]:
            case Commands.GET_TARGET_VOLTAGE:
                return self._counts
            case Commands.GET_VERSION:
                return pack(">HHH", 2 << 12 | self._version << 6 | 27, self.vid, self.pid)
        return bytes(readSize)


@pytest.mark.parametrize(("target", "volts"), [(2000, 3.2), (1000, 1.6), (0, 0.0)])
def test_an_st_link_tells_firmware_and_voltage(target: int, volts: float) -> None:
    link = STLink(StLinkOnUsb(1500, target))
    link.open()
    facts = facts_of(SimpleNamespace(_link=link))
    assert facts.firmware == "V2J37M27"
    assert facts.protocol is None
    assert facts.voltage == pytest.approx(volts)
    assert facts.sees_no_power == (volts < 1.2)


def test_an_st_link_that_measures_nothing() -> None:
    link = STLink(StLinkOnUsb(0, 0))
    link.open()
    assert facts_of(SimpleNamespace(_link=link)).voltage is None


def test_an_st_link_whose_firmware_is_too_old_for_pyocd() -> None:
    link = STLink(StLinkOnUsb(1500, 2000, version=20))
    with pytest.raises(ConnectError, match="ST-Link is too old") as failure, translated("connect"):
        link.open()
    assert "update it" in (failure.value.hint or "")


def test_a_j_link_tells_its_millivolts() -> None:
    link = SimpleNamespace(hardware_status=SimpleNamespace(VTarget=3312), firmware_version="V11")
    assert facts_of(SimpleNamespace(_link=link)) == ProbeFacts("V11", None, 3.312)


def test_a_cmsis_dap_tells_its_protocol_once_it_was_open(bench: ABench) -> None:
    link = bench.link()
    link.open()
    facts = facts_of(link.session.probe)
    assert (facts.protocol, facts.voltage) == ((2, 1, 0), None)
    assert link.close() is None


def test_too_little_voltage_is_told_beside_what_failed_and_not_as_its_cause() -> None:
    error = ConnectError("cannot connect: the target does not answer", hint="wires?")
    assert with_voltage(error, ProbeFacts(voltage=3.3)) is error
    assert with_voltage(error, ProbeFacts()) is error
    told = with_voltage(error, ProbeFacts(voltage=0.06))
    assert str(told) == f"{error}, and the probe measures 0.06 V at its reference pin"
    assert "power the target" in (told.hint or "")
