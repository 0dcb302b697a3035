"""Renesas RA. "ra4m1" and "r7fa4m1ab" both name a part: the figure and letters are the same."""

from stackdump_probe.capture.target_tables.row import (
    M4,
    M23,
    M33,
    M85,
    SRAM,
    Ram,
    Row,
    alias,
    block,
    sram,
)

HIGH_SPEED = SRAM - 0x2_0000  # SRAMHS of the RA6, right below SRAM0
RA8_RAM, RA8_NON_SECURE = 0x2200_0000, 0x3200_0000


def _with_order_numbers(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Each `ra4m1` also as `r7fa4m1`."""
    return tuple(
        row._replace(names=" ".join([row.names, *(f"r7f{name[1:]}" for name in row.names.split())]))
        for row in rows
    )


RA0_RA2 = block(
    M23,
    "probe-rs RA0*, RA2*; Zephyr dts/arm/renesas/ra",
    ("ra0 ra0l1 ra0e2", Ram(0x2000_4000, 16)),
    ("ra0e1", Ram(0x2000_4000, 12)),
    ("ra0e3", Ram(0x2000_4000, 2)),
    ("ra2 ra2a2", sram(48)),
    ("ra2a1 ra2l1", sram(32)),
    ("ra2e1 ra2e3 ra2l2", Ram(0x2000_4000, 16)),
    ("ra2e2 ra2t1", Ram(0x2000_4000, 8)),
)

RA4_RA6_CORTEX_M4 = block(
    M4,
    "Zephyr dts/arm/renesas/ra (RA4W1, RA6M1 to RA6M3); probe-rs RA4M1, RA6T1",
    ("ra4m1", sram(32)),
    ("ra4w1", sram(96)),
    ("ra6m1", Ram(HIGH_SPEED, 256)),
    ("ra6m2", Ram(HIGH_SPEED, 384)),
    ("ra6m3", Ram(HIGH_SPEED, 640)),
    ("ra6t1", Ram(HIGH_SPEED, 64)),
)

RA4_RA6_CORTEX_M33 = block(
    M33,
    "probe-rs RA4*, RA6*",
    ("ra4 ra4m2 ra4m3 ra4e1", sram(128)),
    ("ra4c1", sram(96)),
    ("ra4e2 ra4t1 ra6e2 ra6t3", sram(40)),
    ("ra4l1 ra6t2", sram(64)),
    ("ra6 ra6m5", sram(512)),
    ("ra6m4 ra6e1 ra6e10f", sram(256)),
    ("ra6e10d", sram(64)),
)

# DTCM at 0x20000000 and ITCM at 0.
RA8 = block(
    M85,
    "probe-rs RA8*; TCM: RA8M1 hardware manual",
    (
        "ra8 ra8m1 ra8d1 ra8t1",
        Ram(RA8_RAM, 896),
        sram(64),
        Ram(0, 64),
        alias(RA8_NON_SECURE, 896),
    ),
    ("ra8e1", Ram(0x2206_0000, 512), sram(64), Ram(0, 64), alias(0x3206_0000, 512)),
    ("ra8e2", Ram(0x2204_0000, 640), sram(64), Ram(0, 64), alias(0x3204_0000, 640)),
)

# Names with K and J, MRAM instead of flash. The letter after the figure tells one core from two.
RA8_MRAM = (
    *block(
        f"{M85}, {M33}",
        "probe-rs RA8P1, RA8D2, RA8M2, RA8T2; TCM: RA8P1 hardware manual",
        (
            "ra8p1 ra8d2 ra8m2 ra8t2 r7ka8 r7ja8",
            Ram(RA8_RAM, 1664),
            sram(128),
            Ram(0, 128),
            alias(RA8_NON_SECURE, 1664),
        ),
    ),
    *block(
        M85,
        "probe-rs RA8P1, RA8D2, RA8M2, RA8T2; TCM: RA8P1 hardware manual",
        (
            "r7ka8??a r7ka8??b r7ka8??c",
            Ram(RA8_RAM, 1664),
            sram(128),
            Ram(0, 128),
            alias(RA8_NON_SECURE, 1664),
        ),
    ),
)

ROWS = (
    *_with_order_numbers((*RA0_RA2, *RA4_RA6_CORTEX_M4, *RA4_RA6_CORTEX_M33, *RA8)),
    *RA8_MRAM,
)
