import pytest

from stackdump_probe.simulator.core_debug import CoreDebug, identification
from stackdump_probe.simulator.interposer import Interposer
from stackdump_probe.simulator.machines import Component, machine_named
from tests.unit.simulator.fakes import FakeTarget

DHCSR, DCRSR, DCRDR, DEMCR = 0xE000EDF0, 0xE000EDF4, 0xE000EDF8, 0xE000EDFC
DFSR, AIRCR, DSCSR = 0xE000ED30, 0xE000ED0C, 0xE000EE08
DWT_CTRL, DWT_CYCCNT, DWT_FUNCTION0 = 0xE0001000, 0xE0001004, 0xE0001028
FP_CTRL, FP_COMP0 = 0xE0002000, 0xE0002008
KEY = 0xA05F0000
DEBUGEN, HALT, STEP = 1, 2, 4
S_REGRDY, S_HALT, S_SLEEP, S_RETIRE, S_RESET = 1 << 16, 1 << 17, 1 << 18, 1 << 24, 1 << 25


class Clock:
    """A clock that the test turns."""

    now = 0

    def __call__(self) -> int:
        return self.now


def test_halting_shows_in_dhcsr_and_dfsr() -> None:
    target = FakeTarget()
    core = CoreDebug(target)
    core.write(DHCSR, KEY | DEBUGEN | HALT)
    assert target.is_halted
    assert core.read(DHCSR) == S_RESET | S_HALT | S_REGRDY | DEBUGEN | HALT
    assert core.read(DFSR) == 1


def test_a_write_without_the_key_is_ignored() -> None:
    target = FakeTarget()
    CoreDebug(target).write(DHCSR, DEBUGEN | HALT)
    assert target.told == []


def test_c_halt_has_no_effect_without_debug_enabled() -> None:
    target = FakeTarget()
    CoreDebug(target).write(DHCSR, KEY | HALT)
    assert not target.is_halted


def test_clearing_c_halt_lets_the_core_run() -> None:
    target = FakeTarget()
    core = CoreDebug(target)
    core.write(DHCSR, KEY | DEBUGEN | HALT)
    core.write(DHCSR, KEY | DEBUGEN)
    assert target.told == ["halt", "resume"]


def test_turning_debug_off_lets_the_core_run() -> None:
    target = FakeTarget()
    core = CoreDebug(target)
    core.write(DHCSR, KEY | DEBUGEN | HALT)
    core.write(DHCSR, KEY)
    assert not target.is_halted
    assert core.read(DHCSR) == S_RESET | S_RETIRE | S_REGRDY


def test_a_step_leaves_the_core_halted() -> None:
    target = FakeTarget()
    core = CoreDebug(target)
    core.write(DHCSR, KEY | DEBUGEN | HALT)
    core.write(DHCSR, KEY | DEBUGEN | STEP)
    assert target.told == ["halt", "step"]
    assert (core.read(DHCSR) or 0) & (S_HALT | HALT) == S_HALT | HALT


def test_reading_dhcsr_clears_the_sticky_bits() -> None:
    target = FakeTarget(is_halted=True)
    core = CoreDebug(target)
    core.read(DHCSR)
    assert core.read(DHCSR) == S_REGRDY | S_HALT


def test_a_sleeping_core_says_so() -> None:
    core = CoreDebug(FakeTarget(asleep=True))
    assert (core.read(DHCSR) or 0) & S_SLEEP


@pytest.mark.parametrize(("selector", "name"), [(0, "r0"), (15, "pc"), (18, "psp"), (64, "s0")])
def test_dcrsr_moves_a_register_to_dcrdr(selector: int, name: str) -> None:
    target = FakeTarget(is_halted=True, registers={name: 0x12345678})
    core = CoreDebug(target)
    core.write(DCRSR, selector)
    assert core.read(DCRDR) == 0x12345678


def test_dcrsr_moves_dcrdr_to_a_register() -> None:
    target = FakeTarget(is_halted=True)
    core = CoreDebug(target)
    core.write(DCRDR, 0x08000100)
    core.write(DCRSR, 1 << 16 | 15)
    assert target.registers == {"pc": 0x08000100}


def test_a_running_core_hands_out_no_registers() -> None:
    core = CoreDebug(FakeTarget(registers={"r0": 1}))
    core.write(DCRSR, 0)
    assert not (core.read(DHCSR) or 0) & S_REGRDY
    assert core.read(DCRDR) == 0


def test_a_selector_of_nothing_changes_nothing() -> None:
    core = CoreDebug(FakeTarget(is_halted=True))
    core.write(DCRDR, 7)
    core.write(DCRSR, 21)
    assert core.read(DCRDR) == 7


def test_dfsr_bits_are_cleared_by_writing_ones() -> None:
    core = CoreDebug(FakeTarget())
    core.write(DHCSR, KEY | DEBUGEN | HALT)
    core.write(DFSR, 1)
    assert core.read(DFSR) == 0


def test_a_system_reset_resets_the_part() -> None:
    target = FakeTarget()
    core = CoreDebug(target)
    core.read(DHCSR)
    core.write(AIRCR, 0x05FA0004)
    assert target.told == ["reset"]
    assert (core.read(DHCSR) or 0) & S_RESET


def test_a_halted_core_runs_after_a_reset() -> None:
    target = FakeTarget()
    core = CoreDebug(target)
    core.write(DHCSR, KEY | DEBUGEN | HALT)
    core.reset()
    assert target.told == ["halt", "reset", "resume"]
    assert (core.read(DHCSR) or 0) & (S_HALT | HALT | DEBUGEN | S_RESET) == DEBUGEN | S_RESET


def test_without_power_nothing_stays_of_what_was_set() -> None:
    target = FakeTarget()
    core = CoreDebug(target, as_found={DWT_CTRL: 0x40000001})
    core.write(DHCSR, KEY | DEBUGEN)
    core.write(DEMCR, 1 << 24)
    core.lose_power()
    assert "reset" in target.told
    assert (core.read(DHCSR) or 0) & 0xFFFF == 0
    assert (core.read(DEMCR), core.read(DWT_CTRL)) == (0, 0x40000000)


def test_the_trace_port_is_where_the_part_has_one() -> None:
    # Cortex-M4 TRM (DDI 0439) 10.3; the Cortex-M0 has none.
    ffcr = 0xE0040304
    assert CoreDebug(FakeTarget()).read(ffcr) == 0x102
    assert CoreDebug(FakeTarget(machine_named("microbit"))).read(ffcr) is None


def test_vector_catch_halts_at_the_reset() -> None:
    target = FakeTarget()
    core = CoreDebug(target)
    core.write(DHCSR, KEY | DEBUGEN)
    core.write(DEMCR, 1)
    core.reset()
    assert target.told == ["resume", "halt", "reset"]


def test_aircr_without_its_key_is_left_to_the_machine() -> None:
    target = FakeTarget()
    assert not CoreDebug(target).write(AIRCR, 0x00000004)
    assert target.told == []


def test_debug_registers_keep_what_is_written() -> None:
    core = CoreDebug(FakeTarget())
    for address, word in ((DEMCR, 1 << 24), (DWT_FUNCTION0, 5), (FP_COMP0, 0x48000101)):
        core.write(address, word)
        assert core.read(address) == word


def test_numbers_of_comparators_cannot_be_written() -> None:
    core = CoreDebug(FakeTarget())
    core.write(FP_CTRL, 0xFFFFFFFF)
    core.write(DWT_CTRL, 0)
    assert core.read(FP_CTRL) == 0x261
    assert core.read(DWT_CTRL) == 0x40000000


def test_registers_are_as_the_firmware_left_them() -> None:
    core = CoreDebug(FakeTarget(), as_found={DEMCR: 1 << 24, DWT_CTRL: 0x40000001})
    assert (core.read(DEMCR), core.read(DWT_CTRL)) == (1 << 24, 0x40000001)


def test_the_cycle_counter_counts_while_enabled_and_not_halted() -> None:
    clock = Clock()
    core = CoreDebug(FakeTarget(), as_found={DEMCR: 1 << 24, DWT_CTRL: 0x40000001}, clock=clock)
    clock.now = 100
    assert core.read(DWT_CYCCNT) == 100
    core.write(DHCSR, KEY | DEBUGEN | HALT)
    clock.now = 300
    assert core.read(DWT_CYCCNT) == 100
    core.write(DHCSR, KEY | DEBUGEN)
    clock.now = 350
    assert core.read(DWT_CYCCNT) == 150
    core.write(DEMCR, 0)
    clock.now = 400
    assert core.read(DWT_CYCCNT) == 150


def test_addresses_of_the_machine_itself_are_not_answered() -> None:
    core = CoreDebug(FakeTarget())
    assert core.read(0xE000ED00) is None
    assert not core.write(0xE000ED08, 0)


def test_identification_cannot_be_written() -> None:
    core = CoreDebug(FakeTarget())
    assert core.write(0xE000EFE0, 0xFF)
    assert core.read(0xE000EFE0) == 0x0C


def test_dcrsr_reads_as_zero() -> None:
    assert CoreDebug(FakeTarget()).read(DCRSR) == 0


@pytest.mark.parametrize(("secure", "word"), [(True, 1 << 16), (False, 0)])
def test_dscsr_tells_the_security_state(secure: bool, word: int) -> None:
    target = FakeTarget(machine_named("mps2-an505"), secure=secure)
    assert CoreDebug(target).read(DSCSR) == word


def test_dscsr_exists_only_with_the_security_extension() -> None:
    assert CoreDebug(FakeTarget()).read(DSCSR) is None


def test_the_rom_table_points_to_its_components() -> None:
    core = CoreDebug(FakeTarget())
    # Cortex-M4 TRM (DDI 0439) table 8-3: SCS, DWT, FPB, ITM, TPIU.
    entries = [core.read(0xE00FF000 + 4 * index) for index in range(6)]
    assert entries == [0xFFF0F003, 0xFFF02003, 0xFFF03003, 0xFFF01003, 0xFFF41003, 0]


def test_the_rom_table_names_the_part_and_its_maker() -> None:
    core = CoreDebug(FakeTarget())
    peripheral = [core.read(0xE00FF000 + offset) for offset in (0xFE0, 0xFE4, 0xFE8, 0xFEC, 0xFD0)]
    # RM0090 38.6.1: ST (JEP106 0x20, no continuation), part 0x413.
    assert peripheral == [0x13, 0x04, 0x0A, 0x00, 0x00]


def test_identification_of_arm_components() -> None:
    # Cortex-M4 TRM (DDI 0439) table 4-1, ITM: PIDR 0x4000BB001, CIDR 0xB105E00D.
    words = identification(Component(0xE0000000, 0x001), designer=0x43B)
    peripheral = [words[0xE0000FD0]] + [words[0xE0000FE0 + 4 * n] for n in range(4)]
    assert peripheral == [0x04, 0x01, 0xB0, 0x0B, 0x00]
    assert [words[0xE0000FF0 + 4 * n] for n in range(4)] == [0x0D, 0xE0, 0x05, 0xB1]


def test_class_9_components_name_their_architecture() -> None:
    # Cortex-M33 TRM (100230) B2.3, SCS: DEVARCH 0x47702A04.
    words = identification(Component(0xE000E000, 0xD21, 9, 0, 0x2A04), designer=0x43B)
    assert words[0xE000EFBC] == 0x47702A04


def test_an_interposer_may_change_what_is_read() -> None:
    class Stuck(Interposer):
        def core_read(self, address: int, word: int) -> int:
            return word & ~S_HALT if address == DHCSR else word

    core = CoreDebug(FakeTarget(), interposer=Stuck())
    core.write(DHCSR, KEY | DEBUGEN | HALT)
    assert not (core.read(DHCSR) or 0) & S_HALT
