"""Nordic Semiconductor and Raspberry Pi."""

from stackdump_probe.capture.target_tables.row import (
    M0,
    M0P,
    M4,
    M33,
    Ram,
    alias,
    block,
    sram,
)

NORDIC = (
    # nRF51 Reference Manual 5.1. The last letter is the variant: AC has 32 KiB, AA and AB 16.
    *block(
        M0,
        "probe-rs nRF51_Series",
        ("nrf51", sram(32)),
        ("nrf51?????aa nrf51?????ab", sram(16)),
    ),
    # The code bus shows the RAM once more at 0x00800000.
    *block(
        M4,
        "probe-rs nRF52_Series",
        ("nrf52 nrf52840", sram(256), alias(0x0080_0000, 256)),
        ("nrf52805 nrf52810 nrf52811", sram(24), alias(0x0080_0000, 24)),
        ("nrf52820 nrf52832??ab", sram(32), alias(0x0080_0000, 32)),
        ("nrf52832", sram(64), alias(0x0080_0000, 64)),
        ("nrf52833", sram(128), alias(0x0080_0000, 128)),
    ),
    # Core 0 is the application, core 1 the network processor.
    *block(
        f"{M33}, {M33}",
        "probe-rs nRF53_Series",
        ("nrf53", sram(512), Ram(0x2100_0000, 64)),
    ),
    *block(M33, "probe-rs nRF91_Series", ("nrf91", sram(256))),
    *block(
        M33,
        "Zephyr dts/vendor/nordic, probe-rs nRF54L_Series",
        ("nrf54l", sram(256)),
        ("nrf54l05", sram(96)),
        ("nrf54l10 nrf54lv10", sram(192)),
        ("nrf54lm20", sram(512)),
    ),
    # Application, radio, what all share.
    *block(
        f"{M33}, {M33}",
        "Zephyr dts/vendor/nordic/nrf54h20.dtsi and nrf54h20dk",
        (
            "nrf54h",
            Ram(0x2200_0000, 32),
            Ram(0x2300_0000, 192),
            Ram(0x2F00_0000, 768),
            Ram(0x2F89_0000, 64),
            Ram(0x2FC0_0000, 80),
        ),
    ),
)

RASPBERRY_PI = (
    # SW-DP multidrop: only pyOCD's own target types select one of its debug ports. The alias is
    # the RAM without striping.
    *block(
        f"{M0P}, {M0P}",
        "RP2040 datasheet 2.6.2; probe-rs RP2040",
        ("rp2040", sram(264), alias(0x2100_0000, 256)),
        pyocd="rp2040_core0 rp2040_core1",
    ),
    *block(f"{M33}, {M33}", "RP2350 datasheet 4.2; probe-rs RP235x", ("rp2350 rp235", sram(520))),
)

ROWS = (*NORDIC, *RASPBERRY_PI)
