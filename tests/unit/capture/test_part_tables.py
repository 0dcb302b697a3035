"""The codes of parts, held against what others read them as.

The numbers below are those of stlink (inc/stm32.h, config/chips), OpenOCD (stm32l4x.h, stm32h5x.h,
stm32h7x.c, efm32.c, at91sam4.c, kinetis.c) and edbg (target_atmel_cm7.c), the family beside them as
they name it; pyOCD's are taken from pyOCD itself.
"""

from importlib import import_module

import pytest

from stackdump_probe.capture.locks import LOCKS
from stackdump_probe.capture.part_tables import BY_PORT, REGISTERS
from stackdump_probe.capture.part_tables.row import ATMEL, FREESCALE, NORDIC, SILABS, ST, Code
from stackdump_probe.capture.part_tables.st import STM32

# Of stlink and OpenOCD: DEV_ID in the order of the family.
OF_ST = {
    "f0": (0x440, 0x442, 0x444, 0x445, 0x448),
    "f1": (0x410, 0x412, 0x414, 0x418, 0x420, 0x428, 0x430),
    "f2": (0x411,),
    "f3": (0x422, 0x432, 0x438, 0x439, 0x446),
    "f4": (0x413, 0x419, 0x421, 0x423, 0x431, 0x433, 0x434, 0x441, 0x458, 0x463),
    "f7": (0x449, 0x451, 0x452),
    "l0": (0x417, 0x425, 0x447, 0x457),
    "l1": (0x416, 0x427, 0x429, 0x436, 0x437),
    "l4": (0x415, 0x435, 0x461, 0x462, 0x464, 0x470, 0x471),
    "l5": (0x472,),
    "g0": (0x456, 0x460, 0x466, 0x467),
    "g4": (0x468, 0x469, 0x479),
    "c0": (0x443, 0x44C, 0x44D, 0x453, 0x493),
    "u0": (0x459, 0x489),
    "u5": (0x455, 0x481, 0x482),
    "h5": (0x474, 0x484),
    "h7": (0x450, 0x480, 0x483),
    "wb": (0x492, 0x494, 0x495, 0x496),
    "wl": (0x497,),
}
# STM32H523/533 and STM32H7Rx/7Sx, from their manuals alone.
BY_MANUAL_ONLY = {0x478, 0x485}

# Of OpenOCD's efm32.c, DEVICE_FAMILY; of its at91sam4.c and of edbg, CHIPID_CIDR; of its kinetis.c,
# SIM_SDID from FAMILYID to SERIESID.
OTHERS = (
    (SILABS, "0x0FE081FC", {16: "efr32mg1", 21: "efr32bg1", 27: "efr32fg1", 28: "efr32mg12",
                            33: "efr32bg12", 40: "efr32mg13", 46: "efr32zg13", 63: "efr32fg14",
                            71: "efm32g", 72: "efm32gg", 77: "efm32hg", 85: "efm32pg12",
                            103: "efm32tg11", 122: "ezr32hg"}, 16),
    (ATMEL, "0x400E0740", {0xA3CC0CE0: "sam4e", 0x293B0AE0: "sam4n8", 0x294B0AE0: "sam4n8",
                           0x29560CE0: "sam4n16", 0x28AC0CE0: "sam4s16", 0x289C0AE0: "sam4s16",
                           0x28A70CE0: "sam4sa", 0x28AB09E0: "sam4s4", 0x288B07E0: "sam4s4",
                           0x29A70EE0: "sam4sd", 0x29970CE0: "sam4sd"}, 0),
    (ATMEL, "0x400E0940", {0xA10D0A00: "same70", 0xA1020E01: "same70", 0xA1120E00: "sams70",
                           0xA1220E00: "samv71", 0xA1320C00: "samv70"}, 0),
    (FREESCALE, "0x40048024", {0x640: "mk64", 0x620: "mk64", 0x660: "mk66", 0x820: "mk82",
                               0x251: "mkl25z", 0x461: "mkl46z", 0x415: "mkw41z",
                               0x116: "mkv11"}, 20),
)  # fmt: skip


def codes_at(vendor: int, address: int) -> list[tuple[int, Code]]:
    """The codes of a vendor's register there, each with the mask."""
    return [
        (register.mask, code)
        for register in REGISTERS
        if register.vendor == vendor and register.address == address
        for code in register.codes
    ]


@pytest.mark.parametrize(("family", "numbers"), OF_ST.items())
def test_device_ids_of_st_are_those_of_other_tools(family: str, numbers: tuple[int, ...]) -> None:
    ours = {code.value: code.targets.split()[0] for code in STM32}
    assert all(ours[number].startswith(f"stm32{family}") for number in numbers)


def test_what_only_a_manual_says_is_known_as_such() -> None:
    confirmed = {number for numbers in OF_ST.values() for number in numbers}
    assert {code.value for code in STM32} - confirmed == BY_MANUAL_ONLY


@pytest.mark.parametrize(("vendor", "address", "words", "shift"), OTHERS)
def test_codes_of_other_vendors_are_those_of_other_tools(
    vendor: int, address: str, words: dict[int, str], shift: int
) -> None:
    found = codes_at(vendor, int(address, 0))
    for word, target in words.items():
        matching = {
            code.targets.split()[0] for mask, code in found if word << shift & mask == code.value
        }
        assert [name for name in matching if name.startswith(target)], (hex(word), matching)


@pytest.mark.parametrize(
    ("module", "number"),
    [("target_STM32H743xx", 0x450), ("target_STM32H750xx", 0x450), ("target_STM32H723xx", 0x483)],
)
def test_pyocd_reads_the_device_id_of_an_h7_where_we_do(module: str, number: int) -> None:
    address = import_module(f"pyocd.target.builtin.{module}").DBGMCU.IDC
    assert number in {code.value for _mask, code in codes_at(ST, address)}


def test_pyocd_knows_the_ports_of_vendors_by_the_same_numbers() -> None:
    kinetis = import_module("pyocd.target.family.target_kinetis")
    nrf52 = import_module("pyocd.target.family.target_nRF52")
    by_port = {vendor: (idr, mask) for idr, mask, vendor in BY_PORT}
    every_version = 0xFFFFFFFF & ~kinetis.MDM_IDR_VERSION_MASK
    assert by_port[FREESCALE] == (kinetis.MDM_IDR_EXPECTED, every_version)
    locks = {(lock.idr, lock.mask) for lock in LOCKS}
    assert by_port[FREESCALE] in locks
    assert (nrf52.CTRL_IDR_EXPECTED, 0xFFFFFFFF & ~nrf52.CTRL_IDR_VERSION_MASK) in locks


def test_pyocd_reads_the_part_of_an_nrf54l_where_we_do() -> None:
    from inspect import getsource

    source = getsource(import_module("pyocd.target.family.target_nRF54L"))
    registers = [each for each in REGISTERS if each.vendor == NORDIC and "nRF54L" in each.source]
    assert [
        f"self.read32({each.address:#010X})".replace("X", "x") in source for each in registers
    ] == [True]
