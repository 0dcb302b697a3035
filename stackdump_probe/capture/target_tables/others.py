"""Ambiq, Analog Devices, Qorvo, Vorago and the rest; last, no part at all."""

from stackdump_probe.capture.target_tables.row import (
    CODE_RAM,
    M0,
    M3,
    M4,
    M33,
    M55,
    Ram,
    alias,
    block,
    sram,
)

AMBIQ = (
    *block(
        M4,
        "probe-rs Apollo_Series (Apollo to Apollo3 Plus); Zephyr dts/arm/ambiq (Apollo4 Plus)",
        ("apollo apollo4 ama4b", Ram(CODE_RAM, 2816)),
        ("apollo1 apollo512", Ram(CODE_RAM, 64)),
        ("apollo256", Ram(CODE_RAM, 32)),
        ("apollo2 amaph1 ama2b", Ram(CODE_RAM, 256)),
        ("apollo3 ama3b ama3b1", Ram(CODE_RAM, 384)),
        ("apollo3p ama3b2", Ram(CODE_RAM, 768)),
    ),
    # DTCM, shared SRAM, ITCM.
    *block(
        M55,
        "Zephyr hal_ambiq am_apollo510.h",
        ("apollo5 apollo510", sram(496), Ram(0x2008_0000, 3072), Ram(0, 256)),
    ),
)

ANALOG_DEVICES = (
    *block(
        M4,
        "Zephyr dts/arm/adi/max32; pyOCD 0.46 (MAX32620 to MAX32630); probe-rs MAX32665-66",
        ("max32 max32650 max32651 max32652", sram(1024)),
        ("max32620 max32621", sram(256)),
        ("max32625 max32626 max32670 max32671 max32675", sram(160)),
        ("max32630 max32631", sram(512)),
        ("max32655 max32680 max78000", sram(128)),
        ("max32660", sram(96)),
        ("max32662", sram(80)),
        ("max32665 max32666", sram(560)),
        ("max32672", sram(200)),
        ("max32690", sram(896)),
        ("max78002", sram(384)),
    ),
    *block(
        M3,
        "pyOCD 0.46 (MAX32600); probe-rs ADuCM302x_Series",
        ("max32600", sram(32)),
        ("aducm302", sram(16), Ram(0x2004_0000, 16)),
    ),
    *block(
        M33,
        "Zephyr dts/arm/adi/max32/max32657.dtsi",
        ("max32657", sram(256), alias(0x3000_0000, 256)),
    ),
)

SMALLER_MAKERS = (
    *block(
        M4,
        "probe-rs MEC17xx_Series, VA416xx, PAC55XX_Series; libopencm3 (PAC55xx)",
        ("mec17", Ram(0x000B_0000, 416)),
        ("mec1701h", Ram(0x000E_0000, 224)),
        ("mec1703k", Ram(0x000D_0000, 288)),
        ("mec172", Ram(0x000C_0000, 352)),
        ("va416", Ram(0x1FFF_8000, 32)),
        ("pac55", sram(32)),
    ),
    *block(
        M0,
        "probe-rs VA108xx, PAC52XX_Series",
        ("va108", Ram(CODE_RAM, 32)),
        ("pac52", sram(8)),
    ),
    *block(
        M33,
        "probe-rs T32C_Series, OL23D0",
        ("t32cz20", Ram(0x3000_0000, 192)),
        ("ol23d0", Ram(0x2000_4000, 24)),
    ),
)

# No part: the whole SRAM region of the Arm memory map, of which as much is RAM as can be read.
GENERIC = block("any Cortex-M", "DDI 0403 B3.1", ("cortex_m", sram(512 * 1024)))

ROWS = (*AMBIQ, *ANALOG_DEVICES, *SMALLER_MAKERS, *GENERIC)
