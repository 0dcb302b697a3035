"""GigaDevice, Artery, HDSC, Puya and other makers of China and Taiwan."""

from stackdump_probe.capture.target_tables.row import (
    CODE_RAM,
    M0,
    M0P,
    M3,
    M4,
    M23,
    M33,
    SRAM,
    Ram,
    alias,
    block,
    sram,
)

GD32 = (
    *block(
        M3,
        "probe-rs GD32F10x_Series, GD32F1x0_Series",
        ("gd32f1 gd32f103 gd32f105 gd32f107", sram(96)),
        ("gd32f101", sram(80)),
        ("gd32f101?4 gd32f1?0?4 gd32f130?6 gd32f170?6", sram(4)),
        ("gd32f101?6 gd32f103?4 gd32f150?6 gd32f190?6", sram(6)),
        ("gd32f101?8 gd32f103?6", sram(10)),
        ("gd32f101?b", sram(16)),
        ("gd32f101?c", sram(32)),
        ("gd32f101?d gd32f101?e gd32f103?c", sram(48)),
        ("gd32f103?8 gd32f103?b", sram(20)),
        ("gd32f103?d gd32f103?e gd32f105?8 gd32f105?b", sram(64)),
        ("gd32f130 gd32f150 gd32f170 gd32f190", sram(8)),
    ),
    *block(
        M4,
        "probe-rs GD32E10x_Series, GD32C1x3_Series, GD32F30x_Series, GD32F3x0_Series",
        ("gd32e10 gd32e11 gd32c1", sram(32)),
        ("gd32e103?8", sram(20)),
        ("gd32f3 gd32f303 gd32f305 gd32f307", sram(96)),
        ("gd32f303?b", sram(32)),
        ("gd32f303?c", sram(48)),
        ("gd32f303?e gd32f305?b", sram(64)),
        ("gd32f330 gd32f350 gd32f330r8 gd32f350r8", sram(16)),
        ("gd32f310 gd32f330?8 gd32f350?8 gd32f350r6", sram(8)),
        ("gd32f3?0?4 gd32f310?6 gd32f330?6", sram(4)),
        ("gd32f350?6", sram(6)),
    ),
    # TCMSRAM on the code bus is in all but the GD32F403.
    *block(
        M4,
        "probe-rs GD32F4xx_Series; TCMSRAM: linker scripts of the GD32F450",
        ("gd32f4", sram(704), Ram(CODE_RAM, 64)),
        ("gd32f403", sram(128)),
        ("gd32f403?c", sram(48)),
        ("gd32f403?e", sram(96)),
        ("gd32f405 gd32f407", sram(128), Ram(CODE_RAM, 64)),
        ("gd32f425 gd32f427", sram(192), Ram(CODE_RAM, 64)),
        ("gd32f450 gd32f470", sram(192), Ram(CODE_RAM, 64)),
        ("gd32f450?i gd32f470ii gd32f470vg gd32f470zg", sram(448), Ram(CODE_RAM, 64)),
        ("gd32f470vi gd32f470zi", sram(704), Ram(CODE_RAM, 64)),
    ),
    *block(
        M23,
        "probe-rs GD32E23x_Series; Zephyr dts/arm/gd/gd32l23x",
        ("gd32e23", sram(8)),
        ("gd32e23??4", sram(4)),
        ("gd32e23??6", sram(6)),
        ("gd32l23", sram(32)),
    ),
    *block(
        M33,
        "probe-rs GD32E50x_Series; Zephyr dts/arm/gd/gd32a50x",
        ("gd32e50", sram(128)),
        ("gd32e503?c gd32e503ze gd32e505?c gd32e505ze gd32e507?c", sram(96)),
        ("gd32e505?b", sram(80)),
        ("gd32a503", sram(48)),
    ),
)

ARTERY = (
    *block(
        M4,
        "probe-rs AT32F4_Series",
        ("at32 at32f435 at32f437", sram(384)),
        ("at32f403 at32f407 at32a403", sram(224)),
        ("at32f402 at32f405", sram(96)),
        ("at32f402?b at32f405?b", sram(64)),
        ("at32f413 at32f415 at32feb at32wb415 at32f423?8", sram(32)),
        ("at32f421 at32f4212", sram(16)),
        ("at32f421?4 at32f421pf4", sram(8)),
        ("at32f423", sram(48)),
        ("at32f425", sram(20)),
    ),
    *block(
        M3,
        "probe-rs AIR32F1_Series, CH32F1_Series",
        ("air32f103", sram(96)),
        ("ch32f103", sram(20)),
        ("ch32f103?6", sram(10)),
    ),
)

HDSC = (
    *block(
        M4,
        "pyOCD 0.46 (HC32F4, HC32F334, HC32M423)",
        ("hc32f4 hc32a4 hc32f4a", Ram(SRAM - 0x2000, 512), Ram(0x200F_0000, 4)),
        (
            "hc32f46 hc32a46 hc32f451 hc32f452",
            Ram(SRAM - 0x8000, 188),
            Ram(0x200F_0000, 4),
        ),
        ("hc32f467", Ram(SRAM - 0x2000, 512), Ram(0x200F_0000, 4)),
        ("hc32f448 hc32a448 hc32f472", Ram(SRAM - 0x8000, 64), Ram(0x200F_0000, 4)),
        ("hc32f334", Ram(SRAM - 0x4000, 32), Ram(0x200F_0000, 4)),
        ("hc32m423", Ram(SRAM - 0x2000, 16)),
    ),
    *block(
        M0P,
        "pyOCD 0.46; probe-rs HC32F005-Series",
        ("hc32f155 hc32f16 hc32l19 hc32f19", sram(32)),
        ("hc32l07 hc32f072", sram(16)),
        ("hc32l13 hc32f030", sram(8)),
        ("hc32f12 hc32m12 hc32f115 hc32l110 hc32f005", sram(4)),
        ("hc32f003", sram(2)),
    ),
)

PUYA = (
    *block(
        M0P,
        "probe-rs PY32F0_Series, AIR001_Series, CIU32F0_Series, CW32L0_Series",
        ("py32f07 py32", sram(16)),
        ("py32f07??6", sram(4)),
        ("py32f07??8", sram(8)),
        ("py32f07??9", sram(12)),
        ("py32f003 py32f030 py32f031", sram(8)),
        ("py32f003?4 py32f03??3 py32f03??4", sram(2)),
        ("py32f003?6 py32f03??6 air001", sram(4)),
        ("py32f03??7 cw32l011", sram(6)),
        ("py32f002 ciu32f003", sram(3)),
        ("cw32l0 cw32l012", sram(8)),
        ("cw32l010", sram(4)),
    ),
    *block(
        M0,
        "probe-rs HK32F030xMxx_Series, W7500, SWM341",
        ("hk32f0301m hk32f030m", sram(4)),
        ("w7500", sram(16)),
        ("swm341", sram(64)),
    ),
    *block(
        f"{M33}, {M33}",
        "probe-rs SF32LB58_Series",
        ("sf32lb58", sram(2560), Ram(0x2_0000, 64)),
    ),
    *block(M33, "probe-rs SF32LB52_Series", ("sf32lb52", sram(512))),
)

HOLTEK = (
    *block(
        M0P,
        "probe-rs HT32F0*, HT32F5*, HT32F6*, HT50F3*, HF5032x",
        ("ht32f5 ht32f5236", sram(32)),
        ("ht32f0 ht32f521 ht32f5225 ht32f5235 ht32f5735 ht32f58 ht32f61 ht50f32003", sram(16)),
        ("ht32f503", sram(12)),
        ("ht32f5024 ht32f5224 ht32f5234 ht32f52354 ht32f5734 ht32f59 ht32f65", sram(8)),
        ("ht32f5022 ht32f5023 ht32f5222 ht32f5223 ht32f5233 ht32f5733 ht32f6523", sram(4)),
        ("ht50f32002 hf5032", sram(4)),
    ),
    *block(
        M3,
        "probe-rs HT32F1*",
        ("ht32f1 ht32f2", sram(128)),
        ("ht32f12365 ht32f1765 ht32f2755", sram(64)),
        ("ht32f1655 ht32f1656 ht32f1755", sram(32)),
        ("ht32f12345 ht32f1654", sram(16)),
        ("ht32f1253 ht32f1653", sram(8)),
        ("ht32f1252", sram(4)),
        ("ht32f1251", sram(2)),
    ),
)

NUVOTON = (
    *block(
        M23,
        "pyOCD 0.46",
        ("m2354", sram(256), alias(0x3000_0000, 256)),
        ("m263", sram(96)),
        ("m252", sram(32)),
    ),
    *block(
        M4,
        "pyOCD 0.46",
        ("m467", sram(512)),
        ("m487", sram(160)),
    ),
)

ROWS = (*GD32, *ARTERY, *HDSC, *PUYA, *HOLTEK, *NUVOTON)
