"""What pyOCD knows of the bench: the probes that it can open, and the targets that it names."""

from contextlib import suppress
from typing import Any

from stackdump_probe.capture.choosing import ListedProbe, chosen_uid, listed
from stackdump_probe.capture.explain import explained
from stackdump_probe.capture.plan import Bank
from stackdump_probe.capture.targets import Target, target_named
from stackdump_probe.capture.usb import usb_probes
from stackdump_probe.errors import ConnectError, NoProbe, ProbePermission


def drivable_probes(uid: str | None = None) -> list[Any]:
    """The pyOCD probe objects that can be opened; `uid` may name one by type: "qemu:fw.elf"."""
    from pyocd.core import exceptions
    from pyocd.probe.aggregator import DebugProbeAggregator

    try:
        return list(DebugProbeAggregator.get_all_connected_probes(uid))
    except exceptions.Error as error:
        raise NoProbe(str(error)) from error
    except OSError as error:
        raise explained(error, "look for probes") from error


def is_typed(wanted: str | None) -> bool:
    """True if a probe is named by its type: "qemu:fw.elf". Such a one is never listed."""
    return wanted is not None and ":" in wanted


def find_probe(wanted: str | None) -> Any:
    """The pyOCD probe object that `wanted` means; None asks for the only one.

    Raises NoProbe or ProbePermission.
    """
    probes = drivable_probes(wanted if is_typed(wanted) else None)
    if is_typed(wanted) and len(probes) == 1:
        return probes[0]
    uid = chosen_uid(listed(map(_uid_and_name, probes), usb_probes()), wanted)
    found = [probe for probe in probes if probe.unique_id == uid]
    if not found:
        raise NoProbe(f"the probe {uid} is plugged in, but pyOCD does not see it")
    return found[0]


def same_probe(probe: Any) -> Any:
    """A new pyOCD object for the probe with the same id, None if it is not plugged in."""
    with suppress(NoProbe, ConnectError, ProbePermission):
        for other in drivable_probes():
            if other.unique_id == probe.unique_id:
                return other
    return None


def probes_plugged_in() -> tuple[ListedProbe, ...]:
    """Every debug probe on this machine, also those that cannot be used, and why."""
    return listed(map(_uid_and_name, drivable_probes()), usb_probes())


def _uid_and_name(probe: Any) -> tuple[str, str]:
    """What a probe is called."""
    return str(probe.unique_id), str(probe.description)


def pyocd_targets() -> tuple[Target, ...]:
    """pyOCD's own target types, to be reached as a generic core, with the RAM that they list."""
    from pyocd.target import TARGET

    unknown_ram = target_named("cortex_m").banks
    found = []
    for name, kind in TARGET.items():
        regions = getattr(kind, "MEMORY_MAP", None)
        banks = tuple(
            Bank(region.start, region.length, "RAM", is_superset=True)
            for region in (regions.regions if regions else ())
            if region.is_ram
        )
        found.append(Target((name,), "any Cortex-M", banks or unknown_ram, "pyOCD"))
    return tuple(found)
