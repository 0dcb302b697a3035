"""What is kept of what was read when reading ends early."""

from collections.abc import Callable

import pytest

from stackdump_probe.arch.debug import DHCSR
from stackdump_probe.capture.plan import Region
from stackdump_probe.capture.reader import Reader
from stackdump_probe.errors import ConnectError, Interrupted, StateLost
from stackdump_probe.memory import LIVE
from tests.builders import a_memory
from tests.builders.probes import FakeProbe

RAM, FLASH = 0x2000_0000, 0x0800_0000
STACK, BUFFER = Region(RAM, 64, "stack"), Region(RAM + 0x100, 64, "buffer")


def a_reader(probe: FakeProbe | None = None, heard: list[tuple[int, int]] | None = None) -> Reader:
    def progress(done: int, total: int) -> None:
        if heard is not None:
            heard.append((done, total))

    memory = a_memory({RAM: bytes(0x200), FLASH: bytes(0x100)})
    return Reader(probe or FakeProbe(memory), progress)


def failing(error: Exception) -> Callable[..., list[int]]:
    def fail(_selectors: object) -> list[int]:
        raise error

    return fail


def test_a_core_that_refuses_its_floating_point_registers_costs_only_them() -> None:
    reader = a_reader()
    reader.registers({"r0": 0})
    reader.probe.core_registers = failing(ConnectError("not ready"))  # type: ignore[method-assign]
    reader.fp_registers()
    assert reader.words == {"r0": 0}
    assert reader.warnings == ["no floating-point registers: not ready"]


def test_a_reset_among_the_floating_point_registers_is_not_taken_for_a_refusal() -> None:
    reader = a_reader()
    reader.probe.core_registers = failing(StateLost("reset"))  # type: ignore[method-assign]
    with pytest.raises(StateLost):
        reader.fp_registers()
    assert reader.warnings == []


def test_what_was_read_of_the_halted_core_is_kept_once_it_is_confirmed() -> None:
    reader = a_reader()
    reader.status(0x0003_0003)
    reader.moment([STACK])
    assert reader.settle(None) is None
    assert reader.memory().holds(RAM, 64)
    assert reader.word(DHCSR) == 0x0003_0003


def test_what_was_not_confirmed_when_the_core_was_reset_is_dropped() -> None:
    probe = FakeProbe(a_memory({RAM: bytes(0x200), FLASH: bytes(0x100)}), resets_after=0)
    reader = a_reader(probe)
    reader.flash([Region(FLASH, 0x100)])
    reader.moment([STACK])
    assert isinstance(reader.settle(None), StateLost)
    assert not reader.memory().holds(RAM)
    assert reader.memory().holds(FLASH, 0x100)


def test_a_link_that_died_keeps_what_was_read_and_is_not_asked_again() -> None:
    reader = a_reader()
    reader.moment([STACK])
    died = ConnectError("the probe is gone")
    assert reader.settle(died) is died
    assert reader.memory().holds(RAM, 64)
    assert "check" not in reader.probe.calls  # type: ignore[attr-defined]


def test_a_link_that_dies_at_the_last_look_is_told_and_costs_nothing() -> None:
    memory = a_memory({RAM: bytes(0x200)})
    reader = a_reader(FakeProbe(memory, dies_after=1))
    reader.moment([STACK])
    assert isinstance(reader.settle(None), ConnectError)
    assert reader.memory().holds(RAM, 64)


def test_an_interrupt_is_what_ended_it_even_if_the_link_dies_then() -> None:
    reader = a_reader(FakeProbe(a_memory({RAM: bytes(0x200)}), dies_after=1))
    reader.moment([STACK])
    stopped = Interrupted("stopped by SIGINT")
    assert reader.settle(stopped) is stopped


def test_an_interrupt_after_a_reset_still_drops_what_was_read() -> None:
    reader = a_reader(FakeProbe(a_memory({RAM: bytes(0x200)}), resets_after=0))
    reader.moment([STACK])
    assert isinstance(reader.settle(Interrupted("stopped by SIGINT")), StateLost)
    assert not reader.memory().holds(RAM)


def test_bytes_are_read_once_and_what_runs_is_marked() -> None:
    reader = a_reader()
    reader.moment([STACK])
    reader.settle(None)
    reader.live([Region(RAM, 128), BUFFER])
    assert [(s.start, s.end - s.start, s.origin) for s in reader.memory().segments] == [
        (RAM, 64, "dump"),
        (RAM + 64, 64, LIVE),
        (RAM + 0x100, 64, LIVE),
    ]


def test_flash_that_cannot_be_read_yet_is_told_only_of_the_last_try() -> None:
    reader = a_reader(FakeProbe(a_memory({})))
    reader.flash([Region(FLASH, 64, "code at pc")])
    assert reader.warnings == []
    reader.flash([Region(FLASH, 64, "code at pc")], is_last_try=True)
    assert reader.warnings == ["64 bytes from 0x08000000 cannot be read (code at pc)"]


def test_the_end_of_a_bank_that_the_part_has_not_is_only_a_note() -> None:
    reader = a_reader()
    reader.moment([Region(RAM, 0x400, "RAM bank", is_superset=True)])
    assert reader.warnings == []
    assert reader.notes == ["512 bytes from 0x20000200 cannot be read (RAM bank)"]


def test_the_listener_hears_how_far_it_is_and_never_more_than_all() -> None:
    heard: list[tuple[int, int]] = []
    reader = a_reader(heard=heard)
    reader.expect([STACK, BUFFER])
    reader.moment([STACK, BUFFER], counted=True)
    reader.pause(1000)
    assert heard == [(64, 128), (128, 128), (128, 128)]


def test_a_reader_of_the_dump_is_told_what_ended_it_and_what_it_lacks() -> None:
    reader = a_reader()
    reader.warnings.append("64 bytes cannot be read")
    assert reader.remarks(Interrupted("stopped by SIGINT")) == (
        "the capture was cut short: stopped by SIGINT",
        "64 bytes cannot be read",
    )
    assert reader.remarks(None) == ("64 bytes cannot be read",)
