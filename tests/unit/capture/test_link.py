"""What is tried before a link is given up: unmodified pyOCD on a probe that is spoiled."""

import errno
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from usb.core import USBError

from stackdump_probe.arch import debug
from stackdump_probe.capture import link as module
from stackdump_probe.capture.link import Terms
from stackdump_probe.capture.pyocd_bench import find_probe
from stackdump_probe.errors import ConnectError, Interrupted, ProbePermission, RegionUnreadable
from stackdump_probe.simulator.interposer import Ack, Interposer, Reply
from tests.faults.spoilers import FOR_EVER as EVER
from tests.faults.spoilers import (
    Answered,
    Failing,
    Lossy,
    Meanwhile,
    Noisy,
    Relay,
    Span,
    Unplugged,
)
from tests.unit.capture.bench import RAM, UNHURRIED, ABench

NO_ANSWER = Reply(Ack.NONE)
QUICK = Terms(answer_within=0.5, replug_within=60)  # where an answer is waited for in vain


def first_words(
    bench: ABench,
    number: int = 1,
    before: Callable[[], None] = lambda: None,
    terms: Terms = UNHURRIED,
) -> object:
    """Open a link, do something, and read."""
    link = bench.link(terms)
    link.open()
    try:
        before()
        region = (RAM, 4 * number)
        return link.run(lambda core: core.read_memory_block32(RAM, number), region=region)
    finally:
        link.close()


def halt(core: Any) -> None:
    core.write32(debug.DHCSR, debug.DBGKEY | debug.C_DEBUGEN | debug.C_HALT)
    core.flush()


def test_a_link_reads_and_leaves_the_core_alone(bench: ABench) -> None:
    assert first_words(bench, 2) == [0x03020100, 0x07060504]
    assert not bench.target.is_halted
    assert (bench.core.read(debug.DHCSR) or 0) & 0xFFFF == 0
    assert bench.core.read(debug.DEMCR) == 0
    assert bench.told == []


@pytest.mark.parametrize("ack", [Ack.NONE, Ack.WAIT])
def test_a_transfer_that_fails_twice_is_tried_again_at_the_same_clock(
    bench: ABench, relay: Relay, ack: Ack
) -> None:
    fail = Answered(Span(0, 2), Reply(ack))
    assert first_words(bench, before=lambda: relay.put(fail)) == [0x03020100]
    assert bench.told == []


def test_a_bus_that_is_busy_for_a_while_is_waited_for(bench: ABench, relay: Relay) -> None:
    busy = Answered(Span(0, 1000), Reply(Ack.WAIT))
    assert first_words(bench, before=lambda: relay.put(busy)) == [0x03020100]
    assert bench.told == []


def test_a_bus_that_is_busy_for_ever_is_given_up(
    bench: ABench, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BUSY_DEADLINE", 0.1)
    busy = Answered(Span(0, EVER), Reply(Ack.WAIT))
    with pytest.raises(ConnectError, match="cannot read the target: the target is always busy"):
        first_words(bench, before=lambda: relay.put(busy))


def test_a_line_that_is_too_fast_is_slowed_down_and_the_user_is_told(
    bench: ABench, relay: Relay
) -> None:
    noisy = Noisy(3, 1_000_000)
    noisy._frequency = 4_000_000
    assert first_words(bench, 8, before=lambda: relay.put(noisy)) is not None
    assert bench.told == ["the target does not answer reliably at 4 MHz: going on at 1 MHz"]


def test_a_line_that_is_too_fast_to_connect_is_slowed_down(bench: ABench, relay: Relay) -> None:
    relay.put(Noisy(3, 300_000))
    assert first_words(bench) == [0x03020100]
    assert bench.told == ["the target does not answer reliably at 4 MHz: going on at 250 kHz"]


def test_a_target_that_does_not_answer_is_given_up_after_the_slowest_clock(
    bench: ABench, relay: Relay
) -> None:
    dead = Answered(Span(0, EVER), NO_ANSWER)
    with pytest.raises(ConnectError, match="cannot read the target: the target does not answer"):
        first_words(bench, before=lambda: relay.put(dead))
    assert bench.told == [
        f"the target does not answer reliably at 4 MHz: going on at {slower}"
        for slower in ("1 MHz", "250 kHz", "100 kHz")
    ]


def test_a_target_that_never_answers_cannot_be_connected_to(bench: ABench, relay: Relay) -> None:
    relay.put(Answered(Span(0, EVER), NO_ANSWER))
    with pytest.raises(ConnectError, match="cannot connect: the target does not answer"):
        bench.link().open()
    assert bench.told == []


def test_a_target_that_does_not_answer_may_have_no_power(bench: ABench, relay: Relay) -> None:
    """A lower clock is tried all the same: the reference pin may not be connected."""
    bench.probe._link.target_voltage = 0.04
    relay.put(Noisy(3, 300_000))
    assert first_words(bench) == [0x03020100]
    relay.put(Answered(Span(0, EVER), NO_ANSWER))
    with pytest.raises(ConnectError, match=r"and the probe measures 0\.04 V") as failure:
        bench.link().open()
    assert "power the target" in (failure.value.hint or "")


def test_a_probe_that_stops_answering_is_opened_anew(bench: ABench, relay: Relay) -> None:
    broken = Failing(Span(0), "write", errno.EPIPE)
    assert first_words(bench, before=lambda: relay.put(broken), terms=QUICK) == [0x03020100]
    assert bench.told == ["the probe stopped answering and had to be opened again"]


def test_a_probe_that_fails_once_more_while_it_is_opened_anew(bench: ABench, relay: Relay) -> None:
    packets = count()
    broken = Failing(lambda: next(packets) in (0, 9), "write", errno.EPIPE)
    assert first_words(bench, before=lambda: relay.put(broken), terms=QUICK) == [0x03020100]
    assert bench.told == ["the probe stopped answering and had to be opened again"]
    assert next(packets) > 40


@pytest.mark.parametrize("packet", [0, 2, 5, 12])
def test_a_probe_that_fails_while_connecting_is_opened_anew_once(
    packet: int, bench: ABench, relay: Relay
) -> None:
    """Packets 0 to 4 are those in which pyOCD asks the probe what board it is on."""
    relay.put(Failing(Span(packet), "write", errno.EPIPE))
    assert first_words(bench, terms=QUICK) == [0x03020100]
    relay.put(Failing(Span(packet, EVER), "write", errno.EPIPE))
    with pytest.raises(ConnectError, match="cannot connect: the probe does not answer any more"):
        bench.link(QUICK).open()


def test_a_probe_that_may_not_be_opened_is_not_tried_again(bench: ABench, relay: Relay) -> None:
    class Denying(Interposer):
        count = 0

        def usb(self, operation: str) -> None:
            if operation == "claim":
                self.count += 1
                raise OSError(errno.EACCES, "Access denied")

    denying = Denying()
    relay.put(denying)
    with pytest.raises(ProbePermission):
        bench.link().open()
    assert denying.count == 1


def test_what_took_the_link_away_is_told_whenever_it_is_asked_for(
    bench: ABench, relay: Relay
) -> None:
    link = bench.link(Terms(replug_within=0))
    link.open()
    relay.put(Unplugged(0))
    for _ in range(2):
        with pytest.raises(ConnectError, match="cannot read the target: the probe is gone"):
            link.run(lambda core: core.read32(RAM))
    error = link.close()
    assert "cannot leave the target as it was found: the probe is gone" in str(error)


def test_a_probe_that_is_plugged_in_again_leaves_the_target_as_it_was(
    bench: ABench, relay: Relay
) -> None:
    link = bench.link(QUICK)
    link.open()
    link.run(halt)
    relay.put(Unplugged(0, missed=40))
    with pytest.raises(ConnectError):
        link.run(lambda core: core.read32(RAM))
    assert bench.target.is_halted
    assert link.close() is None
    assert not bench.target.is_halted
    assert bench.told == [
        "the probe is gone and may have left the core halted: plug it in again within 60 s to let "
        "the core run"
    ]


def test_pulled_out_while_connecting_and_plugged_in_again_the_target_is_as_it_was(
    bench: ABench, relay: Relay
) -> None:
    failures = 0
    for packet in range(0, 40, 4):
        bench.probe = find_probe(None)
        relay.put(Unplugged(packet, missed=10))
        link = bench.link(Terms(answer_within=0.2, replug_within=60))
        try:
            link.open()
        except ConnectError:
            failures += 1
        else:
            assert link.close() is None
        relay.put(Interposer())
        assert bench.core.read(debug.DEMCR) == 0
        assert (bench.core.read(debug.DHCSR) or 0) & 0xFFFF == 0
    assert failures > 3


def test_nobody_waits_for_a_probe_if_told_to_stop(
    bench: ABench, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop() -> None:
        raise Interrupted("stopped")

    link = bench.link(Terms(replug_within=3600))
    link.open()
    monkeypatch.setattr(link._watcher, "check", stop)
    relay.put(Unplugged(0))
    with pytest.raises(ConnectError):
        link.run(lambda core: core.read32(RAM))
    assert link.close() is not None


def test_told_to_stop_while_connecting_everything_is_put_back(
    bench: ABench, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = bench.link()
    checks = iter(range(12))

    def stop() -> None:
        if next(checks, None) is None:
            raise Interrupted("stopped")

    monkeypatch.setattr(link._watcher, "check", stop)
    with pytest.raises(Interrupted):
        link.open()
    assert bench.core.read(debug.DEMCR) == 0
    assert not bench.probe.is_open


def test_what_cannot_be_put_back_at_first_is_put_back_through_a_fresh_connection(
    bench: ABench, relay: Relay
) -> None:
    link = bench.link(QUICK)
    link.open()
    link.run(halt)
    relay.put(Lossy(Span(1)))
    assert link.close() is None
    assert not bench.target.is_halted
    assert bench.core.read(debug.DEMCR) == 0


def test_a_fault_of_the_bus_is_of_the_region_and_no_remedy_is_tried(bench: ABench) -> None:
    link = bench.link()
    link.open()
    with pytest.raises(RegionUnreadable) as failure:
        link.run(lambda core: core.read32(0x6000_0000), region=(0x6000_0000, 4))
    assert (failure.value.address, failure.value.size) == (0x6000_0000, 4)
    assert link.close() is None
    assert bench.told == []


def test_a_debug_port_without_power_is_no_fault_of_the_bus(bench: ABench, relay: Relay) -> None:
    lost = Meanwhile(Span(0), bench.port.lose_power)
    assert first_words(bench, before=lambda: relay.put(lost)) == [0x03020100]


class GoneAfterFault(Interposer):
    """The bus refuses an address, and the probe is pulled out before anybody asks why."""

    def __init__(self) -> None:
        self.is_gone = False

    def reaches(self, address: int) -> bool:
        self.is_gone = self.is_gone or address == RAM
        return not self.is_gone

    def usb(self, operation: str) -> None:
        if self.is_gone and operation == "write":
            raise USBError("No such device", errno=errno.ENODEV)


def test_a_probe_that_is_gone_after_a_fault_is_what_is_told(bench: ABench, relay: Relay) -> None:
    link = bench.link(Terms(answer_within=0.2, replug_within=0))
    link.open()
    relay.put(GoneAfterFault())
    with pytest.raises(ConnectError, match="the probe is gone"):
        link.run(lambda core: core.read32(RAM), region=(RAM, 4))
    relay.put(Interposer())
    assert link.close() is None


def test_after_a_remedy_the_caller_may_say_that_it_came_too_late(
    bench: ABench, relay: Relay
) -> None:
    def too_late() -> None:
        raise ConnectError("too late")

    link = bench.link()
    link.open()
    relay.put(Answered(Span(0), NO_ANSWER))
    with pytest.raises(ConnectError, match="too late"):
        link.run(lambda core: core.read32(RAM), ensure=too_late)
    link.close()


def test_a_core_that_the_target_has_not(bench: ABench) -> None:
    with pytest.raises(ConnectError, match="the target has no core 3") as failure:
        bench.link(Terms(core=3)).open()
    assert failure.value.hint == "found: 0"
    assert not bench.probe.is_open
    assert bench.core.read(debug.DEMCR) == 0
