from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from stackdump_probe.errors import SimulatorError
from stackdump_probe.simulator.machines import machine_named
from stackdump_probe.simulator.registers import CoreRegisters, mrs_r0

CODE = 0x08000100
VTOR = 0xE000ED08


class FakeGdb:
    """A core that knows MRS r0: what each SYSm holds is in `system`."""

    def __init__(self, system: dict[int, int], **registers: int) -> None:
        self.system = system
        self.words = {"r0": 0xAAAA0000, "pc": CODE, "xpsr": 0x01000000, **registers}
        self.numbers = dict.fromkeys(self.words, 0)
        self.memory = {CODE: b"\x01\x02\x03\x04"}
        self.seen_xpsr: list[int] = []

    def read_register(self, name: str) -> int:
        return self.words[name]

    def read_core(self) -> dict[str, int]:
        return dict(self.words)

    def write_register(self, name: str, value: int, *, size: int = 4) -> None:
        assert value < 1 << 8 * size
        self.words[name] = value

    def read_memory(self, address: int, size: int) -> bytes | None:
        content = self.memory.get(address)
        return None if content is None else content[:size]

    def write_memory(self, address: int, content: bytes) -> bool:
        self.memory[address] = content + self.memory[address][len(content) :]
        return True

    def step(self) -> None:
        self.seen_xpsr.append(self.words["xpsr"])
        instruction = self.memory[self.words["pc"]]
        assert instruction[:2] == b"\xef\xf3"
        self.words["r0"] = self.system[instruction[2]]
        self.words["pc"] += 4


def registers_of(gdb: Any, machine: str = "netduinoplus2") -> CoreRegisters:
    return CoreRegisters(gdb, machine_named(machine))


SYSTEM = {8: 0x2001F000, 9: 0x20002000, 16: 1, 17: 0x40, 19: 0, 20: 0x6}


def test_mrs_is_encoded_as_the_manual_has_it() -> None:
    # Armv7-M ARM (DDI 0403) A7.7.82, T1: 0xF3EF, 0x8000 | Rd << 8 | SYSm. PSP is SYSm 9.
    assert mrs_r0(9) == bytes.fromhex("eff3 0980")


def test_stack_pointers_come_from_mrs() -> None:
    registers = registers_of(FakeGdb(SYSTEM))
    assert (registers.read("msp"), registers.read("psp")) == (0x2001F000, 0x20002000)


def test_control_faultmask_basepri_and_primask_make_one_word() -> None:
    # DDI 0403 C1.6.3, DCRSR.REGSEL 20: CONTROL, FAULTMASK, BASEPRI, PRIMASK from the top.
    assert registers_of(FakeGdb(SYSTEM)).read("cfbp") == 0x06004001


def test_unprivileged_code_sees_no_stack_pointer_but_its_own() -> None:
    # Armv7-M ARM (DDI 0403) B5.2.2: MSP and PSP read as zero to unprivileged code.
    gdb = FakeGdb({8: 0, 9: 0, 16: 0, 17: 0, 19: 0, 20: 0x3}, sp=0x20002000)
    registers = registers_of(gdb)
    assert (registers.read("msp"), registers.read("psp")) == (0, 0x20002000)


@pytest.mark.parametrize(("wait", "left"), [(0xBF30, True), (0xBF20, True), (0x3101, False)])
def test_a_core_behind_a_wait_leaves_it_while_an_interrupt_is_pending(
    wait: int, left: bool
) -> None:
    gdb = FakeGdb(SYSTEM)
    gdb.memory[CODE - 2] = wait.to_bytes(2, "little")
    steps: list[str] = []
    gdb.step = lambda: steps.append("step")  # type: ignore[method-assign]

    @contextmanager
    def pending() -> Iterator[None]:
        steps.append("pending")
        yield
        steps.append("not pending")

    registers_of(gdb).leave_wait(pending)
    assert steps == (["pending", "step", "not pending"] if left else [])


def test_code_and_registers_are_put_back() -> None:
    gdb = FakeGdb(SYSTEM)
    registers_of(gdb).read("psp")
    assert gdb.memory[CODE] == b"\x01\x02\x03\x04"
    assert gdb.words == {"r0": 0xAAAA0000, "pc": CODE, "xpsr": 0x01000000}


def test_an_it_block_does_not_make_the_mrs_conditional() -> None:
    gdb = FakeGdb(SYSTEM, xpsr=0x0700FC00)
    registers_of(gdb).read("msp")
    assert set(gdb.seen_xpsr) == {0x01000000}
    assert gdb.words["xpsr"] == 0x0700FC00


def test_a_pc_that_is_nowhere_is_not_written_to() -> None:
    gdb = FakeGdb(SYSTEM, pc=0xDEADBEEE)
    table = {VTOR: bytes(4), 4: (CODE | 1).to_bytes(4, "little")}
    gdb.memory |= table
    assert registers_of(gdb).read("msp") == 0x2001F000
    assert gdb.words["pc"] == 0xDEADBEEE


def test_without_any_code_the_registers_cannot_be_had() -> None:
    gdb = FakeGdb(SYSTEM, pc=0xDEADBEEE)
    with pytest.raises(SimulatorError, match="no code at the pc 0xdeadbeee"):
        registers_of(gdb).read("msp")


def test_an_armv6m_core_has_no_basepri() -> None:
    gdb = FakeGdb({8: 1, 9: 2, 16: 1, 20: 0x2})
    registers = registers_of(gdb, "microbit")
    assert registers.read("basepri") is None
    assert registers.read("cfbp") == 0x02000001


def test_registers_of_both_states_exist_only_with_the_security_extension() -> None:
    assert registers_of(FakeGdb(SYSTEM)).read("msplim_s") is None


def test_single_registers_are_halves_of_doubles() -> None:
    gdb = FakeGdb(SYSTEM, fpscr=0, d3=0x11111111_22222222)
    registers = registers_of(gdb)
    assert (registers.read("s6"), registers.read("s7")) == (0x22222222, 0x11111111)


def test_writing_a_single_leaves_its_other_half() -> None:
    gdb = FakeGdb(SYSTEM, fpscr=0, d3=0x11111111_22222222)
    assert registers_of(gdb).write("s7", 0x33333333)
    assert gdb.words["d3"] == 0x33333333_22222222


def test_a_core_without_fpu_has_no_floating_point_registers() -> None:
    registers = registers_of(FakeGdb(SYSTEM))
    assert registers.read("s0") is None
    assert registers.read("fpscr") is None
    assert not registers.write("s0", 1)


def test_a_core_register_is_written_through() -> None:
    gdb = FakeGdb(SYSTEM)
    assert registers_of(gdb).write("pc", 0x08000200)
    assert gdb.words["pc"] == 0x08000200


def test_what_qemu_cannot_set_is_refused() -> None:
    assert not registers_of(FakeGdb(SYSTEM)).write("psp", 0x20000000)


@pytest.mark.parametrize("change", [CoreRegisters.forget, lambda r: r.write("r1", 0)])
def test_specials_are_read_anew_after_a_change(change: Callable[[CoreRegisters], object]) -> None:
    gdb = FakeGdb(dict(SYSTEM))
    registers = registers_of(gdb)
    assert registers.read("psp") == 0x20002000
    gdb.system[9] = 0x20003000
    gdb.words["r1"] = 0
    change(registers)
    assert registers.read("psp") == 0x20003000
