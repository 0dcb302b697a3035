"""Numbers as target memory holds them: little-endian."""

from struct import pack


def octets(*numbers: int) -> bytes:
    """One byte each, modulo 256."""
    return bytes(number & 0xFF for number in numbers)


def halfwords(*numbers: int) -> bytes:
    """Two bytes each, modulo 2**16."""
    return b"".join(pack("<H", number & 0xFFFF) for number in numbers)


def words(*numbers: int) -> bytes:
    """Four bytes each, modulo 2**32."""
    return b"".join(pack("<I", number & 0xFFFF_FFFF) for number in numbers)


def doublewords(*numbers: int) -> bytes:
    """Eight bytes each, modulo 2**64."""
    return b"".join(pack("<Q", number & 0xFFFF_FFFF_FFFF_FFFF) for number in numbers)


def uleb(number: int) -> bytes:
    """DWARF 7.6: unsigned, seven bits a byte, lowest first."""
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*encoded, number))


def sleb(number: int) -> bytes:
    """DWARF 7.6: signed, seven bits a byte, lowest first."""
    encoded = bytearray()
    while not -0x40 <= number < 0x40:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*encoded, number & 0x7F))
