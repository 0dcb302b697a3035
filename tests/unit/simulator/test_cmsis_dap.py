from collections.abc import Callable
from struct import pack

import pytest

from stackdump_probe.errors import SimulatorError
from stackdump_probe.simulator.cmsis_dap import CmsisDap
from stackdump_probe.simulator.core_debug import CoreDebug
from stackdump_probe.simulator.dap import DebugPort
from stackdump_probe.simulator.interposer import Access, Ack, Interposer, Reply
from tests.unit.simulator.fakes import FakeTarget

# Transfer requests of CMSIS-DAP: bit 0 APnDP, bit 1 RnW, bits 3:2 the register.
READ_DPIDR, READ_CTRL, WRITE_CTRL, WRITE_ABORT = 0x02, 0x06, 0x04, 0x00
WRITE_CSW, WRITE_TAR, READ_DRW, WRITE_DRW = 0x01, 0x05, 0x0F, 0x0D
MATCH, MASK = 0x10, 0x20
POWER = 0x50000000
RAM = 0x20000000


def a_probe(
    *octets: int,
    interposer: Interposer | None = None,
    reset: Callable[[], None] = lambda: None,
    packet_size: int = 512,
) -> CmsisDap:
    """A probe on a powered part with `octets` at the start of RAM."""
    target = FakeTarget(ram=bytearray(octets) + bytearray(64 - len(octets)))
    port = DebugPort(target, CoreDebug(target), interposer=interposer)
    probe = CmsisDap(port, serial="Q1", reset=reset, interposer=interposer, packet_size=packet_size)
    probe.execute(b"\x05\x00\x01\x04" + pack("<I", POWER))
    return probe


def aim(probe: CmsisDap, address: int) -> None:
    writes = pack("<BIBI", WRITE_CSW, 0x12, WRITE_TAR, address)
    assert probe.execute(b"\x05\x00\x02" + writes) == b"\x05\x02\x01"


@pytest.mark.parametrize(
    ("identifier", "content"),
    [
        (0x02, b"\x0fQEMU CMSIS-DAP\0"),
        (0x03, b"\x03Q1\0"),
        (0x04, b"\x062.1.0\0"),
        (0x05, b"\x00"),
        (0xF0, b"\x01\x01"),
        (0xFE, b"\x01\x04"),
        (0xFF, b"\x02\x00\x02"),
    ],
)
def test_the_probe_says_what_it_is(identifier: int, content: bytes) -> None:
    assert a_probe().execute(bytes([0x00, identifier])) == b"\x00" + content


@pytest.mark.parametrize(("asked", "granted"), [(0, 1), (1, 1), (2, 0)])
def test_only_swd_is_spoken(asked: int, granted: int) -> None:
    assert a_probe().execute(bytes([0x02, asked])) == bytes([0x02, granted])


@pytest.mark.parametrize(
    "command",
    [
        b"\x01\x00\x01",
        b"\x03",
        b"\x09\x01\x00",
        b"\x11\x00\x09\x3d\x00",
        b"\x12\x08\xff",
        b"\x13\0",
    ],
)
def test_commands_without_consequence_are_agreed_to(command: bytes) -> None:
    assert a_probe().execute(command) == command[:1] + b"\x00"


@pytest.mark.parametrize("command", [b"\x14\x00", b"\x80", b"", b"\x05", b"\x06\x00\x01"])
def test_unknown_and_cut_commands_are_refused(command: bytes) -> None:
    assert a_probe().execute(command) == b"\xff"


def test_a_transfer_reads_registers() -> None:
    response = a_probe().execute(bytes([0x05, 0, 2, READ_DPIDR, READ_CTRL]))
    assert response == b"\x05\x02\x01" + pack("<II", 0x2BA01477, POWER | POWER << 1)


def test_a_transfer_ends_at_the_first_fault() -> None:
    probe = a_probe()
    aim(probe, 0x60000000)
    response = probe.execute(bytes([0x05, 0, 3, READ_DPIDR, READ_DRW, READ_DPIDR]))
    assert response == b"\x05\x01\x04" + pack("<I", 0x2BA01477)


def test_a_block_reads_memory() -> None:
    probe = a_probe(*range(16))
    aim(probe, RAM)
    response = probe.execute(pack("<BBHB", 0x06, 0, 3, READ_DRW))
    assert response == pack("<BHB", 0x06, 3, 1) + bytes(range(12))


def test_a_transfer_of_the_same_read_again_and_again_reads_on() -> None:
    probe = a_probe(*range(16))
    tar = pack("<BI", WRITE_TAR, RAM + 4)
    aim(probe, RAM)
    reads = bytes([READ_DRW, READ_DRW, READ_DPIDR, READ_DRW])
    response = probe.execute(b"\x05\x00\x06" + reads + tar + bytes([READ_DRW]))
    words = bytes(range(8)) + pack("<I", 0x2BA01477) + bytes((*range(8, 12), *range(4, 8)))
    assert response == b"\x05\x06\x01" + words


def test_the_same_read_again_and_again_ends_at_the_first_fault() -> None:
    probe = a_probe()
    aim(probe, RAM + 60)
    response = probe.execute(bytes([0x05, 0, 3, READ_DRW, READ_DRW, READ_DRW]))
    assert response == b"\x05\x01\x04" + bytes(4)


def test_a_block_reports_how_far_it_came() -> None:
    probe = a_probe()
    aim(probe, RAM + 60)
    assert probe.execute(pack("<BBHB", 0x06, 0, 3, READ_DRW)) == pack("<BHB", 0x06, 1, 4) + bytes(4)


def test_a_block_writes_memory() -> None:
    probe = a_probe()
    aim(probe, RAM)
    block = pack("<BBHBII", 0x06, 0, 2, WRITE_DRW, 0x11111111, 0x22222222)
    assert probe.execute(block) == pack("<BHB", 0x06, 2, 1)
    aim(probe, RAM + 4)
    assert probe.execute(bytes([0x05, 0, 1, READ_DRW]))[3:] == b"\x22" * 4


def test_a_matching_value_is_no_data() -> None:
    body = pack("<BI", READ_DPIDR | MATCH, 0x2BA01477)
    assert a_probe().execute(b"\x05\x00\x01" + body) == b"\x05\x01\x01"


def test_a_value_that_does_not_match_ends_the_transfer() -> None:
    body = pack("<BIB", READ_DPIDR | MATCH, 0x12345678, READ_DPIDR)
    assert a_probe().execute(b"\x05\x00\x02" + body) == b"\x05\x00\x11"


def test_only_masked_bits_are_compared() -> None:
    body = pack("<BIBI", MASK, 0xFFFF, READ_DPIDR | MATCH, 0x1477)
    assert a_probe().execute(b"\x05\x00\x02" + body) == b"\x05\x02\x01"


class Ringing(Interposer):
    """Answers DPIDR with these replies, one after the other."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)

    def access(self, access: Access) -> Reply | None:
        is_identity = access == Access(False, True, 0)
        return self.replies.pop(0) if is_identity and self.replies else None


def test_a_match_is_waited_for() -> None:
    probe = a_probe(interposer=Ringing(Reply(Ack.OK, 1), Reply(Ack.OK, 2)))
    probe.execute(pack("<BBHH", 0x04, 0, 0, 2))
    body = pack("<BI", READ_DPIDR | MATCH, 0x2BA01477)
    assert probe.execute(b"\x05\x00\x01" + body) == b"\x05\x01\x01"


def test_wait_is_tried_again_as_often_as_configured() -> None:
    waits = [Reply(Ack.WAIT)] * 3
    probe = a_probe(interposer=Ringing(*waits))
    probe.execute(pack("<BBHH", 0x04, 0, 2, 0))
    assert probe.execute(bytes([0x05, 0, 1, READ_DPIDR])) == b"\x05\x00\x02"
    assert probe.execute(bytes([0x05, 0, 1, READ_DPIDR]))[:3] == b"\x05\x01\x01"


def test_wait_is_tried_again_in_a_block_too() -> None:
    # CMSIS-DAP, DAP_TransferConfigure: WAIT Retry counts for DAP_Transfer and DAP_TransferBlock.
    probe = a_probe(interposer=Ringing(*[Reply(Ack.WAIT)] * 3))
    probe.execute(pack("<BBHH", 0x04, 0, 2, 0))
    block = pack("<BBHB", 0x06, 0, 1, READ_DPIDR)
    assert probe.execute(block) == b"\x06\x00\x00\x02"
    assert probe.execute(block)[:4] == b"\x06\x01\x00\x01"


def test_a_parity_error_is_a_protocol_error() -> None:
    probe = a_probe(interposer=Ringing(Reply(Ack.OK, 5, parity_error=True)))
    assert probe.execute(bytes([0x05, 0, 1, READ_DPIDR])) == b"\x05\x00\x09"


def test_a_target_that_is_gone_does_not_acknowledge() -> None:
    class Gone(Interposer):
        def access(self, access: Access) -> Reply | None:
            raise SimulatorError(f"QEMU has ended before {access}")

        def passes_block(self, count: int) -> bool:
            raise SimulatorError(f"QEMU has ended before {count} reads")

    probe = a_probe(interposer=Gone())
    assert probe.execute(bytes([0x05, 0, 1, READ_DPIDR])) == b"\x05\x00\x07"
    assert probe.execute(bytes([0x05, 0, 3, READ_DRW, READ_DRW, READ_DRW])) == b"\x05\x00\x07"
    assert probe.execute(pack("<BBHB", 0x06, 0, 2, READ_DRW)) == pack("<BHB", 0x06, 0, 7)


def test_write_abort_clears_a_sticky_error() -> None:
    probe = a_probe()
    aim(probe, 0x60000000)
    assert probe.execute(bytes([0x05, 0, 1, READ_DRW])) == b"\x05\x00\x04"
    assert probe.execute(b"\x08\x00" + pack("<I", 0x1E)) == b"\x08\x00"
    aim(probe, RAM)


def test_letting_nreset_go_resets_the_target() -> None:
    resets: list[str] = []
    probe = a_probe(reset=lambda: resets.append("reset"))
    assert probe.execute(b"\x10\x00\x80" + bytes(4)) == b"\x10\x7f"
    assert resets == []
    assert probe.execute(b"\x10\x80\x80" + bytes(4)) == b"\x10\xff"
    assert resets == ["reset"]


def test_reading_pins_changes_none() -> None:
    resets: list[str] = []
    probe = a_probe(reset=lambda: resets.append("reset"))
    assert probe.execute(b"\x10\x00\x00" + bytes(4)) == b"\x10\xff"
    assert resets == []


def test_no_reset_sequence_is_known() -> None:
    assert a_probe().execute(b"\x0a") == b"\x0a\x00\x00"


def test_swd_sequences_read_back_zeros() -> None:
    # Two sequences: 8 cycles out, 33 cycles in (5 bytes).
    assert a_probe().execute(b"\x1d\x02\x08\xff\xa1") == b"\x1d\x00" + bytes(5)


def test_a_write_of_targetsel_reaches_the_port() -> None:
    """The request, five cycles without a driver, the word with its parity (IHI 0031 B4.3.4)."""
    chosen: list[int] = []

    class Choosing(DebugPort):
        def select_target(self, word: int) -> None:
            chosen.append(word)

    target = FakeTarget()
    probe = CmsisDap(Choosing(target, CoreDebug(target)), serial="Q1", reset=lambda: None)
    word = b"\x27\x29\x00\x11\x01"
    assert probe.execute(b"\x1d\x03\x08\x99\x85\x21" + word) == b"\x1d\x00\x00"
    assert chosen == [0x11002927]


def test_responses_pass_the_interposer() -> None:
    class Cut(Interposer):
        def response(self, command: bytes, response: bytes) -> bytes:
            return response[:1] if command[0] == 0x03 else response

    assert a_probe(interposer=Cut()).execute(b"\x03") == b"\x03"


def test_a_full_speed_probe_says_so() -> None:
    assert a_probe(packet_size=64).execute(b"\x00\xff") == b"\x00\x02\x40\x00"


@pytest.mark.parametrize(
    ("sequences", "heard"),
    [
        ([bytes([0x12, 51]) + b"\xff" * 7], True),
        ([bytes([0x12, 49]) + b"\xff" * 7], False),
        ([bytes([0x12, 25]) + b"\xff" * 4] * 2, True),
        ([bytes([0x12, 56]) + b"\xff" * 3 + b"\x7f" + b"\xff" * 3], False),
        ([bytes([0x12, 0]) + b"\xff" * 32], True),
    ],
)
def test_fifty_cycles_of_a_high_line_reset_it(sequences: list[bytes], heard: bool) -> None:
    probe = a_probe(interposer=Ringing(Reply(Ack.NONE)))
    assert probe.execute(bytes([0x05, 0, 1, READ_DPIDR])) == b"\x05\x00\x07"
    for sequence in sequences:
        assert probe.execute(sequence) == b"\x12\x00"
    assert (probe.execute(bytes([0x05, 0, 1, READ_DPIDR]))[2] == 1) == heard
