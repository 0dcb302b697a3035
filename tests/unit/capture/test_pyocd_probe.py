"""One core through unmodified pyOCD: halted, read, confirmed to have stood still, let go."""

from collections.abc import Iterator

import pytest

from stackdump_probe.arch import debug
from stackdump_probe.arch.debug import SELECTORS
from stackdump_probe.capture import pyocd_probe as module
from stackdump_probe.capture.link import Terms
from stackdump_probe.capture.pyocd_probe import PyocdProbe, attached
from stackdump_probe.capture.targets import target_named
from stackdump_probe.errors import ConnectError, RegionUnreadable, StateLost
from stackdump_probe.simulator.core_debug import ROM_TABLE
from stackdump_probe.simulator.interposer import Access, Ack, Interposer, Reply
from tests.faults.spoilers import FOR_EVER as EVER
from tests.faults.spoilers import Answered, Relay, Span, Stuck
from tests.unit.capture.bench import RAM, UNHURRIED, ABench, Telling

CORTEX_M = target_named("cortex_m")
HALT = debug.DBGKEY | debug.C_DEBUGEN | debug.C_HALT


@pytest.fixture
def probe(bench: ABench) -> Iterator[PyocdProbe]:
    with attached(bench.probe, CORTEX_M, UNHURRIED) as probe:
        yield probe


def test_bytes_from_any_address_are_read(probe: PyocdProbe) -> None:
    assert probe.read(RAM + 3, 6) == bytes(range(3, 9))


def test_memory_that_is_not_there_faults_by_the_range_that_was_asked_for(
    probe: PyocdProbe,
) -> None:
    with pytest.raises(RegionUnreadable) as failure:
        probe.read(0x6000_0001, 2)
    assert (failure.value.address, failure.value.size) == (0x6000_0001, 2)


def test_a_core_is_halted_once_and_dhcsr_is_as_it_was_before(
    probe: PyocdProbe, bench: ABench
) -> None:
    assert not probe.halt() & debug.S_HALT
    assert bench.target.told.count("halt") == 1
    assert probe.halt() & debug.S_HALT
    assert bench.target.told.count("halt") == 1
    probe.check_halted()


def test_registers_come_in_the_order_of_their_selectors(probe: PyocdProbe, bench: ABench) -> None:
    bench.target.registers = {"r4": 44, "pc": 0x0800_0200, "s31": 7}
    probe.halt()
    selectors = [SELECTORS[name] for name in ("pc", "s31", "r4")]
    assert probe.core_registers(selectors) == [0x0800_0200, 7, 44]


def test_a_core_that_does_not_halt(
    probe: PyocdProbe, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HALT_DEADLINE", 0.05)
    relay.put(Stuck(zeros={debug.DHCSR: debug.S_HALT}, ones={}))
    with pytest.raises(ConnectError, match="the core does not halt: DHCSR is 0x"):
        probe.halt()


@pytest.mark.parametrize(
    ("bit", "why"), [(debug.S_RESET_ST, "it is held in reset"), (debug.S_SLEEP, "it sleeps")]
)
def test_why_a_core_does_not_halt(
    probe: PyocdProbe, relay: Relay, bit: int, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HALT_DEADLINE", 0.05)
    relay.put(Stuck(zeros={debug.DHCSR: debug.S_HALT}, ones={debug.DHCSR: bit}))
    with pytest.raises(ConnectError, match=f"the core does not halt: {why}"):
        probe.halt()


def test_a_core_that_does_not_halt_where_secure_debug_is_forbidden(
    probe: PyocdProbe, bench: ABench, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DAUTHSTATUS of a part whose Secure state is closed: SNID and SID are 0b10 (DDI 0553)."""
    read = bench.target.read_memory

    def closed(address: int, size: int) -> bytes | None:
        word = 0b10_10_11_11 if address == debug.DAUTHSTATUS else None
        return read(address, size) if word is None else word.to_bytes(size, "little")

    monkeypatch.setattr(bench.target, "read_memory", closed)
    monkeypatch.setattr(module, "HALT_DEADLINE", 0.05)
    relay.put(Stuck(zeros={debug.DHCSR: debug.S_HALT}, ones={}))
    with pytest.raises(ConnectError, match="Secure state is closed") as failure:
        probe.halt()
    assert "authentication" in (failure.value.hint or "")


def test_a_register_that_is_not_ready(probe: PyocdProbe, relay: Relay) -> None:
    probe.halt()
    relay.put(Stuck(zeros={debug.DHCSR: debug.S_REGRDY}, ones={}))
    with pytest.raises(ConnectError, match="does not hand out its registers"):
        probe.core_registers([0])


def test_a_register_that_an_earlier_debugger_did_not_get_is_nothing_to_us(
    probe: PyocdProbe, bench: ABench
) -> None:
    bench.core.write(debug.DCRSR, 0)  # of a core that runs: S_REGRDY is 0 from then on
    assert not (bench.core.read(debug.DHCSR) or 0) & debug.S_REGRDY
    bench.target.registers = {"r4": 44}
    probe.halt()
    assert probe.core_registers([SELECTORS["r4"]]) == [44]


def test_a_core_that_was_reset_while_it_was_read(probe: PyocdProbe, bench: ABench) -> None:
    probe.halt()
    bench.core.reset()
    with pytest.raises(StateLost, match="the target was reset") as failure:
        probe.check_halted()
    assert "--freeze-watchdog" in str(failure.value.hint)


def test_a_core_that_somebody_let_run(probe: PyocdProbe, bench: ABench) -> None:
    probe.halt()
    bench.core.write(debug.DHCSR, debug.DBGKEY | debug.C_DEBUGEN)
    with pytest.raises(StateLost, match="the core ran on while it was read"):
        probe.core_registers([0])


def test_what_is_read_after_a_remedy_is_of_the_same_halt_or_not_at_all(
    probe: PyocdProbe, bench: ABench, relay: Relay
) -> None:
    class ResetAndLost(Interposer):
        is_due = True

        def access(self, access: Access) -> Reply | None:
            del access
            if not self.is_due:
                return None
            self.is_due = False
            bench.core.reset()
            return Reply(Ack.NONE)

    probe.halt()
    relay.put(ResetAndLost())
    with pytest.raises(StateLost):
        probe.read(RAM, 4)


def test_the_core_runs_again_after_resume_and_its_controls_are_as_found(
    probe: PyocdProbe, bench: ABench
) -> None:
    probe.halt()
    probe.resume()
    assert not bench.target.is_halted
    assert (bench.core.read(debug.DHCSR) or 0) & 0xFFFF == 0


def test_a_core_that_does_not_run_on(probe: PyocdProbe, relay: Relay) -> None:
    probe.halt()
    relay.put(Stuck(ones={debug.DHCSR: debug.S_HALT}))
    with pytest.raises(ConnectError, match="the core does not run on"):
        probe.resume()
    relay.put(Stuck(ones={}))


def test_bits_that_are_set_for_a_while_are_put_back(bench: ABench) -> None:
    with attached(bench.probe, CORTEX_M, UNHURRIED) as probe:
        assert probe.set_for_now(RAM, 0xF0)
        assert probe.set_for_now(RAM, 0x0F00)
        assert bench.target.ram[:4] == b"\xf0\x0f\x02\x03"
    assert bench.target.ram[:4] == b"\x00\x01\x02\x03"


def test_bits_that_do_not_stay_set(probe: PyocdProbe) -> None:
    assert not probe.set_for_now(ROM_TABLE, 1 << 2)  # an entry ends with 0b011


@pytest.mark.parametrize("address", [0x6000_0000, debug.CPUID])
def test_a_word_that_cannot_be_set_is_not_put_back(probe: PyocdProbe, address: int) -> None:
    """The fixture fails if it is tried."""
    with pytest.raises(RegionUnreadable):
        probe.set_for_now(address, 1 << 31)


def test_what_happens_in_the_block_comes_out_of_it_with_the_core_let_go(bench: ABench) -> None:
    def halt_and_stop() -> None:
        with attached(bench.probe, CORTEX_M, UNHURRIED) as probe:
            probe.halt()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        halt_and_stop()
    assert not bench.target.is_halted
    assert not bench.probe.is_open
    assert bench.core.read(debug.DEMCR) == 0


def test_a_target_that_cannot_be_left_as_it_was_found_is_told(bench: ABench, relay: Relay) -> None:
    with (
        pytest.raises(ConnectError, match="cannot leave the target as it was found"),
        attached(bench.probe, CORTEX_M, Terms(replug_within=0)),
    ):
        relay.put(Answered(Span(0, EVER), Reply(Ack.NONE)))


def test_who_is_left_with_a_halted_core_is_told_also_if_the_capture_failed(
    bench: ABench, relay: Relay
) -> None:
    def halt_and_lose() -> None:
        terms = Terms(replug_within=0)
        with attached(bench.probe, CORTEX_M, terms, watcher=Telling(bench.told)) as probe:
            probe.halt()
            relay.put(Answered(Span(0, EVER), Reply(Ack.NONE)))
            probe.check_halted()

    with pytest.raises(ConnectError, match="cannot read the target"):
        halt_and_lose()
    assert bench.target.is_halted
    assert "its core may be halted (`capture --after run` lets it run)" in bench.told[-1]


def test_a_core_that_was_halted_is_left_so(bench: ABench) -> None:
    bench.core.write(debug.DHCSR, HALT)
    with attached(bench.probe, CORTEX_M, UNHURRIED) as probe:
        assert probe.was_halted
        probe.halt()
    assert bench.target.is_halted


@pytest.mark.parametrize("reset", ["line", "core"])
def test_after_a_reset_the_core_stands_at_its_first_instruction(bench: ABench, reset: str) -> None:
    terms = Terms(answer_within=2.0, reset="line" if reset == "line" else "core")
    with attached(bench.probe, CORTEX_M, terms) as probe:
        assert probe.halt() & debug.S_HALT
    assert bench.target.told.count("reset") == 1
    assert not bench.target.is_halted
    assert bench.core.read(debug.DEMCR) == 0
