"""One pyOCD session: what it changes, and that it is closed whatever happens."""

import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, SimpleQueue

import pytest

from stackdump_probe.arch import debug
from stackdump_probe.capture.as_found import AsFound
from stackdump_probe.capture.pyocd_session import begin_again, closed, has_power, opened
from stackdump_probe.errors import ConnectError, Interrupted
from stackdump_probe.simulator.core_debug import DWT_CTRL, FP_CTRL
from stackdump_probe.simulator.dap import DRW
from stackdump_probe.simulator.interposer import Access, Ack, Interposer, Reply
from tests.faults.spoilers import FOR_EVER, Answered, Lossy, Relay, Span, Stuck
from tests.unit.capture.bench import RAM, ABench, a_bench

HZ = 4_000_000


@pytest.fixture
def bench(relay: Relay) -> Iterator[ABench]:
    with a_bench(relay, as_found={DWT_CTRL: 0x4000_0001, FP_CTRL: 0x261}) as bench:
        yield bench


def test_only_debug_and_trace_are_enabled_and_both_are_noted_before(bench: ABench) -> None:
    found = AsFound()
    session = opened(bench.probe, "cortex_m", HZ, found)
    assert bench.core.read(debug.DEMCR) == debug.DEMCR_TRCENA
    assert (bench.core.read(debug.DHCSR) or 0) & 0xFFFF == debug.C_DEBUGEN
    assert (bench.core.read(DWT_CTRL), bench.core.read(FP_CTRL)) == (0x4000_0001, 0x261)
    assert list(found.demcr.values()) == [0]
    assert found.cores[0].dhcsr & 0xFFFF == 0
    assert found.is_due
    assert found.put_back(session.target) == []
    closed(session)
    assert not found.is_due
    assert bench.core.read(debug.DEMCR) == 0
    assert (bench.core.read(debug.DHCSR) or 0) & 0xFFFF == 0


def test_the_working_directory_stays_and_no_script_in_it_is_run(
    bench: ABench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyocd_user.py").write_text("open('was_run', 'w')\n")
    monkeypatch.chdir(tmp_path)
    session = opened(bench.probe, "cortex_m", HZ, AsFound())
    closed(session)
    assert Path.cwd() == tmp_path
    assert not (tmp_path / "was_run").exists()


def test_a_core_that_pyocd_could_not_make_is_told(bench: ABench, relay: Relay) -> None:
    class NoCpuid(Interposer):
        def reaches(self, address: int) -> bool:
            return address != debug.CPUID

    relay.put(NoCpuid())
    found = AsFound()
    with pytest.raises(ConnectError, match="cannot connect: core 0 does not answer") as failure:
        opened(bench.probe, "cortex_m", HZ, found)
    assert failure.value.hint
    assert not bench.probe.is_open
    assert bench.core.read(debug.DEMCR) == 0


def test_what_ends_it_on_the_way_comes_out_with_everything_put_back(bench: ABench) -> None:
    for step in range(1, 30):
        left = [step]

        def stop(left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] == 0:
                raise Interrupted("stopped")

        try:
            session = opened(bench.probe, "cortex_m", HZ, found := AsFound(), check=stop)
        except Interrupted:
            assert not bench.probe.is_open
            assert bench.core.read(debug.DEMCR) == 0
            assert (bench.core.read(debug.DHCSR) or 0) & 0xFFFF == 0
        else:
            found.put_back(session.target)
            closed(session)
            break
    assert step > 10


def test_a_probe_that_never_answers_is_given_up_in_time(bench: ABench, relay: Relay) -> None:
    relay.put(Lossy(Span(0, FOR_EVER)))
    with pytest.raises(ConnectError, match="cannot connect"):
        opened(bench.probe, "cortex_m", HZ, AsFound(), answer_within=0.1)
    assert not bench.probe.is_open


@pytest.mark.parametrize("packet", [0, 3, 9, 20])
def test_no_thread_is_left_that_would_take_the_answers_of_the_next(
    packet: int, bench: ABench, relay: Relay
) -> None:
    relay.put(Lossy(Span(packet, FOR_EVER)))
    with pytest.raises(ConnectError):
        opened(bench.probe, "cortex_m", HZ, AsFound(), answer_within=0.1)
    assert bench.probe._link._interface.closed
    assert not any("CMSIS-DAPv2 receive" in each.name for each in threading.enumerate())


def test_an_answer_is_waited_for_at_a_queue_whose_time_runs_out(bench: ABench) -> None:
    opened(bench.probe, "cortex_m", HZ, found := AsFound(), answer_within=0.1)
    waiting = bench.probe._link._interface.rcv_data
    with pytest.raises(Empty):
        waiting.get(timeout=0.01)
    assert not isinstance(waiting, SimpleQueue)
    found.put_back(bench.probe.session.target)
    closed(bench.probe.session)


def test_packets_that_are_too_small_to_be_true() -> None:
    with (
        a_bench(packet_size=8) as bench,
        pytest.raises(ConnectError, match="the probe's packets have 8 bytes"),
    ):
        opened(bench.probe, "cortex_m", HZ, AsFound())


def test_after_a_lost_transfer_one_can_begin_again(bench: ABench, relay: Relay) -> None:
    class LosesOne(Interposer):
        is_due = True

        def access(self, access: Access) -> Reply | None:
            if access.is_ap and self.is_due:
                self.is_due = False
                return Reply(Ack.NONE)
            return None

    found = AsFound()
    session = opened(bench.probe, "cortex_m", HZ, found)
    relay.put(LosesOne())
    with pytest.raises(RuntimeError):
        session.target.cores[0].read32(RAM)
    begin_again(session, 1_000_000)
    assert session.target.cores[0].read32(RAM) == 0x03020100
    assert has_power(session)
    bench.port.lose_power()
    with pytest.raises(RuntimeError):
        has_power(session)
    begin_again(session, 1_000_000)
    assert found.put_back(session.target) == []
    closed(session)


def test_every_step_of_putting_back_is_tried(bench: ABench, relay: Relay) -> None:
    found = AsFound()
    session = opened(bench.probe, "cortex_m", HZ, found)
    session.target.cores[0].write32(debug.DHCSR, debug.DBGKEY | 3)
    session.target.cores[0].flush()
    relay.put(Stuck(ones={debug.DHCSR: debug.S_HALT}))
    (failure,) = found.put_back(session.target)
    assert "the core does not run on" in str(failure)
    assert found.is_due
    assert bench.core.read(debug.DEMCR) == 0
    relay.put(Interposer())
    closed(session)


def test_a_later_connection_does_not_take_what_an_earlier_one_left_for_what_was_found(
    bench: ABench,
) -> None:
    found = AsFound()
    first = opened(bench.probe, "cortex_m", HZ, found)
    closed(first)
    assert bench.core.read(debug.DEMCR) == debug.DEMCR_TRCENA
    second = opened(bench.probe, "cortex_m", HZ, found)
    assert found.put_back(second.target) == []
    closed(second)
    assert bench.core.read(debug.DEMCR) == 0
    assert (bench.core.read(debug.DHCSR) or 0) & 0xFFFF == 0


def test_a_single_fault_does_not_hide_the_core_behind_a_port(bench: ABench, relay: Relay) -> None:
    class FaultsAtDemcr(Interposer):
        left = 1

        def core_read(self, address: int, word: int) -> int:
            if address == debug.DEMCR and self.left:
                self.is_due = True
            return word

        is_due = False

        def answer(self, access: Access, reply: Reply) -> Reply:
            if self.is_due and self.left and access.is_read:
                self.left -= 1
                return Reply(Ack.FAULT)
            return reply

    spoiler = FaultsAtDemcr()
    relay.put(spoiler)
    found = AsFound()
    session = opened(bench.probe, "cortex_m", HZ, found)
    assert spoiler.left == 0
    assert found.put_back(session.target) == []
    closed(session)
    assert bench.core.read(debug.DEMCR) == 0


def test_a_reset_line_that_was_held_is_let_go_if_connecting_fails(
    bench: ABench, relay: Relay
) -> None:
    relay.put(Answered(Span(0, FOR_EVER), Reply(Ack.NONE)))
    with pytest.raises(ConnectError, match="cannot connect: the target does not answer"):
        opened(bench.probe, "cortex_m", HZ, AsFound(), reset="line")
    assert "reset" in bench.target.told


@pytest.mark.parametrize(("is_locked", "words"), [(True, "shows no core"), (False, "not answer")])
def test_a_link_that_is_lost_on_the_way_is_no_target_without_a_core(
    bench: ABench, relay: Relay, is_locked: bool, words: str
) -> None:
    class Refuses(Interposer):
        is_dead = False

        def access(self, access: Access) -> Reply | None:
            if access.is_ap and access.register == DRW:
                self.is_dead = not is_locked
                return Reply(Ack.FAULT)
            return Reply(Ack.NONE) if self.is_dead else None

    relay.put(Refuses())
    with pytest.raises(ConnectError, match=words):
        opened(bench.probe, "cortex_m", HZ, AsFound())
