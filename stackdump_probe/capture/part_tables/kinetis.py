"""Kinetis, which were Freescale's. The ROM table is Arm's own: the MDM-AP tells the vendor."""

from collections.abc import Iterator

from stackdump_probe.capture.part_tables.row import FREESCALE, Code, Register
from stackdump_probe.capture.target_tables.row import M0P, M4

# SIM_SDID: FAMILYID [31:28] and SUBFAMID [27:24] are the digits of the name, SERIESID [23:20] is
# its letters: the chapter "System Integration Module" of each reference manual. The first K10 to
# K70 have 0 there. Early K63 and K64 say 61 and 62 (errata 7534), MK24FN1M0 says 22.
_FAMILIES = 0xFFF00000
_K = (
    ("22", "K22/K24", "mk22fn512 mk22 mk24"),
    ("24", "K24", "mk24fn1m0 mk24"),
    ("26", "K26", "mk26"),
    ("27", "K27", "mk27"),
    ("28", "K28", "mk28"),
    ("61", "K63", "mk64 mk63"),
    ("62", "K64", "mk64 mk63"),
    ("63", "K63", "mk64 mk63"),
    ("64", "K64", "mk64 mk63"),
    ("66", "K66", "mk66"),
    ("80", "K80", "mk80"),
    ("81", "K81", "mk82 mk81"),
    ("82", "K82", "mk82"),
)
_KL = ("02", "03", "05", "14", "15", "16", "24", "25", "26", "27", "36", "43", "46")
_KW = ("20", "21", "30", "31", "40", "41")
_KV = ("10", "11")
_SERIES = ((1, "KL", "z", _KL), (5, "KW", "z", _KW), (6, "KV", "", _KV))


def _with_m4() -> Iterator[Code]:
    for digits, name, targets in _K:
        yield Code(int(digits, 16) << 24, f"Kinetis {name}", targets)


def _with_m0p() -> Iterator[Code]:
    for series, letters, ending, numbers in _SERIES:
        for digits in numbers:
            name = f"{letters}{digits}"
            targets = f"m{name}{ending}".lower()
            yield Code(int(digits, 16) << 24 | series << 20, f"Kinetis {name}", targets)


# SIM_SRSID: FAMID [31:28] is 0, SUBFAMID [27:24] the digit of the name. What a KE0x has instead of
# SIM_SDID are clock dividers, which no SIM_SDID above looks like.
_KE = (
    Code(0x02000000, "Kinetis KE02", "mke02z mke02"),
    Code(0x04000000, "Kinetis KE04", "mke04z mke04"),
    Code(0x06000000, "Kinetis KE06", "mke06z mke06"),
)

REGISTERS = (
    Register(
        FREESCALE, (M4,), "SIM_SDID", 0x40048024, _FAMILIES, tuple(_with_m4()),
        "K22, K24, K26, K28, K64, K66, K82 reference manuals: SIM_SDID",
    ),
    Register(
        FREESCALE, (M0P,), "SIM_SDID", 0x40048024, _FAMILIES, tuple(_with_m0p()),
        "KL02, KL25, KL27, KL43, KL46, KW41, KV11 reference manuals: SIM_SDID",
    ),
    Register(
        FREESCALE, (M0P,), "SIM_SRSID", 0x40048000, 0xFF000000, _KE,
        "KE02, KE04, KE06 reference manuals: SIM_SRSID",
    ),
)  # fmt: skip
