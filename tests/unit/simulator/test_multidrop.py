"""Several debug ports on one line."""

from stackdump_probe.simulator.core_debug import CoreDebug
from stackdump_probe.simulator.interposer import Access, Ack
from stackdump_probe.simulator.multidrop import PART, MultidropPort
from tests.unit.simulator.fakes import FakeTarget

READ_DPIDR = Access(False, True, 0)
CTRL_STAT, POWER = 0x4, 1 << 28 | 1 << 30
READ_DATA = Access(True, True, 0xC)


def a_port() -> MultidropPort:
    target, other = FakeTarget(), FakeTarget()
    port = MultidropPort(target, CoreDebug(target))
    port.add_core(other, CoreDebug(other))
    return port


def test_nobody_is_understood_until_one_is_chosen() -> None:
    port = a_port()
    port.line_reset()
    assert port.access(READ_DPIDR).ack is Ack.NONE
    assert port.read_block(READ_DATA, 2)[0].ack is Ack.NONE
    assert port.write_block(Access(True, False, 0xC), [1])[0].ack is Ack.NONE
    assert port.read_at_once(READ_DATA, 2) is None
    port.select_target(1 << 28 | PART)
    assert port.access(READ_DPIDR).ack is Ack.OK


def test_a_port_that_is_not_there_leaves_nobody_chosen() -> None:
    port = a_port()
    for word in (2 << 28 | PART, 0xF << 28 | PART, 0x01001927):
        port.select_target(word)
        assert port.access(READ_DPIDR).ack is Ack.NONE


def test_each_port_has_its_own_power() -> None:
    port = a_port()
    port.select_target(PART)
    port.access(Access(False, False, CTRL_STAT, POWER))
    assert port.access(Access(False, True, CTRL_STAT)).word & POWER
    port.line_reset()
    port.select_target(1 << 28 | PART)
    port.access(READ_DPIDR)
    assert port.access(Access(False, True, CTRL_STAT)).word & POWER == 0
    port.lose_power()
    assert port.access(READ_DPIDR).ack is Ack.NONE
