"""Thumb call instructions, seen from the address that they return to."""

from stackdump_probe.memory import Memory
from stackdump_probe.record import Record


class Call(Record):
    """A call instruction; `target` is where a BL goes, None for BLX by register."""

    target: int | None


def call_before(address: int, memory: Memory) -> Call | None:
    """The call that returns to `address`, or None; raises NotCaptured if its bytes are unknown."""
    last = memory.u16(address - 2)
    # Armv7-M ARM (DDI 0403) A7.7.19 BLX (register) T1; Armv8-M ARM BLXNS has bit 2 set.
    if last & 0xFF83 == 0x4780:
        return Call(None)
    # A7.7.18 BL T1.
    if last & 0xD000 == 0xD000:
        first = memory.u16(address - 4)
        if first & 0xF800 == 0xF000:
            return Call(_bl_target(address, first, last))
    return None


def _bl_target(address: int, first: int, last: int) -> int:
    sign = first >> 10 & 1
    i1 = 1 - (last >> 13 & 1 ^ sign)
    i2 = 1 - (last >> 11 & 1 ^ sign)
    offset = (i1 << 23 | i2 << 22 | (first & 0x3FF) << 12 | (last & 0x7FF) << 1) - (sign << 24)
    return address + offset & 0xFFFF_FFFF
