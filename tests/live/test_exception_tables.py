"""Programs stepped through in QEMU: exception tables give the frames that their debug info does."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from stackdump_probe.arch.registers import CALLEE_SAVED, CORE, SINGLES, Registers
from stackdump_probe.image.elf import Image
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.simulator.machines import MACHINES
from stackdump_probe.simulator.qemu import Machine
from stackdump_probe.unwind.frame import Backtrace
from stackdump_probe.unwind.unwinder import unwind
from tests.firmware.build import build
from tests.firmware.cases import Case

STEPS = 150
STACK, STACK_SIZE = 0x2001_F000, 0x1000
TABLES = ("-funwind-tables", "-gdwarf-4")
CASES = (
    Case("hang_o2", "hang", "gcc", ("-O2", *TABLES)),
    Case("hang_o0", "hang", "gcc", ("-O0", *TABLES)),
    Case("plant_os", "plant", "g++", ("-Os", "-std=c++17", "-fexceptions", *TABLES)),
)


def states(machine: Machine, main: int) -> Iterator[tuple[Registers, Segment]]:
    """The machine at `main` and after each instruction from there on."""
    assert machine.run_to([main])
    for _ in range(STEPS):
        known = {name: machine.read_register(name) for name in (*CORE, *SINGLES, "xpsr")}
        stack = machine.read_memory(STACK, STACK_SIZE)
        assert stack is not None
        registers = {name: word for name, word in known.items() if word is not None}
        yield Registers(registers), Segment(STACK, stack)
        machine.step()


def places(found: Backtrace) -> list[tuple[int, int | None]]:
    """The pc and the CFA of each frame; that of the outermost is nothing that tables know."""
    *inner, last = [(frame.pc, frame.cfa) for frame in found.frames]
    return [*inner, (last[0], None)]


def differences(found: Backtrace, expected: Backtrace) -> list[tuple[int, str]]:
    """The registers that both know, and one knows wrong."""
    return [
        (frame.pc, name)
        for frame, other in zip(found.frames, expected.frames, strict=True)
        for name in CALLEE_SAVED
        if name in frame.registers and name in other.registers
        if frame.registers[name] != other.registers[name]
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_frames_by_tables_are_those_of_the_debug_information(case: Case, tmp_path: Path) -> None:
    elf = tmp_path / "fw.elf"
    build(case, elf, tmp_path / case.name)
    described = Image.from_bytes(elf.read_bytes())
    bare = Image.from_bytes(elf.read_bytes().replace(b".debug_frame", b".other_frame"))
    assert described.contents(".debug_frame")
    assert not bare.contents(".debug_frame")
    main = described.symbols.named("main")
    assert main is not None
    rules: Counter[str] = Counter()
    with Machine(MACHINES["netduinoplus2"], elf) as machine:
        for registers, stack in states(machine, main.address):
            memory = Memory([stack]).over(described.flash)
            expected, found = unwind(registers, memory, described), unwind(registers, memory, bare)
            assert places(found) == places(expected)
            assert differences(found, expected) == []
            rules.update(frame.rule for frame in found.frames)
    assert rules["exidx"] > STEPS
    assert rules["cfi"] == rules["scan"] == 0
