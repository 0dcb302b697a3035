"""Which registers of the FPU an instruction changes (Armv7-M ARM, DDI 0403, A6.4 to A6.7)."""

from stackdump_probe.arch.registers import SINGLES

# opc2 of A6.5, with bit 12 of what FPv5 has added (DDI 0403 A6.7).
_COMPARES = (4, 5)
_CONVERTS_SIZE = 7
_TO_INTEGER = (12, 13, 0x100C, 0x100D, 0x100E, 0x100F)


def vector_registers(first: int, second: int, count: int) -> tuple[str, ...]:
    """The `count` singles from Vd on; a double is a pair of them (A6.4.1)."""
    start = _number(first >> 6 & 1, second >> 12 & 0xF, second)
    return SINGLES[start : start + count]


def written_floats(first: int, second: int) -> tuple[str, ...]:
    """What data processing and transfers from core registers write; loads are not asked for."""
    if first & 0xFFF0 == 0xEC40:  # VMOV from two core registers
        start = _number(second >> 5 & 1, second & 0xF, second)
        return SINGLES[start : start + 2]
    if second & 0x10:
        return _from_core(first, second)
    if first & 0xB0 == 0xB0 and second & 0x40:  # A6.5, "Other" but VMOV of a constant
        operation = first & 0x100F
        if operation in _COMPARES:
            return ()
        if operation == _CONVERTS_SIZE:
            second ^= 0x100
        elif operation in _TO_INTEGER:
            second &= ~0x100
    return vector_registers(first, second, 2 if second & 0x100 else 1)


def _from_core(first: int, second: int) -> tuple[str, ...]:
    """VMOV to a single, VMOV to a half of a double; VMSR writes none."""
    if second & 0x100:
        start = 2 * ((second >> 7 & 1) << 4 | first & 0xF)
        return SINGLES[start : start + 2]
    start = _number(second >> 7 & 1, first & 0xF, second)
    return () if first & 0xE0 else SINGLES[start : start + 1]


def _number(high: int, low: int, second: int) -> int:
    return 2 * (high << 4 | low) if second & 0x100 else low << 1 | high
