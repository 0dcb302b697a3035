"""Objects that live as long as the program: at file and namespace level, and inside functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from stackdump_probe.errors import DwarfError, StackdumpError
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.dies import Die
from stackdump_probe.image.dwarf.expression import Address
from stackdump_probe.image.dwarf.units import Unit
from stackdump_probe.image.elf import Image
from stackdump_probe.memory import Memory
from stackdump_probe.record import Record
from stackdump_probe.values.constants import Constants, in_words, is_as_in_elf
from stackdump_probe.values.declared import declared_at
from stackdump_probe.values.kept_statics import Kept, Part
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
from stackdump_probe.values.static_values import StaticValues
from stackdump_probe.values.statics_again import StaticsAgain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    from stackdump_probe.values.constants import Words
    from stackdump_probe.values.kept_statics import DiePlace, Found, Key, Plain
    from stackdump_probe.values.static_values import StaticLocation

    V = TypeVar("V")

LAST = 1 << 32  # what has no address stands behind all that has one


class StaticsSearch:
    """Finds every static variable, in parts, which may be searched in any order and merged.

    They come by unit in the order of the debug information, then by address. What the linker
    discarded is left out, and unless `noise` is set what no author wrote. Damage costs the
    variables of one unit. Functions of programs `beside` the image have their names, too. The
    variables of a part are given as `shown` makes them. If they `remember`, with what is to be
    kept of them; what no memory can change is then known `in_words` only, if that is enough.
    """

    def __init__(
        self,
        image: Image,
        memory: Memory,
        *,
        noise: bool = False,
        beside: Sequence[Image] = (),
        remember: bool = False,
        in_words: bool = False,
    ) -> None:
        self._values = StaticValues(image, memory, decoder_for(image, memory, beside=beside))
        self._placement = Placement(image)
        self._noise = noise
        self._constants = Constants(image) if remember else None
        self._in_words = in_words and not beside and is_as_in_elf(memory, image)

    def of_units(self, units: Sequence[Unit], shown: Callable[[Variable], V]) -> Part[V]:
        """The statics of some units in their order, those of each with the lowest address first."""
        constants, writer = self._constants, TypeWriter()
        keeper = None if constants is None else _Keeper(self._values, constants, writer)
        how = self._values, self._placement, self._noise, self._in_words, keeper
        search = _Search(*how, set(), set(), [])
        found = [each for unit in units for each in search.of_unit(unit)]
        shared = [(shown(variable), at, key, place) for variable, at, key, place in found]
        return Part(shared, search.located, not search.computed, writer.rows)

    def again(self, kept: Kept) -> StaticsAgain:
        """Reads the statics that a search of the same program has found."""
        types = TypeReader(kept.types, self._values.decoder)
        return StaticsAgain(kept.entries, types, self._values, self._in_words)


class _Keeper(Record):
    """Makes what is kept of the statics: the words of constants, and the types of others."""

    values: StaticValues
    constants: Constants
    writer: TypeWriter

    def plain(self, location: StaticLocation, die: Die, words: Words | None) -> Plain | None:
        """Where a static is that its bytes tell, and its type; None for others."""
        if not isinstance(location, Address):
            return None
        decoder = self.values.decoder if words is None else self.constants.decoder
        type_ = self.values.image.types.type_of(die)
        whole, row = decoder.whole(type_), self.writer.number(type_, decoder)
        if row is None or whole is None or whole.is_empty:
            return None
        return location.address, whole.size, row


class _Search(Record):
    """What a part is searched with; `seen` and `located` are what it has found so far.

    `computed` has the offsets of what is at an address that depends on the memory. `keeper` is
    None if nothing is to be remembered; with `in_words` the words of a constant are all of it.
    """

    values: StaticValues
    placement: Placement
    noise: bool
    in_words: bool
    keeper: _Keeper | None
    seen: set[Key]
    located: set[DiePlace]
    computed: list[int]

    def of_unit(self, unit: Unit) -> list[Found[Variable]]:
        """The statics of one unit, lowest address first."""
        found: list[Found[Variable]] = []
        with suppress(StackdumpError):  # what comes after damage cannot be told
            found.extend(self._in_unit(unit))
        return sorted(found, key=_order)

    def _in_unit(self, unit: Unit) -> Iterator[Found[Variable]]:
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
                yield from self._named(die, scope.prefix, name)

    def _named(self, die: Die, prefix: str, name: str) -> Iterator[Found[Variable]]:
        """What is found of a variable: nothing if it was discarded, or is known already."""
        location, is_fixed = self.values.location(die)
        if isinstance(location, Address) and not is_fixed:
            self.computed.append(die.offset)
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
        yield self._found(die, prefix + name, location, key, is_fixed=is_fixed)

    def _found(
        self, die: Die, name: str, location: StaticLocation, key: Key | None, *, is_fixed: bool
    ) -> Found[Variable]:
        keeper, plain, words = self.keeper, None, None
        if keeper is not None:
            words = keeper.constants.words(location, die) if is_fixed else None
            plain = keeper.plain(location, die, words)
        if words is not None and self.in_words:
            variable = Variable(name, "static", in_words(words), *declared_at(die))
        else:
            variable = self.values.at(location, die, name)
        entry = die.offset, name, variable.file, variable.line, plain, words
        return variable, entry, key, None if dw.AT_location in die else _place(die)


def _key(die: Die, prefix: str, name: str, location: StaticLocation) -> Key | None:
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
