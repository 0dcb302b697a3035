"""What a check-up of the bench found, a line each, and what to do next: facts in, words out."""

from collections.abc import Sequence
from typing import Literal

from stackdump_probe.arch import debug
from stackdump_probe.arch.cores import core_name, core_revision
from stackdump_probe.capture.choosing import ListedProbe
from stackdump_probe.capture.next_steps import System, to_be_permitted, to_have_usb
from stackdump_probe.capture.probe_facts import POWER, ProbeFacts
from stackdump_probe.record import Record

State = Literal["good", "doubt", "bad"]

OTHER_RULES = ("openocd", "probe-rs", "cmsis-dap", "stlink", "jlink", "picoprobe", "mculink")

OLD_CMSIS_DAP = (1, 1)  # older ones lack the block transfers' flow control that 1.1 brought


class Finding(Record):
    """One line of the check-up: what was looked at, what it is, and the next step if any."""

    state: State
    what: str
    text: str
    next_step: str | None = None


def on_backend(found: bool, system: System) -> Finding:
    """Can USB be reached at all?"""
    if found:
        return Finding("good", "usb", "libusb is there")
    step = to_have_usb(system)
    return Finding("bad", "usb", "libusb is missing, so no probe can be found", step)


def on_rules(system: System, names: Sequence[str], ours_at: str, *, denied: bool) -> Finding | None:
    """Do the udev rules `names` cover probes? None where there is no udev.

    `ours_at` is where ours can be copied from.
    """
    if system not in ("linux", "wsl"):
        return None
    ours = next((name for name in names if "stackdump-probe" in name), None)
    others = [name for name in names if any(each in name.lower() for each in OTHER_RULES)]
    if ours and denied:
        text = f"{ours} is installed, but a probe is still denied"
        return Finding(
            "bad",
            "rules",
            text,
            "plug the probe in again; over SSH add a group: see the README.md beside our rules",
        )
    if ours or (others and not denied):
        return Finding("good", "rules", f"{ours or ', '.join(others)} installed")
    state: State = "bad" if denied else "doubt"
    return Finding(
        state, "rules", "no udev rules for debug probes", to_be_permitted(system, ours_at)
    )


def on_probes(probes: Sequence[ListedProbe]) -> tuple[Finding, ...]:
    """Who is plugged in, and what bars it."""
    found = []
    for probe in probes:
        text = f"{probe.uid or '(id not readable)'} {probe.name}: {probe.access}"
        found.append(
            Finding("good" if probe.access == "ready" else "bad", "probe", text, probe.remedy)
        )
    return tuple(found)


def on_firmware(facts: ProbeFacts) -> Finding | None:
    """Is the probe's firmware recent enough? None if it does not tell."""
    if facts.protocol is None:
        return Finding("good", "firmware", facts.firmware) if facts.firmware else None
    protocol = ".".join(map(str, facts.protocol))
    text = f"{facts.firmware}, CMSIS-DAP {protocol}" if facts.firmware else f"CMSIS-DAP {protocol}"
    if facts.protocol < OLD_CMSIS_DAP:
        return Finding("doubt", "firmware", f"{text}, which is old", "update the probe's firmware")
    if facts.protocol < (2,):
        step = "an update to CMSIS-DAP 2 makes it several times faster, if there is one"
        return Finding("good", "firmware", f"{text}, over HID", step)
    return Finding("good", "firmware", text)


def on_voltage(facts: ProbeFacts) -> Finding | None:
    """Has the target power, as far as the probe measures it?"""
    if facts.voltage is None:
        return None
    text = f"{facts.voltage:.2f} V at the probe's reference"
    return (
        Finding("bad", "power", text, POWER)
        if facts.sees_no_power
        else Finding("good", "power", text)
    )


def on_core(cpuid: int, number: int) -> Finding:
    """Which core is it?"""
    name = core_name(cpuid)
    if name is None:
        text = f"core {number}: CPUID {cpuid:#010x} is not known"
        return Finding("doubt", "core", text, "is it a Cortex-M?")
    return Finding("good", "core", f"core {number}: {name} {core_revision(cpuid)}")


def on_state(dhcsr: int, again: int) -> Finding:
    """What does the core do? DHCSR read twice: S_RESET_ST stays set only in a reset that lasts."""
    if again & debug.S_RESET_ST:
        step = "its reset line is low, or a watchdog resets it all the time: --freeze-watchdog"
        return Finding("bad", "state", "held in reset, or reset again and again", step)
    if dhcsr & debug.S_LOCKUP:
        step = "capture it: a fault in the HardFault handler, or its stack is gone"
        return Finding("doubt", "state", "in lockup", step)
    if dhcsr & debug.S_HALT:
        step = "by a debugger, or a breakpoint instruction; `capture --after run` lets it run"
        return Finding("doubt", "state", "halted", step)
    if dhcsr & debug.S_SLEEP:
        return Finding("good", "state", "asleep (WFI or WFE); a capture wakes it for a moment")
    if dhcsr & debug.S_RESET_ST:
        return Finding("good", "state", "running; it was reset since a debugger last looked")
    return Finding("good", "state", "running")


def on_security(dauthstatus: int | None, is_secure: bool) -> Finding | None:
    """What may a debugger see of a core with the Security Extension? None for one without.

    DAUTHSTATUS.SID [5:4] and NSID [1:0] are 0b11 where invasive debug is allowed, 0b10 where it
    is forbidden, 0b00 where there is no such state.
    """
    if not dauthstatus:
        return None
    secure, nonsecure = dauthstatus >> 4 & 3, dauthstatus & 3
    now = "Secure" if is_secure else "Non-secure"
    if nonsecure == 0b10:
        text = "debug is forbidden in both states" if secure != 0b11 else "only Secure debug"
        return Finding("bad", "security", text, "debug authentication is needed: see its vendor")
    if secure == 0b10:
        text = f"only Non-secure memory and registers can be read; the core is in {now} state"
        step = "what is Secure needs debug authentication, or a part that is not provisioned yet"
        return Finding("doubt", "security", text, step)
    return Finding("good", "security", f"all can be read; the core is in {now} state")
