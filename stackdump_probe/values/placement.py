"""Whether an object that the debug information describes is in the program."""

from bisect import bisect_right

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.dies import Die
from stackdump_probe.image.elf import Image
from stackdump_probe.image.headers import SHF_ALLOC

# Linkers leave discarded objects at 0, GNU ld at their offset in the discarded section: where
# memory of the target begins at 0, only a symbol tells the two apart.
DOUBTFUL_BELOW = 1 << 16


class Placement:
    """The sections of a program that take space in the target."""

    def __init__(self, image: Image) -> None:
        kept = [each for each in image.sections if each.flags & SHF_ALLOC and each.size]
        kept.sort(key=lambda section: section.address)
        self._starts = [section.address for section in kept]
        self._ends = [section.end for section in kept]
        self._image = image

    def holds(self, die: Die, name: str, address: int) -> bool:
        """True if the object of that name at `address` was not discarded by the linker."""
        if not self._starts:
            return address >= DOUBTFUL_BELOW
        place = bisect_right(self._starts, address) - 1
        if place < 0 or address >= self._ends[place]:
            return False
        return address >= DOUBTFUL_BELOW or self._has_symbol(die, name, address)

    def _has_symbol(self, die: Die, name: str, address: int) -> bool:
        symbol = self._image.symbols.object_at(address)
        if symbol is None or symbol.address != address:
            return False
        linkage_name = die.inherited(dw.AT_linkage_name)
        # The compiler may number the statics of functions: `count.0`.
        return symbol.name == linkage_name or symbol.name.split(".", 1)[0] == name
