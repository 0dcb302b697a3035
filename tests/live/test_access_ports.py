"""Parts with several cores, by the table of access ports that their manuals give."""

from pathlib import Path

import pytest

from stackdump_probe.arch import debug
from stackdump_probe.cli.main import run
from stackdump_probe.dump import decode
from stackdump_probe.record import Record
from stackdump_probe.simulator.bench import simulated_usb_probe
from stackdump_probe.simulator.core_debug import CoreDebug
from stackdump_probe.simulator.dap import BD0, DRW, AccessPort, DebugPort
from stackdump_probe.simulator.dap_v6 import DebugPortV3
from stackdump_probe.simulator.interposer import Ack, Reply
from stackdump_probe.simulator.machines import MACHINES
from stackdump_probe.simulator.multidrop import MultidropPort
from stackdump_probe.simulator.qemu import Machine
from tests.faults.spoilers import Answered, Counter, Relay, Span
from tests.live.programs import counting_on
from tests.live.test_locked import VendorPort
from tests.live.watching import counted, runs

MARK = 0x3000  # of the RAM, where the program has nothing
SECOND = "the second core"
M0, M7, M4, M33 = 0xC20, 0xC27, 0xC24, 0xD21


class BusPort(VendorPort):
    """Reaches a bus without a core on it: where a core has its registers is nothing."""

    def read(self, register: int) -> int | None:
        return None if register in (DRW, *range(BD0, BD0 + 16, 4)) else super().read(register)

    def write(self, register: int, word: int) -> bool:
        return register != DRW and super().write(register, word)


class Part(Record):
    """Its access ports behind the one of the first core, its cores and the machines they run on."""

    target: str
    ports: tuple[AccessPort | str, ...]
    cores: tuple[int, int]
    machines: tuple[str, str]
    debug_port: type[DebugPort] = DebugPort


PARTS = (
    # RM0399: AP0 Cortex-M7, AP1 AHB of domain 2, AP2 APB of the system, AP3 Cortex-M4.
    Part("stm32h745", (BusPort(0x84770001), VendorPort(0x54770002), SECOND), (M7, M4),
         ("mps2-an500", "mps2-an386")),
    # nRF5340 product specification, "Debug and trace": AHB-AP of both cores, CTRL-AP of both.
    Part("nrf5340", (SECOND, VendorPort(0x12880000), VendorPort(0x12880000)), (M33, M33),
         ("mps2-an505", "mps2-an505")),
    # UM11126, "Debug": AP0 CPU0, AP1 CPU1, AP2 the debug mailbox.
    Part("lpc55s69", (SECOND, VendorPort(0x002A0000)), (M33, M33), ("mps2-an505", "mps2-an505")),
    # RP2040 datasheet 2.3.4: a DP for each core on one line.
    Part("rp2040", (SECOND,), (M0, M0), ("microbit", "microbit"), MultidropPort),
    # RP2350 datasheet 3.5: a DP of ADIv6, AHB-APs of both cores at 0x2000 and 0x4000.
    Part("rp2350", (SECOND,), (M33, M33), ("mps2-an505", "mps2-an505"), DebugPortV3),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.target)
def test_the_cores_of_a_part_are_found_behind_its_access_ports(part: Part, tmp_path: Path) -> None:
    programs = [tmp_path / str(number) for number in range(2)]
    for folder in programs:
        folder.mkdir()
    first, second = (MACHINES[name] for name in part.machines)
    with (
        simulated_usb_probe(
            counting_on(first, programs[0]), first.name, debug_port=part.debug_port
        ) as sim,
        Machine(second, counting_on(second, programs[1])) as machine,
    ):
        machine.resume()
        cores = (sim.core, CoreDebug(machine))
        for mark, each in enumerate((sim.machine, machine)):
            assert each.write_memory(each.model.ram[0][0] + MARK, mark.to_bytes(4, "little"))
        for port in part.ports:
            if isinstance(port, str):
                sim.port.add_core(machine, cores[1])
            else:
                sim.port.add_port(port)
        ram = first.ram[0][0]
        line = ["capture", "-t", part.target, "-o", "x.dump", "--core", "all"]
        assert run([*line, "--region", f"{ram + MARK:#x}:4"]) == 0
        assert [core.read(debug.DEMCR) for core in cores] == [0, 0]
        assert [(core.read(debug.DHCSR) or 0) & 0xFFFF for core in cores] == [0, 0]
        assert (sim.machine.is_running(), machine.is_running()) == (True, True)
        assert counted(sim) > 0
    dumps = [decode(Path(f"x-core{number}.dump").read_bytes()) for number in range(2)]
    found = tuple(dump.memory.u32(debug.CPUID) >> 4 & 0xFFF for dump in dumps)
    assert found == part.cores
    assert [dump.registers["r4"] for dump in dumps] == [44, 44]
    assert [dump.memory.u32(ram + MARK) for dump in dumps] == [0, 1]


def test_an_rp2040_is_found_without_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = counting_on(MACHINES["microbit"], tmp_path)
    with simulated_usb_probe(program, debug_port=MultidropPort) as sim:
        assert run(["capture", "-t", "auto", "-o", "x.dump"]) == 0
        assert run(["doctor"]) == 0
        assert sim.core.read(debug.DEMCR) == 0
        assert runs(sim)
    said = capsys.readouterr()
    assert "it answers: DPIDR" in said.out
    assert "going on at" not in said.err
    assert decode(Path("x.dump").read_bytes()).registers["r4"] == 44


@pytest.mark.parametrize(
    ("target", "machine", "debug_port"),
    [("rp2040", "microbit", MultidropPort), ("rp2350", "mps2-an505", DebugPortV3)],
)
def test_after_a_lost_acknowledge_the_same_port_is_chosen_again(
    target: str, machine: str, debug_port: type[DebugPort], tmp_path: Path
) -> None:
    model, relay, counter = MACHINES[machine], Relay(), Counter()
    program = counting_on(model, tmp_path)
    line = ["capture", "-t", target, "-o", "x.dump", "--force"]
    with simulated_usb_probe(program, machine, interposer=relay, debug_port=debug_port) as sim:
        relay.put(counter)
        assert run(line) == 0
        for at in range(0, counter.transfers, counter.transfers // 6):
            relay.put(Answered(Span(at), Reply(Ack.NONE)))
            assert (at, run(line)) == (at, 0)
            assert sim.core.read(debug.DEMCR) == 0
            assert runs(sim)
