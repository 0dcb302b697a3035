import pytest

from stackdump_probe.errors import SimulatorError
from tests.unit.simulator.fakes import a_qemu


def test_lines_come_one_by_one_without_their_ends() -> None:
    with a_qemu(b"one\r\ntwo\n") as qemu:
        assert qemu.channel.line() == b"one"
        assert qemu.channel.line() == b"two"


def test_silence_ends_in_an_error() -> None:
    with a_qemu() as qemu, pytest.raises(SimulatorError, match="does not answer"):
        qemu.channel.receive()


def test_the_end_of_qemu_is_an_error_for_who_reads() -> None:
    with a_qemu(ends=True) as qemu, pytest.raises(SimulatorError, match="QEMU has ended"):
        qemu.channel.receive()


def test_the_end_of_qemu_is_an_error_for_who_writes() -> None:
    with a_qemu(ends=True) as qemu, pytest.raises(SimulatorError, match="QEMU has ended"):
        qemu.channel.send(b"anybody there?")


def test_reading_a_closed_channel_is_an_error() -> None:
    with a_qemu() as qemu:
        qemu.channel.close()
        with pytest.raises(SimulatorError, match="QEMU has ended"):
            qemu.channel.receive()
