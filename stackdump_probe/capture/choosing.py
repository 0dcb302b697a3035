"""Which of the probes on this machine a capture uses."""

from collections.abc import Iterable, Sequence
from typing import Literal

from stackdump_probe.capture.host import permission_hint
from stackdump_probe.capture.usb import UsbProbe
from stackdump_probe.errors import NoProbe, ProbePermission, SeveralProbes
from stackdump_probe.record import Record

DOCTOR = "`stackdump-probe doctor` looks for what is in the way"


class ListedProbe(Record):
    """A probe that is plugged in; `uid` is what `--probe` takes, None if it cannot be read.

    "unusable": nobody denies it, but pyOCD lacks what it needs to drive it.
    """

    uid: str | None
    name: str
    access: Literal["ready", "denied", "busy", "unusable"]

    @property
    def remedy(self) -> str | None:
        """What makes it usable."""
        match self.access:
            case "ready":
                return None
            case "denied":
                return permission_hint()
            case "busy":
                return "another program has it open: a debugger, an IDE, a gdb server?"
            case "unusable" if "J-Link" in self.name:
                return "pyOCD needs SEGGER's J-Link software to drive it"
            case "unusable":
                return "pyOCD does not recognise it; its firmware may be too old"


def listed(
    drivable: Iterable[tuple[str, str]], on_usb: Iterable[UsbProbe]
) -> tuple[ListedProbe, ...]:
    """What pyOCD can drive, as (uid, name), joined with what USB shows beyond that."""
    on_usb = tuple(on_usb)
    busy = {probe.serial for probe in on_usb if probe.access == "busy"}
    found = [ListedProbe(uid, name, "busy" if uid in busy else "ready") for uid, name in drivable]
    uids = {probe.uid for probe in found}
    for probe in on_usb:
        if probe.serial is None or probe.serial not in uids:
            access = "unusable" if probe.access == "ready" else probe.access
            found.append(ListedProbe(probe.serial, probe.name, access))
    return tuple(found)


def chosen_uid(probes: Sequence[ListedProbe], wanted: str | None) -> str:
    """The uid of the one probe that is meant; a unique part of a uid is enough.

    Raises NoProbe if there is none or more than one, ProbePermission if it may not be opened.
    """
    candidates = _matching(probes, wanted)
    if not candidates:
        raise NoProbe(_none_found(wanted), hint=_hint_where_to_look(probes))
    usable = [probe for probe in candidates if probe.access in ("ready", "busy") and probe.uid]
    if not usable:
        _refuse(candidates[0])
    if len(usable) > 1:
        raise SeveralProbes([(probe.uid or "", probe.name) for probe in usable])
    return usable[0].uid or ""


def _matching(probes: Sequence[ListedProbe], wanted: str | None) -> list[ListedProbe]:
    if wanted is None:
        return list(probes)
    exact = [probe for probe in probes if probe.uid and probe.uid.lower() == wanted.lower()]
    return exact or [probe for probe in probes if probe.uid and wanted.lower() in probe.uid.lower()]


def _none_found(wanted: str | None) -> str:
    return "no debug probe found" if wanted is None else f"no debug probe {wanted!r} found"


def _hint_where_to_look(probes: Sequence[ListedProbe]) -> str:
    if not probes:
        return f"is it plugged in? {DOCTOR}"
    return "plugged in: " + ", ".join(f"{probe.uid or '?'} ({probe.name})" for probe in probes)


def _refuse(probe: ListedProbe) -> None:
    if probe.access == "denied":
        raise ProbePermission(
            f"{probe.name} is plugged in, but this user may not open it", hint=probe.remedy
        )
    raise NoProbe(f"{probe.name} is plugged in, but cannot be used", hint=probe.remedy)
