"""NXP Kinetis and what came of it: S32K, MCX C, K32.

SRAM_L ends and SRAM_U begins at 0x20000000. Where only a family is named, how far down SRAM_L
reaches is not known, so that it is tried in steps, each of which may be missing.
"""

from stackdump_probe.capture.target_tables.row import M0P, M4, M7, SRAM, Ram, block, sram


def around(lower: int, upper: int) -> Ram:
    """SRAM_L of `lower` KiB and SRAM_U of `upper` KiB as the one bank that they are."""
    return Ram(SRAM - lower * 1024, lower + upper)


STEPS = (  # downwards, as far as SRAM_L may reach
    Ram(0x1FFF_FC00, 1),
    Ram(0x1FFF_F800, 1),
    Ram(0x1FFF_F000, 2),
    Ram(0x1FFF_E000, 4),
    Ram(0x1FFF_C000, 8),
    Ram(0x1FFF_8000, 16),
    Ram(0x1FFF_0000, 32),
    Ram(0x1FFE_0000, 64),
    Ram(0x1FFC_0000, 128),
)

# A quarter of the RAM is SRAM_L: RIOT cpu/kinetis/kinetis-info.mk.
M0_PLUS = (
    *block(
        M0P,
        "pyOCD 0.46 and Black Magic Probe, by part",
        ("mkl mkm mkw0 mkw2?z mkw3 mkw4", sram(96), *STEPS[:6]),
        ("mkl02z8", Ram(0x1FFF_FF00, 1)),
        ("mkl02z16 mkl03 kl03", Ram(0x1FFF_FE00, 2)),
        ("mkl02 mkl05 kl02z kl05z", around(1, 3)),
        ("mkl25z mkl25z128 kl25z mkl14z128 mkl15z128 mkl24z128", around(4, 12)),
        ("mkl26z128 kl26z mkl16z128 mkl27z64 kl27z4", around(4, 12)),
        ("mkl16z64 mkl25z64 mkl27z32", around(2, 6)),
        ("mkl16z32 mkl25z32", around(1, 3)),
        ("mkl26z256 mkl46z256 kl46z mkl43z256 kl43z4 mkl16z256 mkl27z256", around(8, 24)),
        ("mkl8 kl82z7", around(24, 72)),
        ("mke mkv1", sram(32), *STEPS[:5]),
        ("mke15z256 ke15z7", around(8, 24)),
        ("mke17z512 ke17z7", around(16, 32)),
        ("mkv10 kv10z7", around(2, 6)),
        ("mkv11 kv11z7", around(4, 12)),
        ("mkw01z kw01z4", around(4, 12)),
        ("mkw20z mkw30z mkw40z kw40z4", around(4, 16)),
        ("mkw35 mkw36 kw36z4", around(16, 48)),
        ("mkw21z512 mkw31z512 mkw41z mkw41z512 kw41z4", around(32, 96)),
        ("mkw21z256 mkw31z256 mkw41z256", around(16, 48)),
        ("k32l2b3 k32l2b", around(8, 24)),
    ),
    *block(
        M0P,
        "Zephyr dts/arm/nxp/mcx/mcxc",
        ("mcxc mcxc444", around(8, 24)),
        ("mcxc141", around(2, 6)),
        ("mcxc142 mcxc242", around(4, 12)),
    ),
)

M4_AND_M7 = (
    *block(
        M4,
        "pyOCD 0.46; RIOT cpu/kinetis; Black Magic Probe (K12)",
        ("mk mk10 mk20 mk60 kinetis", sram(256), *STEPS),
        ("mk12dx", around(16, 16)),
        ("mk12dn512", around(32, 32)),
        ("mk20dx128???5 mk20dn128???5 k20d50m", around(8, 8)),
        ("mk20dx256", around(32, 32)),
        ("mk22fn512 mk22fn1m0 mk22fx512 k22f k22fa12 mk60dn512", around(64, 64)),
        ("mk64 mk64fn1m0 k64f mk24fn1m0 mk24fn256", around(64, 192)),
        ("mk64fx512", around(64, 128)),
        ("mk66 k66f18 mk26 mk65 mk80 mk82 k82f25615", around(64, 192)),
        ("mk27 mk28 k28f15", around(256, 256), Ram(0x3400_0000, 512)),
        ("mkw21d256", around(16, 16)),
        ("mkw22d512 mkw24d512 kw24d5", around(32, 32)),
    ),
    *block(
        M4,
        "Zephyr dts/arm/nxp/kinetis/ke1xf, pyOCD 0.46 (KE18F)",
        ("mke14f mke16f mke18f mke1?f512 ke18f16", around(32, 32)),
        ("mke1?f256", around(16, 16)),
    ),
    *block(
        M7,
        "Zephyr dts/arm/nxp/kinetis/kv5x",
        ("mkv5", sram(128), Ram(0, 64), Ram(0x2F00_0000, 64)),
    ),
    *block(
        f"{M4}, {M0P}",
        "pyOCD 0.46",
        ("k32w042s", Ram(0x2000_0000, 192), Ram(0x0800_0000, 64), Ram(0x0900_0000, 128)),
    ),
)

S32K = (
    *block(
        M4,
        "probe-rs S32K14_Series",
        ("s32k14", sram(124), *STEPS[:8]),
        ("s32k142", around(16, 12)),
        ("s32k144", around(32, 28)),
        ("s32k146", around(64, 60)),
        ("s32k148", around(128, 124)),
    ),
    # ITCM at 0, DTCM at 0x20000000.
    *block(
        M7,
        "probe-rs S32K3_Series, pyOCD 0.46 (S32K344)",
        ("s32k3 s32k344 s32k314", Ram(0x2040_0000, 320), sram(128), Ram(0, 64)),
        ("s32k312", Ram(0x2040_0000, 96), sram(128), Ram(0, 64)),
    ),
    *block(
        f"{M7}, {M7}",
        "probe-rs S32K3_Series",
        ("s32k324", Ram(0x2040_0000, 320), sram(128), Ram(0, 64)),
    ),
)

ROWS = (*M0_PLUS, *M4_AND_M7, *S32K)
