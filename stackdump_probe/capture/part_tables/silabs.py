"""Parts of Silicon Labs."""

from collections.abc import Iterator

from stackdump_probe.capture.part_tables.row import SILABS, Code, Register
from stackdump_probe.capture.target_tables.row import M0P, M3, M4, M33

# DEVINFO PART, DEVICE_FAMILY [23:16]: reference manuals of series 0 and 1, "Device Information".
_BY_FAMILY = (
    Code(71, "EFM32 Gecko", "efm32g"),
    Code(72, "EFM32 Giant Gecko", "efm32gg"),
    Code(73, "EFM32 Tiny Gecko", "efm32tg"),
    Code(74, "EFM32 Leopard Gecko", "efm32lg"),
    Code(75, "EFM32 Wonder Gecko", "efm32wg"),
    Code(76, "EFM32 Zero Gecko", "efm32zg"),
    Code(77, "EFM32 Happy Gecko", "efm32hg"),
    Code(81, "EFM32PG1", "efm32pg1"),
    Code(85, "EFM32PG12", "efm32pg12"),
    Code(100, "EFM32GG11", "efm32gg11"),
    Code(103, "EFM32TG11", "efm32tg11"),
    Code(106, "EFM32GG12", "efm32gg12"),
    Code(120, "EZR32WG", "ezr32wg"),
    Code(121, "EZR32LG", "ezr32lg"),
    Code(122, "EZR32HG", "ezr32hg"),
)
# Of a radio part there are up to three (P, B, V), which differ in what else they have.
_RADIO = (
    (range(16, 19), "EFR32MG1"),
    (range(19, 22), "EFR32BG1"),
    (range(25, 28), "EFR32FG1"),
    (range(28, 31), "EFR32MG12"),
    (range(31, 34), "EFR32BG12"),
    (range(37, 40), "EFR32FG12"),
    (range(40, 43), "EFR32MG13"),
    (range(43, 46), "EFR32BG13"),
    (range(46, 47), "EFR32ZG13"),
    (range(49, 52), "EFR32FG13"),
    (range(52, 55), "EFR32MG14"),
    (range(55, 58), "EFR32BG14"),
    (range(58, 59), "EFR32ZG14"),
    (range(61, 64), "EFR32FG14"),
)

# DEVINFO PART of series 2: FAMILY [29:24], FAMILYNUM [23:16].
_KINDS = ((0, "EFR32FG"), (1, "EFR32MG"), (2, "EFR32BG"), (5, "EFM32PG"))
_SERIES_2 = {
    "EFR32FG": (22, 23, 28),
    "EFR32MG": (21, 22, 24, 26, 27),
    "EFR32BG": (21, 22, 24, 26, 27),
    "EFM32PG": (22, 23, 26, 28),
}


def _series_0_and_1() -> Iterator[Code]:
    for family, name, targets in _BY_FAMILY:
        yield Code(family << 16, name, targets)
    for families, name in _RADIO:
        for family in families:
            yield Code(family << 16, name, name.lower())


def _series_2() -> Iterator[Code]:
    for kind, name in _KINDS:
        for number in _SERIES_2[name]:
            yield Code(kind << 24 | number << 16, f"{name}{number}", f"{name}{number}".lower())


REGISTERS = (
    Register(
        SILABS, (M0P, M3, M4), "DEVINFO PART", 0x0FE081FC, 0x00FF0000, tuple(_series_0_and_1()),
        "EFM32 and EFR32 series 0 and 1 reference manuals: Device Information",
    ),
    Register(
        SILABS, (M33,), "DEVINFO PART", 0x0FE08004, 0x3FFF0000, tuple(_series_2()),
        "EFR32xG21, xG22, xG23, xG24 reference manuals: DEVINFO PART",
    ),
)  # fmt: skip
