"""Objects that live as long as the program: at file and namespace level, and inside functions."""

from collections.abc import Iterator
from contextlib import suppress

from stackdump_probe.errors import DwarfError, StackdumpError, Unavailable
from stackdump_probe.image import constants as dw
from stackdump_probe.image.dies import Die
from stackdump_probe.image.elf import Image
from stackdump_probe.image.expression import Address
from stackdump_probe.image.types import size_of
from stackdump_probe.image.units import Unit
from stackdump_probe.memory import Memory
from stackdump_probe.record import record
from stackdump_probe.values.declared import declared_at
from stackdump_probe.values.decode import Decoder, Limits, decoder_for
from stackdump_probe.values.frame_context import UnitContext
from stackdump_probe.values.locate import FIXED_ADDRESS, absence_of, locate, stored
from stackdump_probe.values.model import Variable
from stackdump_probe.values.placement import Placement
from stackdump_probe.values.storage import absent

# What may stand around a static that is visible outside functions.
OPEN_SCOPES = frozenset(
    (
        dw.TAG_compile_unit,
        dw.TAG_partial_unit,
        dw.TAG_namespace,
        dw.TAG_module,
        dw.TAG_structure_type,
        dw.TAG_class_type,
        dw.TAG_union_type,
    )
)
UNITS = frozenset((dw.TAG_compile_unit, dw.TAG_partial_unit))
# Text that the compiler keeps for the author, in every function that asks for its own name.
FUNCTION_NAMES = frozenset(("__func__", "__FUNCTION__", "__PRETTY_FUNCTION__"))
LAST = 1 << 32  # what has no address stands behind all that has one


def statics(
    image: Image,
    memory: Memory,
    *,
    noise: bool = False,
    declared: bool = True,
    limits: Limits | None = None,
) -> tuple[Variable, ...]:
    """Every static variable, by unit in the order of the debug information, then by address.

    What the linker discarded is left out, and unless `noise` is set what no author wrote: vtables,
    interned log messages, names of functions. Without `declared` no variable tells its file and
    line. Damage costs the variables of one unit.
    """
    decoder = decoder_for(image, memory, limits)
    search = _Search(image, memory, decoder, Placement(image), noise, declared, set())
    found: list[Variable] = []
    for unit in image.dwarf.units:
        found.extend(search.of_unit(unit))
    return tuple(found)


@record
class _Scope:
    """What stands around a variable: its names, and whether that is a function."""

    prefix: str
    is_function: bool


@record
class _Search:
    """What all units are searched with; `seen` holds name and address of what was found."""

    image: Image
    memory: Memory
    decoder: Decoder
    placement: Placement
    noise: bool
    declared: bool
    seen: set[tuple[str, int | None]]

    def of_unit(self, unit: Unit) -> list[Variable]:
        """The statics of one unit, lowest address first."""
        found: list[Variable] = []
        with suppress(StackdumpError):  # what comes after damage cannot be told
            found.extend(self._in_unit(unit))
        return sorted(found, key=_order)

    def _in_unit(self, unit: Unit) -> Iterator[Variable]:
        context = UnitContext(unit, self.memory)
        scopes: dict[tuple[int, ...], _Scope] = {}
        for die in unit.walk(dw.TAG_variable):
            if not _may_be_static(die):
                continue
            scope = _scope_of(die, scopes)
            if scope.is_function and not _has_fixed_address(die):
                continue
            variable = self._variable(die, scope, context)
            if variable is not None:
                yield variable

    def _variable(self, die: Die, scope: _Scope, context: UnitContext) -> Variable | None:
        name = die.inherited(dw.AT_name)
        if not isinstance(name, str) or not (self.noise or _is_authored(die, name)):
            return None
        type_ = self.image.types.type_of(die)
        size = size_of(self.decoder.actual(type_)) or 0
        try:
            location = locate(die, context)
            if isinstance(location, Address) and not self._is_new(die, name, location.address):
                return None
            storage = stored(location, context, size)
        except (Unavailable, DwarfError) as error:
            storage = absent(size, absence_of(error))
        value = self.decoder.decode(type_, storage)
        file, line = declared_at(die) if self.declared else (None, None)
        return Variable(scope.prefix + name, "static", value, file, line)

    def _is_new(self, die: Die, name: str, address: int) -> bool:
        """False for what was discarded, or has been found in another unit or copy of a function."""
        if (name, address) in self.seen or not self.placement.holds(die, name, address):
            return False
        self.seen.add((name, address))
        return True


def _order(variable: Variable) -> int:
    return LAST if variable.value.address is None else variable.value.address


def _may_be_static(die: Die) -> bool:
    """True for definitions: what has a place, or is no mere declaration."""
    return dw.AT_location in die or not die.flag(dw.AT_declaration)


def _has_fixed_address(die: Die) -> bool:
    expression = die.block(dw.AT_location)
    return bool(expression) and expression[0] in FIXED_ADDRESS if expression else False


def _scope_of(die: Die, scopes: dict[tuple[int, ...], _Scope]) -> _Scope:
    """What stands around the declaration of `die`, each place looked at once."""
    declaration = die.reference(dw.AT_specification) or die.reference(dw.AT_abstract_origin)
    where = die if declaration is None else declaration
    known = scopes.get(where.path) if declaration is None else None
    if known is not None:
        return known
    names, is_function = [], False
    scope = where.parent
    while scope is not None and scope.tag not in UNITS:
        is_function = is_function or scope.tag not in OPEN_SCOPES
        name = scope.inherited(dw.AT_name)
        if isinstance(name, str):
            names.append(name)
        elif scope.tag == dw.TAG_namespace:
            names.append("(anonymous namespace)")
        scope = scope.parent
    found = _Scope("".join(f"{name}::" for name in reversed(names)), is_function)
    if declaration is None:
        scopes[where.path] = found
    return found


def _is_authored(die: Die, name: str) -> bool:
    """False for what a compiler or a logging macro put there."""
    if name in FUNCTION_NAMES or die.flag(dw.AT_artificial):
        return False
    if name.startswith(("DEFMT_LOG_STATEMENT", "_defmt", "__DEFMT_MARKER", '{"')):
        return False
    return not (name.startswith("<") and name.endswith(("{vtable}", "vtable")))
