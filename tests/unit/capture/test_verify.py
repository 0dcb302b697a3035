"""The whole program, compared with what is on the target."""

import pytest

from stackdump_probe.capture.verify import Difference, Verification, verify
from stackdump_probe.errors import Interrupted
from stackdump_probe.memory import Segment
from tests.builders import a_memory
from tests.builders.probes import FakeProbe

FLASH = 0x0800_0000
PROGRAM = bytes(range(256)) * 40  # some chunks


def compared(on_target: dict[int, bytes], **options: frozenset[int]) -> Verification:
    probe = FakeProbe(a_memory(on_target))
    program = [Segment(FLASH, PROGRAM, "elf"), Segment(FLASH + 0x10000, b"tail", "elf")]
    return verify(probe, program, lambda _done, _total: None, **options)


def test_an_equal_program_is_compared_to_its_last_byte() -> None:
    same = compared({FLASH: PROGRAM, FLASH + 0x10000: b"tail"})
    assert same == Verification(len(PROGRAM) + 4, 0, 0, None)


def test_every_byte_that_differs_counts_and_the_first_is_named() -> None:
    other = bytearray(PROGRAM)
    other[5000] ^= 0xFF
    other[9000] ^= 0x01
    found = compared({FLASH: bytes(other), FLASH + 0x10000: b"tail"})
    first = Difference(FLASH + 5000, PROGRAM[5000] ^ 0xFF, PROGRAM[5000])
    assert found == Verification(len(PROGRAM) + 4, 2, 0, first)


def test_what_tools_write_by_themselves_is_no_difference() -> None:
    other = PROGRAM[:28] + b"\xff" * 4 + PROGRAM[32:]
    target = {FLASH: other, FLASH + 0x10000: b"tail"}
    assert compared(target).different == 4
    assert compared(target, ignored=frozenset(range(FLASH + 28, FLASH + 32))).different == 0


def test_what_cannot_be_read_is_counted_apart() -> None:
    found = compared({FLASH: PROGRAM})
    assert (found.compared, found.different, found.unread) == (len(PROGRAM), 0, 4)


def test_the_listener_hears_of_all_of_it_and_may_stop_it() -> None:
    heard: list[tuple[int, int]] = []
    probe = FakeProbe(a_memory({FLASH: PROGRAM}))
    verify(probe, [Segment(FLASH, PROGRAM)], lambda *each: heard.append(each))
    assert heard[-1] == (len(PROGRAM), len(PROGRAM))
    assert not probe.is_halted

    def stop(_done: int, _total: int) -> None:
        raise Interrupted("stopped")

    with pytest.raises(Interrupted):
        verify(probe, [Segment(FLASH, PROGRAM)], stop)
