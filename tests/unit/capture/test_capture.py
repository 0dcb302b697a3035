from collections.abc import Sequence

import pytest

from stackdump_probe.arch.debug import S_SLEEP
from stackdump_probe.arch.registers import CORE, SINGLES, SPECIAL
from stackdump_probe.capture.capture import Request, capture
from stackdump_probe.capture.plan import Bank, Layout, Region
from stackdump_probe.capture.probe import After
from stackdump_probe.capture.watchdogs import watchdogs_of
from stackdump_probe.errors import ConnectError, Interrupted, RegionUnreadable, StateLost
from stackdump_probe.memory import LIVE, Memory
from tests.builders import a_memory, words
from tests.builders.probes import CORTEX_M0, FakeProbe, a_control_space

RAM, FLASH = 0x2000_0000, 0x0800_0000
BANKS = (Bank(RAM, 0x2_0000, is_superset=True),)
TOP = RAM + 0x2_0000
REGISTERS = {"sp": TOP - 0x100, "msp": TOP - 0x100, "pc": FLASH + 0x200, "lr": 0xFFFF_FFF9,
             "r0": 7, "s31": 9, "xpsr": 0x0100_0003, "fpscr": 5}  # fmt: skip


def a_target(**control: int) -> Memory:
    flash = words(TOP, FLASH + 0x101) + bytes(0x3F8)
    return a_memory(
        {**a_control_space(vtor=FLASH, **control), FLASH: flash, RAM: b"\xa5" * 0x2_0000}
    )


def test_a_capture_reads_registers_control_space_flash_proof_and_stack() -> None:
    probe = FakeProbe(a_target(), REGISTERS, dhcsr=0x0100_0000)
    taken = capture(probe, Request(), banks=BANKS)
    words_of = taken.dump.registers.words
    assert set(words_of) == {*CORE, *SINGLES, *SPECIAL}
    assert (words_of["r0"], words_of["s31"], words_of["fpscr"]) == (7, 9, 5)
    assert list(taken.dump.memory.spans()) == [
        (FLASH, FLASH + 0xC0),
        (FLASH + 0x1E0, FLASH + 0x220),
        (TOP - 0x100, TOP),
        (0xE000E100, 0xE000E104),
        (0xE000E200, 0xE000E204),
        (0xE000E300, 0xE000E304),
        (0xE000ED00, 0xE000ED90),
        (0xE000EDF0, 0xE000EDF4),
        (0xE000EF34, 0xE000EF3C),
    ]
    assert taken.dump.memory.u32(0xE000EDF0) == 0x0100_0000
    assert taken.warnings == ()
    assert taken.left == "running"


def test_the_core_stands_still_only_for_what_must_be_of_one_moment() -> None:
    probe = FakeProbe(a_target(), REGISTERS)
    request = Request(ram="all", regions=(Region(FLASH + 0x300, 16),))
    capture(probe, request, banks=BANKS)
    order = [
        "read 0x08000000 192",
        "halt",
        "registers 20",
        "registers 33",
        "read 0xe000ed00 144",
        f"read {TOP - 0x100:#010x} 256",
        "read 0x08000300 16",
        "read 0x20000000 4096",
        "resume",
        "read 0x080001e0 64",
    ]
    assert [call for call in probe.calls if call in order] == order


def test_of_a_core_that_slept_its_code_is_read_before_it_sleeps_again() -> None:
    probe = FakeProbe(a_target(), REGISTERS, dhcsr=S_SLEEP)
    capture(probe, Request(), banks=BANKS)
    assert probe.calls[-1] == "resume"
    assert "read 0x080001e0 64" in probe.calls


def test_flash_that_cannot_be_read_of_a_running_core_is_tried_while_it_is_halted() -> None:
    class FlashSleeps(FakeProbe):
        def read(self, address: int, size: int) -> bytes:
            if address == FLASH and not self.is_halted:
                raise RegionUnreadable(address, size, "bus fault")
            return super().read(address, size)

    taken = capture(FlashSleeps(a_target(), REGISTERS), Request(), banks=BANKS)
    assert taken.dump.memory.holds(FLASH, 0xC0)
    assert taken.warnings == ()


def test_a_vector_table_in_ram_is_of_the_same_moment() -> None:
    memory = a_memory(
        {**a_control_space(vtor=RAM), FLASH: bytes(0x400), RAM: words(TOP) + b"\xa5" * 0x1_FFFC}
    )
    probe = FakeProbe(memory, REGISTERS)
    taken = capture(probe, Request(), banks=BANKS)
    assert probe.calls.index("read 0x20000000 192") > probe.calls.index("halt")
    assert taken.dump.memory.holds(TOP - 0x100, 0x100)


def test_whether_the_core_stood_still_is_looked_at_now_and_then_and_at_the_end() -> None:
    probe = FakeProbe(a_target(), REGISTERS)
    capture(probe, Request(ram="all"), banks=BANKS)
    assert probe.calls.count("check") == 0x2_0000 // 4096
    assert probe.calls[probe.calls.index("resume") - 1] == "check"


def test_what_was_read_around_a_reset_is_dropped() -> None:
    whole = FakeProbe(a_target(), REGISTERS)
    capture(whole, Request(ram="all"), banks=BANKS)
    second = [at for at, call in enumerate(whole.calls) if call == "check"][1]
    probe = FakeProbe(a_target(), REGISTERS, resets_after=second)
    taken = capture(probe, Request(ram="all"), banks=BANKS)
    assert isinstance(taken.cut_short, StateLost)
    assert taken.dump.registers["pc"] == FLASH + 0x200
    assert taken.dump.memory.holds(RAM, 4096)
    assert not taken.dump.memory.holds(RAM + 4096)
    assert taken.dump.memory.holds(FLASH + 0x1E0, 64)
    assert taken.dump.notes == (
        "the capture was cut short: the target was reset while it was read",
    )
    assert taken.left == "running"


def test_a_core_that_was_to_stay_halted_may_run_after_a_reset() -> None:
    probe = FakeProbe(a_target(), REGISTERS, resets_after=0)
    taken = capture(probe, Request(after="halt"), banks=BANKS)
    assert (taken.left, taken.wanted) == ("unknown", "unknown")


def test_with_resume_early_the_core_runs_while_the_rest_is_read_and_the_dump_says_so() -> None:
    probe = FakeProbe(a_target(), REGISTERS)
    taken = capture(probe, Request(ram="all", resumes_early=True), banks=BANKS)
    calls = probe.calls
    assert calls.index(f"read {TOP - 0x100:#010x} 256") < calls.index("resume")
    assert calls.index("resume") < calls.index("read 0x20000000 4096")
    origins = {each.start: each.origin for each in taken.dump.memory.segments}
    assert (origins[TOP - 0x100], origins[RAM], origins[FLASH]) == ("dump", LIVE, "dump")


def test_a_core_that_stays_halted_is_of_one_moment_to_the_end() -> None:
    probe = FakeProbe(a_target(), REGISTERS)
    request = Request(ram="all", resumes_early=True, after="halt")
    taken = capture(probe, request, banks=BANKS)
    assert {each.origin for each in taken.dump.memory.segments} == {"dump"}
    assert taken.dump.memory.holds(RAM, 0x2_0000)


def test_watchdogs_are_frozen_before_the_core_is_halted() -> None:
    memory = a_memory({0xE0042008: bytes(4)})
    probe = FakeProbe(a_target().over(memory), REGISTERS, settable=[0xE0042008])
    request = Request(freezes_watchdogs=True)
    taken = capture(probe, request, banks=BANKS, watchdogs=watchdogs_of("stm32f405"))
    assert probe.calls.index("set 0xe0042008 0x1800") < probe.calls.index("halt")
    assert taken.warnings == ()


def test_what_cannot_be_read_is_remarked_in_the_dump() -> None:
    probe = FakeProbe(a_target(), REGISTERS)
    taken = capture(probe, Request(regions=(Region(0x6000_0000, 64, "region x"),)), banks=BANKS)
    assert taken.dump.notes == taken.warnings


def test_a_core_without_fpu_gets_zero_for_fpscr_and_no_singles() -> None:
    probe = FakeProbe(a_target(cpuid=CORTEX_M0), REGISTERS)
    dump = capture(probe, Request(), banks=BANKS).dump
    assert dump.registers["fpscr"] == 0
    assert "s0" not in dump.registers


def test_ram_used_is_read_as_the_layout_says() -> None:
    layout = Layout(stack_tops=(TOP - 0x80,), data=(Region(RAM, 0x40, ".data"),))
    probe = FakeProbe(a_target(), REGISTERS)
    memory = capture(probe, Request(ram="used"), banks=BANKS, layout=layout).dump.memory
    assert (RAM, RAM + 0x40) in list(memory.spans())
    assert (TOP - 0x100, TOP - 0x80) in list(memory.spans())


def test_a_region_that_faults_costs_only_itself() -> None:
    probe = FakeProbe(a_target(), REGISTERS)
    taken = capture(probe, Request(regions=(Region(0x6000_0000, 64, "region x"),)), banks=BANKS)
    assert taken.warnings == ("64 bytes from 0x60000000 cannot be read (region x)",)
    assert taken.dump.memory.holds(TOP - 0x100, 0x100)


def test_the_end_of_a_bank_that_a_smaller_part_lacks_is_a_note_not_a_warning() -> None:
    probe = FakeProbe(a_target(), REGISTERS)
    taken = capture(probe, Request(ram="all"), banks=(Bank(RAM, 0x4_0000, is_superset=True),))
    assert taken.warnings == ()
    assert taken.notes == ("131072 bytes from 0x20020000 cannot be read (RAM bank at 0x20000000)",)


def test_fp_registers_that_are_refused_cost_only_them() -> None:
    class NoFp(FakeProbe):
        def core_registers(self, selectors: Sequence[int]) -> list[int]:
            if 33 in selectors:
                raise ConnectError("refused")
            return super().core_registers(selectors)

    taken = capture(NoFp(a_target(), REGISTERS), Request(), banks=BANKS)
    assert taken.warnings == ("no floating-point registers: refused",)
    assert taken.dump.registers["pc"] == FLASH + 0x200


def test_progress_counts_the_ram_to_the_last_byte() -> None:
    told: list[tuple[int, int]] = []
    probe = FakeProbe(a_target(), REGISTERS)
    capture(
        probe,
        Request(ram="all"),
        banks=BANKS,
        progress=lambda done, total: told.append((done, total)),
    )
    assert told[0] == (0, 0)
    assert told[-1] == (0x2_0000, 0x2_0000)
    assert told == sorted(told, key=lambda pair: pair[0])


def test_an_interrupt_before_the_registers_were_read_is_no_capture() -> None:
    def stop(_done: int, _total: int) -> None:
        raise Interrupted("stopped by SIGINT")

    probe = FakeProbe(a_target(), REGISTERS)
    with pytest.raises(Interrupted):
        capture(probe, Request(), banks=BANKS, progress=stop)
    assert not probe.is_halted


def test_an_interrupt_later_keeps_what_was_read_and_lets_the_core_run() -> None:
    def stop(done: int, _total: int) -> None:
        if done > 0:
            raise Interrupted("stopped by SIGTERM")

    probe = FakeProbe(a_target(), REGISTERS)
    taken = capture(probe, Request(ram="all"), banks=BANKS, progress=stop)
    assert isinstance(taken.cut_short, Interrupted)
    assert taken.dump.memory.holds(TOP - 0x100, 0x100)
    assert not taken.dump.memory.holds(RAM)
    assert taken.left == "running"
    assert not probe.is_halted


def test_a_link_that_dies_is_a_capture_of_what_was_read_until_then() -> None:
    probe = FakeProbe(a_target(), REGISTERS, dies_after=12, resumes=False)
    taken = capture(probe, Request(), banks=BANKS)
    assert isinstance(taken.cut_short, ConnectError)
    assert taken.dump.registers["pc"] == FLASH + 0x200
    assert taken.left == "unknown"


def test_a_core_that_does_not_halt_is_an_error() -> None:
    with pytest.raises(ConnectError, match="does not halt"):
        capture(FakeProbe(a_target(), halts=False), Request(), banks=BANKS)


def test_every_call_may_be_the_last_and_none_escapes_or_leaves_the_core_halted() -> None:
    whole = FakeProbe(a_target(), REGISTERS)
    capture(whole, Request(ram="all"), banks=BANKS)
    for count in range(len(whole.calls) - 1):  # the last one lets the core run
        probe = FakeProbe(a_target(), REGISTERS, dies_after=count)
        try:
            taken = capture(probe, Request(ram="all"), banks=BANKS)
            assert taken.cut_short is not None
        except ConnectError:
            pass
        assert not probe.is_halted


@pytest.mark.parametrize(("after", "left"), [("restore", "halted"), ("run", "running")])
def test_a_core_that_was_halted_is_left_as_asked(after: After, left: str) -> None:
    probe = FakeProbe(a_target(), REGISTERS, was_halted=True)
    taken = capture(probe, Request(after=after), banks=BANKS)
    assert taken.was_halted
    assert taken.left == left
    assert probe.is_halted == (left == "halted")


def test_a_capture_can_leave_the_core_halted() -> None:
    probe = FakeProbe(a_target(), REGISTERS)
    assert capture(probe, Request(after="halt"), banks=BANKS).left == "halted"
    assert probe.is_halted
