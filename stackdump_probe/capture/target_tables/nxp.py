"""NXP: LPC, MCX A, N and W, i.MX RT."""

from stackdump_probe.capture.target_tables.row import (
    CODE_RAM,
    M0,
    M0P,
    M3,
    M4,
    M7,
    M33,
    SECURE,
    Ram,
    alias,
    block,
    sram,
)

AHB = 0x2007_C000  # the second RAM of the LPC175x and 176x
PERIPHERAL = 0x2000_4000  # that of USB in the LPC11U, 11E and 13
RAM_X, SECURE_X = 0x0400_0000, 0x1400_0000  # SRAMX on the code bus
RAM_02 = 0x0200_0000

LPC_OLD = (
    *block(
        M0P,
        "probe-rs LPC800_Series, LPC865",
        ("lpc8", Ram(CODE_RAM, 16)),
        ("lpc810", Ram(CODE_RAM, 1)),
        ("lpc802 lpc811", Ram(CODE_RAM, 2)),
        ("lpc804 lpc812 lpc822 lpc832 lpc834", Ram(CODE_RAM, 4)),
        ("lpc824 lpc844 lpc8n04 lpc865", Ram(CODE_RAM, 8)),
        ("lpc845", Ram(CODE_RAM, 16)),
    ),
    *block(
        M0,
        "Black Magic Probe lpc11xx.c; USB RAM: RIOT cpu/lpc11u34",
        ("lpc11", Ram(CODE_RAM, 8), sram(2), Ram(PERIPHERAL, 2)),
        ("lpc1110", Ram(CODE_RAM, 1)),
        ("lpc1111", Ram(CODE_RAM, 4)),
        ("lpc1112 lpc1113 lpc1114 lpc1115 lpc11c lpc11d", Ram(CODE_RAM, 8)),
    ),
    *block(
        M0P,
        "Zephyr dts/arm/nxp/lpc/lpc11u6x",
        ("lpc11u6 lpc11e6", Ram(CODE_RAM, 32), sram(2), Ram(PERIPHERAL, 2)),
    ),
    *block(
        M3,
        "libopencm3 ld/devices.data",
        ("lpc13", Ram(CODE_RAM, 8), sram(2), Ram(PERIPHERAL, 2)),
        ("lpc1311 lpc1342", Ram(CODE_RAM, 4)),
        ("lpc1313 lpc1343", Ram(CODE_RAM, 8)),
    ),
    *block(
        M3,
        "Black Magic Probe lpc15xx.c",
        ("lpc15", Ram(RAM_02, 36)),
        ("lpc1518 lpc1548", Ram(RAM_02, 20)),
        ("lpc1517 lpc1547", Ram(RAM_02, 12)),
    ),
    *block(
        M3,
        "UM10360, UM10470; libopencm3 ld/devices.data",
        ("lpc17 lpc1758 lpc1759 lpc176", Ram(CODE_RAM, 32), Ram(AHB, 32)),
        ("lpc1751", Ram(CODE_RAM, 8)),
        ("lpc1752", Ram(CODE_RAM, 16)),
        ("lpc1754 lpc1756 lpc1764", Ram(CODE_RAM, 16), Ram(AHB, 16)),
        ("lpc177 lpc178", Ram(CODE_RAM, 64), sram(32)),
        ("lpc1774", Ram(CODE_RAM, 32), sram(8)),
        ("lpc1776 lpc1785 lpc1786", Ram(CODE_RAM, 64), sram(16)),
    ),
    *block(
        M4,
        "UM10562; pyOCD 0.46 (LPC4088); RamPeriph32 of its linker scripts",
        ("lpc40", Ram(CODE_RAM, 64), sram(32)),
    ),
    # Without flash the RAM at 0x10000000 is larger. The last 16 KiB are the trace buffer's.
    *block(
        M3,
        "UM10430; libopencm3 ld/devices.data (the LPC43xx of the same number)",
        ("lpc18", Ram(CODE_RAM, 128), Ram(0x1008_0000, 72), sram(64)),
        ("lpc18?2 lpc18?3 lpc18?5 lpc18?7", Ram(CODE_RAM, 32), Ram(0x1008_0000, 40), sram(64)),
    ),
    *block(
        f"{M4}, {M0}",
        "UM10503; libopencm3 ld/devices.data, pyOCD 0.46 (LPC4330)",
        ("lpc43", Ram(CODE_RAM, 128), Ram(0x1008_0000, 72), sram(64)),
        ("lpc4310 lpc4320 lpc43s10 lpc43s20", Ram(CODE_RAM, 96), Ram(0x1008_0000, 40), sram(64)),
        (
            "lpc43?2 lpc43?3 lpc43?5 lpc43?7 lpc43s?7",
            Ram(CODE_RAM, 32),
            Ram(0x1008_0000, 40),
            sram(64),
        ),
    ),
)

LPC_54_55 = (
    *block(
        M0P,
        "pyOCD 0.46 (LPC54114, the same memory with less SRAM)",
        ("lpc51u68", sram(64), Ram(RAM_X, 32)),
    ),
    *block(
        f"{M4}, {M0P}",
        "probe-rs LPC54102; pyOCD 0.46 (LPC54114)",
        ("lpc5410", Ram(RAM_02, 96), Ram(0x0340_0000, 8)),
        ("lpc5411", sram(160), Ram(RAM_X, 32)),
    ),
    *block(
        M4,
        "probe-rs LPC546xx_Series; SRAMX: pyOCD 0.46 (LPC54608)",
        ("lpc546", sram(160), Ram(RAM_X, 32)),
        ("lpc546??j256", sram(96), Ram(RAM_X, 32)),
    ),
    # SRAMX is where other parts have flash.
    *block(M4, "UM11060", ("lpc540", sram(160), Ram(0, 192))),
    # The USB RAM at 0x40100000 needs its clock.
    *block(
        f"{M33}, {M33}",
        "UM11126; probe-rs LPC55S69, pyOCD 0.46",
        ("lpc55 lpc55s69", sram(272), Ram(RAM_X, 32), alias(SECURE, 272), alias(SECURE_X, 32)),
    ),
    *block(
        M33,
        "probe-rs LPC55xx, pyOCD 0.46 (LPC5526, LPC55S28, LPC55S16, LPC55S36), Zephyr (LPC55S06)",
        (
            "lpc5528 lpc55s28",
            sram(192),
            Ram(0x2004_0000, 16),
            Ram(RAM_X, 32),
            alias(SECURE, 272),
            alias(SECURE_X, 32),
        ),
        (
            "lpc5526 lpc55s26 lpc55s66",
            sram(96),
            Ram(0x2004_0000, 16),
            Ram(RAM_X, 32),
            alias(SECURE, 272),
            alias(SECURE_X, 32),
        ),
        ("lpc55s1 lpc551", sram(80), Ram(RAM_X, 16), alias(SECURE, 80), alias(SECURE_X, 16)),
        ("lpc55s3 lpc553", sram(112), Ram(RAM_X, 16), alias(SECURE, 112), alias(SECURE_X, 16)),
        ("lpc55s0 lpc550", sram(80), Ram(RAM_X, 16), alias(SECURE, 80), alias(SECURE_X, 16)),
    ),
)

MCX = (
    *block(
        M33,
        "probe-rs MCXA; Zephyr dts/arm/nxp/mcx/mcxa (MCXA344)",
        ("mcxa mcxa577", sram(640), Ram(RAM_X, 64)),
        ("mcxa142 mcxa152", sram(16), Ram(0x0400_2000, 4)),
        ("mcxa143 mcxa153", sram(24), Ram(RAM_X, 12)),
        ("mcxa144 mcxa154", sram(56), Ram(RAM_X, 12)),
        ("mcxa145 mcxa155", sram(80), Ram(RAM_X, 12)),
        ("mcxa146 mcxa156", sram(120), Ram(RAM_X, 12)),
        ("mcxa165 mcxa175 mcxa185 mcxa255 mcxa265 mcxa275", sram(120), Ram(RAM_X, 16)),
        ("mcxa166 mcxa176 mcxa186 mcxa256 mcxa266 mcxa276", sram(240), Ram(RAM_X, 16)),
        ("mcxa344", sram(48), Ram(RAM_X, 16)),
    ),
    *block(
        f"{M33}, {M33}",
        "probe-rs MCXN947, MCXN526",
        (
            "mcxn mcxn94 mcxn54",
            sram(416),
            Ram(RAM_X, 96),
            alias(SECURE, 416),
            alias(SECURE_X, 96),
        ),
        ("mcxn526", sram(256), Ram(RAM_X, 96), alias(SECURE, 256), alias(SECURE_X, 96)),
    ),
    *block(
        M33,
        "probe-rs MCXN236",
        ("mcxn23", sram(224), Ram(RAM_X, 96), alias(SECURE, 224), alias(SECURE_X, 96)),
    ),
    *block(
        M33,
        "Zephyr dts/arm/nxp/mcx/mcxw (MCXW716C)",
        (
            "mcxw71 kw45 k32w1",
            sram(112),
            Ram(RAM_X, 16),
            alias(SECURE, 112),
            alias(SECURE_X, 16),
        ),
    ),
)

# The program divides the FlexRAM between ITCM at 0, DTCM at 0x20000000 and OCRAM: as much as
# each can get.
OCRAM = 0x2020_0000
IMXRT = (
    *block(
        M7,
        "probe-rs MIMXRT10xx; pyOCD 0.46",
        ("imxrt10 imxrt1060 mimxrt10 mimxrt106", sram(512), Ram(0, 512), Ram(OCRAM, 1024)),
        ("imxrt1010 imxrt1011 mimxrt101", sram(128), Ram(0, 128), Ram(OCRAM, 128)),
        ("imxrt1015 mimxrt1015", sram(128), Ram(0, 128), Ram(OCRAM, 128)),
        ("imxrt102 mimxrt102", sram(256), Ram(0, 256), Ram(OCRAM, 256)),
        ("imxrt104 imxrt105 mimxrt104 mimxrt105", sram(512), Ram(0, 512), Ram(OCRAM, 512)),
    ),
    *block(
        f"{M7}, {M4}",
        "probe-rs MIMXRT1160, MIMXRT1170",
        (
            "imxrt11 imxrt117 imxrt116 mimxrt117 mimxrt116",
            sram(512),
            Ram(0, 512),
            Ram(0x2024_0000, 512),
            Ram(0x202C_0000, 512),
            Ram(0x2034_0000, 768),
        ),
    ),
    *block(
        f"{M33}, {M7}",
        "probe-rs MIMXRT1180",
        (
            "imxrt118 mimxrt118",
            sram(256),
            Ram(0x0FFC_0000, 256),
            Ram(0x2048_4000, 496),
            Ram(0x2050_0000, 256),
        ),
    ),
    # The data bus, the code bus, and both once more for Secure accesses show the same RAM.
    *block(
        M33,
        "probe-rs MIMXRT500, MIMXRT685S",
        (
            "imxrt5 mimxrt5",
            sram(5120),
            alias(0, 5120),
            alias(CODE_RAM, 5120),
            alias(SECURE, 5120),
        ),
        ("mimxrt533", sram(3072), alias(0, 3072), alias(CODE_RAM, 3072), alias(SECURE, 3072)),
        (
            "imxrt6 mimxrt6",
            sram(4608),
            alias(0, 4608),
            alias(CODE_RAM, 4608),
            alias(SECURE, 4608),
        ),
    ),
)

ROWS = (*LPC_OLD, *LPC_54_55, *MCX, *IMXRT)
