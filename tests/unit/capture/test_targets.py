from itertools import pairwise

import pytest

from stackdump_probe.capture.target_tables import ROWS
from stackdump_probe.capture.targets import Target, known_targets, normalised, target_named
from stackdump_probe.errors import UnknownTarget

# What people type, with what the datasheet of the part says: the core, and the RAM as (start, KiB).
# Of a family, the largest part counts.
RAM_BY_NAME = [
    ("stm32f4", "Cortex-M4", [(0x2000_0000, 320), (0x1000_0000, 64)]),
    ("STM32F4xx", "Cortex-M4", [(0x2000_0000, 320), (0x1000_0000, 64)]),
    ("stm32f407vg", "Cortex-M4", [(0x2000_0000, 128), (0x1000_0000, 64)]),
    ("STM32F405RGT6", "Cortex-M4", [(0x2000_0000, 128), (0x1000_0000, 64)]),
    ("stm32f429zi", "Cortex-M4", [(0x2000_0000, 192), (0x1000_0000, 64)]),
    ("stm32f401cc", "Cortex-M4", [(0x2000_0000, 64)]),
    ("STM32F401RE", "Cortex-M4", [(0x2000_0000, 96)]),
    ("stm32f103c8", "Cortex-M3", [(0x2000_0000, 20)]),
    ("stm32f103xb", "Cortex-M3", [(0x2000_0000, 20)]),
    ("stm32f103ret6", "Cortex-M3", [(0x2000_0000, 64)]),
    ("stm32f030f4", "Cortex-M0", [(0x2000_0000, 4)]),
    ("stm32f072rb", "Cortex-M0", [(0x2000_0000, 16)]),
    ("stm32f303re", "Cortex-M4", [(0x2000_0000, 64), (0x1000_0000, 16)]),
    ("STM32F746NG", "Cortex-M7", [(0x2000_0000, 320), (0, 16)]),
    ("stm32g031k8", "Cortex-M0+", [(0x2000_0000, 8)]),
    ("stm32g0b1re", "Cortex-M0+", [(0x2000_0000, 144)]),
    ("stm32g431rb", "Cortex-M4", [(0x2000_0000, 32)]),
    ("stm32h563zi", "Cortex-M33", [(0x2000_0000, 640)]),
    (
        "STM32H743ZIT6",
        "Cortex-M7",
        [
            (0x2000_0000, 128),
            (0, 64),
            (0x2400_0000, 512),
            (0x3000_0000, 288),
            (0x3800_0000, 64),
        ],
    ),
    ("stm32l053r8", "Cortex-M0+", [(0x2000_0000, 8)]),
    ("stm32l152re", "Cortex-M3", [(0x2000_0000, 80)]),
    ("STM32L151CBT6A", "Cortex-M3", [(0x2000_0000, 32)]),
    ("stm32l476rg", "Cortex-M4", [(0x2000_0000, 96), (0x1000_0000, 32)]),
    ("stm32u575zi", "Cortex-M33", [(0x2000_0000, 768), (0x2800_0000, 16)]),
    ("stm32wb55rg", "Cortex-M4", [(0x2000_0000, 256)]),
    ("STM32WBA52CG", "Cortex-M33", [(0x2000_0000, 128)]),
    ("stm32wl55jc", "Cortex-M4, Cortex-M0+", [(0x2000_0000, 64)]),
    ("stm32wle5jc", "Cortex-M4", [(0x2000_0000, 64)]),
    ("stm32mp157c", "Cortex-M4", [(0x1000_0000, 384), (0, 64)]),
    ("nrf51822_xxaa", "Cortex-M0", [(0x2000_0000, 16)]),
    ("nRF51822_QFAC", "Cortex-M0", [(0x2000_0000, 32)]),
    ("nrf52832", "Cortex-M4", [(0x2000_0000, 64)]),
    ("nrf52840", "Cortex-M4", [(0x2000_0000, 256)]),
    ("nRF52840_xxAA", "Cortex-M4", [(0x2000_0000, 256)]),
    ("nrf5340", "Cortex-M33, Cortex-M33", [(0x2000_0000, 512), (0x2100_0000, 64)]),
    ("nrf9160", "Cortex-M33", [(0x2000_0000, 256)]),
    ("nrf54l15", "Cortex-M33", [(0x2000_0000, 256)]),
    ("rp2040", "Cortex-M0+, Cortex-M0+", [(0x2000_0000, 264)]),
    ("RP2350", "Cortex-M33, Cortex-M33", [(0x2000_0000, 520)]),
    ("lpc1768", "Cortex-M3", [(0x1000_0000, 32), (0x2007_C000, 32)]),
    ("lpc845", "Cortex-M0+", [(0x1000_0000, 16)]),
    ("lpc55s69", "Cortex-M33, Cortex-M33", [(0x2000_0000, 272), (0x0400_0000, 32)]),
    ("mcxn947", "Cortex-M33, Cortex-M33", [(0x2000_0000, 416), (0x0400_0000, 96)]),
    ("imxrt1062", "Cortex-M7", [(0x2000_0000, 512), (0, 512), (0x2020_0000, 1024)]),
    ("mk64f", "Cortex-M4", [(0x1FFF_0000, 256)]),
    ("MK64FN1M0VLL12", "Cortex-M4", [(0x1FFF_0000, 256)]),
    ("mk20dx256", "Cortex-M4", [(0x1FFF_8000, 64)]),
    ("mkl25z", "Cortex-M0+", [(0x1FFF_F000, 16)]),
    ("s32k144", "Cortex-M4", [(0x1FFF_8000, 60)]),
    ("atsamd21g18", "Cortex-M0+", [(0x2000_0000, 32)]),
    ("ATSAMD21E17A", "Cortex-M0+", [(0x2000_0000, 16)]),
    ("samd51", "Cortex-M4", [(0x2000_0000, 256)]),
    ("ATSAMD51J19", "Cortex-M4", [(0x2000_0000, 192)]),
    ("sam3x8e", "Cortex-M3", [(0x2000_0000, 64), (0x2008_0000, 32)]),
    ("atsame70q21", "Cortex-M7", [(0x2040_0000, 384)]),
    ("efr32mg24", "Cortex-M33", [(0x2000_0000, 256)]),
    ("EFR32MG12P332F1024GL125", "Cortex-M4", [(0x2000_0000, 256)]),
    ("efm32gg990f1024", "Cortex-M3", [(0x2000_0000, 128)]),
    ("efm32wg990f256", "Cortex-M4", [(0x2000_0000, 32)]),
    ("cc2652r", "Cortex-M4", [(0x2000_0000, 80)]),
    ("mspm0g3507", "Cortex-M0+", [(0x2020_0000, 32)]),
    ("tm4c123gh6pm", "Cortex-M4", [(0x2000_0000, 32)]),
    ("psoc6", "Cortex-M0+, Cortex-M4", [(0x0800_0000, 1024)]),
    ("cy8c6xx7", "Cortex-M0+, Cortex-M4", [(0x0800_0000, 288)]),
    ("CY8C6247BZI-D54", "Cortex-M0+, Cortex-M4", [(0x0800_0000, 288)]),
    ("xmc4500", "Cortex-M4", [(0x2000_0000, 64), (0x1000_0000, 64)]),
    ("ra4m1", "Cortex-M4", [(0x2000_0000, 32)]),
    ("R7FA4M1AB3CFM", "Cortex-M4", [(0x2000_0000, 32)]),
    ("r7fa6m3ah", "Cortex-M4", [(0x1FFE_0000, 640)]),
    ("gd32f103cb", "Cortex-M3", [(0x2000_0000, 20)]),
    ("gd32f450zk", "Cortex-M4", [(0x2000_0000, 192), (0x1000_0000, 64)]),
    ("at32f403a", "Cortex-M4", [(0x2000_0000, 224)]),
    ("apollo3", "Cortex-M4", [(0x1000_0000, 384)]),
    ("max32655", "Cortex-M4", [(0x2000_0000, 128)]),
    ("Cortex-M", "any Cortex-M", [(0x2000_0000, 512 * 1024)]),
]


@pytest.mark.parametrize(("name", "core", "ram"), RAM_BY_NAME)
def test_a_name_as_it_is_typed_means_its_core_and_ram(
    name: str, core: str, ram: list[tuple[int, int]]
) -> None:
    target = target_named(name)
    assert target.core == core
    assert [(bank.start, bank.size // 1024) for bank in target.ram] == ram


def test_a_question_mark_in_a_name_is_any_one_letter() -> None:
    target = Target(("max32?5",), "any Cortex-M", (), "a table")
    assert target.closeness("max3265501") == (7, -1)
    assert target.closeness("max3266") == (0, 0)
    assert target.closeness("max326") == (0, 0)


def test_of_names_equally_long_the_one_without_a_question_mark_counts() -> None:
    assert target_named("gd32f350r8").name == target_named("gd32f350").name
    assert target_named("gd32f350c8").name != target_named("gd32f350").name


def test_an_alias_belongs_to_the_banks_but_not_to_the_ram() -> None:
    target = target_named("nrf52832")
    assert [bank.start for bank in target.banks] == [0x2000_0000, 0x0080_0000]
    assert [bank.start for bank in target.ram] == [0x2000_0000]


FAMILIES = (
    "stm32f0 stm32f1 stm32f2 stm32f3 stm32f4 stm32f7 stm32g0 stm32g4 stm32h5 stm32h7 stm32l0 "
    "stm32l1 stm32l4 stm32l5 stm32u0 stm32u5 stm32wb stm32wba stm32wl stm32c0 stm32mp1 nrf51 "
    "nrf52 nrf53 nrf91 nrf54l15 rp2040 rp2350 lpc1114 lpc1768 lpc4088 lpc54114 lpc55s69 mk20dx128 "
    "mkl25z samd21 same54 efm32gg efr32mg24 psoc6 mspm0g3507 gd32f103 gd32f450 apollo3 cortex_m"
)


@pytest.mark.parametrize("name", FAMILIES.split())
def test_every_family_of_the_contract_is_known(name: str) -> None:
    assert target_named(name).ram


def test_an_unknown_name_gives_the_nearest() -> None:
    with pytest.raises(UnknownTarget) as failure:
        target_named("smt32f4")
    assert failure.value.nearest[0] == "stm32f4"


def test_a_name_like_no_other_gives_none() -> None:
    with pytest.raises(UnknownTarget) as failure:
        target_named("z80")
    assert failure.value.nearest == ()


def test_a_known_beginning_with_garbage_behind_is_unknown() -> None:
    with pytest.raises(UnknownTarget):
        target_named("stm32f4$(rm)")


def test_other_targets_count_by_their_whole_name_where_the_table_has_none() -> None:
    ours = Target(("ncs36510",), "any Cortex-M", (), "pyOCD")
    assert target_named("NCS36510", [ours]) is ours
    with pytest.raises(UnknownTarget) as failure:
        target_named("ncs36511", [ours])
    assert "ncs36510" in failure.value.nearest


def test_the_rp2040_needs_target_types_of_pyocd_by_core() -> None:
    target = target_named("rp2040")
    assert [target.pyocd_type(core) for core in (0, 1)] == [
        ("rp2040_core0", 0),
        ("rp2040_core1", 0),
    ]
    assert target_named("stm32f4").pyocd_type(1) == ("cortex_m", 1)


def test_every_name_that_is_shown_means_its_own_target() -> None:
    for target in known_targets():
        for name in target.names:
            assert target_named(name) is target, name


def test_no_prefix_stands_in_two_rows() -> None:
    prefixes = [normalised(prefix) for row in ROWS for prefix in row.names.split()]
    assert len(prefixes) == len(set(prefixes))


def test_banks_of_one_target_do_not_overlap_and_lie_below_the_private_bus() -> None:
    for target in known_targets():
        banks = sorted(target.banks, key=lambda bank: bank.start)
        for below, above in pairwise(banks):
            assert below.end <= above.start, target.name
        assert all(bank.size > 0 and bank.end <= 0xE000_0000 for bank in banks)
