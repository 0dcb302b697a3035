"""Objects that live as long as the program: at file and namespace level, and inside functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from stackdump_probe.errors import DwarfError, NotCaptured, StackdumpError, Unavailable
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.dies import Die
from stackdump_probe.image.dwarf.expression import Address, Location
from stackdump_probe.image.dwarf.units import Unit
from stackdump_probe.image.elf import Image
from stackdump_probe.memory import Memory
from stackdump_probe.record import Generic, Record
from stackdump_probe.values.declared import declared_at
from stackdump_probe.values.decode import Decoder
from stackdump_probe.values.frame_context import UnitContext
from stackdump_probe.values.locate import absence_of, locate, stored_or_absent
from stackdump_probe.values.model import Variable
from stackdump_probe.values.noise import is_noise
from stackdump_probe.values.placement import Placement
from stackdump_probe.values.program import decoder_for
from stackdump_probe.values.static_entries import (
    ORIGINS,
    Scope,
    described,
    has_fixed_address,
    is_plainly_local,
    scope_of,
)
from stackdump_probe.values.storage import Absence, absent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    V = TypeVar("V")
    # A static again: the offset of its description in .debug_info, and what stands before its name.
    Entry = tuple[int, str]
    # Where the debug information describes an object: the section, and the offset in it.
    _Place = tuple[str, int]
    _Location = Location | bytes | Absence | None
    # What units that describe an object once more agree in.
    _Key = tuple[str, int | bytes, object]
    # A static, how to find it again, its key, and, if nothing tells where it is, its own place.
    _Found = tuple[V, Entry, _Key | None, _Place | None]

LAST = 1 << 32  # what has no address stands behind all that has one


class Part(Record, Generic["V"]):
    """What some units hold.

    `located` are the places of descriptions without a location for which another one stands, as
    linking with LTO leaves them. `fixed` is False if what is left out depends on the memory.
    """

    found: list[_Found[V]]
    located: set[_Place]
    fixed: bool


def merged(parts: Sequence[Part[V]]) -> list[tuple[V, Entry]]:
    """The statics of all parts of a program, each once, and how to find them again."""
    located = {place for part in parts for place in part.located}
    seen: set[_Key] = set()
    kept = []
    for variable, entry, key, place in (each for part in parts for each in part.found):
        if key in seen or place in located:
            continue
        kept.append((variable, entry))
        if key is not None:
            seen.add(key)
    return kept


class StaticsSearch:
    """Finds every static variable, in parts, which may be searched in any order and merged.

    They come by unit in the order of the debug information, then by address. What the linker
    discarded is left out, and unless `noise` is set what no author wrote. Damage costs the
    variables of one unit. Functions of programs `beside` the image have their names, too. The
    variables of a part are given as `shown` makes them.
    """

    def __init__(
        self, image: Image, memory: Memory, *, noise: bool = False, beside: Sequence[Image] = ()
    ) -> None:
        decoder = decoder_for(image, memory, beside=beside)
        self._with = (image, memory, decoder, Placement(image), noise)

    def of_units(self, units: Sequence[Unit], shown: Callable[[Variable], V]) -> Part[V]:
        """The statics of some units in their order, those of each with the lowest address first."""
        search = _Search(*self._with, set(), set(), [], Memory())
        found = [each for unit in units for each in search.of_unit(unit)]
        shared = [(shown(variable), at, key, place) for variable, at, key, place in found]
        return Part(shared, search.located, not search.computed)

    def of_entries(self, entries: Sequence[Entry], shown: Callable[[Variable], V]) -> list[V]:
        """The statics that a search of the same program has found; raises DwarfError."""
        search = _Search(*self._with, set(), set(), [], Memory())
        return [shown(search.again(*each)) for each in entries]


class _Search(Record):
    """What a part is searched with; `seen` and `located` are what it has found so far.

    `computed` has the offsets of what is at an address that depends on the memory.
    """

    image: Image
    memory: Memory
    decoder: Decoder
    placement: Placement
    noise: bool
    seen: set[_Key]
    located: set[_Place]
    computed: list[int]
    nothing: Memory

    def of_unit(self, unit: Unit) -> list[_Found[Variable]]:
        """The statics of one unit, lowest address first."""
        found: list[_Found[Variable]] = []
        with suppress(StackdumpError):  # what comes after damage cannot be told
            found.extend(self._in_unit(unit))
        return sorted(found, key=_order)

    def _in_unit(self, unit: Unit) -> Iterator[_Found[Variable]]:
        context = UnitContext(unit, self.memory)
        scopes: dict[tuple[int, ...], Scope] = {}
        in_function: dict[tuple[int, ...], bool] = {}
        for die in described(unit):
            is_fixed = has_fixed_address(die)
            if not is_fixed and is_plainly_local(die, in_function):
                continue
            scope = scope_of(die, scopes)
            if scope.is_function and not is_fixed:
                continue
            name = die.inherited(dw.AT_name)
            if isinstance(name, str) and (self.noise or not is_noise(die, scope.prefix, name)):
                yield from self._named(die, scope.prefix, name, context)

    def _named(
        self, die: Die, prefix: str, name: str, context: UnitContext
    ) -> Iterator[_Found[Variable]]:
        """What is found of a variable: nothing if it was discarded, or is known already."""
        location = self._location(die, context)
        if dw.AT_location in die and die.has_any(ORIGINS):
            with suppress(DwarfError):
                self.located.update(map(_place, die.origins()))
        if isinstance(location, Address) and not self.placement.holds(die, name, location.address):
            return
        key = _key(die, prefix, name, location)
        if key in self.seen:
            return
        if key is not None:
            self.seen.add(key)
        variable = self._variable(die, prefix + name, location, context)
        yield variable, (die.offset, prefix), key, None if dw.AT_location in die else _place(die)

    def again(self, offset: int, prefix: str) -> Variable:
        """The static at an offset of .debug_info; raises DwarfError."""
        die = self.image.dwarf.die_at(offset)
        context = UnitContext(die.unit, self.memory)
        name = die.inherited(dw.AT_name)
        if not isinstance(name, str):
            raise die.unit.error("no static variable", offset)
        return self._variable(die, prefix + name, self._location(die, context), context)

    def _location(self, die: Die, context: UnitContext) -> _Location:
        """Where it is, as no memory can change; or as this memory has it, which is noted."""
        try:
            return locate(die, UnitContext(die.unit, self.nothing))
        except NotCaptured:
            return self._computed(die, context)
        except (Unavailable, DwarfError) as error:
            return absence_of(error)

    def _computed(self, die: Die, context: UnitContext) -> _Location:
        try:
            location = locate(die, context)
        except (Unavailable, DwarfError) as error:
            return absence_of(error)
        if isinstance(location, Address):
            self.computed.append(die.offset)
        return location

    def _variable(self, die: Die, name: str, location: _Location, context: UnitContext) -> Variable:
        type_ = self.image.types.type_of(die)
        size = self.decoder.size(type_) or 0
        if isinstance(location, Absence):
            storage = absent(size, location)
        else:
            storage = stored_or_absent(location, context, size)
        value = self.decoder.decode(type_, storage)
        return Variable(name, "static", value, *declared_at(die))


def _key(die: Die, prefix: str, name: str, location: _Location) -> _Key | None:
    """What tells that another unit, or copy of a function, has the same object; None if nothing."""
    match location:
        case Address(address):
            return name, address, None
        case bytes():
            # Units name the header of a constant by other ways, its line they all tell.
            return prefix + name, location, die.inherited(dw.AT_decl_line)
    return None


def _place(die: Die) -> _Place:
    return die.unit.section, die.offset


def _order(found: _Found[Variable]) -> int:
    variable = found[0]
    return LAST if variable.value.address is None else variable.value.address
