import signal
from collections.abc import Iterator

import pytest

from stackdump_probe.cli.stopping import SIGNALS, stop_requests
from stackdump_probe.errors import ConnectError, Interrupted


@pytest.fixture(autouse=True)
def _signals_as_in_a_terminal() -> Iterator[None]:
    """A process that was started in the background ignores some of them."""
    before = {name: signal.getsignal(getattr(signal, name)) for name in SIGNALS}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in set(SIGNALS) - {"SIGINT"}:
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    yield
    for name, handler in before.items():
        signal.signal(getattr(signal, name), handler)


@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_is_granted_at_the_next_check(name: str) -> None:
    with stop_requests() as stop:
        stop.check()
        signal.raise_signal(getattr(signal, name))
        with pytest.raises(Interrupted, match=name):
            stop.check()


def test_a_second_signal_is_answered_and_a_third_interrupts_at_once(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with stop_requests():
        signal.raise_signal(signal.SIGTERM)
        assert capfd.readouterr().err == ""
        signal.raise_signal(signal.SIGINT)
        assert "once more leaves it as it is" in capfd.readouterr().err
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_a_time_that_is_up_ends_it_too() -> None:
    with stop_requests(3600) as stop:
        stop.check()
    with stop_requests(-1) as stop, pytest.raises(ConnectError, match="not done within -1 s"):
        stop.check()


def test_signals_do_afterwards_what_they_did_before() -> None:
    before = [signal.getsignal(getattr(signal, name)) for name in SIGNALS]
    with stop_requests():
        pass
    assert [signal.getsignal(getattr(signal, name)) for name in SIGNALS] == before


def test_an_ignored_signal_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stop_requests() as stop:
            signal.raise_signal(signal.SIGHUP)
            stop.check()
    finally:
        signal.signal(signal.SIGHUP, before)
