"""What is written to leave a target as it was found; the rest is in test_pyocd_session.py."""

import pytest

from stackdump_probe.arch import debug
from stackdump_probe.capture.as_found import AsFound, CoreWords, let_run, running_controls
from stackdump_probe.errors import ConnectError


class Registers:
    """A core whose S_HALT goes when C_HALT is cleared, or does not."""

    core_number = 0

    def __init__(self, *, runs: bool = True, **words: int) -> None:
        self._runs = runs
        self.words = {debug.DHCSR: debug.S_HALT | 3, debug.DCRDR: 9, debug.DFSR: 1}
        self.words |= {getattr(debug, name): word for name, word in words.items()}
        self.written: list[tuple[int, int]] = []

    def read32(self, address: int) -> int:
        return self.words[address]

    def write32(self, address: int, word: int) -> None:
        self.written.append((address, word))
        if address == debug.DHCSR and self._runs and not word & debug.C_HALT:
            self.words[address] &= ~debug.S_HALT

    def flush(self) -> None:
        pass


@pytest.mark.parametrize(
    ("found", "left"),
    [
        (0, 0),
        (debug.S_HALT | debug.S_SLEEP, 0),
        (debug.C_MASKINTS, 0),
        (debug.C_DEBUGEN, debug.C_DEBUGEN),
        (debug.C_DEBUGEN | debug.C_HALT | debug.S_HALT, debug.C_DEBUGEN),
        (debug.C_DEBUGEN | debug.C_MASKINTS, debug.C_DEBUGEN | debug.C_MASKINTS),
        (debug.C_DEBUGEN | debug.C_STEP | debug.C_SNAPSTALL, debug.C_DEBUGEN | debug.C_SNAPSTALL),
    ],
)
def test_the_controls_of_a_core_that_runs(found: int, left: int) -> None:
    """Without C_DEBUGEN the others are UNKNOWN (DDI 0403 C1.6.2)."""
    assert running_controls(found) == left


def test_debug_stays_enabled_until_the_core_runs_and_is_disabled_last() -> None:
    core = Registers()
    let_run(core, CoreWords(dhcsr=0, dcrdr=0x55, dfsr=0))
    assert core.written == [
        (debug.DHCSR, debug.DBGKEY | debug.C_DEBUGEN),
        (debug.DCRDR, 0x55),
        (debug.DFSR, debug.DFSR_HALTED | debug.DFSR_VCATCH),
        (debug.DHCSR, debug.DBGKEY),
    ]


def test_a_debug_event_that_was_there_before_is_not_cleared() -> None:
    core = Registers()
    let_run(core, CoreWords(dhcsr=0, dcrdr=0, dfsr=debug.DFSR_HALTED))
    assert (debug.DFSR, debug.DFSR_VCATCH) in core.written


def test_interrupts_that_a_debugger_masked_stay_masked_while_the_core_is_let_run() -> None:
    core = Registers()
    controls = debug.C_DEBUGEN | debug.C_MASKINTS
    let_run(core, CoreWords(dhcsr=controls, dcrdr=0, dfsr=0))
    written = [word for address, word in core.written if address == debug.DHCSR]
    assert written == [debug.DBGKEY | controls] * 2


def test_a_core_that_stays_halted_is_told() -> None:
    with pytest.raises(ConnectError, match="the core does not run on"):
        let_run(Registers(runs=False), CoreWords(dhcsr=0, dcrdr=0, dfsr=0))


def test_what_was_seen_first_counts() -> None:
    found = AsFound()
    found.remember_core(Registers(DHCSR=0))
    found.remember_core(Registers(DHCSR=debug.S_HALT | 3))
    assert found.cores[0].dhcsr == 0
    assert found.stay_halted == set()


def test_a_core_that_was_halted_is_to_stay_so() -> None:
    found = AsFound()
    found.remember_core(Registers())
    assert found.stay_halted == {0}
