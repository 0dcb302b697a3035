"""LEB128 numbers (DWARF 5, 7.6), and what Python raises when bytes are damaged or at an end."""

from __future__ import annotations

from struct import error

DAMAGE = (IndexError, ValueError, KeyError, OverflowError, error)
"""What the readers of this package may raise inside; each stage turns it into a DwarfError."""

_MOST_BITS = 70  # ten bytes hold every 64-bit number, padding included


def uleb(octets: memoryview | bytes, at: int) -> tuple[int, int]:
    """Return the unsigned number at `at` and the position after it; raises one of DAMAGE."""
    octet = octets[at]
    if octet < 0x80:
        return octet, at + 1
    value = octet & 0x7F
    for shift in range(7, _MOST_BITS, 7):
        at += 1
        octet = octets[at]
        value |= (octet & 0x7F) << shift
        if octet < 0x80:
            return value, at + 1
    raise ValueError("LEB128 number of more than ten bytes")


def sleb(octets: memoryview | bytes, at: int) -> tuple[int, int]:
    """Return the signed number at `at` and the position after it; raises one of DAMAGE."""
    value, end = uleb(octets, at)
    sign = 1 << 7 * (end - at) - 1
    return (value ^ sign) - sign, end
