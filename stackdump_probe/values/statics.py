"""Objects that live as long as the program: at file and namespace level, and inside functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from stackdump_probe.errors import DwarfError, ImageError, NotCaptured, StackdumpError, Unavailable
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.dies import Die
from stackdump_probe.image.dwarf.expression import Address, Location
from stackdump_probe.image.dwarf.units import Unit
from stackdump_probe.image.elf import Image
from stackdump_probe.memory import Memory
from stackdump_probe.record import Record
from stackdump_probe.values.declared import declared_at
from stackdump_probe.values.decode import Decoder
from stackdump_probe.values.frame_context import UnitContext
from stackdump_probe.values.kept_statics import Kept, Part
from stackdump_probe.values.locate import absence_of, locate, stored_or_absent
from stackdump_probe.values.model import Variable
from stackdump_probe.values.noise import is_noise
from stackdump_probe.values.placement import Placement
from stackdump_probe.values.plain_types import TypeReader, TypeWriter
from stackdump_probe.values.program import decoder_for
from stackdump_probe.values.static_entries import (
    ORIGINS,
    Scope,
    described,
    has_fixed_address,
    is_plainly_local,
    scope_of,
)
from stackdump_probe.values.storage import Absence, Place, absent, in_memory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    from stackdump_probe.values.kept_statics import DiePlace, Entry, Found, Key, Plain

    V = TypeVar("V")
    _Location = Location | bytes | Absence | None

LAST = 1 << 32  # what has no address stands behind all that has one


class StaticsSearch:
    """Finds every static variable, in parts, which may be searched in any order and merged.

    They come by unit in the order of the debug information, then by address. What the linker
    discarded is left out, and unless `noise` is set what no author wrote. Damage costs the
    variables of one unit. Functions of programs `beside` the image have their names, too. The
    variables of a part are given as `shown` makes them; if they `remember`, with their types.
    """

    def __init__(
        self,
        image: Image,
        memory: Memory,
        *,
        noise: bool = False,
        beside: Sequence[Image] = (),
        remember: bool = False,
    ) -> None:
        decoder = decoder_for(image, memory, beside=beside)
        self._with = (image, memory, decoder, Placement(image), noise)
        self._remember = remember

    def of_units(self, units: Sequence[Unit], shown: Callable[[Variable], V]) -> Part[V]:
        """The statics of some units in their order, those of each with the lowest address first."""
        writer = self._writer()
        search = _Search(*self._with, writer, set(), set(), [], Memory())
        found = [each for unit in units for each in search.of_unit(unit)]
        shared = [(shown(variable), at, key, place) for variable, at, key, place in found]
        types = [] if writer is None else writer.rows
        return Part(shared, search.located, not search.computed, types)

    def _writer(self) -> TypeWriter | None:
        return TypeWriter(self._with[2]) if self._remember else None

    def again(self, kept: Kept) -> StaticsAgain:
        """Reads the statics that a search of the same program has found."""
        search = _Search(*self._with, None, set(), set(), [], Memory())
        return StaticsAgain(kept.entries, TypeReader(kept.types, search.decoder), search)


class StaticsAgain(Record):
    """Statics that were found before."""

    entries: Sequence[Entry]
    types: TypeReader
    search: _Search

    def between(self, start: int, end: int, shown: Callable[[Variable], V]) -> list[V]:
        """Some of them, as `shown` makes them; raises ImageError."""
        return [shown(self._read(each)) for each in self.entries[start:end]]

    def _read(self, entry: Entry) -> Variable:
        match entry:  # which comes from a file
            case [int(die), str(prefix), plain] if die >= 0:
                variable = None if plain is None else self._plain(prefix, plain)
                return variable or self.search.again(die, prefix)
        raise ImageError("a static that was kept is malformed")

    def _plain(self, prefix: str, plain: Plain) -> Variable | None:
        """The object of a type that is kept; None if it is there in part.

        What is missing may change how the rest is shown.
        """
        match plain:
            case [str(name), int(address), int(row), None | str() as file, None | int() as line]:
                type_, decoder = self.types.type(row), self.search.decoder
                size = decoder.size(type_) or 0
                storage = in_memory(self.search.memory, max(address, 0), size)
                if storage.gaps and not Place(storage).wholly_missing(size):
                    return None
                return Variable(prefix + name, "static", decoder.decode(type_, storage), file, line)
        raise ImageError("a static that was kept is malformed")


class _Search(Record):
    """What a part is searched with; `seen` and `located` are what it has found so far.

    `computed` has the offsets of what is at an address that depends on the memory. `writer` is
    None if nothing is to be remembered.
    """

    image: Image
    memory: Memory
    decoder: Decoder
    placement: Placement
    noise: bool
    writer: TypeWriter | None
    seen: set[Key]
    located: set[DiePlace]
    computed: list[int]
    nothing: Memory

    def of_unit(self, unit: Unit) -> list[Found[Variable]]:
        """The statics of one unit, lowest address first."""
        found: list[Found[Variable]] = []
        with suppress(StackdumpError):  # what comes after damage cannot be told
            found.extend(self._in_unit(unit))
        return sorted(found, key=_order)

    def _in_unit(self, unit: Unit) -> Iterator[Found[Variable]]:
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
    ) -> Iterator[Found[Variable]]:
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
        entry = die.offset, prefix, self._plain(die, name, location, variable)
        yield variable, entry, key, None if dw.AT_location in die else _place(die)

    def _plain(self, die: Die, name: str, location: _Location, variable: Variable) -> Plain | None:
        if self.writer is None or not isinstance(location, Address):
            return None
        number = self.writer.number(self.image.types.type_of(die))
        if number is None:
            return None
        return name, location.address, number, variable.file, variable.line

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


def _key(die: Die, prefix: str, name: str, location: _Location) -> Key | None:
    """What tells that another unit, or copy of a function, has the same object; None if nothing."""
    match location:
        case Address(address):
            return name, address, None
        case bytes():
            # Units name the header of a constant by other ways, its line they all tell.
            return prefix + name, location, die.inherited(dw.AT_decl_line)
    return None


def _place(die: Die) -> DiePlace:
    return die.unit.section, die.offset


def _order(found: Found[Variable]) -> int:
    variable = found[0]
    return LAST if variable.value.address is None else variable.value.address
