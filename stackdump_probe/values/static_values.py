"""Where a static variable is, and what it holds."""

from __future__ import annotations

from stackdump_probe.errors import DwarfError, NotCaptured, Unavailable
from stackdump_probe.image.dwarf.dies import Die
from stackdump_probe.image.dwarf.expression import Location
from stackdump_probe.image.elf import Image
from stackdump_probe.memory import Memory
from stackdump_probe.record import Record
from stackdump_probe.values.declared import declared_at
from stackdump_probe.values.decode import Decoder
from stackdump_probe.values.frame_context import UnitContext
from stackdump_probe.values.locate import absence_of, locate, stored_or_absent
from stackdump_probe.values.model import Variable
from stackdump_probe.values.storage import Absence, absent

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Where it is, a constant's bytes, or why neither can be told.
    StaticLocation = Location | bytes | Absence | None

NOTHING = Memory()


class StaticValues(Record):
    """Reads the statics of a program from a memory, as `decoder` does."""

    image: Image
    memory: Memory
    decoder: Decoder

    def location(self, die: Die) -> tuple[StaticLocation, bool]:
        """Where it is, and True if that is fixed; else it is as this memory has it."""
        try:
            return locate(die, UnitContext(die.unit, NOTHING)), True
        except NotCaptured:
            return self._computed(die), False
        except (Unavailable, DwarfError) as error:
            return absence_of(error), True

    def _computed(self, die: Die) -> StaticLocation:
        try:
            return locate(die, UnitContext(die.unit, self.memory))
        except (Unavailable, DwarfError) as error:
            return absence_of(error)

    def at(self, location: StaticLocation, die: Die, name: str) -> Variable:
        """The variable that `die` describes, under its full name."""
        type_ = self.image.types.type_of(die)
        size = self.decoder.size(type_) or 0
        if isinstance(location, Absence):
            storage = absent(size, location)
        else:
            storage = stored_or_absent(location, UnitContext(die.unit, self.memory), size)
        value = self.decoder.decode(type_, storage)
        return Variable(name, "static", value, *declared_at(die))
