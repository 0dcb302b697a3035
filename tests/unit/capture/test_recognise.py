"""Which part it is, from what it tells without being written to."""

import pytest

from stackdump_probe.arch.debug import CPUID
from stackdump_probe.capture.part_tables import REGISTERS
from stackdump_probe.capture.part_tables.row import (
    ATMEL,
    FREESCALE,
    GIGADEVICE,
    NORDIC,
    NXP,
    RASPBERRY,
    SILABS,
    ST,
    VENDORS,
)
from stackdump_probe.capture.probe import Identity
from stackdump_probe.capture.recognise import Part, recognised
from stackdump_probe.capture.targets import target_named
from tests.builders import a_memory, words
from tests.builders.probes import CORTEX_M0, CORTEX_M4, CORTEX_M33, FakeProbe

CORTEX_M0P, CORTEX_M3, CORTEX_M7 = 0x410CC601, 0x412FC231, 0x411FC271
STARTS_ON_LPC = words(0x10001000, 0x1C1, 0x1C9, 0x1CB, 0, 0, 0, -(0x10001000 + 0x555) % 2**32)
F405 = Part("STM32F405/407/415/417", "", ("stm32f405", "stm32f407"))


def a_probe(
    designer: int | None, cpuid: int, held: dict[int, int], part: int | None = None
) -> FakeProbe:
    memory = {address: words(word) for address, word in held.items()}
    probe = FakeProbe(a_memory({CPUID: words(cpuid), **memory}))
    probe.known = Identity(0x2BA01477, designer, part)
    return probe


# Words as the manuals named in the tables describe them, with a revision in the other bits.
@pytest.mark.parametrize(
    ("designer", "cpuid", "address", "word", "target"),
    [
        (ST, CORTEX_M4, 0xE0042000, 0x10076413, "stm32f405"),
        (ST, CORTEX_M0, 0x40015800, 0x20006440, "stm32f051"),
        (ST, CORTEX_M33, 0xE0044000, 0x20016472, "stm32l5"),
        (ST, CORTEX_M7, 0x5C001000, 0x20036450, "stm32h743"),
        (NORDIC, CORTEX_M4, 0x10000100, 0x00052840, "nrf52840"),
        (NORDIC, CORTEX_M33, 0x00FF020C, 0x00005340, "nrf53"),
        (RASPBERRY, CORTEX_M0P, 0x40000000, 0x20002927, "rp2040"),
        (RASPBERRY, CORTEX_M33, 0x40000000, 0x20004927, "rp2350"),
        (ATMEL, CORTEX_M0P, 0x41002018, 0x10010305, "samd21"),
        (NORDIC, CORTEX_M33, 0x00FFC31C, 0x00054B15, "nrf54l"),
        (ATMEL, CORTEX_M4, 0x400E0740, 0x28AC0CE0, "sam4s16"),
        (ATMEL, CORTEX_M7, 0x400E0940, 0xA1020E01, "same70"),
        (SILABS, 0x412FC231, 0x0FE081FC, 0x1848_03E7, "efm32gg"),
        (SILABS, CORTEX_M4, 0x0FE081FC, 0x001C_03E7, "efr32mg12"),
        (SILABS, CORTEX_M33, 0x0FE08004, 0x0118_03E7, "efr32mg24"),
        (FREESCALE, CORTEX_M4, 0x40048024, 0x640000A1, "mk64fn1m0"),
        (FREESCALE, CORTEX_M0P, 0x40048024, 0x25152486, "mkl25z"),
        (FREESCALE, CORTEX_M0P, 0x40048000, 0x04030000, "mke04z"),
        (GIGADEVICE, CORTEX_M3, 0xE0042000, 0x13030410, "gd32f1"),
        (GIGADEVICE, CORTEX_M4, 0xE0042000, 0x13030414, "gd32f303"),
        (GIGADEVICE, 0x411CD200, 0x40015800, 0x13030410, "gd32e23"),
        (GIGADEVICE, CORTEX_M33, 0xE0044000, 0x13030444, "gd32e50"),
    ],
)
def test_a_part_is_told_by_its_register(
    designer: int, cpuid: int, address: int, word: int, target: str
) -> None:
    part = recognised(a_probe(designer, cpuid, {address: word}))
    assert part is not None
    assert f"{word:#010x}" in part.evidence
    assert part.target == target_named(target)


def test_where_the_register_faults_the_rom_table_tells() -> None:
    part = recognised(a_probe(ST, CORTEX_M4, {}, part=0x413))
    assert part is not None
    assert (part.name, part.evidence) == ("STM32F405/407/415/417", "ROM table part 0x413")


def test_a_vendor_and_a_core_may_be_enough() -> None:
    part = recognised(a_probe(NORDIC, CORTEX_M0, {}))
    assert part is not None
    assert part.target == target_named("nrf51")


def test_of_an_unknown_part_the_vendor_is_told() -> None:
    part = recognised(a_probe(ST, CORTEX_M4, {0xE0042000: 0x10000FFF}, part=0xFFE))
    assert part == Part(f"a part of {VENDORS[ST]}", "ROM table part 0xffe")
    assert part is not None
    assert part.target is None


def test_a_vendor_may_be_told_by_an_access_port_alone() -> None:
    part = recognised(a_probe(NXP, CORTEX_M33, {}))
    assert part == Part(f"a part of {VENDORS[NXP]}", "an access port of its own")


def an_lpc(cpuid: int, held: dict[int, int], vectors: bytes = STARTS_ON_LPC) -> FakeProbe:
    """A part whose ROM table is Arm's own, with vectors at 0."""
    memory = {address: words(word) for address, word in held.items()}
    probe = FakeProbe(a_memory({0: vectors, CPUID: words(cpuid), **memory}))
    probe.known = Identity(0x0BB11477, 0x43B, 0x4C0)
    return probe


# Words that Black Magic Probe knows these parts by (src/target/lpc*.c).
@pytest.mark.parametrize(
    ("cpuid", "address", "word", "target"),
    [
        (CORTEX_M0, 0x400483F4, 0x2540102B, "lpc1114"),
        (CORTEX_M0, 0x400483F8, 0x00017C40, "lpc11u37"),
        (CORTEX_M0P, 0x400483F8, 0x00008451, "lpc845"),
        (CORTEX_M0P, 0x400483F8, 0x00008024, "lpc802"),
        (CORTEX_M0P, 0x400483F4, 0x1000002B, "lpc11u68"),
        (CORTEX_M3, 0x400743F8, 0x00001549, "lpc1549"),
        (CORTEX_M3, 0x400483F4, 0x3D00002B, "lpc1343"),
        (CORTEX_M4, 0x40043200, 0x7906002B, "lpc43"),
        (CORTEX_M4, 0x40000FF8, 0xFFF54608, "lpc54608"),
        (CORTEX_M4, 0x40000FF8, 0x7F954605, "lpc54605j256"),
    ],
)
def test_an_lpc_is_told_by_what_its_boot_rom_asks_of_a_program(
    cpuid: int, address: int, word: int, target: str
) -> None:
    part = recognised(an_lpc(cpuid, {address: word}))
    assert part is not None
    assert f"{word:#010x}" in part.evidence
    assert part.target == target_named(target)


def test_an_lpc_without_a_register_of_that_kind_is_told_as_one_of_nxp() -> None:
    part = recognised(an_lpc(CORTEX_M3, {}))
    assert part == Part("a part of NXP", "the checksum of its vector table")


@pytest.mark.parametrize(
    ("cpuid", "vectors"),
    [(CORTEX_M0, bytes(32)), (CORTEX_M0, words(*range(1, 9))), (CORTEX_M33, STARTS_ON_LPC)],
)
def test_other_vectors_and_other_cores_are_of_no_lpc(cpuid: int, vectors: bytes) -> None:
    assert recognised(an_lpc(cpuid, {0x400483F4: 0x2540102B}, vectors)) is None


@pytest.mark.parametrize("designer", [None, 0x43B, 0x123])
def test_without_a_vendor_that_is_known_no_address_of_a_vendor_is_read(
    designer: int | None,
) -> None:
    probe = a_probe(designer, CORTEX_M4, {0xE0042000: 0x10076413})
    assert recognised(probe) is None
    assert set(probe.calls) <= {f"read {CPUID:#010x} 4", "read 0x00000000 32"}


def test_only_addresses_of_this_vendor_and_core_are_read() -> None:
    probe = a_probe(NORDIC, CORTEX_M4, {})
    recognised(probe)
    assert set(probe.calls) == {f"read {CPUID:#010x} 4", "read 0x10000100 4"}


def test_every_name_in_the_tables_is_a_target() -> None:
    for register in REGISTERS:
        assert register.source
        for code in register.codes:
            assert code.value & ~register.mask == 0
            assert all(target_named(name) for name in code.targets.split())
        assert len({code.value for code in register.codes}) == len(register.codes)


@pytest.mark.parametrize("name", ["stm32f4", "stm32f405", "STM32F407VGT6", "stm32", "cortex_m"])
def test_a_name_that_fits_does_not_contradict(name: str) -> None:
    target = target_named("stm32f4" if name == "stm32" else name)
    assert not F405.contradicts(target, name)


@pytest.mark.parametrize("name", ["stm32l4", "stm32f103c8", "nrf52840", "stm32f429"])
def test_a_name_of_another_part_contradicts(name: str) -> None:
    assert F405.contradicts(target_named(name), name)


def test_a_part_of_which_only_the_vendor_is_known_contradicts_nothing() -> None:
    assert not Part("a part of NXP", "").contradicts(target_named("stm32f4"), "stm32f4")


def test_the_size_in_a_name_may_be_any_letter() -> None:
    part = Part("STM32L1 category 1", "", ("stm32l15xx8", "stm32l1"))
    assert not part.contradicts(target_named("stm32l152r8"), "stm32l152r8")
