import pytest

from stackdump_probe.errors import SimulatorError
from stackdump_probe.simulator.gdb_remote import (
    GdbRemote,
    packet,
    register_numbers,
    split_packet,
)
from tests.unit.simulator.fakes import a_qemu

TARGET_XML = packet(b'l<target><xi:include href="core.xml"/></target>')
CORE_XML = packet(b'l<feature><reg name="r0" bitsize="32"/><reg name="pc" bitsize="32"/></feature>')


def test_a_packet_carries_its_checksum() -> None:
    # "Debugging with GDB" E.1: the two-digit sum of the characters between $ and #, modulo 256.
    assert packet(b"OK") == b"$OK#9a"
    assert packet(b"m20000000,4") == b"$m20000000,4#4f"  # 109+50+7*48+44+52 = 0x24f


def test_acknowledgements_before_a_packet_are_passed_over() -> None:
    assert split_packet(b"+$OK#9a+") == (b"OK", b"+")


@pytest.mark.parametrize("part", [b"", b"+", b"+$OK", b"$OK#", b"$OK#9"])
def test_a_packet_that_is_not_all_there_is_waited_for(part: bytes) -> None:
    assert split_packet(part) is None


def test_a_damaged_packet_is_an_error() -> None:
    with pytest.raises(SimulatorError, match="damaged packet"):
        split_packet(b"$OK#00")


def test_escaped_characters_stand_for_others() -> None:
    # E.1: } and the character XORed with 0x20.
    assert split_packet(packet(b"a}\x03b")) == (b"a#b", b"")


def test_memory_comes_in_pieces_that_qemu_grants() -> None:
    pieces = packet(b"11" * 2048), packet(b"22" * 2)
    with a_qemu(*pieces) as qemu:
        content = GdbRemote(qemu.channel).read_memory(0x1000, 2050)
        assert qemu.heard() == b"+" + packet(b"m1000,800") + b"+" + packet(b"m1800,2")
    assert content == b"\x11" * 2048 + b"\x22" * 2


def test_an_error_reply_means_no_memory_there() -> None:
    with a_qemu(packet(b"E14")) as qemu:
        assert GdbRemote(qemu.channel).read_memory(0x60000000, 4) is None


def test_memory_is_written_as_hex() -> None:
    with a_qemu(packet(b"OK")) as qemu:
        assert GdbRemote(qemu.channel).write_memory(0x20000000, b"\x01\xab")
        assert qemu.heard() == b"+" + packet(b"M20000000,2:01ab")


def test_registers_are_little_endian_and_numbered_by_the_target_description() -> None:
    with a_qemu(TARGET_XML, CORE_XML, packet(b"78560408")) as qemu:
        assert GdbRemote(qemu.channel).read_register("pc") == 0x08045678
        assert packet(b"p1") in qemu.heard()


def test_the_core_is_read_at_once_whatever_else_is_listed() -> None:
    listed = b"".join(b"%02x000020" % number for number in range(17))
    with a_qemu(packet(listed + b"ff" * 8)) as qemu:
        core = GdbRemote(qemu.channel).read_core()
        assert packet(b"g") in qemu.heard()
    assert (core["r0"], core["pc"], core["xpsr"]) == (0x20000000, 0x2000000F, 0x20000010)
    assert len(core) == 17


def test_a_register_that_cannot_be_written_is_an_error() -> None:
    with a_qemu(TARGET_XML, CORE_XML, packet(b"E22")) as qemu:
        gdb = GdbRemote(qemu.channel)
        with pytest.raises(SimulatorError, match="b'E22'"):
            gdb.write_register("r0", 1)


def test_registers_are_numbered_in_order_unless_they_say_otherwise() -> None:
    documents = [
        b'<reg name="pc" bitsize="32"/><reg name="xpsr" bitsize="32" regnum="25"/>',
        b'<reg name="d0" bitsize="64" type="float"/>',
    ]
    assert register_numbers(documents) == {"pc": 0, "xpsr": 25, "d0": 26}


def test_a_long_target_description_is_read_to_its_end() -> None:
    first = packet(b'm<target><reg name="r0" bit')
    second = packet(b'lsize="32"/></target>')
    with a_qemu(first, second) as qemu:
        assert GdbRemote(qemu.channel).numbers == {"r0": 0}


def test_console_output_is_no_stop() -> None:
    with a_qemu(packet(b"O48690a"), packet(b"T02thread:01;")) as qemu:
        GdbRemote(qemu.channel).interrupt()
        assert qemu.heard() == b"\x03"


def test_a_machine_that_exits_is_an_error() -> None:
    with a_qemu(packet(b"W00")) as qemu, pytest.raises(SimulatorError, match="QEMU has ended"):
        GdbRemote(qemu.channel).interrupt()


def test_a_step_that_was_not_made_is_made_again() -> None:
    pc_before, pc_after = packet(b"00010008"), packet(b"04010008")
    stopped = packet(b"T05thread:01;")
    said = (TARGET_XML, CORE_XML, pc_before, stopped, pc_before, stopped, pc_after)
    with a_qemu(*said) as qemu:
        GdbRemote(qemu.channel).step()
        assert qemu.heard().count(packet(b"s")) == 2


def test_resuming_waits_for_nothing() -> None:
    with a_qemu() as qemu:
        GdbRemote(qemu.channel).resume()
        assert qemu.heard() == b"+" + packet(b"c")


def test_breakpoints_stand_at_halfwords() -> None:
    with a_qemu(packet(b"OK"), packet(b"OK")) as qemu:
        gdb = GdbRemote(qemu.channel)
        gdb.set_breakpoint(0x8000100)
        gdb.clear_breakpoint(0x8000100)
        assert qemu.heard() == b"+" + packet(b"Z1,8000100,2") + b"+" + packet(b"z1,8000100,2")


def test_a_machine_that_stops_by_itself_is_noticed() -> None:
    with a_qemu(b"+" + packet(b"T05")) as qemu:
        gdb = GdbRemote(qemu.channel)
        gdb.resume()
        assert gdb.stops_within(10)


def test_an_acknowledgement_is_no_stop() -> None:
    with a_qemu(b"+") as qemu:
        gdb = GdbRemote(qemu.channel)
        gdb.resume()
        assert not gdb.stops_within(0)
