"""LPC, which were Philips' and NXP's. The ROM table is Arm's own: the program itself tells.

The boot ROM starts only a program whose first eight vectors, the last of which no core uses, sum
up to 0 (UM10360 32.3.1.1, UM10398 26.3.3, "Criterion for Valid User Code").
"""

from collections.abc import Iterator

from stackdump_probe.capture.part_tables.row import NXP, Code, Register
from stackdump_probe.capture.target_tables.row import M0, M0P, M3, M4

CORES = (M0, M0P, M3, M4)
VECTORS = 8

# DEVICE_ID of the LPC800, whose middle digits are those of the name.
_LPC8 = ("802", "804", "810", "811", "812", "822", "824", "832", "834", "844", "845")

# DEVICE_ID of the LPC11, by package and RAM size.
_LPC11 = (
    ("lpc1110", "0a07102b 1a07102b"),
    ("lpc1111", "0a16d02b 1a16d02b 041e502b 2516d02b 0416502b 2516902b"),
    ("lpc1112", "0a23902b 1a23902b 042d502b 2524d02b 0425502b 2524902b 0a24902b 1a24902b"),
    ("lpc1113", "0434502b 2532902b 0434102b 2532102b"),
    ("lpc1114", "0a40902b 1a40902b 0444502b 2540902b 0444102b 2540102b"),
    ("lpc11c", "1421102b 1440102b 1431102b 1430102b"),
    ("lpc11u", "095c802b 295c802b 097a802b 297a802b 0998802b 2998802b 2954402b 2972402b 2988402b"),
    ("lpc11u", "2980002b"),
)
# The same of those parts of the LPC11 that have it where the LPC800 do.
_LPC11_LATE = (
    ("lpc1111", "00010013 00010012"),
    ("lpc1112", "00020023 00020022"),
    ("lpc1113", "00030030 00030032"),
    ("lpc1114", "00040040 00040042 00040060 00040070"),
    ("lpc1115", "00050080"),
    ("lpc11u3", "0003d440 0001cc40 0001bc40 0000bc40 00019c40 00017c40 00007c44 00007c40"),
)
_LPC15 = ("1517", "1518", "1519", "1547", "1548", "1549")
_LPC546_J256 = ("54605", "54606", "54607", "54616")
_LPC546_J512 = ("54605", "54606", "54607", "54608", "54616", "54618", "54628")


def _by_digits(digits: tuple[str, ...], pattern: str, ending: str = "") -> Iterator[Code]:
    for each in digits:
        name = f"LPC{each}{ending}"
        yield Code(int(pattern.format(each), 16), name, name.lower())


def _by_list(rows: tuple[tuple[str, str], ...]) -> Iterator[Code]:
    for target, values in rows:
        for value in values.split():
            yield Code(int(value, 16), target.replace("lpc", "LPC").replace("u", "U"), target)


def _device_id(
    cores: tuple[str, ...], address: int, codes: Iterator[Code], source: str
) -> Register:
    return Register(NXP, cores, "DEVICE_ID", address, 0xFFFFFFFF, tuple(codes), source)


REGISTERS = (
    _device_id((M0,), 0x400483F4, _by_list(_LPC11), "UM10398, UM10462: DEVICE_ID"),
    _device_id((M0,), 0x400483F8, _by_list(_LPC11_LATE), "UM10398 3.1, UM10462 3.1"),
    Register(
        NXP, (M0P,), "DEVICE_ID", 0x400483F8, 0xFFFFFFF0,
        tuple(_by_digits(_LPC8, "{}0")), "UM10601, UM10800, UM11029: DEVICE_ID",
    ),
    Register(
        NXP, (M0P,), "DEVICE_ID", 0x400483F4, 0xFFFFFFFF,
        (Code(0x1000002B, "LPC11U6x/E6x", "lpc11u6 lpc11e6"),), "UM10732: DEVICE_ID",
    ),
    _device_id((M3,), 0x400743F8, _by_digits(_LPC15, "{}"), "UM10736: DEVICE_ID0"),
    Register(
        NXP, (M3,), "DEVICE_ID", 0x400483F4, 0xFFFFFFFF,
        (Code(0x3000002B, "LPC1343", "lpc1343"), Code(0x3D00002B, "LPC1343", "lpc1343")),
        "UM10375: DEVICE_ID",
    ),
    Register(
        NXP, (M4,), "CHIPID", 0x40043200, 0x0FFFFFFF, (Code(0x0906002B, "LPC43xx", "lpc43"),),
        "UM10503: CREG CHIPID",
    ),
    _device_id((M4,), 0x40000FF8, _by_digits(_LPC546_J512, "fff{}"), "UM10912: DEVICE_ID0"),
    _device_id((M4,), 0x40000FF8, _by_digits(_LPC546_J256, "7f9{}", "J256"), "the same"),
)  # fmt: skip
