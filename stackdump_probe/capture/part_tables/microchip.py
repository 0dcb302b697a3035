"""Parts of Microchip that were Atmel's."""

from stackdump_probe.capture.part_tables.row import ATMEL, Code, Register
from stackdump_probe.capture.target_tables.row import M0P, M4, M7

# DSU DID: PROCESSOR [31:28], FAMILY [27:23], SERIES [21:16]: the chapter "Device Identification"
# of each data sheet. DIE and REVISION are left out.
_BY_DSU = (
    Code(0x10000000, "SAM D20", "samd20"),
    Code(0x10010000, "SAM D21/R21", "samd21 samr21 samda1"),
    Code(0x10020000, "SAM D10", "samd10"),
    Code(0x10030000, "SAM D11", "samd11"),
    Code(0x10810000, "SAM L21", "saml21 samr30 samr34 samr35"),
    Code(0x10820000, "SAM L22", "saml22"),
    Code(0x11000000, "SAM C20", "samc20"),
    Code(0x11010000, "SAM C21", "samc21"),
    Code(0x60060000, "SAM D51", "samd51"),
    Code(0x61810000, "SAM E51", "same51"),
    Code(0x61830000, "SAM E53", "same53"),
    Code(0x61840000, "SAM E54", "same54"),
)

# CHIPID_CIDR: ARCH [27:20], SRAMSIZ [19:16]: the chapter "Chip Identifier" of each data sheet. The
# lower half of ARCH is the package where the upper one is 8 or 9.
_SAM4 = (
    Code(0x030C0000, "SAM4E", "sam4e"),
    Code(0x08070000, "SAM4SA16", "sam4sa"),
    Code(0x080B0000, "SAM4S2/S4", "sam4s4 sam4s2"),
    Code(0x080C0000, "SAM4S8/S16", "sam4s16 sam4s8"),
    Code(0x09060000, "SAM4N16", "sam4n16"),
    Code(0x09070000, "SAM4SD16/SD32", "sam4sd"),
    Code(0x090B0000, "SAM4N8", "sam4n8"),
)
_SAM_M7 = (
    Code(0x01000000, "SAM E70", "same70"),
    Code(0x01100000, "SAM S70", "sams70"),
    Code(0x01200000, "SAM V71", "samv71"),
    Code(0x01300000, "SAM V70", "samv70"),
)

REGISTERS = (
    Register(
        ATMEL, (M0P, M4), "DSU DID", 0x41002018, 0xFFBF0000, _BY_DSU,
        "SAM D21, L21, C21, D5x/E5x data sheets: DSU DID",
    ),
    Register(
        ATMEL, (M4,), "CHIPID_CIDR", 0x400E0740, 0x0F0F0000, _SAM4,
        "SAM4S, SAM4E, SAM4N data sheets: Chip Identifier",
    ),
    Register(
        ATMEL, (M7,), "CHIPID_CIDR", 0x400E0940, 0x0FF00000, _SAM_M7,
        "SAM E70/S70/V70/V71 data sheet: Chip Identifier",
    ),
)  # fmt: skip
