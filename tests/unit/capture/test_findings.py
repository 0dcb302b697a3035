"""What a check-up says of each fact, and what to do next."""

import pytest

from stackdump_probe.arch import debug
from stackdump_probe.capture import findings
from stackdump_probe.capture.choosing import ListedProbe
from stackdump_probe.capture.next_steps import System, to_be_permitted, to_plug_in
from stackdump_probe.capture.probe_facts import ProbeFacts
from tests.builders.probes import CORTEX_M4

SYSTEMS: tuple[System, ...] = ("linux", "wsl", "container", "macos", "windows", "other")
OURS = "70-stackdump-probe.rules"
OURS_AT = "/x/70-stackdump-probe.rules"


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_system_has_a_next_step_for_what_may_be_missing(system: System) -> None:
    assert findings.on_backend(True, system).state == "good"
    missing = findings.on_backend(False, system)
    assert (missing.state, bool(missing.next_step)) == ("bad", True)
    assert to_plug_in(system)
    denied = findings.on_probes([ListedProbe("1", "DAPLink", "denied")])
    assert (denied[0].state, bool(denied[0].next_step)) == ("bad", True)


@pytest.mark.parametrize("system", ["linux", "wsl"])
def test_the_rule_file_is_named_with_the_commands_that_install_it(system: System) -> None:
    step = to_be_permitted(system, OURS_AT)
    assert f"sudo cp {OURS_AT} /etc/udev/rules.d/ && sudo udevadm control --reload" in step
    assert "udev" not in to_be_permitted("macos", OURS_AT)
    assert "Zadig" in to_be_permitted("windows", OURS_AT)


def test_wsl_is_told_of_usbipd_and_windows_of_drivers() -> None:
    assert "usbipd attach" in to_plug_in("wsl")
    assert "WinUSB" in to_plug_in("windows")


@pytest.mark.parametrize(
    ("names", "denied", "state", "step"),
    [
        ((OURS,), False, "good", ""),
        (("60-openocd.rules",), False, "good", ""),
        (("60-openocd.rules",), True, "bad", f"sudo cp {OURS_AT} /etc/udev/"),
        ((), False, "doubt", f"sudo cp {OURS_AT} /etc/udev/"),
        ((), True, "bad", "udevadm control --reload"),
        ((OURS,), True, "bad", "plug the probe in again"),
        (("99-tty.rules",), False, "doubt", "sudo cp"),
    ],
)
def test_rules_are_judged_by_whether_a_probe_is_denied(
    names: tuple[str, ...], denied: bool, state: str, step: str
) -> None:
    found = findings.on_rules("linux", names, OURS_AT, denied=denied)
    assert found is not None
    assert found.state == state
    assert step in (found.next_step or "")


@pytest.mark.parametrize("system", ["macos", "windows", "container", "other"])
def test_without_udev_there_are_no_rules_to_look_for(system: System) -> None:
    assert findings.on_rules(system, (), OURS_AT, denied=False) is None


def test_each_probe_has_a_line() -> None:
    probes = [ListedProbe("A1", "DAPLink", "ready"), ListedProbe(None, "ST-Link", "busy")]
    ready, busy = findings.on_probes(probes)
    assert (ready.state, ready.text, ready.next_step) == ("good", "A1 DAPLink: ready", None)
    assert (busy.state, busy.text) == ("bad", "(id not readable) ST-Link: busy")
    assert "another program" in (busy.next_step or "")


@pytest.mark.parametrize(
    ("facts", "state", "said"),
    [
        (ProbeFacts("V2J37M27"), "good", "V2J37M27"),
        (ProbeFacts("2.2.1", (2, 1, 0)), "good", "2.2.1, CMSIS-DAP 2.1.0"),
        (ProbeFacts(None, (1, 2, 0)), "good", "over HID"),
        (ProbeFacts(None, (1, 0, 0)), "doubt", "old"),
    ],
)
def test_firmware(facts: ProbeFacts, state: str, said: str) -> None:
    found = findings.on_firmware(facts)
    assert found is not None
    assert found.state == state
    assert said in found.text


def test_a_probe_that_tells_nothing_of_itself_gets_no_line() -> None:
    assert findings.on_firmware(ProbeFacts()) is None
    assert findings.on_voltage(ProbeFacts()) is None


@pytest.mark.parametrize(("volts", "state"), [(3.28, "good"), (1.8, "good"), (0.06, "bad")])
def test_voltage(volts: float, state: str) -> None:
    found = findings.on_voltage(ProbeFacts(voltage=volts))
    assert found is not None
    assert (found.state, bool(found.next_step)) == (state, state == "bad")


def test_core() -> None:
    assert findings.on_core(CORTEX_M4, 0).text == "core 0: Cortex-M4 r0p1"
    assert findings.on_core(0, 1).state == "doubt"


@pytest.mark.parametrize(
    ("dhcsr", "again", "state", "said"),
    [
        (debug.S_RETIRE_ST, 0, "good", "running"),
        (debug.S_RESET_ST, 0, "good", "it was reset since"),
        (debug.S_RESET_ST, debug.S_RESET_ST, "bad", "held in reset"),
        (debug.S_LOCKUP, debug.S_LOCKUP, "doubt", "in lockup"),
        (debug.S_HALT, debug.S_HALT, "doubt", "halted"),
        (debug.S_SLEEP, debug.S_SLEEP, "good", "asleep"),
    ],
)
def test_state(dhcsr: int, again: int, state: str, said: str) -> None:
    found = findings.on_state(dhcsr, again)
    assert found.state == state
    assert said in found.text


# DDI 0553 DAUTHSTATUS: SNID [7:6], SID [5:4], NSNID [3:2], NSID [1:0].
@pytest.mark.parametrize(
    ("word", "state", "said"),
    [
        (0b11_11_11_11, "good", "all can be read; the core is in Secure state"),
        (0b10_10_11_11, "doubt", "only Non-secure"),
        (0b10_10_10_10, "bad", "forbidden in both"),
    ],
)
def test_security(word: int, state: str, said: str) -> None:
    found = findings.on_security(word, is_secure=True)
    assert found is not None
    assert found.state == state
    assert said in found.text


@pytest.mark.parametrize("word", [None, 0])
def test_a_core_without_the_security_extension_gets_no_line(word: int | None) -> None:
    assert findings.on_security(word, is_secure=False) is None
