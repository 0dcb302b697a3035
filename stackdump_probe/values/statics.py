"""Objects that live as long as the program: at file and namespace level, and inside functions."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from stackdump_probe.errors import DwarfError, StackdumpError, Unavailable
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.dies import Die
from stackdump_probe.image.dwarf.expression import Address, Location
from stackdump_probe.image.dwarf.names import qualified_name
from stackdump_probe.image.dwarf.units import Unit
from stackdump_probe.image.dwarf.wanted import FUNCTIONS, Wanted
from stackdump_probe.image.elf import Image
from stackdump_probe.image.types.attributes import language_of
from stackdump_probe.image.types.model import size_of
from stackdump_probe.memory import Memory
from stackdump_probe.record import record
from stackdump_probe.values.declared import declared_at
from stackdump_probe.values.decode import Decoder, Limits
from stackdump_probe.values.frame_context import UnitContext
from stackdump_probe.values.locate import FIXED_ADDRESS, absence_of, locate, stored
from stackdump_probe.values.model import Variable
from stackdump_probe.values.noise import is_noise
from stackdump_probe.values.placement import Placement
from stackdump_probe.values.program import decoder_for
from stackdump_probe.values.storage import absent

UNITS = frozenset((dw.TAG_compile_unit, dw.TAG_partial_unit))
ORIGINS = (dw.AT_abstract_origin, dw.AT_specification)
VALUES = (dw.AT_location, dw.AT_const_value)
# DWARF 5 appendix B: no variables in them. Classes of C++ hold the static ones.
WITHOUT_VARIABLES = frozenset(
    (
        *(dw.TAG_array_type, dw.TAG_enumeration_type, dw.TAG_subroutine_type),
        *(dw.TAG_call_site, dw.TAG_GNU_call_site),
    )
)
C_STRUCTS = frozenset((dw.TAG_structure_type, dw.TAG_union_type))


def _variables(closed: frozenset[int]) -> Wanted:
    """In a function only what has one address can be static; location lists tell of registers."""
    variable = frozenset((dw.TAG_variable,))
    in_functions = Wanted(
        variable, frozenset((dw.AT_specification,)), frozenset((dw.AT_location,)), closed
    )
    return Wanted(variable, closed=closed, in_functions=in_functions)


VARIABLES = _variables(WITHOUT_VARIABLES)
C_VARIABLES = _variables(WITHOUT_VARIABLES | C_STRUCTS)
LAST = 1 << 32  # what has no address stands behind all that has one


def statics(
    image: Image,
    memory: Memory,
    *,
    noise: bool = False,
    declared: bool = True,
    limits: Limits | None = None,
    beside: Sequence[Image] = (),
) -> tuple[Variable, ...]:
    """Every static variable, by unit in the order of the debug information, then by address.

    What the linker discarded is left out, and unless `noise` is set what no author wrote. Without
    `declared` no variable tells its file and line. Damage costs the variables of one unit.
    Functions of programs `beside` the image have their names, too.
    """
    decoder = decoder_for(image, memory, limits, beside=beside)
    search = _Search(image, memory, decoder, Placement(image), noise, declared, set(), set())
    found: list[_Found] = []
    for unit in image.dwarf.units:
        found.extend(search.of_unit(unit))
    return tuple(variable for variable, place in found if place not in search.located)


# Where the debug information describes an object: the section, and the offset in it.
_Place = tuple[str, int]
# What units that describe an object once more agree in.
_Key = tuple[str, int | bytes, object]
# A static and, if nothing tells where it is, the place of its description.
_Found = tuple[Variable, _Place | None]


@record
class _Scope:
    """What stands around a variable: its names, and whether that is a function."""

    prefix: str
    is_function: bool


@record
class _Search:
    """What all units are searched with.

    `seen` holds name and address, or constant, of what was found; `located` the descriptions
    without a location for which another one stands, as linking with LTO leaves them.
    """

    image: Image
    memory: Memory
    decoder: Decoder
    placement: Placement
    noise: bool
    declared: bool
    seen: set[_Key]
    located: set[_Place | None]

    def of_unit(self, unit: Unit) -> list[_Found]:
        """The statics of one unit, lowest address first."""
        found: list[_Found] = []
        with suppress(StackdumpError):  # what comes after damage cannot be told
            found.extend(self._in_unit(unit))
        return sorted(found, key=_order)

    def _in_unit(self, unit: Unit) -> Iterator[_Found]:
        context = UnitContext(unit, self.memory)
        scopes: dict[tuple[int, ...], _Scope] = {}
        in_function: dict[tuple[int, ...], bool] = {}
        for die in _described(unit):
            if _is_plainly_local(die, in_function):
                continue
            scope = _scope_of(die, scopes)
            if scope.is_function and not _has_fixed_address(die):
                continue
            variable = self._variable(die, scope, context)
            if variable is not None:
                yield variable, None if dw.AT_location in die else _place(die)

    def _variable(self, die: Die, scope: _Scope, context: UnitContext) -> Variable | None:
        name = die.inherited(dw.AT_name)
        if not isinstance(name, str) or not self._is_wanted(die, scope, name):
            return None
        type_ = self.image.types.type_of(die)
        size = size_of(self.decoder.actual(type_)) or 0
        try:
            location = locate(die, context)
            if dw.AT_location in die and any(at in die for at in ORIGINS):
                self.located.update(map(_place, die.origins()))
            if not self._is_new(die, scope, name, location):
                return None
            storage = stored(location, context, size)
        except (Unavailable, DwarfError) as error:
            storage = absent(size, absence_of(error))
        value = self.decoder.decode(type_, storage)
        file, line = declared_at(die) if self.declared else (None, None)
        return Variable(scope.prefix + name, "static", value, file, line)

    def _is_wanted(self, die: Die, scope: _Scope, name: str) -> bool:
        return self.noise or not is_noise(die, scope.prefix, name)

    def _is_new(
        self, die: Die, scope: _Scope, name: str, location: Location | bytes | None
    ) -> bool:
        """False for what was discarded, or has been found in another unit or copy of a function."""
        match location:
            case Address(address) if not self.placement.holds(die, name, address):
                return False
            case Address(address):
                key: _Key = (name, address, None)
            case bytes():
                # Units name the header of a constant by other ways, its line they all tell.
                key = (scope.prefix + name, location, die.inherited(dw.AT_decl_line))
            case _:
                return True
        is_new = key not in self.seen
        self.seen.add(key)
        return is_new


def _place(die: Die) -> _Place:
    return die.unit.section, die.offset


def _order(found: _Found) -> int:
    variable, _ = found
    return LAST if variable.value.address is None else variable.value.address


def _described(unit: Unit) -> Iterator[Die]:
    """Yield definitions: what has a place or a value, or is no mere declaration.

    Before DWARF 5 the constants of a class are members, as DWARF 4 5.5.6 has them.
    """
    language = language_of(unit.top)
    for die in unit.wanted(C_VARIABLES if language == "c" else VARIABLES):
        if any(at in die for at in VALUES) or not die.flag(dw.AT_declaration):
            yield die
    if unit.version < 5 and language == "c++":
        yield from unit.walk(dw.TAG_member, having=(dw.AT_const_value,))


def _has_fixed_address(die: Die) -> bool:
    expression = die.block(dw.AT_location)
    return bool(expression) and expression[0] in FIXED_ADDRESS if expression else False


def _is_plainly_local(die: Die, in_function: dict[tuple[int, ...], bool]) -> bool:
    """True for a variable that comes and goes with its function, as most do: told by its place.

    An abstract origin is in a function as well; what is declared elsewhere needs a closer look.
    """
    if dw.AT_specification in die or _has_fixed_address(die):
        return False
    path = die.path
    known = in_function.get(path)
    if known is None:
        known = any(Die(die.unit, at).tag in FUNCTIONS for at in path)
        in_function[path] = known
    return known


def _scope_of(die: Die, scopes: dict[tuple[int, ...], _Scope]) -> _Scope:
    """What stands around the declaration of `die`, each place looked at once."""
    declaration = die.reference(dw.AT_specification) or die.reference(dw.AT_abstract_origin)
    if declaration is not None and _is_global_of_c(declaration):
        return _Scope("", False)
    where = die if declaration is None else declaration
    known = scopes.get(where.path) if declaration is None else None
    if known is not None:
        return known
    found = _scope_around(where)
    if declaration is None:
        scopes[where.path] = found
    return found


def _is_global_of_c(die: Die) -> bool:
    """True for what `extern` declares, wherever it does (C11 6.2.2)."""
    return die.flag(dw.AT_external) and language_of(die) == "c"


def _scope_around(die: Die) -> _Scope:
    names: list[str] = []
    scope = die.parent
    while scope is not None and scope.tag not in UNITS:
        if scope.tag in FUNCTIONS:
            names.append(qualified_name(scope) or "")
            break
        name = scope.inherited(dw.AT_name)
        if isinstance(name, str):
            names.append(name)
        elif scope.tag == dw.TAG_namespace:
            names.append("(anonymous namespace)")
        scope = scope.parent
    is_function = scope is not None and scope.tag in FUNCTIONS
    return _Scope("".join(f"{name}::" for name in reversed(names) if name), is_function)
