"""A debug port of ADIv6, as IHI 0074 has it."""

from stackdump_probe.simulator.core_debug import CoreDebug
from stackdump_probe.simulator.dap_v6 import DebugPortV3
from stackdump_probe.simulator.interposer import Access, Ack
from tests.unit.simulator.fakes import FakeTarget

CTRL_STAT, SELECT, POWER = 0x4, 0x8, 1 << 28 | 1 << 30


class Wire:
    def __init__(self, *octets: int) -> None:
        target = FakeTarget(ram=bytearray(octets) + bytearray(64 - len(octets)))
        self.port = DebugPortV3(target, CoreDebug(target))
        self.port.access(Access(False, False, CTRL_STAT, POWER))

    def read_dp(self, register: int, bank: int = 0) -> int:
        self.port.access(Access(False, False, SELECT, bank))
        return self.port.access(Access(False, True, register)).word

    def read(self, address: int) -> int:
        self.port.access(Access(False, False, SELECT, address & ~0xF))
        reply = self.port.access(Access(True, True, address & 0xC))
        assert reply.ack is Ack.OK
        return reply.word

    def write(self, address: int, word: int) -> None:
        self.port.access(Access(False, False, SELECT, address & ~0xF))
        assert self.port.access(Access(True, False, address & 0xC, word)).ack is Ack.OK


def test_it_says_which_version_it_is_and_where_the_rom_table_lies() -> None:
    wire = Wire()
    assert wire.read_dp(0) >> 12 & 0xF == 3
    assert wire.read_dp(0, bank=1) & 0x7F == 32
    assert (wire.read_dp(0, bank=2), wire.read_dp(0, bank=3)) == (1, 0)
    assert wire.read_dp(CTRL_STAT, bank=2) & 1


def test_the_rom_table_lists_the_access_ports() -> None:
    wire = Wire()
    other = FakeTarget()
    wire.port.add_core(other, CoreDebug(other))
    assert [wire.read(at) for at in (0, 4, 8)] == [0x2003, 0x4003, 0]
    assert wire.read(0xFBC) & 0xFFFF == 0x0AF7
    assert wire.read(0x2FBC) & 0xFFFF == wire.read(0x4FBC) & 0xFFFF == 0x0A17
    assert wire.read(0x6FBC) == 0


def test_memory_is_read_through_registers_from_0xd00_on() -> None:
    wire = Wire(1, 2, 3, 4, 5, 6, 7, 8)
    wire.write(0x2D00, 2 | 1 << 4)
    wire.write(0x2D04, 0x2000_0000)
    wire.read(0x2D0C)
    block = wire.port.read_block(Access(True, True, 0xC), 1)
    assert block[1] == [0x08070605]
    wire.write(0x2F00, 1)  # the claim tags and the like do nothing
    assert wire.read(0x2D04) == 0x2000_0008
