from stackdump_probe.simulator.machines import machine_named
from stackdump_probe.simulator.still_memory import StillMemory

RAM, END_OF_RAM, PERIPHERAL, SYSTICK, NVIC = (
    0x20000000, 0x20030000, 0x40000000, 0xE000E010, 0xE000E100,
)  # fmt: skip


class Asked:
    """A netduinoplus2 in which every byte tells its address; None beyond `holes`."""

    def __init__(self, *holes: int) -> None:
        self.asked: list[tuple[int, int]] = []
        self._holes = holes
        self.memory = StillMemory(self._read, machine_named("netduinoplus2"))

    def _read(self, address: int, size: int) -> bytes | None:
        self.asked.append((address, size))
        span = range(address, address + size)
        if any(hole in span for hole in self._holes):
            return None
        return bytes(at & 0xFF for at in span)


def test_neighbours_are_asked_for_once() -> None:
    part = Asked()
    words = [part.memory.read(RAM + at, 4) for at in (0x104, 0x1FC, 0x100)]
    assert words == [b"\x04\x05\x06\x07", b"\xfc\xfd\xfe\xff", b"\x00\x01\x02\x03"]
    assert part.asked == [(RAM + 0x100, 256)]


def test_what_was_read_counts_no_longer_when_something_may_have_changed() -> None:
    part = Asked()
    for _ in range(2):
        part.memory.read(RAM, 4)
        part.memory.forget()
    assert len(part.asked) == 2


def test_of_a_peripheral_no_more_is_read_than_was_asked_for() -> None:
    part = Asked()
    for address in (PERIPHERAL, SYSTICK, PERIPHERAL):
        part.memory.read(address, 4)
    assert part.asked == [(PERIPHERAL, 4), (SYSTICK, 4), (PERIPHERAL, 4)]


def test_interrupt_controller_and_fault_registers_are_read_by_the_line() -> None:
    part = Asked()
    part.memory.read(NVIC + 4, 4)
    assert part.asked == [(NVIC, 256)]


def test_a_hole_in_a_line_hides_only_itself() -> None:
    part = Asked(RAM + 8)
    assert part.memory.read(RAM + 4, 4) == b"\x04\x05\x06\x07"
    assert part.memory.read(RAM + 8, 4) is None


def test_what_crosses_a_line_or_the_end_of_ram_is_read_as_it_is() -> None:
    part = Asked()
    assert part.memory.read(RAM + 0xFE, 4) == b"\xfe\xff\x00\x01"
    part.memory.read(END_OF_RAM, 4)
    assert part.asked == [(RAM + 0xFE, 4), (END_OF_RAM, 4)]
    assert part.memory.is_own(END_OF_RAM - 4, 4)
    assert not part.memory.is_own(END_OF_RAM - 4, 8)
