import pytest

from stackdump_probe.capture.probe import After, halted
from stackdump_probe.errors import ConnectError
from tests.builders.probes import FakeProbe


@pytest.mark.parametrize(
    ("after", "was_halted", "last"),
    [
        ("restore", False, "resume"),
        ("restore", True, "halt"),
        ("run", False, "resume"),
        ("run", True, "resume"),
        ("halt", False, "stay_halted"),
        ("halt", True, "stay_halted"),
    ],
)
def test_the_core_is_left_as_asked(after: After, was_halted: bool, last: str) -> None:
    probe = FakeProbe(was_halted=was_halted)
    with halted(probe, after=after):
        pass
    assert probe.calls[-1] == last


def test_dhcsr_before_the_halt_is_given() -> None:
    with halted(FakeProbe(dhcsr=0x0004_0000)) as dhcsr:
        assert dhcsr == 0x0004_0000


def test_whatever_happens_in_the_block_the_core_runs_again() -> None:
    probe = FakeProbe()
    with pytest.raises(KeyboardInterrupt), halted(probe):
        raise KeyboardInterrupt
    assert not probe.is_halted


def test_a_core_that_would_not_halt_is_let_go() -> None:
    probe = FakeProbe(halts=False)
    with pytest.raises(ConnectError), halted(probe):
        pass
    assert probe.calls == ["halt", "resume"]
