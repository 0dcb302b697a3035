"""The RAM of the families that a capture knows by name.

A row: the prefixes of part numbers it is for (the first one is the row's name), the core, the
manual that lists the banks, then the banks as (start, KiB). Where parts of a row differ, the
banks are the largest of them: what a smaller part lacks is found when it cannot be read. The
longest prefix wins. `ALIAS` marks addresses at which other banks appear once more, which are
read only if the program uses them.
"""

from typing import NamedTuple


class Row(NamedTuple):
    """One line of the table."""

    prefixes: str
    core: str
    source: str
    banks: tuple[tuple[int, int], ...]
    aliases: tuple[tuple[int, int], ...] = ()
    pyocd: str = "cortex_m"  # the target type that pyOCD needs, or one for each core


SRAM = 0x2000_0000  # where the Arm memory map begins SRAM (DDI 0403 B3.1)
CODE_RAM = 0x1000_0000
SECURE = 0x3000_0000  # SRAM once more, for Secure accesses


_STM32 = (
    Row("stm32f0", "Cortex-M0", "RM0091, RM0360", ((SRAM, 32),)),
    Row("stm32f1", "Cortex-M3", "RM0008, RM0041", ((SRAM, 96),)),
    Row("stm32f2", "Cortex-M3", "RM0033", ((SRAM, 128),)),
    Row("stm32f3", "Cortex-M4", "RM0316, RM0364, RM0365", ((SRAM, 64), (CODE_RAM, 16))),
    Row("stm32f301 stm32f302 stm32f318", "Cortex-M4", "RM0365, RM0366", ((SRAM, 64),)),
    Row("stm32f37", "Cortex-M4", "RM0313", ((SRAM, 32),)),
    Row("stm32f4", "Cortex-M4", "RM0090, RM0386, RM0430", ((SRAM, 320), (CODE_RAM, 64))),
    Row("stm32f401", "Cortex-M4", "RM0368", ((SRAM, 96),)),
    Row(
        "stm32f405 stm32f407 stm32f415 stm32f417",
        "Cortex-M4",
        "RM0090 2.3.1",
        ((SRAM, 128), (CODE_RAM, 64)),
    ),
    Row("stm32f410", "Cortex-M4", "RM0401", ((SRAM, 32),)),
    Row("stm32f411", "Cortex-M4", "RM0383", ((SRAM, 128),)),
    Row("stm32f412", "Cortex-M4", "RM0402", ((SRAM, 256),)),
    Row("stm32f413 stm32f423", "Cortex-M4", "RM0430", ((SRAM, 320),)),
    Row("stm32f42 stm32f43", "Cortex-M4", "RM0090 2.3.1", ((SRAM, 192), (CODE_RAM, 64))),
    Row("stm32f446", "Cortex-M4", "RM0390", ((SRAM, 128),)),
    Row("stm32f469 stm32f479", "Cortex-M4", "RM0386", ((SRAM, 320), (CODE_RAM, 64))),
    Row("stm32f7", "Cortex-M7", "RM0385, RM0410, RM0431", ((SRAM, 512), (0, 16))),
    Row("stm32f72 stm32f73", "Cortex-M7", "RM0431", ((SRAM, 256), (0, 8))),
    Row("stm32f74 stm32f75", "Cortex-M7", "RM0385", ((SRAM, 320), (0, 16))),
    Row("stm32f76 stm32f77", "Cortex-M7", "RM0410", ((SRAM, 512), (0, 16))),
    Row("stm32g0", "Cortex-M0+", "RM0444, RM0454", ((SRAM, 144),)),
    Row("stm32g4", "Cortex-M4", "RM0440 2.4", ((SRAM, 128),), ((CODE_RAM, 32),)),
    Row("stm32h5", "Cortex-M33", "RM0481", ((SRAM, 640),), ((SECURE, 640),)),
    Row("stm32h503", "Cortex-M33", "RM0492", ((SRAM, 32),)),
    Row(
        "stm32h7",
        "Cortex-M7",
        "RM0433, RM0399, RM0455, RM0468",
        ((SRAM, 128), (0x2400_0000, 1024), (0x3000_0000, 288), (0x3800_0000, 64), (0, 256)),
        ((CODE_RAM, 288),),
    ),
    Row(
        "stm32h72 stm32h73",
        "Cortex-M7",
        "RM0468 2.4",
        ((SRAM, 128), (0x2400_0000, 320), (0x3000_0000, 32), (0x3800_0000, 16), (0, 256)),
    ),
    Row(
        "stm32h742 stm32h743 stm32h750 stm32h753",
        "Cortex-M7",
        "RM0433 2.4",
        ((SRAM, 128), (0x2400_0000, 512), (0x3000_0000, 288), (0x3800_0000, 64), (0, 64)),
    ),
    Row(
        "stm32h745 stm32h747 stm32h755 stm32h757",
        "Cortex-M7, Cortex-M4",
        "RM0399 2.4",
        ((SRAM, 128), (0x2400_0000, 512), (0x3000_0000, 288), (0x3800_0000, 64), (0, 64)),
        ((CODE_RAM, 288),),
    ),
    Row(
        "stm32h7a stm32h7b",
        "Cortex-M7",
        "RM0455 2.4",
        ((SRAM, 128), (0x2400_0000, 1024), (0x3000_0000, 128), (0x3800_0000, 32), (0, 64)),
    ),
    Row(
        "stm32h7r stm32h7s",
        "Cortex-M7",
        "RM0477 2.4",
        ((SRAM, 192), (0x2400_0000, 456), (0x3000_0000, 32), (0, 192)),
    ),
    Row("stm32l0", "Cortex-M0+", "RM0367, RM0376, RM0377", ((SRAM, 20),)),
    Row("stm32l1", "Cortex-M3", "RM0038", ((SRAM, 80),)),
    Row("stm32l4", "Cortex-M4", "RM0351, RM0394, RM0432", ((SRAM, 640), (CODE_RAM, 64))),
    Row("stm32l41 stm32l42", "Cortex-M4", "RM0394", ((SRAM, 40),), ((CODE_RAM, 8),)),
    Row("stm32l43 stm32l44", "Cortex-M4", "RM0394", ((SRAM, 64),), ((CODE_RAM, 16),)),
    Row("stm32l45 stm32l46", "Cortex-M4", "RM0394", ((SRAM, 160),), ((CODE_RAM, 32),)),
    Row("stm32l47 stm32l48", "Cortex-M4", "RM0351", ((SRAM, 96), (CODE_RAM, 32))),
    Row("stm32l49 stm32l4a", "Cortex-M4", "RM0351", ((SRAM, 320),), ((CODE_RAM, 64),)),
    Row("stm32l4p stm32l4q", "Cortex-M4", "RM0432", ((SRAM, 320),), ((CODE_RAM, 64),)),
    Row("stm32l4r stm32l4s", "Cortex-M4", "RM0432", ((SRAM, 640),), ((CODE_RAM, 64),)),
    Row("stm32l5", "Cortex-M33", "RM0438", ((SRAM, 256),), ((SECURE, 256),)),
    Row("stm32u0", "Cortex-M0+", "RM0503", ((SRAM, 40),)),
    Row(
        "stm32u5",
        "Cortex-M33",
        "RM0456 2.3",
        ((SRAM, 3008), (0x2800_0000, 16)),
        ((SECURE, 3008), (0x3800_0000, 16)),
    ),
    Row(
        "stm32u535 stm32u545",
        "Cortex-M33",
        "RM0456 2.3",
        ((SRAM, 256), (0x2800_0000, 16)),
        ((SECURE, 256), (0x3800_0000, 16)),
    ),
    Row(
        "stm32u575 stm32u585",
        "Cortex-M33",
        "RM0456 2.3",
        ((SRAM, 768), (0x2800_0000, 16)),
        ((SECURE, 768), (0x3800_0000, 16)),
    ),
    Row("stm32wb", "Cortex-M4, Cortex-M0+", "RM0434, RM0471", ((SRAM, 192), (0x2003_0000, 64))),
    Row(
        "stm32wb10 stm32wb15",
        "Cortex-M4, Cortex-M0+",
        "RM0473",
        ((SRAM, 12), (0x2003_0000, 32), (0x2003_8000, 4)),
    ),
    Row("stm32wb0", "Cortex-M0+", "RM0529, RM0530", ((SRAM, 64),)),
    Row("stm32wba", "Cortex-M33", "RM0493, RM0515", ((SRAM, 512),), ((SECURE, 512),)),
    Row("stm32wba5", "Cortex-M33", "RM0493", ((SRAM, 128),), ((SECURE, 128),)),
    Row("stm32wl", "Cortex-M4, Cortex-M0+", "RM0453, RM0461", ((SRAM, 64),), ((CODE_RAM, 32),)),
    Row("stm32c0", "Cortex-M0+", "RM0490", ((SRAM, 36),)),
    Row(
        "stm32mp1",
        "Cortex-M4",
        "RM0436 2.5",
        ((CODE_RAM, 384), (0, 64)),
        ((0x3000_0000, 384), (0x3800_0000, 64)),
    ),
)

_NORDIC = (
    Row("nrf51", "Cortex-M0", "nRF51 Reference Manual 5.1", ((SRAM, 32),)),
    Row("nrf52", "Cortex-M4", "nRF52840 PS 4.2", ((SRAM, 256),), ((0x0080_0000, 256),)),
    Row("nrf52805 nrf52810 nrf52811", "Cortex-M4", "nRF52810 PS 7", ((SRAM, 24),)),
    Row("nrf52820", "Cortex-M4", "nRF52820 PS 4.2", ((SRAM, 32),)),
    Row("nrf52832", "Cortex-M4", "nRF52832 PS 8", ((SRAM, 64),), ((0x0080_0000, 64),)),
    Row("nrf52833", "Cortex-M4", "nRF52833 PS 4.2", ((SRAM, 128),), ((0x0080_0000, 128),)),
    Row("nrf53", "Cortex-M33", "nRF5340 PS 4", ((SRAM, 512), (0x2100_0000, 64))),
    Row("nrf91", "Cortex-M33", "nRF9160 PS 4", ((SRAM, 256),)),
    Row("nrf54l", "Cortex-M33", "nRF54L15 datasheet, Memory", ((SRAM, 256),)),
    Row("nrf54lm20", "Cortex-M33", "nRF54LM20A datasheet, Memory", ((SRAM, 512),)),
    Row(
        "nrf54h",
        "Cortex-M33",
        "nRF54H20 datasheet, Memory",
        ((0x2200_0000, 32), (0x2300_0000, 192), (0x2F00_0000, 1024)),
    ),
)

_RASPBERRY_PI = (
    # SW-DP multidrop: only pyOCD's own target types select one of its debug ports.
    Row(
        "rp2040",
        "Cortex-M0+",
        "RP2040 datasheet 2.6.2",
        ((SRAM, 264),),
        pyocd="rp2040_core0 rp2040_core1",
    ),
    Row("rp2350", "Cortex-M33", "RP2350 datasheet 4.2", ((SRAM, 520),)),
)

_NXP = (
    Row("lpc8", "Cortex-M0+", "UM10800, UM11029", ((CODE_RAM, 16),)),
    Row("lpc11", "Cortex-M0", "UM10398, UM10732", ((CODE_RAM, 32), (SRAM, 2), (0x2000_4000, 2))),
    Row("lpc12", "Cortex-M0", "UM10441", ((CODE_RAM, 8),)),
    Row("lpc13", "Cortex-M3", "UM10524", ((CODE_RAM, 8), (SRAM, 2), (0x2000_4000, 2))),
    Row("lpc15", "Cortex-M3", "UM10736", ((0x0200_0000, 36),)),
    Row("lpc17", "Cortex-M3", "UM10360", ((CODE_RAM, 32), (0x2007_C000, 32))),
    Row("lpc177 lpc178", "Cortex-M3", "UM10470", ((CODE_RAM, 64), (SRAM, 32))),
    Row("lpc18", "Cortex-M3", "UM10430", ((CODE_RAM, 128), (0x1008_0000, 72), (SRAM, 64))),
    Row("lpc40", "Cortex-M4", "UM10562", ((CODE_RAM, 64), (SRAM, 32))),
    Row(
        "lpc43", "Cortex-M4, Cortex-M0", "UM10503", ((CODE_RAM, 128), (0x1008_0000, 72), (SRAM, 64))
    ),
    Row("lpc540", "Cortex-M4", "UM11060", ((SRAM, 160), (0, 192))),
    Row("lpc5410", "Cortex-M4, Cortex-M0+", "UM10850", ((0x0200_0000, 96), (0x0340_0000, 8))),
    Row("lpc5411", "Cortex-M4, Cortex-M0+", "UM10914", ((SRAM, 160), (0x0400_0000, 32))),
    Row("lpc546", "Cortex-M4", "UM10912", ((SRAM, 160), (0x0400_0000, 32))),
    Row(
        "lpc55",
        "Cortex-M33",
        "UM11126",
        ((SRAM, 272), (0x0400_0000, 32)),
        ((SECURE, 272), (0x1400_0000, 32)),
    ),
    Row(
        "lpc55s1 lpc551",
        "Cortex-M33",
        "UM11295",
        ((SRAM, 80), (0x0400_0000, 16)),
        ((SECURE, 80), (0x1400_0000, 16)),
    ),
    Row(
        "lpc55s3 lpc553",
        "Cortex-M33",
        "UM11424",
        ((SRAM, 112), (0x0400_0000, 16)),
        ((SECURE, 112), (0x1400_0000, 16)),
    ),
    # Kinetis: SRAM_L ends and SRAM_U begins at 0x20000000. How far down SRAM_L reaches differs,
    # so it is tried in steps, each of which may be missing.
    Row(
        "mk kinetis",
        "Cortex-M4, Cortex-M0+",
        "K64P144M120SF5RM 4, KL25P80M48SF0RM 4",
        (
            (SRAM, 256),
            (0x1FFF_F000, 4),
            (0x1FFF_E000, 4),
            (0x1FFF_C000, 8),
            (0x1FFF_8000, 16),
            (0x1FFF_0000, 32),
            (0x1FFC_0000, 192),
        ),
    ),
    Row("mkl02 mkl04 mkl05", "Cortex-M0+", "KL05P48M48SF1RM 4", ((0x1FFF_FC00, 4),)),
    Row("mkl25 mkl26 mkl27", "Cortex-M0+", "KL25P80M48SF0RM 4", ((0x1FFF_F000, 16),)),
    Row("mkl43 mkl46", "Cortex-M0+", "KL46P121M48SF4RM 4", ((0x1FFF_E000, 32),)),
    Row("mkl82", "Cortex-M0+", "KL82P121M72SF0RM 4", ((0x1FFF_A000, 96),)),
    Row("mk20dx128", "Cortex-M4", "K20P64M50SF0RM 4", ((0x1FFF_E000, 16),)),
    Row("mk22fn512 mk22fn1m0", "Cortex-M4", "K22P121M120SF7RM 4", ((0x1FFF_0000, 128),)),
    Row("mk64 mk66 mk82", "Cortex-M4", "K64P144M120SF5RM 4", ((0x1FFF_0000, 256),)),
    Row("mke15", "Cortex-M0+", "KE1XZP100M72SF0RM 4", ((0x1FFF_E000, 32),)),
    Row("mke18", "Cortex-M4", "KE1XFP100M168SF0RM 4", ((0x1FFF_8000, 64),)),
    Row("mkw36", "Cortex-M0+", "MKW36A512RM 4", ((0x1FFF_C000, 64),)),
    Row("mkw41", "Cortex-M0+", "MKW41Z512RM 4", ((0x1FFF_8000, 128),)),
)

_MICROCHIP = (
    Row("samd1 atsamd1", "Cortex-M0+", "DS40001882, Memories", ((SRAM, 4),)),
    Row("samd2 atsamd2", "Cortex-M0+", "DS40001882, Memories", ((SRAM, 32),)),
    Row("samd5 atsamd5 same5 atsame5", "Cortex-M4", "DS60001507, Memories", ((SRAM, 256),)),
    Row("samc2 atsamc2", "Cortex-M0+", "DS60001479, Memories", ((SRAM, 32),)),
    Row("saml2 atsaml2", "Cortex-M0+", "DS60001477, Memories", ((SRAM, 40), (0x3000_0000, 8))),
    Row("saml1 atsaml1", "Cortex-M23", "DS60001513, Memories", ((SRAM, 16),)),
    Row("sam3x atsam3x", "Cortex-M3", "11057, Memories", ((SRAM, 64), (0x2008_0000, 32))),
    Row("sam4 atsam4", "Cortex-M4", "11157, Memories", ((SRAM, 160),)),
    Row(
        "same7 atsame7 sams7 atsams7 samv7 atsamv7",
        "Cortex-M7",
        "DS60001527, Memories",
        ((0x2040_0000, 384), (SRAM, 128), (0, 128)),
    ),
)

_SILICON_LABS = (
    Row("efm32", "Cortex-M3, Cortex-M4", "EFM32GG11 RM 4.2", ((SRAM, 512),), ((CODE_RAM, 512),)),
    Row("efm32g2 efm32g8", "Cortex-M3", "EFM32G RM 5.2", ((SRAM, 16),)),
    Row("efm32tg", "Cortex-M3, Cortex-M0+", "EFM32TG11 RM 4.2", ((SRAM, 32),)),
    Row("efm32zg efm32hg", "Cortex-M0+", "EFM32HG RM 5.2", ((SRAM, 8),)),
    Row("efm32gg", "Cortex-M3, Cortex-M4", "EFM32GG RM 5.2", ((SRAM, 128),)),
    Row("efm32gg11 efm32gg12", "Cortex-M4", "EFM32GG11 RM 4.2", ((SRAM, 512),)),
    Row("efm32wg efm32lg", "Cortex-M4, Cortex-M3", "EFM32WG RM 5.2", ((SRAM, 32),)),
    Row("efr32", "Cortex-M33, Cortex-M4", "EFR32xG24 RM 4.2", ((SRAM, 512),)),
    Row(
        "efr32bg1 efr32fg1 efr32mg1",
        "Cortex-M4",
        "EFR32xG1 RM 4.2, EFR32xG12 RM 4.2",
        ((SRAM, 256),),
    ),
)

_OTHERS = (
    Row("cy8c6 psoc6", "Cortex-M4, Cortex-M0+", "PSoC 6 TRM (002-18176)", ((0x0800_0000, 1024),)),
    Row("mspm0", "Cortex-M0+", "SLAU846, SLAU847", ((0x2020_0000, 128),), ((SRAM, 128),)),
    Row("gd32e10 gd32e11", "Cortex-M4", "GD32E10x User Manual 1.3", ((SRAM, 32),)),
    Row("gd32e23", "Cortex-M23", "GD32E23x User Manual 1.3", ((SRAM, 8),)),
    Row("gd32e50 gd32e51", "Cortex-M33", "GD32E50x User Manual 1.3", ((SRAM, 128),)),
    Row("gd32f1", "Cortex-M3", "GD32F10x User Manual 1.3", ((SRAM, 96),)),
    Row("gd32f2", "Cortex-M3", "GD32F20x User Manual 1.3", ((SRAM, 256),)),
    Row("gd32f3", "Cortex-M4", "GD32F30x User Manual 1.3", ((SRAM, 96),)),
    Row("gd32f403", "Cortex-M4", "GD32F403 User Manual 1.3", ((SRAM, 128),)),
    Row("gd32f4", "Cortex-M4", "GD32F4xx User Manual 1.3", ((SRAM, 768), (CODE_RAM, 64))),
    Row("gd32l23", "Cortex-M23", "GD32L23x User Manual 1.3", ((SRAM, 32),)),
    Row("apollo", "Cortex-M4", "Apollo4 Plus SoC datasheet, Memory", ((CODE_RAM, 2816),)),
    Row("apollo1 apollo512", "Cortex-M4", "Apollo datasheet, Memory", ((CODE_RAM, 64),)),
    Row("apollo2 ama2b", "Cortex-M4", "Apollo2 datasheet, Memory", ((CODE_RAM, 256),)),
    Row("apollo3 ama3b", "Cortex-M4", "Apollo3 Blue datasheet, Memory", ((CODE_RAM, 768),)),
    Row("apollo4 ama4b", "Cortex-M4", "Apollo4 Plus datasheet, Memory", ((CODE_RAM, 2816),)),
)

# No part: the whole SRAM region of the Arm memory map (DDI 0403 B3.1), of which as much is RAM
# as can be read.
_GENERIC = (Row("cortex_m", "any Cortex-M", "DDI 0403 B3.1", ((SRAM, 512 * 1024),)),)

ROWS = (*_STM32, *_NORDIC, *_RASPBERRY_PI, *_NXP, *_MICROCHIP, *_SILICON_LABS, *_OTHERS, *_GENERIC)
