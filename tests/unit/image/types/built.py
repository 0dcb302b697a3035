"""Types of units made in a test."""

from collections.abc import Sequence

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.types.model import (
    Member,
    Struct,
    Type,
)
from stackdump_probe.image.types.tree import TypeTree
from tests.builders.dwarf import ADie, AUnit, a_dwarf, a_unit
from tests.builders.type_dies import (
    C99,
    language,
    variable,
)


def types_of(
    *dies: ADie, code: int = C99, version: int = 4, more: Sequence[AUnit] = ()
) -> dict[str, Type]:
    """The types of all variables of a unit, and of the units `more`, by name."""
    dwarf = a_dwarf(a_unit(*dies, version=version, top=language(code)), *more)
    tree = TypeTree(dwarf)
    return {
        die.name or "": tree.type_of(die)
        for unit in dwarf.units
        for die in unit.walk(dw.TAG_variable)
    }


def type_of(*dies: ADie, code: int = C99, version: int = 4) -> Type:
    """The type of a variable of the type that is labelled "it"."""
    return types_of(*dies, variable("v", "it"), code=code, version=version)["v"]


def struct_of(*dies: ADie, code: int = C99) -> Struct:
    found = type_of(*dies, code=code)
    assert isinstance(found, Struct)
    return found


def only_member(*dies: ADie) -> Member:
    (found,) = struct_of(*dies).members
    return found
