"""The entries that describe objects of a program's whole life, and what stands around them."""

from __future__ import annotations

from collections.abc import Iterator

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.dies import Die
from stackdump_probe.image.dwarf.names import qualified_name
from stackdump_probe.image.dwarf.units import Unit
from stackdump_probe.image.dwarf.wanted import FUNCTIONS, Wanted
from stackdump_probe.image.types.attributes import language_of
from stackdump_probe.record import Record
from stackdump_probe.values.locate import FIXED_ADDRESS

UNITS = frozenset((dw.TAG_compile_unit, dw.TAG_partial_unit))
ORIGINS = frozenset((dw.AT_abstract_origin, dw.AT_specification))
VALUES = frozenset((dw.AT_location, dw.AT_const_value))
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
        variable,
        frozenset((dw.AT_specification,)),
        frozenset((dw.AT_location,)),
        frozenset(FIXED_ADDRESS),
        closed,
    )
    return Wanted(variable, closed=closed, in_functions=in_functions)


VARIABLES = _variables(WITHOUT_VARIABLES)
C_VARIABLES = _variables(WITHOUT_VARIABLES | C_STRUCTS)


class Scope(Record):
    """What stands around a variable: its names, and whether that is a function."""

    prefix: str
    is_function: bool


def described(unit: Unit) -> Iterator[Die]:
    """Yield definitions: what has a place or a value, or is no mere declaration.

    Before DWARF 5 the constants of a class are members, as DWARF 4 5.5.6 has them.
    """
    language = language_of(unit.top)
    for die in unit.wanted(C_VARIABLES if language == "c" else VARIABLES):
        if die.has_any(VALUES) or not die.flag(dw.AT_declaration):
            yield die
    if unit.version < 5 and language == "c++":
        yield from unit.walk(dw.TAG_member, having=(dw.AT_const_value,))


def has_fixed_address(die: Die) -> bool:
    expression = die.block(dw.AT_location)
    return bool(expression) and expression[0] in FIXED_ADDRESS if expression else False


def is_plainly_local(die: Die, in_function: dict[tuple[int, ...], bool]) -> bool:
    """True for a variable that comes and goes with its function, as most do: told by its place.

    An abstract origin is in a function as well; what is declared elsewhere needs a closer look.
    """
    if dw.AT_specification in die:
        return False
    path = die.path
    known = in_function.get(path)
    if known is None:
        known = any(Die(die.unit, at).tag in FUNCTIONS for at in path)
        in_function[path] = known
    return known


def scope_of(die: Die, scopes: dict[tuple[int, ...], Scope]) -> Scope:
    """What stands around the declaration of `die`, each place looked at once."""
    if not die.has_any(ORIGINS):
        known = scopes.get(die.path)
        if known is None:
            known = scopes[die.path] = _scope_around(die)
        return known
    declaration = die.reference(dw.AT_specification) or die.reference(dw.AT_abstract_origin)
    if declaration is not None and _is_global_of_c(declaration):
        return Scope("", False)
    return _scope_around(declaration or die)


def _is_global_of_c(die: Die) -> bool:
    """True for what `extern` declares, wherever it does (C11 6.2.2)."""
    return die.flag(dw.AT_external) and language_of(die) == "c"


def _scope_around(die: Die) -> Scope:
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
    return Scope("".join(f"{name}::" for name in reversed(names) if name), is_function)
