from stackdump_probe.arch.debug import CPUID, DSCSR, ID_PFR1
from stackdump_probe.capture.core import Core, examine
from tests.builders import a_memory, words
from tests.builders.probes import CORTEX_M0, CORTEX_M33, FakeProbe, a_control_space


def core_with(**control: int) -> Core:
    return examine(FakeProbe(a_memory(a_control_space(**control))))


def test_cortex_m4_with_fpu_and_96_interrupts() -> None:
    assert core_with(ictr=2) == Core(is_mainline=True, has_fpu=True, interrupt_words=3)


def test_no_fpu_where_mvfr0_says_none() -> None:
    assert not core_with(mvfr0=0).has_fpu


def test_v6m_has_32_interrupts_and_no_fpu_whatever_is_read_there() -> None:
    core = core_with(cpuid=CORTEX_M0, ictr=7)
    assert core == Core(is_mainline=False, interrupt_words=1)


def test_integer_vectors_have_the_fp_registers_without_an_fpu() -> None:
    space = a_control_space(mvfr0=0)
    space[0xE000EF40] = words(0, 0x100)  # MVFR1.MVE = 1
    assert examine(FakeProbe(a_memory(space))).has_fpu


def test_cortex_m33_is_v8m_and_secure_as_dscsr_says() -> None:
    space = {**a_control_space(cpuid=CORTEX_M33), DSCSR: words(1 << 16)}
    core = examine(FakeProbe(a_memory(space)))
    assert core.is_v8m
    assert core.is_secure


def test_what_is_sure_of_a_halted_core_only() -> None:
    core = Core(is_v8m=True, has_security=True)
    secure = core.halted_in(1 << 16, 1 << 20)  # DSCSR.CDS, DHCSR.S_SDE
    assert (secure.is_secure, secure.sees_secure) == (True, True)
    hidden = core.halted_in(0, 1 << 17)
    assert (hidden.is_secure, hidden.sees_secure) == (False, False)
    assert Core(is_v8m=True).halted_in(1 << 16, 1 << 20) == Core(is_v8m=True)


def test_id_pfr1_tells_of_the_security_extension() -> None:
    space = a_control_space(cpuid=CORTEX_M33)
    space[CPUID] = words(CORTEX_M33, *[0] * 16, 0x210)
    assert CPUID + 4 * 17 == ID_PFR1
    assert examine(FakeProbe(a_memory(space))).has_security
    assert not core_with(cpuid=CORTEX_M33).has_security


def test_id_pfr0_tells_of_ras() -> None:
    space = a_control_space(cpuid=CORTEX_M33)
    space[CPUID] = words(CORTEX_M33, *[0] * 15, 2 << 28)
    assert examine(FakeProbe(a_memory(space))).has_ras
    assert not core_with(cpuid=CORTEX_M33).has_ras


def test_star_mc1_is_v8m() -> None:
    assert core_with(cpuid=0x631F1320).is_v8m


def test_a_control_space_that_faults_is_an_unknown_baseline_core() -> None:
    assert examine(FakeProbe()) == Core(is_mainline=False)
