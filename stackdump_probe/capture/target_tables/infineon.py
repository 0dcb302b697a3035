"""Infineon: PSoC, XMC, TLE."""

from stackdump_probe.capture.target_tables.row import (
    CODE_RAM,
    M0,
    M0P,
    M3,
    M4,
    M33,
    M55,
    SRAM,
    Ram,
    alias,
    block,
    sram,
)

PSOC6_RAM = 0x0800_0000
PSOC_NEW_RAM, PSOC_NEW_SECURE = 0x2400_0000, 0x3400_0000

PSOC = (
    # Core 0 is the Cortex-M0+. The last figure before the package letters tells the RAM.
    *block(
        f"{M0P}, {M4}",
        "PSoC 6 TRM (002-18176); probe-rs PSOC6_01 to _04",
        ("cy8c6 psoc6 cy8c6??a cyb0644a cys0644a", Ram(PSOC6_RAM, 1024)),
        ("cy8c6??4 cy8c6??6 cy8c4588", Ram(PSOC6_RAM, 128)),
        ("cy8c6??5 cyb06445 cy8c64x5", Ram(PSOC6_RAM, 256)),
        ("cy8c6??7 cyb06447", Ram(PSOC6_RAM, 288)),
        ("cy8c6??8", Ram(PSOC6_RAM, 512)),
    ),
    # Its Cortex-M0+ runs only what Infineon put there.
    *block(
        M4,
        "probe-rs PSOC6_01 to _04",
        ("cy8c61 cy8c60 cy8c61?a", Ram(PSOC6_RAM, 1024)),
        ("cy8c60?6 cy8c61?4 cy8c61?6 cy8c6316", Ram(PSOC6_RAM, 128)),
        ("cy8c61?5", Ram(PSOC6_RAM, 256)),
        ("cy8c61?7 cy8c6337", Ram(PSOC6_RAM, 288)),
        ("cy8c61?8", Ram(PSOC6_RAM, 512)),
        ("cy8c6336bziblf cy8c6336lqiblf", Ram(PSOC6_RAM, 128)),
    ),
    *block(
        M33,
        "probe-rs PSOC_C3, PSOC_C3_X7X8",
        ("psc3", Ram(PSOC_NEW_RAM, 64), alias(PSOC_NEW_SECURE, 64)),
    ),
    *block(
        f"{M33}, {M55}",
        "probe-rs PSOC_E84",
        ("pse8", Ram(PSOC_NEW_RAM, 1024), alias(PSOC_NEW_SECURE, 1024)),
    ),
)

XMC = (
    *block(M0, "XMC1000 linker scripts of Infineon's library", ("xmc1", sram(16))),
    # PSRAM on the code bus goes over into DSRAM1 at 0x20000000; DSRAM2 may follow.
    *block(
        M4,
        "probe-rs XMC4000",
        ("xmc4 xmc47?0 xmc48?0", Ram(SRAM - 0x1_8000, 352)),
        ("xmc410", Ram(SRAM - 0x2000, 20)),
        ("xmc420", Ram(SRAM - 0x4000, 40)),
        ("xmc430", Ram(SRAM - 0x1_0000, 128)),
        ("xmc440", Ram(SRAM - 0x4000, 80)),
        ("xmc450", sram(64), Ram(CODE_RAM, 64)),
        ("xmc4700f???x1536 xmc4800f???x1536", Ram(SRAM - 0x1_8000, 276)),
        ("xmc4700e???x1536 xmc4800e???x1536", Ram(SRAM - 0x1_8000, 276)),
        ("xmc4800f???x1024 xmc4800e???x1024", Ram(SRAM - 0x1_2000, 200)),
    ),
)

TLE = block(
    M3,
    "probe-rs TLE987x_Series, TLE988x_9x_Series",
    ("tle987 tle9872", Ram(0x1800_0000, 8)),
    ("tle9871 tle9873", Ram(0x1800_0000, 3)),
    ("tle9877 tle9879", Ram(0x1800_0000, 6)),
    ("tle988 tle989", Ram(0x1800_0000, 31)),
    ("tle9881 tle9891", Ram(0x1800_0000, 16)),
)

FM3 = block(
    M3,
    "probe-rs FM3_Series",
    ("mb9bf mb9bf?18 mb9bfd18", Ram(SRAM - 0x1_0000, 128)),
    ("mb9bf?02 mb9bf?12", Ram(SRAM - 0x2000, 16)),
    ("mb9bf?04 mb9bf?14 mb9bf500", Ram(SRAM - 0x4000, 32)),
    ("mb9bf?05 mb9bf?15", Ram(SRAM - 0x6000, 48)),
    ("mb9bf?06 mb9bf?16", Ram(SRAM - 0x8000, 64)),
    ("mb9bf?17", Ram(SRAM - 0xC000, 96)),
)

ROWS = (*PSOC, *XMC, *TLE, *FM3)
