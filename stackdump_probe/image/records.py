"""Large tables of records of one size, of which few are asked for."""

from __future__ import annotations

from itertools import accumulate, count
from operator import add
from struct import pack, unpack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

HOST_IS_LITTLE = pack("=H", 1) == pack("<H", 1)


def words(octets: bytes | memoryview) -> Sequence[int]:
    """The little-endian words of 32 bits, each made a number when it is asked for."""
    if HOST_IS_LITTLE:
        return memoryview(octets).cast("I")
    return unpack(f"<{len(octets) // 4}I", octets)


class Blocks:
    """Records by the block of 64 KiB that an address in them is in; most are never read.

    The address stands `at` bytes into each record of `size` bytes. `left_out` has 0xff for each
    record that is not to be found, else 0.
    """

    def __init__(self, octets: bytes, *, size: int, at: int, left_out: bytes) -> None:
        # Of the number of the block the lower byte with the higher one, by exclusive or.
        low, high = (int.from_bytes(octets[each::size], "little") for each in (at + 2, at + 3))
        self._hashes = either((low ^ high).to_bytes(len(left_out), "little"), left_out)
        self._left_out = left_out

    def candidates(self, block: int) -> list[int]:
        """The numbers of all records with an address in `block`, and of some others."""
        wanted = (block ^ block >> 8) & 0xFF
        found = places(self._hashes, wanted)
        if wanted == 0xFF:
            return [number for number in found if not self._left_out[number]]
        return found


def either(*columns: bytes) -> bytes:
    """The bits that are set in any of `columns`, which are of one length."""
    bits = 0
    for column in columns:
        bits |= int.from_bytes(column, "little")
    return bits.to_bytes(len(columns[0]), "little")


def places(octets: bytes, octet: int) -> list[int]:
    """Where `octet` stands in `octets`, lowest first; a loop would take several times as long."""
    between = octets.split(bytes((octet,)))
    return list(map(add, accumulate(map(len, between)), count()))[:-1]
