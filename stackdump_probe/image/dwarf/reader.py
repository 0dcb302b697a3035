"""A bounded cursor over bytes of a debug section."""

from collections.abc import Callable

from stackdump_probe.errors import DwarfError
from stackdump_probe.image.leb import DAMAGE, sleb, uleb


class Reader:
    """Reads `octets[at:end]` forward; what is not there raises DwarfError with its offset.

    `base` is added to offsets in error messages: where `octets` begin in `section`.
    """

    __slots__ = ("at", "base", "end", "octets", "section")

    def __init__(
        self,
        octets: bytes | memoryview,
        section: str,
        *,
        at: int = 0,
        end: int | None = None,
        base: int = 0,
    ) -> None:
        self.octets = octets
        self.section = section
        self.at = at
        self.end = len(octets) if end is None else min(end, len(octets))
        self.base = base

    @property
    def left(self) -> int:
        """How many bytes are left."""
        return self.end - self.at

    def error(self, message: str) -> DwarfError:
        """The error to raise for something malformed at the cursor."""
        return DwarfError(message, section=self.section, offset=self.base + self.at)

    def take(self, size: int) -> bytes | memoryview:
        """The next `size` bytes, not copied."""
        if not 0 <= size <= self.end - self.at:
            raise self.error(f"{size} bytes needed, {self.left} left")
        self.at += size
        return self.octets[self.at - size : self.at]

    def u8(self) -> int:
        """The next byte."""
        if self.at >= self.end:
            raise self.error("1 bytes needed, 0 left")
        self.at += 1
        return self.octets[self.at - 1]

    def unsigned(self, size: int) -> int:
        """A little-endian unsigned integer of `size` bytes."""
        return int.from_bytes(self.take(size), "little")

    def signed(self, size: int) -> int:
        """A little-endian two's complement integer of `size` bytes."""
        return int.from_bytes(self.take(size), "little", signed=True)

    def uleb(self) -> int:
        """An unsigned LEB128."""
        return self._number(uleb)

    def sleb(self) -> int:
        """A signed LEB128."""
        return self._number(sleb)

    def _number(self, decode: Callable[[bytes | memoryview, int], tuple[int, int]]) -> int:
        try:
            number, at = decode(self.octets, self.at)
        except DAMAGE as damage:
            raise self.error(f"no LEB128 number: {damage}") from damage
        if at > self.end:
            raise self.error("LEB128 number without end")
        self.at = at
        return number

    def cstring(self) -> bytes:
        """The bytes up to the next NUL, which is passed over."""
        octets, start = self.octets, self.at
        if isinstance(octets, bytes):
            size = octets.find(b"\0", start, self.end) - start
        else:
            size = bytes(octets[start : self.end]).find(b"\0")
        if size < 0:
            raise self.error("string without end")
        self.at += size + 1
        return bytes(octets[start : start + size])
