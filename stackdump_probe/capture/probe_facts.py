"""What an open probe tells of itself and of what it is connected to."""

from contextlib import suppress
from typing import Any

from stackdump_probe.errors import ConnectError
from stackdump_probe.record import Record

LEAST_VOLTAGE = 1.2  # volts: below, no Cortex-M runs
POWER = "power the target, and connect the probe's VTref to its supply"


class ProbeFacts(Record):
    """What it says; None for what it does not tell."""

    firmware: str | None = None
    protocol: tuple[int, ...] | None = None  # of CMSIS-DAP
    voltage: float | None = None  # at the reference pin

    @property
    def sees_no_power(self) -> bool:
        """True if it measures, and too little."""
        return self.voltage is not None and self.voltage < LEAST_VOLTAGE


def facts_of(probe: Any) -> ProbeFacts:
    """What pyOCD's driver knows of an open probe: CMSIS-DAP, ST-Link and J-Link other things."""
    link = getattr(probe, "_link", None)
    named = (getattr(link, name, None) for name in ("firmware_version", "version_str"))
    protocol = getattr(link, "protocol_version", None)
    return ProbeFacts(
        firmware=next((each for each in named if isinstance(each, str)), None),
        protocol=tuple(protocol) if isinstance(protocol, tuple) else None,
        voltage=_voltage(link),
    )


def with_voltage(error: ConnectError, facts: ProbeFacts) -> ConnectError:
    """`error`, or a better one where the probe measures that the target has no power.

    That is no proof: the reference pin may hang in the air.
    """
    if not facts.sees_no_power:
        return error
    text = f"{error}, and the probe measures {facts.voltage:.2f} V at its reference pin"
    return ConnectError(text, hint=POWER)


def _voltage(link: Any) -> float | None:
    volts = getattr(link, "target_voltage", None)  # ST-Link
    if volts is None:
        with suppress(Exception):  # J-Link: whatever SEGGER's library raises, it costs only this
            volts = link.hardware_status.VTarget / 1000
    return float(volts) if isinstance(volts, int | float) else None
