"""Faults between pyOCD and the target: what is said, and the state that the target is left in."""

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest
import usb.core

from stackdump_probe.arch import debug
from stackdump_probe.capture import usb as our_usb
from stackdump_probe.cli.main import run
from stackdump_probe.dump import decode
from stackdump_probe.simulator.bench import SimulatedProbe, simulated_usb_probe
from stackdump_probe.simulator.interposer import Access, Ack, Interposer, Reply
from stackdump_probe.simulator.machines import MACHINES
from tests.live.programs import counting_on
from tests.live.watching import controls, runs


class Spoiler(Interposer):
    """Passes everything on until it is told what to spoil."""

    def __init__(self) -> None:
        self.bus: dict[str, int] = {}  # operation: the error number that it fails with
        self.hidden: dict[int, int] = {}  # debug register: bits that read as 0
        self.answers: dict[int, Reply] = {}  # the n-th transfer from now on: its reply
        self.unplugged_after: int | None = None  # bus operations from now on

    def usb(self, operation: str) -> None:
        if operation in self.bus:
            raise usb.core.USBError("refused", errno=self.bus[operation])
        if self.unplugged_after is not None:
            self.unplugged_after -= 1
            if self.unplugged_after < 0:
                raise usb.core.USBError("No such device", errno=errno.ENODEV)

    def access(self, access: Access) -> Reply | None:
        del access
        self.answers = {count - 1: reply for count, reply in self.answers.items()}
        return self.answers.pop(0, None)

    def core_read(self, address: int, word: int) -> int:
        return word & ~self.hidden.get(address, 0)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SimulatedProbe, Spoiler]]:
    model, spoiler = MACHINES["netduinoplus2"], Spoiler()
    program = counting_on(model, tmp_path_factory.mktemp("bench"))
    with simulated_usb_probe(program, model.name, interposer=spoiler) as sim:
        yield sim, spoiler


@pytest.fixture
def sim(bench: tuple[SimulatedProbe, Spoiler]) -> SimulatedProbe:
    return bench[0]


@pytest.fixture
def spoiler(bench: tuple[SimulatedProbe, Spoiler]) -> Iterator[Spoiler]:
    _sim, spoiler = bench
    yield spoiler
    spoiler.__init__()  # type: ignore[misc]


def captured(folder: Path) -> int:
    return run(["capture", "-t", "stm32f4", "-o", str(folder / "x.dump")])


def as_found(sim: SimulatedProbe) -> bool:
    return controls(sim) == 0 and sim.core.read(debug.DEMCR) == 0 and runs(sim)


def test_a_probe_without_permission(
    sim: SimulatedProbe, spoiler: Spoiler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    spoiler.bus = {"open": errno.EACCES}
    strings = {"product": "Some CMSIS-DAP"}
    monkeypatch.setattr(our_usb, "_strings_of_the_system", lambda _device: strings.get)
    assert captured(tmp_path) == 4
    assert "Some CMSIS-DAP is plugged in, but this user may not open it" in capsys.readouterr().err
    assert runs(sim)


def test_a_probe_that_another_program_holds(
    sim: SimulatedProbe, spoiler: Spoiler, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoiler.bus = {"claim": errno.EBUSY}
    assert captured(tmp_path) == 5
    assert "the probe is in use" in capsys.readouterr().err
    assert runs(sim)


def test_a_target_that_does_not_answer(
    sim: SimulatedProbe, spoiler: Spoiler, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoiler.answers = {count: Reply(Ack.NONE) for count in range(1, 2000)}
    assert captured(tmp_path) == 5
    assert "the target does not answer" in capsys.readouterr().err
    assert runs(sim)


def test_a_core_that_does_not_halt_is_let_go(
    sim: SimulatedProbe, spoiler: Spoiler, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoiler.hidden = {debug.DHCSR: debug.S_HALT}
    assert captured(tmp_path) == 5
    assert "the core does not halt" in capsys.readouterr().err
    assert as_found(sim)


def test_a_core_that_keeps_its_registers_to_itself(
    sim: SimulatedProbe, spoiler: Spoiler, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoiler.hidden = {debug.DHCSR: debug.S_REGRDY}
    assert captured(tmp_path) == 5
    assert "does not hand out its registers" in capsys.readouterr().err
    assert as_found(sim)


@pytest.mark.parametrize("at", range(10, 330, 40))
@pytest.mark.parametrize("ack", [Ack.NONE, Ack.WAIT])
def test_one_lost_answer_costs_nothing(
    at: int, ack: Ack, sim: SimulatedProbe, spoiler: Spoiler, tmp_path: Path
) -> None:
    spoiler.answers = {at: Reply(ack)}
    assert captured(tmp_path) == 0
    assert decode((tmp_path / "x.dump").read_bytes()).registers["r4"] == 44
    assert as_found(sim)


@pytest.mark.parametrize("after", [4, 8, 24, 110, 130, 150])
def test_a_probe_that_is_pulled_out_ends_the_capture_with_what_was_read(
    after: int,
    sim: SimulatedProbe,
    spoiler: Spoiler,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    spoiler.unplugged_after = after
    assert captured(tmp_path) in (3, 5)
    if (tmp_path / "x.dump").exists():
        assert "what was read is in" in capsys.readouterr().err
        assert decode((tmp_path / "x.dump").read_bytes()).registers["r4"] == 44
    spoiler.unplugged_after = None
    assert run(["capture", "-q", "-t", "stm32f4", "--after", "run", "-o", str(tmp_path / "y")]) == 0
    assert runs(sim)
    sim.core.write(debug.DHCSR, debug.DBGKEY)
    sim.core.write(debug.DEMCR, 0)


def test_a_probe_type_that_nobody_knows(
    sim: SimulatedProbe, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["capture", "-t", "stm32f4", "--probe", "wand:1"]) == 3
    assert "unknown debug probe type" in capsys.readouterr().err
    assert runs(sim)
