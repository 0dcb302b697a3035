"""Which core, in which mode."""

from stackdump_probe.report.core import active_exception, core_state, in_order
from stackdump_probe.report.model import CoreState
from tests.builders import a_dump, words

CPUID, ICSR = 0xE000_ED00, 0xE000_ED04


def named(number: int) -> str:
    return f"exception {number}"


def test_the_core_is_named_by_cpuid_and_its_mode_by_ipsr() -> None:
    dump = a_dump({CPUID: words(0x410F_C241)}, xpsr=0x6100_000F)
    assert core_state(dump, named) == CoreState(0x410F_C241, "Cortex-M4", "handler", "exception 15")


def test_thread_mode_has_no_exception() -> None:
    assert core_state(a_dump(xpsr=0x0100_0000), named) == CoreState(None, None, "thread", None)


def test_nothing_is_claimed_of_a_dump_without_xpsr() -> None:
    assert core_state(a_dump(r0=0), named) == CoreState(None, None, None, None)


def test_without_xpsr_icsr_tells_the_exception() -> None:
    dump = a_dump({ICSR: words(0x0040_3003)})
    assert active_exception(dump.registers, dump.memory) == 3


def test_registers_come_in_the_manuals_order() -> None:
    dump = a_dump(s0=1, xpsr=2, pc=3, r10=4, r9=5)
    assert list(in_order(dump.registers)) == ["r9", "r10", "pc", "xpsr", "s0"]


def test_dscsr_tells_the_security_state() -> None:
    dump = a_dump({0xE000_EE08: words(1 << 16)}, xpsr=0x0100_0000)
    assert core_state(dump, named).security == "secure"
    assert core_state(a_dump({0xE000_EE08: words(0)}), named).security == "nonsecure"


def test_ipsr_1_hides_the_number_of_a_secure_exception() -> None:
    # Armv8-M ARM (DDI 0553), BLXNS: no reset is ever being handled.
    exception = core_state(a_dump(xpsr=0x0100_0001), named).exception
    assert exception == "a Secure exception, its number hidden"
