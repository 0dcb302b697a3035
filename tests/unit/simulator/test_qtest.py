import pytest

from stackdump_probe.errors import SimulatorError
from stackdump_probe.simulator.qtest import Qtest
from tests.unit.simulator.fakes import a_qemu


@pytest.mark.parametrize(
    ("content", "command"),
    [
        (b"\x40", b"writeb 0xe000ed23 0x40\n"),
        (b"\x34\x12", b"writew 0xe000ed23 0x1234\n"),
        (b"\x78\x56\x34\x12", b"writel 0xe000ed23 0x12345678\n"),
    ],
)
def test_a_write_has_the_width_of_its_content(content: bytes, command: bytes) -> None:
    with a_qemu(b"OK\n") as qemu:
        Qtest(qemu.channel).write(0xE000ED23, content)
        assert qemu.heard() == command


def test_a_write_that_qemu_does_not_understand_is_an_error() -> None:
    with a_qemu(b"FAIL Unknown command\n") as qemu, pytest.raises(SimulatorError, match="FAIL"):
        Qtest(qemu.channel).write(0xE000ED08, bytes(4))


def test_memory_is_read_as_hex() -> None:
    with a_qemu(b"OK 0x0102fe\n") as qemu:
        assert Qtest(qemu.channel).read(0x20000000, 3) == b"\x01\x02\xfe"
        assert qemu.heard() == b"read 0x20000000 0x3\n"
