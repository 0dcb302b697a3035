"""Silicon Labs: EFM32, EZR32, EFR32. The code bus shows the RAM of series 0 and 1 once more."""

from stackdump_probe.capture.target_tables.row import (
    CODE_RAM,
    M0P,
    M3,
    M4,
    M33,
    alias,
    block,
    sram,
)

EFM32 = (
    *block(
        M0P,
        "libopencm3 ld/devices.data; probe-rs EFM32HG_Series, EFM32TG11B_Series",
        ("efm32zg", sram(4), alias(CODE_RAM, 4)),
        ("efm32zg???f4 efm32zg???f8", sram(2), alias(CODE_RAM, 2)),
        ("efm32hg ezr32hg", sram(8), alias(CODE_RAM, 8)),
        ("efm32hg1??f32 efm32hg2??f32", sram(4), alias(CODE_RAM, 4)),
        ("efm32tg11", sram(32), alias(CODE_RAM, 32)),
    ),
    *block(
        M3,
        "libopencm3 ld/devices.data",
        ("efm32tg", sram(4), alias(CODE_RAM, 4)),
        ("efm32tg???f8 efm32tg110f4", sram(2), alias(CODE_RAM, 2)),
        ("efm32tg108f4", sram(1), alias(CODE_RAM, 1)),
        ("efm32g", sram(16), alias(CODE_RAM, 16)),
        ("efm32g???f16 efm32g???f32", sram(8), alias(CODE_RAM, 8)),
        ("efm32lg ezr32lg", sram(32), alias(CODE_RAM, 32)),
        ("efm32gg", sram(128), alias(CODE_RAM, 128)),
    ),
    *block(
        M4,
        "libopencm3 ld/devices.data (WG); probe-rs EFM32GG11B_Series, EFM32PG1B, EFM32PG12B",
        ("efm32wg ezr32wg", sram(32), alias(CODE_RAM, 32)),
        ("efm32gg11", sram(512), alias(CODE_RAM, 512)),
        ("efm32gg11b11 efm32gg11b31 efm32gg11b51", sram(384), alias(CODE_RAM, 384)),
        ("efm32gg12", sram(192), alias(CODE_RAM, 192)),
        ("efm32pg1", sram(32), alias(CODE_RAM, 32)),
        ("efm32pg12", sram(256), alias(CODE_RAM, 256)),
    ),
    *block(
        M33,
        "probe-rs EFM32PG22_Series, EFM32PG26_Series; Zephyr dts/arm/silabs/xg28",
        ("efm32pg2 efm32pg26", sram(512)),
        ("efm32pg22", sram(32)),
        ("efm32pg23", sram(64)),
        ("efm32pg28", sram(256)),
        ("efm32pg28????f512", sram(128)),
        ("efm32pg26b1", sram(128)),
        ("efm32pg26b3", sram(256)),
    ),
)

# "?": any of BG, FG, MG, ZG: the letter before G.
EFR32_SERIES_1 = block(
    M4,
    "probe-rs EFR32xG1P, xG12P, xG13P, xG14P",
    ("efr32mg1 efr32?g1", sram(32), alias(CODE_RAM, 32)),
    ("efr32?g1????f64", sram(16), alias(CODE_RAM, 16)),
    ("efr32mg12 efr32?g12", sram(256), alias(CODE_RAM, 256)),
    ("efr32?g12?1 efr32?g12?2", sram(128), alias(CODE_RAM, 128)),
    ("efr32?g12????f512", sram(64), alias(CODE_RAM, 64)),
    ("efr32fg12p431f512", sram(128), alias(CODE_RAM, 128)),
    ("efr32mg13 efr32?g13", sram(64), alias(CODE_RAM, 64)),
    ("efr32mg14 efr32?g14", sram(32), alias(CODE_RAM, 32)),
    ("efr32?g14????f128", sram(16), alias(CODE_RAM, 16)),
)

EFR32_SERIES_2 = block(
    M33,
    "probe-rs EFR32xG21, xG22, xG23, MG24, MG26; Zephyr dts/arm/silabs/xg27, xg28, xg29",
    ("efr32 efr32?g26", sram(512)),
    ("efr32?g26b2 efr32mg26b3", sram(256)),
    ("efr32mg26b6", sram(384)),
    ("efr32mg21 efr32?g21", sram(96)),
    ("efr32?g21????f512 efr32?g21????f768", sram(64)),
    ("efr32mg22 efr32?g22", sram(32)),
    ("efr32mg23 efr32?g23", sram(64)),
    ("efr32?g23????f256", sram(32)),
    ("efr32mg24 efr32?g24", sram(256)),
    ("efr32mg24a0?0f1536im", sram(192)),
    ("efr32mg24b610", sram(160)),
    ("efr32?g24????f1024", sram(128)),
    ("efr32?g24????f768", sram(64)),
    ("rm21z", sram(96)),
    ("efr32mg27 efr32?g27", sram(64)),
    ("efr32zg28 efr32?g28 efr32?g29", sram(256)),
)

ROWS = (*EFM32, *EFR32_SERIES_1, *EFR32_SERIES_2)
