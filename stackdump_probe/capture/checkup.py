"""A check-up of the bench, from the USB library to the core, one finding after the other."""

from collections.abc import Callable, Iterator

from stackdump_probe.arch.debug import CPUID, DAUTHSTATUS, DHCSR
from stackdump_probe.capture import findings
from stackdump_probe.capture.core import examine
from stackdump_probe.capture.findings import Finding
from stackdump_probe.capture.host import our_rules, rules_installed, system
from stackdump_probe.capture.link import Terms
from stackdump_probe.capture.next_steps import System, to_plug_in
from stackdump_probe.capture.probe import Probe, Watcher
from stackdump_probe.capture.probe_facts import ProbeFacts
from stackdump_probe.capture.pyocd_bench import find_probe, is_typed, probes_plugged_in
from stackdump_probe.capture.pyocd_probe import attached
from stackdump_probe.capture.recognise import recognised, word_or_none
from stackdump_probe.capture.targets import Target
from stackdump_probe.capture.usb import has_backend, usb_probes
from stackdump_probe.errors import CaptureError, ConnectError, NoProbe


def check_up(
    wanted: str | None, target: Target, terms: Terms, check: Callable[[], None]
) -> Iterator[Finding | CaptureError]:
    """Yield what is found; an error where it ends before the core.

    The core is neither halted nor reset, and everything is left as it was found. `check` is called
    while connecting, and may raise to end that.
    """
    yield _library()
    here = system()
    if not is_typed(wanted):
        yield from _usb(here)
    try:
        probe = find_probe(wanted)
    except CaptureError as error:
        is_empty = isinstance(error, NoProbe) and wanted is None and not usb_probes()
        yield NoProbe(str(error), hint=to_plug_in(here)) if is_empty else error
        return
    if is_typed(wanted):
        yield Finding("good", "probe", f"{wanted}: {probe.description}")
    meeting = _Meeting(check)
    try:
        with attached(probe, target, terms, watcher=meeting) as connected:
            yield from meeting.findings()
            yield from _target(connected, terms.core)
    except CaptureError as error:
        yield from meeting.findings()
        yield error


class _Meeting(Watcher):
    """Notes what the probe tells of itself, which it does also if the target does not answer."""

    def __init__(self, check: Callable[[], None]) -> None:
        self._check = check
        self._facts: ProbeFacts | None = None
        self._is_told = False

    def check(self) -> None:
        self._check()

    def met(self, facts: ProbeFacts) -> None:
        self._facts = facts

    def findings(self) -> Iterator[Finding]:
        """Yield what was noted, once."""
        if self._facts is None or self._is_told:
            return
        self._is_told = True
        for found in (findings.on_firmware(self._facts), findings.on_voltage(self._facts)):
            if found is not None:
                yield found


def _library() -> Finding:
    from pyocd import __version__

    return Finding("good", "library", f"pyOCD {__version__}")


def _usb(here: System) -> Iterator[Finding]:
    yield findings.on_backend(has_backend(), here)
    try:
        probes = probes_plugged_in()
    except (NoProbe, ConnectError) as error:
        yield Finding("bad", "probe", str(error), error.hint)
        return
    denied = any(probe.access == "denied" for probe in probes)
    rules = findings.on_rules(here, rules_installed(), our_rules(), denied=denied)
    if rules is not None:
        yield rules
    yield from findings.on_probes(probes)


def _target(probe: Probe, number: int) -> Iterator[Finding]:
    identity = probe.identity()
    if identity.dpidr is not None:
        text = f"it answers: DPIDR {identity.dpidr:#010x}, debug power is on"
        yield Finding("good", "target", text)
    part = recognised(probe)
    if part is not None:
        yield Finding("good", "part", f"{part.name} ({part.evidence})")
    cpuid = word_or_none(probe, CPUID)
    if cpuid is not None:
        yield findings.on_core(cpuid, number)
    first, again = word_or_none(probe, DHCSR), word_or_none(probe, DHCSR)
    if first is not None and again is not None:
        yield findings.on_state(first, again)
    core = examine(probe)
    if core.is_v8m:
        found = findings.on_security(word_or_none(probe, DAUTHSTATUS), core.is_secure)
        if found is not None:
            yield found
