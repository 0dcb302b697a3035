"""Microchip: SAM and PIC32CX. The number after the package letter is the flash size, and the RAM
goes with it. Each part is also known without its "AT".
"""

from stackdump_probe.capture.target_tables.row import (
    M0P,
    M3,
    M4,
    M7,
    M23,
    SRAM,
    Ram,
    Row,
    alias,
    block,
    sram,
)

LOW_POWER = 0x3000_0000  # the RAM of the SAM L21's low power domain


def _with_at(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    return tuple(
        row._replace(names=" ".join([row.names, *(f"at{name}" for name in row.names.split())]))
        for row in rows
    )


SAM_D_C_L = (
    *block(
        M0P,
        "probe-rs SAMD10, SAMD11, SAMD21, SAMDA1; Zephyr dts/arm/atmel (D20, R21)",
        ("samd2 samd20 samd21 samda1 samr21", sram(32)),
        ("samd1 samd10 samd11 samd2??14 samda1?14", sram(4)),
        ("samd2??15 samda1?15", sram(4)),
        ("samd2??16 samda1?16 samr21?16", sram(8)),
        ("samd2??17 samr21?17", sram(16)),
    ),
    *block(
        M4,
        "probe-rs SAMD51, SAME51, SAME53, SAME54",
        ("samd5 same5", sram(256)),
        ("samd51?18 same51?18 same53?18", sram(128)),
        ("samd51?19 same51?19 same53?19 same54?19", sram(192)),
    ),
    *block(
        M0P,
        "Zephyr dts/arm/atmel/samc2*",
        ("samc2 samc20 samc21", sram(32)),
        ("samc2??15", sram(4)),
        ("samc2??16", sram(8)),
        ("samc2??17", sram(16)),
    ),
    *block(
        M0P,
        "probe-rs SAM_L_Series; low power RAM: DS60001477",
        ("saml2 saml21 samr30 samr34 samr35", sram(32), Ram(LOW_POWER, 8)),
        ("saml21?15", sram(4), Ram(LOW_POWER, 2)),
        ("saml21?16", sram(8), Ram(LOW_POWER, 4)),
        ("saml21?17", sram(16), Ram(LOW_POWER, 8)),
        ("saml22", sram(32)),
        ("saml22?16", sram(8)),
        ("saml22?17", sram(16)),
    ),
    *block(
        M23,
        "DS60001513; RT-Thread bsp/microchip/saml10",
        ("saml1 saml10 saml11", sram(16)),
        ("saml1??14", sram(4)),
        ("saml1??15", sram(8)),
    ),
    *block(M4, "probe-rs PIC32CXSG41, SG60, SG61", ("pic32cx", sram(256))),
)

SAM_3_4 = (
    *block(
        M3,
        "libopencm3 ld/devices.data; probe-rs SAM3X, SAM3U",
        ("sam3 sam3x sam3x8 sam3a sam3a8", sram(64), Ram(0x2008_0000, 32)),
        ("sam3x4 sam3a4", sram(32), Ram(0x2008_0000, 32)),
        ("sam3u sam3u4", sram(32), Ram(0x2008_0000, 16)),
        ("sam3u1", sram(8), Ram(0x2008_0000, 8)),
        ("sam3u2", sram(16), Ram(0x2008_0000, 16)),
        ("sam3n", sram(24)),
        ("sam3n00", sram(4)),
        ("sam3n0 sam3n1", sram(8)),
        ("sam3n2", sram(16)),
        ("sam3s", sram(64)),
        ("sam3s1", sram(16)),
        ("sam3s2", sram(32)),
        ("sam3s4", sram(48)),
    ),
    *block(
        M4,
        "probe-rs SAM4_Series, SAMG",
        ("sam4 sam4s sam4sa sam4sd sam4sp", sram(160)),
        ("sam4e sam4s8 sam4s16", sram(128)),
        ("sam4s2 sam4s4 sam4n8", sram(64)),
        ("sam4n sam4n16", sram(80)),
        ("sam4l sam4ls8 sam4lc8", sram(64)),
        ("sam4ls2 sam4ls4 sam4lc2 sam4lc4", sram(32)),
        ("samg samg55", sram(160)),
        ("samg51", sram(64)),
        ("samg53 samg54", sram(96)),
    ),
    *block(
        f"{M4}, {M4}",
        "probe-rs SAM4_Dualcore_Series (SRAM2); SRAM0 and SRAM1: Atmel 11102",
        ("sam4c sam4c32", sram(256), Ram(0x2008_0000, 32), Ram(0x2010_0000, 16)),
        ("sam4c4 sam4c8 sam4c16 sam4cp", sram(128), Ram(0x2008_0000, 16), Ram(0x2010_0000, 8)),
        ("sam4cmp8 sam4cmp16 sam4cms", sram(128), Ram(0x2008_0000, 16), Ram(0x2010_0000, 8)),
        ("sam4cmp32 sam4cms32", sram(256), Ram(0x2008_0000, 32), Ram(0x2010_0000, 16)),
    ),
)

# TCM is taken out of the SRAM by a fuse, and shows at 0x20000000 and 0 then only.
SAM_7 = block(
    M7,
    "DS60001527; probe-rs SAME70, SAMV71",
    (
        "same7 same70 sams70 samv70 samv71",
        Ram(0x2040_0000, 384),
        alias(SRAM, 128),
        alias(0, 128),
    ),
    (
        "same70?19 sams70?19 samv70?19 samv71?19",
        Ram(0x2040_0000, 256),
        alias(SRAM, 128),
        alias(0, 128),
    ),
)

ROWS = _with_at((*SAM_D_C_L, *SAM_3_4, *SAM_7))
