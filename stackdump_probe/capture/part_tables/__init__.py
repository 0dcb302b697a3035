"""Which part it is: identification registers by vendor, and what their codes stand for.

A register is read only on a part whose vendor and core fit, so that on no other part an address is
touched that means something else there. All are read-only.
"""

from stackdump_probe.capture.part_tables import (
    gigadevice,
    kinetis,
    lpc,
    microchip,
    silabs,
    st,
)
from stackdump_probe.capture.part_tables.row import (
    FREESCALE,
    NORDIC,
    NXP,
    RASPBERRY,
    ST,
    Code,
    Register,
)
from stackdump_probe.capture.target_tables.row import M0, M0P, M4, M33

# INFO.PART of FICR holds the number in the part's name in hex (product specifications, FICR).
_NRF52 = tuple(
    Code(value, f"nRF{value:x}", f"nrf{value:x}")
    for value in (0x52805, 0x52810, 0x52811, 0x52820, 0x52832, 0x52833, 0x52840)
)
_NRF_V8M = (Code(0x5340, "nRF5340", "nrf53"), Code(0x9160, "nRF9160", "nrf91"))
_NRF54L = (Code(0x54B15, "nRF54L15", "nrf54l"),)

_RP = (Code(0x0002927, "RP2040", "rp2040"), Code(0x0004927, "RP2350", "rp2350"))

REGISTERS = (
    *st.REGISTERS,
    Register(
        NORDIC, (M4,), "FICR INFO.PART", 0x10000100, 0xFFFFFFFF, _NRF52,
        "nRF52832, nRF52840 product specifications: FICR",
    ),
    Register(
        NORDIC, (M33,), "FICR INFO.PART", 0x00FF020C, 0xFFFFFFFF, _NRF_V8M,
        "nRF5340, nRF9160 product specifications: FICR",
    ),
    Register(
        NORDIC, (M33,), "FICR INFO.PART", 0x00FFC31C, 0xFFFFFFFF, _NRF54L,
        "nRF54L15 data sheet: FICR",
    ),
    Register(
        RASPBERRY, (M0P, M33), "SYSINFO CHIP_ID", 0x40000000, 0x0FFFFFFF, _RP,
        "RP2040 datasheet 2.20, RP2350 datasheet 12.15: SYSINFO CHIP_ID",
    ),
    *microchip.REGISTERS,
    *silabs.REGISTERS,
    *kinetis.REGISTERS,
    *lpc.REGISTERS,
    *gigadevice.REGISTERS,
)  # fmt: skip

# Parts that their vendor's number in the ROM table, or the vendor and the core alone, tell.
BY_ROM_TABLE = ((ST, st.STM32),)
BY_CORE = ((NORDIC, M0, Code(0, "nRF51", "nrf51")),)

# Vendors that are told by an access port of their own: its IDR under a mask. MDM-AP of Kinetis
# (K64P144M120SF5RM), DM-AP of LPC55 and MCX (UM11126).
BY_PORT = ((0x001C0000, 0xFFFFFF0F, FREESCALE), (0x002A0000, 0xFFFFFFFF, NXP))
