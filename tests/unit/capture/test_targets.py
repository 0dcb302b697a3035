from itertools import pairwise

import pytest

from stackdump_probe.capture.target_table import ROWS
from stackdump_probe.capture.targets import Target, known_targets, normalised, target_named
from stackdump_probe.errors import UnknownTarget


@pytest.mark.parametrize(
    ("name", "row", "ram"),
    [
        ("stm32f4", "stm32f4", [(0x2000_0000, 320), (0x1000_0000, 64)]),
        ("STM32F4xx", "stm32f4", [(0x2000_0000, 320), (0x1000_0000, 64)]),
        ("STM32F405RG", "stm32f405", [(0x2000_0000, 128), (0x1000_0000, 64)]),
        ("stm32f407vgt6", "stm32f405", [(0x2000_0000, 128), (0x1000_0000, 64)]),
        ("stm32l476rg", "stm32l47", [(0x2000_0000, 96), (0x1000_0000, 32)]),
        ("STM32WBA52CG", "stm32wba5", [(0x2000_0000, 128)]),
        ("stm32mp157c", "stm32mp1", [(0x1000_0000, 384), (0, 64)]),
        ("nRF52840_xxAA", "nrf52", [(0x2000_0000, 256)]),
        ("nrf5340", "nrf53", [(0x2000_0000, 512), (0x2100_0000, 64)]),
        ("ATSAMD51J19", "samd5", [(0x2000_0000, 256)]),
        ("MK64FN1M0VLL12", "mk64", [(0x1FFF_0000, 256)]),
        ("lpc1768", "lpc17", [(0x1000_0000, 32), (0x2007_C000, 32)]),
        ("CY8C6247BZI-D54", "cy8c6", [(0x0800_0000, 1024)]),
        ("Cortex-M", "cortex_m", [(0x2000_0000, 512 * 1024)]),
    ],
)
def test_a_part_number_finds_its_row(name: str, row: str, ram: list[tuple[int, int]]) -> None:
    target = target_named(name)
    assert target.name == row
    assert [(bank.start, bank.size // 1024) for bank in target.ram] == ram


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
    ours = Target(("max32625",), "any Cortex-M", (), "pyOCD")
    assert target_named("MAX32625", [ours]) is ours
    with pytest.raises(UnknownTarget) as failure:
        target_named("max32626", [ours])
    assert "max32625" in failure.value.nearest


def test_the_rp2040_needs_target_types_of_pyocd_by_core() -> None:
    target = target_named("rp2040")
    assert [target.pyocd_type(core) for core in (0, 1)] == [
        ("rp2040_core0", 0),
        ("rp2040_core1", 0),
    ]
    assert target_named("stm32f4").pyocd_type(1) == ("cortex_m", 1)


def test_no_prefix_stands_in_two_rows() -> None:
    prefixes = [normalised(prefix) for row in ROWS for prefix in row.prefixes.split()]
    assert len(prefixes) == len(set(prefixes))


def test_banks_of_one_target_do_not_overlap_and_lie_below_the_private_bus() -> None:
    for target in known_targets():
        banks = sorted(target.banks, key=lambda bank: bank.start)
        for below, above in pairwise(banks):
            assert below.end <= above.start, target.name
        assert all(bank.size > 0 and bank.end <= 0xE000_0000 for bank in banks)
