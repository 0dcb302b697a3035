"""Names and positions beside those of CMSIS (ARM-software/CMSIS_6: core_cm55.h, core_cm33.h)."""

import re

import pytest

from stackdump_probe.arch import faults
from stackdump_probe.arch.faults import FaultBit

# `#define SCB_CFSR_MMARVALID_Pos (SCB_CFSR_MEMFAULTSR_Pos + 7U)` and so on, USGFAULTSR at 16,
# BUSFAULTSR at 8, MEMFAULTSR at 0; the SAU's `SAU_SFSR_LSERR_Pos 7U`.
CMSIS = """
CFSR DIVBYZERO 25 UNALIGNED 24 STKOF 20 NOCP 19 INVPC 18 INVSTATE 17 UNDEFINSTR 16
CFSR BFARVALID 15 LSPERR 13 STKERR 12 UNSTKERR 11 IMPRECISERR 10 PRECISERR 9 IBUSERR 8
CFSR MMARVALID 7 MLSPERR 5 MSTKERR 4 MUNSTKERR 3 DACCVIOL 1 IACCVIOL 0
HFSR DEBUGEVT 31 FORCED 30 VECTTBL 1
DFSR PMU 5 EXTERNAL 4 VCATCH 3 DWTTRAP 2 BKPT 1 HALTED 0
SFSR LSERR 7 SFARVALID 6 LSPERR 5 INVTRAN 4 AUVIOL 3 INVER 2 INVIS 1 INVEP 0
RFSR V 31
"""
TABLES = {
    "CFSR": faults.CFSR_BITS,
    "HFSR": faults.HFSR_BITS,
    "DFSR": faults.DFSR_BITS,
    "SFSR": faults.SFSR_BITS,
    "RFSR": faults.RFSR_BITS,
}
NO_FAULTS = {"BFARVALID", "MMARVALID", "SFARVALID", "HALTED"}


def listed(register: str) -> dict[str, int]:
    lines = [line.split(maxsplit=1) for line in CMSIS.strip().splitlines()]
    text = " ".join(bits for name, bits in lines if name == register)
    return {name: int(at) for name, at in re.findall(r"(\w+) (\d+)", text)}


@pytest.mark.parametrize("register", TABLES)
def test_every_bit_has_the_name_and_place_that_cmsis_gives_it(register: str) -> None:
    ours = {bit.name: bit.bit for bit in TABLES[register]}
    theirs = {name: at for name, at in listed(register).items() if name not in NO_FAULTS}
    assert ours == theirs


@pytest.mark.parametrize(
    ("table", "valid", "names"),
    [
        (faults.CFSR_BITS, listed("CFSR")["MMARVALID"], {"DACCVIOL"}),
        (faults.CFSR_BITS, listed("CFSR")["BFARVALID"], {"PRECISERR"}),
        (faults.SFSR_BITS, listed("SFSR")["SFARVALID"], {"AUVIOL", "LSPERR"}),
    ],
)
def test_an_address_counts_by_its_own_valid_bit(
    table: tuple[FaultBit, ...], valid: int, names: set[str]
) -> None:
    assert {bit.name for bit in table if bit.valid_bit == valid} == names


def test_the_registers_stand_where_cmsis_has_them() -> None:
    # SCB at 0xE000ED00: SHCSR 0x24, CFSR 0x28, HFSR 0x2C, MMFAR 0x34, BFAR 0x38, CPACR 0x88,
    # SFSR 0xE4, SFAR 0xE8, RFSR 0x204.
    places = (faults.SHCSR, faults.CFSR, faults.HFSR, faults.MMFAR, faults.BFAR, faults.CPACR)
    assert [at - 0xE000ED00 for at in places] == [0x24, 0x28, 0x2C, 0x34, 0x38, 0x88]
    rest = (faults.SFSR, faults.SFAR, faults.RFSR)
    assert [at - 0xE000ED00 for at in rest] == [0xE4, 0xE8, 0x204]
