"""Type DIEs -> Type records, each built once, recursive types by lazy links."""

from collections.abc import Iterator

from stackdump_probe.errors import DwarfError, Unsupported
from stackdump_probe.image import constants as dw
from stackdump_probe.image.dies import Die
from stackdump_probe.image.dwarf import Dwarf
from stackdump_probe.image.typebuild import BUILDERS, STRUCTS, language_of
from stackdump_probe.image.types import Enum, Link, Struct, Type, Unknown, Void

VOID = Link(Void)
# What may stand around a type and gives its qualified name a part.
SCOPES = frozenset((dw.TAG_namespace, *STRUCTS))


class TypeTree:
    """The types of one image, built on demand and kept.

    Damaged debug information makes the one type Unknown; nothing here raises DwarfError.
    """

    def __init__(self, dwarf: Dwarf) -> None:
        self._dwarf = dwarf
        self._types: dict[tuple[str, int], Type] = {}
        self._links: dict[tuple[str, int], Link] = {}
        self._definitions: dict[tuple[int, str], Die] | None = None

    def type_of(self, die: Die) -> Type:
        """The type of a variable, parameter or member; also where its origin tells it."""
        try:
            return self._linked(die.inherited(dw.AT_type)).type
        except (DwarfError, Unsupported) as error:
            return Unknown(str(error))

    def at(self, die: Die) -> Type:
        """The type that the type DIE `die` describes."""
        key = _key(die)
        known = self._types.get(key)
        if known is None:
            known = self._types[key] = self._built(die)
        return known

    def link(self, die: Die, attribute: int = dw.AT_type) -> Link:
        """The type that `attribute` of `die` names, not yet built; without it Void."""
        return self._linked(die.get(attribute))

    def name(self, die: Die) -> str | None:
        """The name of a type as its users write it: C++ with its namespaces and classes."""
        name = die.name
        if name is None or language_of(die) != "c++":
            return name
        return "::".join((*reversed(tuple(_scope_names(die))), name))

    def definition(self, type_: Struct | Enum) -> Type:
        """The same type as another unit defines it, if `type_` only declares it; else `type_`."""
        if not type_.declaration or type_.name is None:
            return type_
        if self._definitions is None:
            self._definitions = dict(self._all_definitions())
        die = self._definitions.get((_kind(type_), type_.name))
        return type_ if die is None else self.at(die)

    def _built(self, die: Die) -> Type:
        try:
            build = BUILDERS.get(die.tag)
            return build(self, die) if build else Unknown(f"no type: DWARF tag {die.tag:#x}")
        except (DwarfError, Unsupported) as error:
            return Unknown(str(error))

    def _linked(self, target: object) -> Link:
        if not isinstance(target, Die):
            return VOID
        key = _key(target)
        link = self._links.get(key)
        if link is None:
            link = self._links[key] = Link(lambda: self.at(target))
        return link

    def _all_definitions(self) -> Iterator[tuple[tuple[int, str], Die]]:
        for unit in (*self._dwarf.units, *self._dwarf.type_units):
            for die in unit.top.walk(*STRUCTS, dw.TAG_enumeration_type):
                name = None if die.flag(dw.AT_declaration) else self.name(die)
                if name is not None:
                    yield (die.tag, name), die


def _kind(type_: Struct | Enum) -> int:
    if isinstance(type_, Enum):
        return dw.TAG_enumeration_type
    return next(tag for tag, kind in STRUCTS.items() if kind == type_.kind)


def _key(die: Die) -> tuple[str, int]:
    """Offsets are unique in a section only, and type units may lie in a section of their own."""
    return die.unit.section, die.offset


def _scope_names(die: Die) -> Iterator[str]:
    """The names around `die`, innermost first, up to a function or the unit."""
    scope = die.parent
    while scope is not None and scope.tag in SCOPES:
        yield scope.name or "(anonymous namespace)"
        scope = scope.parent
