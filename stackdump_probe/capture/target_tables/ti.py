"""Texas Instruments: SimpleLink, MSP, Tiva, Stellaris."""

from stackdump_probe.capture.target_tables.row import (
    M0P,
    M3,
    M4,
    M33,
    SRAM,
    Ram,
    alias,
    block,
    sram,
)

WIRELESS = (
    *block(
        M3,
        "RIOT cpu/cc26x0; linker files of TI's SDK (CC2640R2, CC1350)",
        ("cc13 cc131 cc135 cc26 cc2630 cc2640 cc2650", sram(20), alias(0x1100_0000, 8)),
    ),
    *block(
        M4,
        "probe-rs CC13XX_CC26XX_Series; Zephyr dts/arm/ti",
        ("cc13?2 cc26?2", sram(80), alias(0x1100_0000, 8)),
        ("cc13?2?7 cc26?2?7 cc1352r7", sram(144), alias(0x1100_0000, 8)),
        ("cc32", sram(256)),
    ),
    *block(M33, "Zephyr dts/arm/ti/cc1354p10.dtsi", ("cc13?4 cc26?4", sram(256))),
    *block(M0P, "probe-rs CC23XX_CC27XX_Series", ("cc2340 cc234", sram(36))),
)

# The MSPM0G checks parity or ECC at 0x20000000, where what was never written faults; at
# 0x20200000 the same RAM is unchecked.
UNCHECKED = 0x2020_0000
MSP = (
    *block(
        M0P,
        "probe-rs MSPM0C_Series, MSPM0L_Series, MSPM0G*; Zephyr dts/arm/ti/mspm0",
        ("mspm0c", sram(1)),
        ("mspm0l", sram(4)),
        ("mspm0l???3 mspm0l???4", sram(2)),
        ("mspm0l12 mspm0l22", Ram(UNCHECKED, 32), alias(SRAM, 32)),
        ("mspm0g", Ram(UNCHECKED, 32), alias(SRAM, 32)),
        ("mspm0 mspm0g?518 mspm0g?519", Ram(UNCHECKED, 128), alias(SRAM, 64)),
        ("mspm0g???5", Ram(UNCHECKED, 16), alias(SRAM, 16)),
    ),
    *block(
        M4,
        "probe-rs MSP432P4XX_Series, MSP432E4_Series",
        ("msp432 msp432p4 msp432p401y msp432p411y msp432e4", sram(256)),
        ("msp432p401m", sram(32)),
        ("msp432p401r", sram(64)),
        ("msp432p401v msp432p411v", sram(128)),
    ),
)

STELLARIS = (
    *block(
        M4,
        "probe-rs Tiva_C_Series; libopencm3 ld/devices.data (LM4F)",
        ("tm4c tm4c129", sram(256)),
        ("tm4c123 lm4f", sram(32)),
        ("tm4c123?c3", sram(12)),
        ("tm4c123?d5", sram(24)),
    ),
    *block(
        M3,
        "probe-rs LM3S_Series; libopencm3 ld/devices.data (LM3S1435, LM3S6965)",
        ("lm3s", sram(96)),
        ("lm3s10 lm3s301", sram(2)),
        ("lm3s300 lm3s308 lm3s31 lm3s32", sram(4)),
        ("lm3s1z lm3s3z", sram(6)),
        ("lm3s1w lm3s3w lm3s5y lm3s60 lm3s610 lm3s611 lm3s612 lm3s613 lm3s615", sram(8)),
        ("lm3s617 lm3s618 lm3s62 lm3s80 lm3s81 lm3s82", sram(8)),
        ("lm3s1n lm3s3n lm3s5t", sram(12)),
        ("lm3s11 lm3s13 lm3s21 lm3s261 lm3s6100 lm3s6110", sram(16)),
        ("lm3s1j lm3s3j", sram(20)),
        ("lm3s1p lm3s5k lm3s5p", sram(24)),
        ("lm3s14 lm3s16 lm3s18 lm3s22 lm3s24 lm3s260 lm3s262 lm3s263 lm3s265", sram(32)),
        ("lm3s267 lm3s363 lm3s3651 lm3s38 lm3s56 lm3s64 lm3s66 lm3s86", sram(32)),
        ("lm3s1f lm3s1h lm3s1r lm3s3654 lm3s5r lm3s9l", sram(48)),
        ("lm3s15 lm3s17 lm3s19 lm3s1c lm3s1g lm3s25 lm3s27 lm3s29 lm3s37 lm3s57", sram(64)),
        ("lm3s59 lm3s5c lm3s5g lm3s65 lm3s67 lm3s69 lm3s85 lm3s87 lm3s89 lm3s97", sram(64)),
        ("lm3s99 lm3s9c lm3s9g", sram(64)),
    ),
)

ROWS = (*WIRELESS, *MSP, *STELLARIS)
