"""Type DIEs -> Type records, each built once, recursive types by lazy links."""

from collections.abc import Iterator
from contextlib import suppress

from stackdump_probe.errors import DwarfError, Unsupported
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.debug_info import Dwarf
from stackdump_probe.image.dwarf.dies import Die
from stackdump_probe.image.dwarf.mentions import units_naming
from stackdump_probe.image.dwarf.reader import Reader
from stackdump_probe.image.dwarf.units import Unit
from stackdump_probe.image.types.attributes import language_of
from stackdump_probe.image.types.build import BUILDERS
from stackdump_probe.image.types.build_struct import STRUCTS
from stackdump_probe.image.types.cpp_names import components
from stackdump_probe.image.types.model import (
    Base,
    Enum,
    Link,
    Struct,
    Type,
    Unknown,
    Void,
    stripped,
)

VOID = Link(Void)
# What may stand around a type and gives its qualified name a part.
SCOPES = frozenset((dw.TAG_namespace, *STRUCTS))
OP_CONSTU = 0x10
BASES_LIMIT = 16  # classes above one another
CLASSES = frozenset((dw.TAG_structure_type, dw.TAG_class_type))


class TypeTree:
    """The types of one image, built on demand and kept.

    Damaged debug information makes the one type Unknown; nothing here raises DwarfError.
    """

    def __init__(self, dwarf: Dwarf) -> None:
        self._dwarf = dwarf
        self._types: dict[tuple[str, int], Type] = {}
        self._links: dict[tuple[str, int], Link] = {}
        self._bases: dict[tuple[object, ...], Base] = {}
        self._definitions: dict[tuple[str, frozenset[int]], Type | None] = {}

    def type_of(self, die: Die) -> Type:
        """The type of a variable, parameter or member; also where its origin tells it."""
        try:
            place = die.place_in_unit(dw.AT_type)
            known = None if place is None else self._types.get(place)
            return known or self._linked(die.inherited(dw.AT_type)).type
        except (DwarfError, Unsupported) as error:
            return Unknown(str(error))

    def at(self, die: Die) -> Type:
        """The type that the type DIE `die` describes."""
        key = _key(die)
        known = self._types.get(key)
        if known is None:
            known = self._types[key] = self._once(self._built(die))
        return known

    def link(self, die: Die, attribute: int = dw.AT_type) -> Link:
        """The type that `attribute` of `die` names, not yet built; without it Void."""
        place = die.place_in_unit(attribute)
        if place is None:
            return self._linked(die.get(attribute))
        link = self._links.get(place)
        if link is None:
            link = self._links[place] = Link(lambda: self._in_unit(die.unit, place))
        return link

    def name(self, die: Die) -> str | None:
        """The name of a type as its users write it: C++ with its namespaces and classes.

        Types that have no name in the source, as closures of Rust, are told by where they are.
        """
        name = die.name
        if name is None or language_of(die) == "c":
            return name
        if language_of(die) == "rust" and not name.startswith("{"):
            return name
        return "::".join((*reversed(tuple(_scope_names(die))), name))

    def definition(self, type_: Struct | Enum) -> Type:
        """The same type as another unit defines it, if `type_` only declares it; else `type_`."""
        if not type_.declaration or type_.name is None:
            return type_
        return self._defined(type_.name, _tags(type_)) or type_

    def class_named(self, name: str) -> Type | None:
        """The struct or class of that qualified name, wherever it is defined."""
        return self._defined(name, CLASSES)

    def virtual_method(self, class_: Struct, slot: int) -> str | None:
        """The method of `class_` that its vtable has in `slot`; None if it does not say."""
        for _ in range(BASES_LIMIT):
            with suppress(DwarfError, Unsupported):
                for die in self._dwarf.die_at(class_.die).children():
                    place = die.block(dw.AT_vtable_elem_location)
                    if place is not None and _constant(place) == slot:
                        return f"{class_.name}::{die.name}"
            bases = (stripped(each.type.type) for each in class_.members if each.inherited)
            base = next(bases, None)  # whose vtable this one goes on
            if not isinstance(base, Struct):
                return None
            class_ = base
        return None

    def _defined(self, name: str, tags: frozenset[int]) -> Type | None:
        key = (name, tags)
        if key not in self._definitions:
            die = next(self._definitions_of(name, tags), None)
            self._definitions[key] = None if die is None else self.at(die)
        return self._definitions[key]

    def _definitions_of(self, name: str, tags: frozenset[int]) -> Iterator[Die]:
        own_name = components(name)[-1] if name else name
        for unit in units_naming(self._dwarf, own_name):
            with suppress(DwarfError, Unsupported):  # damage costs the rest of its unit
                for die in unit.walk(*tags):
                    is_whole = die.name == own_name and not die.flag(dw.AT_declaration)
                    if is_whole and self.name(die) == name:
                        yield die

    def _once(self, built: Type) -> Type:
        """The same type for all units that describe it the same: those of the language itself."""
        if not isinstance(built, Base):
            return built
        told = built.name, built.size, built.encoding, built.language
        return self._bases.setdefault((*told, built.bit_size, built.big_endian), built)

    def _built(self, die: Die) -> Type:
        try:
            build = BUILDERS.get(die.tag)
            return build(self, die) if build else Unknown(f"no type: DWARF tag {die.tag:#x}")
        except (DwarfError, Unsupported) as error:
            return Unknown(str(error))

    def _in_unit(self, unit: Unit, place: tuple[str, int]) -> Type:
        known = self._types.get(place)
        if known is not None:
            return known
        try:
            return self.at(unit.die_at(place[1]))
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


def _tags(type_: Struct | Enum) -> frozenset[int]:
    """What a definition of the type may be; in C++ a class may be declared as a struct."""
    if isinstance(type_, Enum):
        return frozenset((dw.TAG_enumeration_type,))
    if type_.language == "c++" and type_.kind in ("struct", "class"):
        return CLASSES
    return frozenset(tag for tag, kind in STRUCTS.items() if kind == type_.kind)


def _constant(expression: memoryview) -> int | None:
    """The number of an expression that is nothing else."""
    reader = Reader(expression, ".debug_info")
    if reader.u8() != OP_CONSTU:
        return None
    return reader.uleb()


def _key(die: Die) -> tuple[str, int]:
    """Offsets are unique in a section only, and type units may lie in a section of their own."""
    return die.unit.section, die.offset


def _scope_names(die: Die) -> Iterator[str]:
    """The names around `die`, innermost first, up to a function or the unit."""
    scope = die.parent
    while scope is not None and scope.tag in SCOPES:
        yield scope.name or "(anonymous namespace)"
        scope = scope.parent
