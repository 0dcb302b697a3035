"""STMicroelectronics. Sizes and cores by part: embassy-rs/stm32-data (stm32-metapac 21), which
probe-rs 0.32 repeats; the manual named first describes the banks.

SRAM2 of the STM32L4 and WB, CCM of the G4: the code bus shows them a second time.
"""

from stackdump_probe.capture.target_tables.row import (
    CODE_RAM,
    M0,
    M0P,
    M3,
    M4,
    M7,
    M33,
    M55,
    SECURE,
    Ram,
    alias,
    block,
    sram,
)

AXI = 0x2400_0000  # of the STM32H7 and N6
D2, D3 = 0x3000_0000, 0x3800_0000  # RAM in the other domains of the STM32H7

F = (
    *block(
        M0,
        "RM0091, RM0360; stm32-data",
        ("stm32f0 stm32f03??c stm32f09", sram(32)),
        ("stm32f030 stm32f030?8", sram(8)),
        ("stm32f030?4 stm32f030?6 stm32f031 stm32f038", sram(4)),
        ("stm32f030?c", sram(32)),
        ("stm32f042 stm32f048 stm32f070?6", sram(6)),
        ("stm32f051 stm32f058", sram(8)),
        ("stm32f07", sram(16)),
    ),
    *block(
        M3,
        "RM0008, RM0041; stm32-data",
        ("stm32f1 stm32f103 stm32f103?f stm32f103?g", sram(96)),
        ("stm32f100", sram(32)),
        ("stm32f100?4 stm32f100?6", sram(4)),
        ("stm32f100?8 stm32f100?b", sram(8)),
        ("stm32f100?c", sram(24)),
        ("stm32f101", sram(80)),
        ("stm32f101?4 stm32f102?4", sram(4)),
        ("stm32f101?6 stm32f102?6", sram(6)),
        ("stm32f101?8 stm32f102?8", sram(10)),
        ("stm32f102 stm32f101?b stm32f102?b", sram(16)),
        ("stm32f101?c", sram(32)),
        ("stm32f101?d stm32f101?e", sram(48)),
        ("stm32f103?4", sram(6)),
        ("stm32f103?6", sram(10)),
        ("stm32f103?8 stm32f103?b", sram(20)),
        ("stm32f103?c", sram(48)),
        ("stm32f103?d stm32f103?e stm32f105 stm32f107", sram(64)),
    ),
    *block(
        M3,
        "RM0033; stm32-data",
        ("stm32f2", sram(128)),
        ("stm32f205?b", sram(48), Ram(0x2001_C000, 16)),
        ("stm32f205?c", sram(80), Ram(0x2001_C000, 16)),
    ),
    *block(
        M4,
        "RM0316, RM0364, RM0365, RM0366, RM0313; stm32-data",
        ("stm32f3 stm32f303 stm32f398", sram(64), Ram(CODE_RAM, 16)),
        ("stm32f301 stm32f318 stm32f302?6 stm32f302?8 stm32f373?8", sram(16)),
        ("stm32f302", sram(64)),
        ("stm32f302?b stm32f37", sram(32)),
        ("stm32f302?c", sram(40)),
        ("stm32f303?6 stm32f303?8 stm32f328 stm32f334", sram(12), Ram(CODE_RAM, 4)),
        ("stm32f303?b", sram(32), Ram(CODE_RAM, 8)),
        ("stm32f303?c stm32f358", sram(40), Ram(CODE_RAM, 8)),
        ("stm32f373?b", sram(24)),
    ),
    *block(
        M4,
        "RM0090 2.3.1, RM0368, RM0383, RM0386, RM0390, RM0401, RM0402, RM0430; stm32-data",
        ("stm32f4 stm32f469 stm32f479", sram(320), Ram(CODE_RAM, 64)),
        ("stm32f401", sram(96)),
        ("stm32f401?b stm32f401?c", sram(64)),
        ("stm32f405 stm32f407 stm32f415 stm32f417", sram(128), Ram(CODE_RAM, 64)),
        ("stm32f410", sram(32)),
        ("stm32f411 stm32f446", sram(128)),
        ("stm32f412", sram(256)),
        ("stm32f413 stm32f423", sram(320), alias(CODE_RAM, 64)),
        ("stm32f427 stm32f429 stm32f437 stm32f439", sram(192), Ram(CODE_RAM, 64)),
    ),
    # DTCM and SRAM follow each other from 0x20000000; ITCM is at 0.
    *block(
        M7,
        "RM0385, RM0410, RM0431; stm32-data",
        ("stm32f7 stm32f76 stm32f77", sram(512), Ram(0, 16)),
        ("stm32f72 stm32f73", sram(256), Ram(0, 16)),
        ("stm32f74 stm32f75", sram(320), Ram(0, 16)),
    ),
)

G_C_L_U = (
    *block(
        M0P,
        "RM0490; stm32-data",
        ("stm32c0 stm32c091", sram(36)),
        ("stm32c011", sram(6)),
        ("stm32c031 stm32c051", sram(12)),
        ("stm32c071", sram(24)),
        ("stm32c092", sram(30)),
    ),
    *block(
        M33,
        "Zephyr dts/arm/st/c5",
        ("stm32c5", sram(256)),
        ("stm32c53 stm32c54", sram(64)),
        ("stm32c55 stm32c56", sram(128)),
    ),
    *block(
        M0P,
        "RM0444, RM0454; stm32-data",
        ("stm32g0 stm32g0b stm32g0c", sram(144)),
        ("stm32g03 stm32g04", sram(8)),
        ("stm32g05 stm32g06", sram(18)),
        ("stm32g07 stm32g08", sram(36)),
    ),
    *block(
        M4,
        "RM0440 2.4; stm32-data",
        ("stm32g4 stm32g47 stm32g48", sram(128), alias(CODE_RAM, 32)),
        ("stm32g43 stm32g44", sram(32), alias(CODE_RAM, 10)),
        ("stm32g49 stm32g4a", sram(112), alias(CODE_RAM, 16)),
    ),
    *block(
        M0P,
        "RM0367, RM0376, RM0377; stm32-data",
        ("stm32l0 stm32l07 stm32l08 stm32l010?b", sram(20)),
        ("stm32l010 stm32l03 stm32l04 stm32l05 stm32l06", sram(8)),
        ("stm32l010?4 stm32l011 stm32l021", sram(2)),
    ),
    # STM32L1: a part number that ends in A has the RAM of the next category, X likewise.
    *block(
        M3,
        "RM0038; stm32-data",
        ("stm32l1 stm32l15??e stm32l162?e", sram(80)),
        ("stm32l15??dx stm32l15??d??x stm32l162?dx stm32l162?d??x", sram(80)),
        ("stm32l100 stm32l100?c stm32l100?ba stm32l100?b??a", sram(16)),
        ("stm32l100?6", sram(4)),
        ("stm32l100?8", sram(8)),
        ("stm32l100?b stm32l15??6 stm32l15??8", sram(10)),
        ("stm32l15??b stm32l15??6a stm32l15??6??a", sram(16)),
        ("stm32l15??8a stm32l15??8??a stm32l15??ba stm32l15??b??a", sram(32)),
        ("stm32l15??c stm32l162?c", sram(32)),
        ("stm32l15??d stm32l162?d", sram(48)),
    ),
    *block(
        M4,
        "RM0351, RM0394, RM0432; stm32-data",
        ("stm32l4 stm32l4r stm32l4s", sram(640), alias(CODE_RAM, 64)),
        ("stm32l41 stm32l42", sram(40), alias(CODE_RAM, 8)),
        ("stm32l43 stm32l44", sram(64), alias(CODE_RAM, 16)),
        ("stm32l45 stm32l46", sram(160), alias(CODE_RAM, 32)),
        ("stm32l47 stm32l48", sram(96), Ram(CODE_RAM, 32)),  # its SRAM2 is nowhere else
        ("stm32l49 stm32l4a stm32l4p stm32l4q", sram(320), alias(CODE_RAM, 64)),
    ),
    *block(M33, "RM0438; stm32-data", ("stm32l5", sram(256), alias(SECURE, 256))),
    *block(
        M0P,
        "RM0503; stm32-data",
        ("stm32u0", sram(40)),
        ("stm32u031", sram(12)),
    ),
    *block(M33, "RM0487; stm32-data", ("stm32u3", sram(256), alias(SECURE, 256))),
    *block(
        M33,
        "RM0456 2.3; stm32-data; SRAM4: Zephyr dts/arm/st/u5",
        (
            "stm32u5 stm32u5f stm32u5g",
            sram(3008),
            Ram(0x2800_0000, 16),
            alias(SECURE, 3008),
            alias(0x3800_0000, 16),
        ),
        (
            "stm32u535 stm32u545",
            sram(256),
            Ram(0x2800_0000, 16),
            alias(SECURE, 256),
            alias(0x3800_0000, 16),
        ),
        (
            "stm32u575 stm32u585",
            sram(768),
            Ram(0x2800_0000, 16),
            alias(SECURE, 768),
            alias(0x3800_0000, 16),
        ),
        (
            "stm32u59 stm32u5a",
            sram(2496),
            Ram(0x2800_0000, 16),
            alias(SECURE, 2496),
            alias(0x3800_0000, 16),
        ),
    ),
)

H_N = (
    *block(
        M33,
        "RM0481, RM0492; stm32-data",
        ("stm32h5 stm32h56 stm32h57", sram(640), alias(SECURE, 640)),
        ("stm32h503", sram(32)),
        ("stm32h523 stm32h533", sram(272), alias(SECURE, 272)),
    ),
    # DTCM at 0x20000000, ITCM at 0, AXI SRAM, then what the other domains have.
    *block(
        M7,
        "RM0433, RM0399, RM0455, RM0468, RM0477 2.4; stm32-data",
        (
            "stm32h7",
            sram(128),
            Ram(0, 64),
            Ram(AXI, 1024),
            Ram(D2, 288),
            Ram(D3, 64),
            alias(CODE_RAM, 288),
        ),
        ("stm32h72 stm32h73", sram(128), Ram(0, 64), Ram(AXI, 320), Ram(D2, 32), Ram(D3, 16)),
        (
            "stm32h742",
            sram(128),
            Ram(0, 64),
            Ram(AXI, 384),
            Ram(D2, 32),
            Ram(0x3002_0000, 16),
            Ram(D3, 64),
        ),
        (
            "stm32h743 stm32h750 stm32h753",
            sram(128),
            Ram(0, 64),
            Ram(AXI, 512),
            Ram(D2, 288),
            Ram(D3, 64),
            alias(CODE_RAM, 288),
        ),
        ("stm32h7a stm32h7b", sram(128), Ram(0, 64), Ram(AXI, 1024), Ram(D2, 128), Ram(D3, 32)),
        ("stm32h7r stm32h7s", sram(192), Ram(0, 192), Ram(AXI, 456), Ram(D2, 32)),
    ),
    *block(
        f"{M7}, {M4}",
        "RM0399 2.4; stm32-data",
        (
            "stm32h745 stm32h747 stm32h755 stm32h757",
            sram(128),
            Ram(0, 64),
            Ram(AXI, 512),
            Ram(D2, 288),
            Ram(D3, 64),
            alias(CODE_RAM, 288),
        ),
    ),
    *block(
        M55,
        "RM0486; stm32-data; TCM and AHB SRAM: probe-rs",
        (
            "stm32n6",
            Ram(AXI, 4224),
            sram(256),
            Ram(0, 256),
            Ram(0x2800_0000, 32),
            alias(CODE_RAM, 256),
            alias(SECURE, 256),
            alias(0x3400_0000, 4224),
            alias(0x3800_0000, 32),
        ),
    ),
)

WIRELESS = (
    # The second core of the STM32WB is closed to debuggers.
    *block(
        M4,
        "RM0434, RM0471, RM0473; stm32-data",
        ("stm32wb stm32wb55", sram(256), alias(CODE_RAM, 64)),
        ("stm32wb10 stm32wb15 stm32wb1m", sram(12), Ram(0x2003_0000, 36), alias(CODE_RAM, 36)),
        ("stm32wb30 stm32wb35", sram(32), Ram(0x2003_0000, 64), alias(CODE_RAM, 64)),
        ("stm32wb50 stm32wb55?c", sram(64), Ram(0x2003_0000, 64), alias(CODE_RAM, 64)),
    ),
    *block(
        M0P,
        "RM0529, RM0530; stm32-data, probe-rs",
        ("stm32wb0 stm32wb07 stm32wb09", sram(64)),
        ("stm32wb05", sram(24)),
        ("stm32wb06", sram(32)),
    ),
    *block(
        M33,
        "RM0493, RM0515; stm32-data",
        ("stm32wba", sram(512), alias(SECURE, 512)),
        ("stm32wba5", sram(128), alias(SECURE, 128)),
        ("stm32wba5??e", sram(96), alias(SECURE, 96)),
        ("stm32wba6??g", sram(192), Ram(0x2007_0000, 64), alias(SECURE, 512)),
    ),
    *block(
        f"{M4}, {M0P}",
        "RM0453; stm32-data",
        ("stm32wl stm32wl5", sram(64)),
    ),
    *block(
        M4,
        "RM0461; stm32-data",
        ("stm32wle", sram(64)),
        ("stm32wle??8", sram(20)),
        ("stm32wle??b", sram(48)),
    ),
)

MP = block(
    M4,
    "RM0436 2.5; Zephyr dts/arm/st/mp1",
    (
        "stm32mp1",
        Ram(CODE_RAM, 384),
        Ram(0, 64),
        alias(0x3000_0000, 384),
        alias(0x3800_0000, 64),
    ),
)

ROWS = (*F, *G_C_L_U, *H_N, *WIRELESS, *MP)
