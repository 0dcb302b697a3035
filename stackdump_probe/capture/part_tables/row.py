"""What a row of the part tables holds.

Vendors are JEP106 codes as a ROM table's PIDR and TARGETID have them, the continuation code above
bit 8 (ADIv5.2, IHI 0031, B2.2.10 and D1.2).
"""

from typing import NamedTuple

ST, NXP, FREESCALE, ATMEL = 0x020, 0x015, 0x00E, 0x01F
NORDIC, SILABS, GIGADEVICE, RASPBERRY, ARM = 0x244, 0x673, 0x751, 0x913, 0x43B

VENDORS = {
    ST: "STMicroelectronics",
    NXP: "NXP",
    FREESCALE: "NXP (Freescale)",
    ATMEL: "Microchip (Atmel)",
    NORDIC: "Nordic Semiconductor",
    SILABS: "Silicon Labs",
    GIGADEVICE: "GigaDevice",
    RASPBERRY: "Raspberry Pi",
    0x017: "Texas Instruments",
    0x034: "Infineon (Cypress)",
    0x041: "Infineon",
    0x029: "Microchip",
    0x423: "Renesas",
}


class Code(NamedTuple):
    """A value of an identification register: the parts that have it.

    `targets` are beginnings of part numbers, x in them any letter; the first one is taken for
    `--target auto`.
    """

    value: int
    name: str
    targets: str


class Register(NamedTuple):
    """An identification register of parts of a vendor with one of these cores."""

    vendor: int
    cores: tuple[str, ...]
    name: str
    address: int
    mask: int
    codes: tuple[Code, ...]
    source: str
