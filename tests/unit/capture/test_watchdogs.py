"""Watchdogs that are seen, and those that are frozen."""

import pytest

from stackdump_probe.capture.targets import target_named
from stackdump_probe.capture.watchdogs import WATCHDOGS, attend_to, watchdogs_of
from stackdump_probe.errors import ConnectError
from tests.builders import a_memory, words
from tests.builders.probes import FakeProbe

F4, F0, NRF52, RP2040 = map(watchdogs_of, ("stm32f407", "stm32f030", "nrf52840", "rp2040"))
APB1_FZ, WWDG_CR, IWDG_PR, IWDG_RLR = 0xE0042008, 0x40002C00, 0x40003004, 0x40003008
IDLE = {APB1_FZ: 0, WWDG_CR: 0x7F, IWDG_PR: 0, IWDG_RLR: 0xFFF}  # after reset, RM0090 21.4, 22.6
FROZEN = 0b11 << 11


def a_probe(**changed: int) -> FakeProbe:
    """An STM32F4 after reset, but for these registers."""
    values = IDLE | {globals()[name]: word for name, word in changed.items()}
    return FakeProbe(a_memory({address: words(word) for address, word in values.items()}))


def test_after_a_reset_there_is_nothing_to_warn_of() -> None:
    assert attend_to(F4, a_probe(), freeze=False) == ()


def test_a_window_watchdog_that_runs_is_told() -> None:
    (warning,) = attend_to(F4, a_probe(WWDG_CR=0xFF), freeze=False)
    assert warning == (
        "the window watchdog (WWDG) runs: it may reset the target while it stands still "
        "(--freeze-watchdog stops it meanwhile)"
    )


@pytest.mark.parametrize("changed", [{"IWDG_PR": 4}, {"IWDG_RLR": 625}])
def test_an_independent_watchdog_that_was_set_up_is_told_once(changed: dict[str, int]) -> None:
    (warning,) = attend_to(F4, a_probe(**changed), freeze=False)
    assert "the independent watchdog (IWDG) is set up" in warning


def test_a_watchdog_that_the_program_froze_itself_is_nothing_to_warn_of() -> None:
    probe = a_probe(WWDG_CR=0xFF, APB1_FZ=FROZEN)
    assert attend_to(F4, probe, freeze=False) == ()


def test_frozen_watchdogs_are_not_looked_at() -> None:
    probe = FakeProbe(a_memory({APB1_FZ: bytes(4)}), settable=[APB1_FZ])
    assert attend_to(F4, probe, freeze=True) == ()
    assert probe.calls[0] == f"set {APB1_FZ:#010x} {FROZEN:#x}"


def test_the_clock_of_the_freeze_register_comes_first() -> None:
    probe = FakeProbe(
        a_memory({0x40021018: bytes(4), 0x40015808: bytes(4)}), settable=[0x40021018, 0x40015808]
    )
    assert attend_to(F0, probe, freeze=True) == ()
    sets = [call for call in probe.calls if call.startswith("set")]
    assert sets == ["set 0x40021018 0x400000", "set 0x40015808 0x1800"]


def test_bits_that_do_not_stay_set_are_told_and_watchdogs_too() -> None:
    warnings = attend_to(F4, a_probe(WWDG_CR=0xFF), freeze=True)
    assert warnings[0] == "the watchdogs of this target cannot be frozen"
    assert warnings[1].endswith("it may reset the target while it stands still")


def test_a_freeze_register_that_faults_is_told() -> None:
    warnings = attend_to(F4, FakeProbe(), freeze=True)
    assert warnings == ("the watchdogs of this target cannot be frozen",)


@pytest.mark.parametrize("watchdogs", [None, NRF52])
def test_a_target_whose_watchdogs_nobody_can_freeze(watchdogs: None) -> None:
    assert attend_to(watchdogs, FakeProbe(), freeze=True) == (
        "no way is known to freeze the watchdogs of this target",
    )
    assert attend_to(None, FakeProbe(), freeze=False) == ()


@pytest.mark.parametrize(("halt_bit", "warns"), [(0, 0), (1 << 3, 1)])
def test_a_watchdog_that_pauses_in_a_halt_does_not_bite(halt_bit: int, warns: int) -> None:
    """nRF52832 product specification: RUNSTATUS, and CONFIG.HALT, which is 1 to keep running."""
    probe = FakeProbe(a_memory({0x40010400: words(1), 0x4001050C: words(halt_bit)}))
    assert len(attend_to(NRF52, probe, freeze=False)) == warns


def test_a_watchdog_that_is_paused_for_the_debugger_does_not_bite() -> None:
    running = FakeProbe(a_memory({0x40058000: words(1 << 30)}))
    paused = FakeProbe(a_memory({0x40058000: words(1 << 30 | 0b111 << 24)}))
    assert len(attend_to(RP2040, running, freeze=False)) == 1
    assert attend_to(RP2040, paused, freeze=False) == ()


def test_a_link_that_dies_meanwhile_is_no_watchdog_that_is_idle() -> None:
    with pytest.raises(ConnectError):
        attend_to(F4, FakeProbe(dies_after=0), freeze=False)


# DBGMCU and DBG registers as ST's and GigaDevice's headers have them.
@pytest.mark.parametrize(
    ("name", "address", "bits"),
    [
        ("stm32f103c8", 0xE0042004, 0b11 << 8),
        ("stm32h563", 0xE0044008, FROZEN),
        ("gd32f103", 0xE0042004, 0b11 << 8),
        ("gd32f450", 0xE0042008, FROZEN),
    ],
)
def test_each_family_has_its_freeze_bits(name: str, address: int, bits: int) -> None:
    probe = FakeProbe(a_memory({address: bytes(4)}), settable=[address])
    assert attend_to(watchdogs_of(target_named(name).name), probe, freeze=True) == ()
    assert probe.calls[0] == f"set {address:#010x} {bits:#x}"


@pytest.mark.parametrize("name", ["cortex_m", "stm32", "lpc1768"])
def test_of_other_targets_no_watchdog_is_known(name: str) -> None:
    assert watchdogs_of(name) is None


def test_no_family_is_listed_twice() -> None:
    prefixes = [prefix for watchdogs in WATCHDOGS for prefix in watchdogs.prefixes]
    assert len(prefixes) == len(set(prefixes))
    for prefix in prefixes:
        assert watchdogs_of(prefix) is next(w for w in WATCHDOGS if prefix in w.prefixes)
