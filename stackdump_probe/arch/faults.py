"""The fault status and fault address registers, each bit in words.

Armv7-M ARM (DDI 0403) B3.2.15 CFSR, B3.2.16 HFSR, B3.2.17 MMFAR, B3.2.18 BFAR, C1.6.1 DFSR;
Armv8-M ARM (DDI 0553) D1.2 CFSR (STKOF), SFSR, SFAR, RFSR. Armv6-M has none but DFSR: they read
as 0.
"""

from __future__ import annotations

from types import MappingProxyType

from stackdump_probe.record import Record

SHCSR = 0xE000ED24
CFSR = 0xE000ED28
HFSR = 0xE000ED2C
MMFAR = 0xE000ED34
BFAR = 0xE000ED38
RFSR = 0xE000EF04  # Armv8.1-M with RAS: Cortex-M52, M55, M85
SFSR = 0xE000EDE4
SFAR = 0xE000EDE8
ADDRESS_REGISTERS = MappingProxyType({MMFAR: "MMFAR", BFAR: "BFAR", SFAR: "SFAR"})

CPACR = 0xE000ED88  # DDI 0403 B3.2.20
CPACR_CP10 = 0b11 << 20  # 0: whoever uses the FPU gets NOCP


class FaultBit(Record):
    """One cause; `address_register` holds the address, if `valid_bit` of this register is set.

    `enable` is the SHCSR bit without which this fault escalates to HardFault.
    """

    bit: int
    name: str
    text: str
    valid_bit: int | None = None
    address_register: int | None = None
    enable: int | None = None


# SHCSR: MEMFAULTENA, BUSFAULTENA, USGFAULTENA, SECUREFAULTENA (DDI 0403 B3.2.13, DDI 0553 SHCSR).
_MEM, _BUS, _USAGE, _SECURE = 16, 17, 18, 19
_MMARVALID, _BFARVALID, _SFARVALID = 7, 15, 6

# MMFAR comes with DACCVIOL alone, BFAR with PRECISERR; lazy FP errors set SFAR only (DDI 0403
# B3.2.15; DDI 0553, StackWrite).
CFSR_BITS = (
    FaultBit(0, "IACCVIOL", "instruction fetch that the MPU or memory map forbids", enable=_MEM),
    FaultBit(
        1, "DACCVIOL", "data access that the MPU or memory map forbids", _MMARVALID, MMFAR, _MEM
    ),
    FaultBit(3, "MUNSTKERR", "memory fault while unstacking to return from exception", enable=_MEM),
    FaultBit(
        4,
        "MSTKERR",
        "memory fault while stacking for exception entry, its frame cannot be trusted",
        enable=_MEM,
    ),
    FaultBit(5, "MLSPERR", "memory fault while lazily saving FP state", enable=_MEM),
    FaultBit(8, "IBUSERR", "bus error on instruction fetch", enable=_BUS),
    FaultBit(9, "PRECISERR", "precise data bus error", _BFARVALID, BFAR, _BUS),
    FaultBit(
        10,
        "IMPRECISERR",
        "imprecise data bus error, caused at or before the interrupted instruction",
        enable=_BUS,
    ),
    FaultBit(11, "UNSTKERR", "bus error while unstacking to return from exception", enable=_BUS),
    FaultBit(
        12,
        "STKERR",
        "bus error while stacking for exception entry, its frame cannot be trusted",
        enable=_BUS,
    ),
    FaultBit(13, "LSPERR", "bus error while lazily saving FP state", enable=_BUS),
    FaultBit(16, "UNDEFINSTR", "undefined instruction", enable=_USAGE),
    FaultBit(
        17,
        "INVSTATE",
        "invalid state, such as a branch to an address with bit 0 clear",
        enable=_USAGE,
    ),
    FaultBit(
        18, "INVPC", "invalid pc load: bad EXC_RETURN value or stacked context", enable=_USAGE
    ),
    FaultBit(
        19, "NOCP", "coprocessor or FPU instruction while it is absent or disabled", enable=_USAGE
    ),
    FaultBit(20, "STKOF", "stack overflow: sp went below its limit register", enable=_USAGE),
    FaultBit(24, "UNALIGNED", "unaligned access", enable=_USAGE),
    FaultBit(25, "DIVBYZERO", "integer division by zero", enable=_USAGE),
)

VECTTBL = FaultBit(1, "VECTTBL", "bus error while reading the vector table")
FORCED = FaultBit(30, "FORCED", "escalated to HardFault")
DEBUGEVT = FaultBit(31, "DEBUGEVT", "debug event, such as BKPT, with no debugger to take it")
HFSR_BITS = (VECTTBL, FORCED, DEBUGEVT)

# HALTED is a debugger's doing, not a fault. PMU: Armv8.1-M.
DFSR_BITS = (
    FaultBit(1, "BKPT", "breakpoint instruction or FPB match"),
    FaultBit(2, "DWTTRAP", "DWT watchpoint match"),
    FaultBit(3, "VCATCH", "vector catch"),
    FaultBit(4, "EXTERNAL", "external debug request"),
    FaultBit(5, "PMU", "overflow of a performance counter"),
)

SFSR_BITS = (
    FaultBit(0, "INVEP", "call into Secure code that is no entry point", enable=_SECURE),
    FaultBit(1, "INVIS", "bad integrity signature in a Secure stack frame", enable=_SECURE),
    FaultBit(2, "INVER", "invalid exception return between security states", enable=_SECURE),
    FaultBit(
        3,
        "AUVIOL",
        "Non-secure access that the attribution unit forbids",
        _SFARVALID,
        SFAR,
        _SECURE,
    ),
    FaultBit(4, "INVTRAN", "branch from Secure to Non-secure not marked as such", enable=_SECURE),
    FaultBit(
        5,
        "LSPERR",
        "attribution violation while lazily saving FP state",
        _SFARVALID,
        SFAR,
        _SECURE,
    ),
    FaultBit(7, "LSERR", "error in lazy FP state activation or deactivation", enable=_SECURE),
)

# DDI 0553 RFSR: what else it holds is valid only with this bit, and mostly the core's own.
RFSR_BITS = (FaultBit(31, "V", "memory error that could not be corrected (RAS)"),)

# BFSR, the middle byte of CFSR, is of both security states, the rest is each one's own.
CFSR_NOT_BANKED = 0xFF00

# Exception numbers of the faults: DDI 0403 B1.5.2, DDI 0553 B3.3.
HARD_FAULT, DEBUG_MONITOR = 3, 12
FAULTS = frozenset({HARD_FAULT, 4, 5, 6, 7})
