import pytest

from stackdump_probe.simulator.core_debug import CoreDebug
from stackdump_probe.simulator.dap import DebugPort
from stackdump_probe.simulator.interposer import Access, Ack, Interposer, Reply
from stackdump_probe.simulator.machines import machine_named
from tests.unit.simulator.fakes import FakeTarget

RAM = 0x20000000
# ADIv5.2 (IHI 0031) B2.2 and C2.6.
DPIDR = ABORT = 0x0
CTRL_STAT, SELECT = 0x4, 0x8
CSW, TAR, DRW = 0x0, 0x4, 0xC
WORDS, HALFWORDS, OCTETS, INCREMENT = 2, 1, 0, 1 << 4
POWER = 1 << 28 | 1 << 30
STICKYERR = 1 << 5


class Wire:
    """A debugger's end of a debug port in front of `target`."""

    def __init__(
        self, target: FakeTarget, *, powered: bool = True, interposer: Interposer | None = None
    ) -> None:
        self.port = DebugPort(target, CoreDebug(target), interposer=interposer)
        if powered:
            self.write_dp(CTRL_STAT, POWER)

    def read_dp(self, register: int) -> int:
        return self.port.access(Access(False, True, register)).word

    def write_dp(self, register: int, word: int) -> None:
        self.port.access(Access(False, False, register, word))

    def read_ap(self, register: int) -> Reply:
        return self.port.access(Access(True, True, register))

    def write_ap(self, register: int, word: int) -> Reply:
        return self.port.access(Access(True, False, register, word))

    def aim(self, address: int, *, size: int = WORDS, increment: int = INCREMENT) -> None:
        self.write_ap(CSW, size | increment)
        self.write_ap(TAR, address)


def a_wire(*octets: int, **fields: object) -> Wire:
    ram = bytearray(octets) + bytearray(64 - len(octets))
    return Wire(FakeTarget(ram=ram, **fields))  # type: ignore[arg-type]


def test_the_debug_port_says_who_it_is() -> None:
    assert a_wire().read_dp(DPIDR) == 0x2BA01477  # RM0090 38.8.4


def test_power_requests_are_acknowledged() -> None:
    wire = Wire(FakeTarget(), powered=False)
    wire.write_dp(CTRL_STAT, POWER)
    assert wire.read_dp(CTRL_STAT) == POWER | POWER << 1


def test_without_power_the_access_port_does_not_answer() -> None:
    wire = Wire(FakeTarget(), powered=False)
    assert wire.read_ap(CSW).ack is Ack.FAULT


def test_memory_is_read_word_by_word() -> None:
    wire = a_wire(1, 2, 3, 4, 5, 6, 7, 8)
    wire.aim(RAM)
    assert [wire.read_ap(DRW).word for _ in range(2)] == [0x04030201, 0x08070605]
    assert wire.read_ap(TAR).word == RAM + 8


def test_without_increment_the_address_stays() -> None:
    wire = a_wire(1, 2, 3, 4)
    wire.aim(RAM, increment=0)
    assert [wire.read_ap(DRW).word for _ in range(2)] == [0x04030201, 0x04030201]


@pytest.mark.parametrize(
    ("address", "size", "word"),
    [
        (RAM + 1, OCTETS, 0x0000BB00),
        (RAM + 3, OCTETS, 0xDD000000),
        (RAM + 2, HALFWORDS, 0xDDCC0000),
    ],
)
def test_each_byte_keeps_its_lane(address: int, size: int, word: int) -> None:
    wire = a_wire(0xAA, 0xBB, 0xCC, 0xDD)
    wire.aim(address, size=size)
    assert wire.read_ap(DRW).word == word


def test_a_byte_is_written_from_its_lane() -> None:
    target = FakeTarget()
    wire = Wire(target)
    wire.aim(RAM + 2, size=OCTETS)
    wire.write_ap(DRW, 0x00EE0000)
    assert target.ram[:4] == b"\0\0\xee\0"


def test_the_address_wraps_in_its_page() -> None:
    # C2.2.2: the increment is guaranteed on the low bits only; here 4 KiB.
    wire = Wire(FakeTarget(base=RAM + 0xFC0))
    wire.aim(RAM + 0xFFC)
    assert wire.read_ap(DRW).ack is Ack.OK
    assert wire.read_ap(TAR).word == RAM


def test_banked_registers_reach_four_words_without_moving() -> None:
    wire = a_wire(*range(16))
    wire.aim(RAM + 4)
    wire.write_dp(SELECT, 0x10)
    assert wire.read_ap(0x8).word == 0x0B0A0908
    wire.write_ap(0xC, 0xFFFFFFFF)
    assert wire.read_ap(0xC).word == 0xFFFFFFFF
    wire.write_dp(SELECT, 0x00)
    assert wire.read_ap(TAR).word == RAM + 4


def test_a_bus_fault_sticks_until_it_is_cleared() -> None:
    wire = a_wire()
    wire.aim(0x60000000)
    assert wire.read_ap(DRW).ack is Ack.FAULT
    assert wire.read_ap(CSW).ack is Ack.FAULT
    assert wire.read_dp(CTRL_STAT) & STICKYERR
    wire.write_dp(ABORT, 1 << 2)
    assert not wire.read_dp(CTRL_STAT) & STICKYERR
    assert wire.read_ap(CSW).ack is Ack.OK


def test_clearing_other_errors_leaves_the_sticky_one() -> None:
    wire = a_wire()
    wire.aim(0x60000000)
    wire.read_ap(DRW)
    wire.write_dp(ABORT, 1 << 1)
    assert wire.read_ap(CSW).ack is Ack.FAULT


def test_a_write_to_no_memory_is_a_bus_fault() -> None:
    wire = a_wire()
    wire.aim(0x60000000)
    assert wire.write_ap(DRW, 0).ack is Ack.FAULT


def test_debug_registers_lie_in_memory() -> None:
    target = FakeTarget()
    wire = Wire(target)
    wire.aim(0xE000EDF0)
    wire.write_ap(DRW, 0xA05F0003)
    assert target.is_halted


def test_only_the_first_access_port_exists() -> None:
    wire = a_wire()
    wire.write_dp(SELECT, 0x010000F0)
    assert wire.read_ap(0xC) == Reply(Ack.OK, 0)


def test_the_access_port_says_who_it_is_and_where_its_rom_table_is() -> None:
    wire = a_wire()
    wire.write_dp(SELECT, 0xF0)
    assert wire.read_ap(0xC).word == 0x24770011  # Cortex-M4 TRM (DDI 0439) table 8-2
    assert wire.read_ap(0x8).word == 0xE00FF003
    assert wire.read_ap(0x4).word == 0  # CFG: no large address, no large data, little-endian


@pytest.mark.parametrize(
    ("machine", "enabled"), [("netduinoplus2", 1 << 6), ("mps2-an505", 1 << 23 | 1 << 6)]
)
def test_csw_tells_which_accesses_are_enabled(machine: str, enabled: int) -> None:
    wire = Wire(FakeTarget(machine_named(machine)))
    wire.write_ap(CSW, WORDS)
    assert wire.read_ap(CSW).word == WORDS | enabled


def test_a_size_that_is_not_supported_reads_back_as_words() -> None:
    wire = a_wire()
    wire.write_ap(CSW, 5)
    assert wire.read_ap(CSW).word & 7 == WORDS


@pytest.mark.parametrize("interposer", [None, Interposer()])
def test_a_block_gives_the_words_of_memory(interposer: Interposer | None) -> None:
    wire = Wire(FakeTarget(ram=bytearray(range(64))), interposer=interposer)
    wire.aim(RAM)
    reply, words = wire.port.read_block(Access(True, True, DRW), 3)
    assert (reply.ack, words) == (Ack.OK, [0x03020100, 0x07060504, 0x0B0A0908])
    assert wire.read_ap(TAR).word == RAM + 12


def test_a_block_ends_where_memory_does() -> None:
    wire = a_wire()
    wire.aim(RAM + 56)
    reply, words = wire.port.read_block(Access(True, True, DRW), 4)
    assert (reply.ack, len(words)) == (Ack.FAULT, 2)


def test_a_block_of_another_register_repeats_it() -> None:
    reply, words = a_wire().port.read_block(Access(False, True, DPIDR), 2)
    assert (reply.ack, words) == (Ack.OK, [0x2BA01477] * 2)


def test_a_block_is_written_until_memory_ends() -> None:
    target = FakeTarget()
    wire = Wire(target)
    wire.aim(RAM + 60)
    reply, done = wire.port.write_block(Access(True, False, DRW), [0x11223344, 0])
    assert (reply.ack, done) == (Ack.FAULT, 1)
    assert target.ram[60:] == b"\x44\x33\x22\x11"


def test_a_whole_block_is_written() -> None:
    wire = a_wire()
    wire.aim(RAM)
    reply, done = wire.port.write_block(Access(True, False, DRW), [1, 2])
    assert (reply.ack, done) == (Ack.OK, 2)


def test_an_interposer_answers_for_the_target() -> None:
    class Waits(Interposer):
        def access(self, access: Access) -> Reply | None:
            return Reply(Ack.WAIT) if access.is_ap else None

    wire = Wire(FakeTarget(), interposer=Waits())
    assert wire.read_ap(CSW).ack is Ack.WAIT
    assert wire.read_dp(DPIDR) == 0x2BA01477


class Scripted(Interposer):
    """Answers the n-th transfers as told, before the target or after it."""

    def __init__(self) -> None:
        self.before: list[Reply | None] = []
        self.after: list[Reply | None] = []
        self.missing: set[int] = set()

    def access(self, access: Access) -> Reply | None:
        del access
        return self.before.pop(0) if self.before else None

    def answer(self, access: Access, reply: Reply) -> Reply:
        del access
        return (self.after.pop(0) if self.after else None) or reply

    def reaches(self, address: int) -> bool:
        return address not in self.missing


def test_after_a_lost_acknowledge_nothing_is_heard_until_the_line_is_reset_and_dpidr_read() -> None:
    script = Scripted()
    wire = Wire(FakeTarget(), interposer=script)
    script.before = [Reply(Ack.NONE)]
    assert wire.read_ap(CSW).ack is Ack.NONE
    assert wire.read_ap(CSW).ack is Ack.NONE
    assert wire.port.access(Access(False, True, DPIDR)).ack is Ack.NONE
    wire.port.line_reset()
    assert wire.read_ap(CSW).ack is Ack.NONE
    assert wire.read_dp(DPIDR) == 0x2BA01477
    assert wire.read_ap(CSW).ack is Ack.OK


def test_a_reply_may_get_lost_although_the_target_did_what_it_was_told() -> None:
    target, script = FakeTarget(), Scripted()
    wire = Wire(target, interposer=script)
    wire.aim(RAM)
    script.after = [Reply(Ack.WAIT)]
    assert wire.write_ap(DRW, 0x11223344).ack is Ack.WAIT
    assert target.ram[:4] == b"\x44\x33\x22\x11"


def test_an_address_may_be_made_to_fault() -> None:
    script = Scripted()
    wire = Wire(FakeTarget(), interposer=script)
    script.missing = {RAM + 4}
    wire.aim(RAM)
    reply, words = wire.port.read_block(Access(True, True, DRW), 3)
    assert (reply.ack, len(words)) == (Ack.FAULT, 1)


def test_a_block_ends_with_a_damaged_word() -> None:
    script = Scripted()
    wire = Wire(FakeTarget(), interposer=script)
    wire.aim(RAM)
    script.after = [None, Reply(Ack.OK, 5, parity_error=True)]
    reply, words = wire.port.read_block(Access(True, True, DRW), 3)
    assert (reply.parity_error, len(words)) == (True, 1)


def test_an_interposer_may_let_blocks_pass_as_a_whole() -> None:
    class Counts(Interposer):
        blocks = 0
        singles = 0

        def passes_block(self, count: int) -> bool:
            self.blocks += count
            return True

        def access(self, access: Access) -> Reply | None:
            del access
            self.singles += 1
            return None

    counts = Counts()
    wire = Wire(FakeTarget(ram=bytearray(range(64))), interposer=counts)
    wire.aim(RAM)
    before = counts.singles
    assert wire.port.read_block(Access(True, True, DRW), 2)[1] == [0x03020100, 0x07060504]
    assert (counts.blocks, counts.singles) == (2, before)


def test_a_debug_port_that_lost_its_power_has_to_be_woken_and_powered_up() -> None:
    wire = a_wire()
    wire.port.lose_power()
    assert wire.read_ap(CSW).ack is Ack.NONE
    wire.port.line_reset()
    wire.read_dp(DPIDR)
    assert wire.read_ap(CSW).ack is Ack.FAULT
