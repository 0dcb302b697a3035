"""Statics that no dump can change: what there is to say of them follows from the ELF alone."""

from __future__ import annotations

from collections.abc import Sequence

from stackdump_probe.errors import ImageError
from stackdump_probe.image.dwarf.dies import Die
from stackdump_probe.image.dwarf.expression import Address
from stackdump_probe.image.elf import Image
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.values.model import Value, Worded
from stackdump_probe.values.program import decoder_for
from stackdump_probe.values.scalar_text import doubt
from stackdump_probe.values.static_values import StaticValues
from stackdump_probe.values.text import short_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from stackdump_probe.values.decode import Decoder
    from stackdump_probe.values.static_values import StaticLocation

    # A value as plain data: its fields but for the bytes, and for the content its text, and what
    # casts doubt on it.
    Words = Sequence[Any]


class OutsideElf(Exception):
    """More was asked for than the ELF holds.

    No StackdumpError: who reads values takes these for what cannot be told, and goes on.
    """


class ElfMemory(Memory):
    """What no running program can have changed; to ask for more raises OutsideElf."""

    def __init__(self, image: Image) -> None:
        super().__init__(image.flash.segments)

    def segment_at(self, address: int) -> Segment | None:
        """The segment that holds the byte at `address`."""
        segment = super().segment_at(address)
        if segment is None:
            raise OutsideElf
        return segment

    def read_available(self, address: int, size: int) -> list[tuple[int, bytes]]:
        """Return the whole range, in runs."""
        self.holds(address, size)
        return super().read_available(address, size)


class Constants:
    """Tells the statics of a program without any dump."""

    def __init__(self, image: Image) -> None:
        memory = ElfMemory(image)
        self._flash = image.flash
        self._values = StaticValues(image, memory, decoder_for(image, memory))

    @property
    def decoder(self) -> Decoder:
        """What reads them."""
        return self._values.decoder

    def words(self, location: StaticLocation, die: Die) -> Words | None:
        """How the static is told that is always at this location; None if that may change."""
        if isinstance(location, Address) and not self._flash.holds(location.address):
            return None
        try:
            return _words_of(self._values.at(location, die, "").value)
        except OutsideElf:
            return None


def is_as_in_elf(memory: Memory, image: Image) -> bool:
    """True if what was captured of the program's flash has the bytes that its ELF has there."""
    captured = (segment for segment in memory.segments if segment.origin != "elf")
    return all(
        run == segment.content[start - segment.start : start - segment.start + len(run)]
        for segment in captured
        for start, run in image.flash.read_available(segment.start, len(segment.content))
    )


def _words_of(value: Value) -> Words:
    told = value.type_name, value.state, value.why, value.address, value.size
    return *told, short_text(value), doubt(value.content)


def in_words(words: Words) -> Value:
    """The value of which no more is known; raises ImageError for what is no words."""
    match words:
        case [
            str(type_name),
            "ok" | "partial" | "optimized_out" | "not_captured" | "unsupported" as state,
            None | str() as why,
            None | int() as address,
            None | int() as size,
            None | str() as text,
            None | str() as doubtful,
        ]:
            content = None if text is None else Worded(text, doubtful)
            return Value(type_name, content, state, why, address, None, size)
    raise ImageError("a static that was kept is malformed")
