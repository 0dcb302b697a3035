"""An object of a C++ class that is looked into: parts by name, wherever in its bases they are."""

from __future__ import annotations

from collections.abc import Iterator

from stackdump_probe.errors import Unsupported
from stackdump_probe.image.types.model import Pointer, Reference, Struct, Type, size_of
from stackdump_probe.record import Record
from stackdump_probe.values.model import ADDRESS_SPACE, Content, Value
from stackdump_probe.values.storage import Absence, PartMissing, Place, in_memory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.values.decode import Decoder

BASES_LIMIT = 64  # classes and nameless unions that one part is looked for in


class Object(Record):
    """An object of a type as it is declared, at a place.

    A part that its type does not have raises Unsupported, for then the library that defines it is
    another one than thought; bytes that are not known raise PartMissing.
    """

    decoder: Decoder
    declared: Type
    place: Place

    @property
    def type(self) -> Type:
        """Its type without typedefs and qualifiers."""
        return self.decoder.actual(self.declared)

    @property
    def struct(self) -> Struct:
        """Its class."""
        actual = self.type
        if isinstance(actual, Struct):
            return actual
        raise Unsupported("a class was expected")

    @property
    def size(self) -> int:
        """How many bytes it takes."""
        size = size_of(self.type)
        if not size:
            raise Unsupported(f"the size of {self.decoder.name(self.declared)} is not known")
        return size

    @property
    def target(self) -> Type:
        """What it points or refers to."""
        actual = self.type
        if isinstance(actual, Pointer | Reference):
            return actual.target.type
        raise Unsupported("a pointer was expected")

    def parameter(self, name: str) -> Type:
        """The type that its template was given under that name."""
        for given, link in self.struct.parameters:
            if given == name:
                return link.type
        raise Unsupported(f"{self.struct.name} has no parameter {name}")

    # --- its parts --------------------------------------------------------------------------

    def part(self, *names: str) -> Object:
        """The member of the first name, its member of the next name, and so on."""
        found = self
        for name in names:
            found = found.member(name)
        return found

    def member(self, name: str) -> Object:
        """The member of that name, its own or inherited."""
        for each in self.bases():
            for member in each.struct.members:
                if member.name == name and member.offset is not None:
                    return each.at(member.offset, member.type.type)
        raise Unsupported(f"{self.struct.name} has no {name}")

    def has(self, name: str) -> bool:
        """True if it has a member of that name, its own or inherited."""
        return any(
            member.name == name and member.offset is not None
            for each in self.bases()
            for member in each.struct.members
        )

    def bases(self) -> Iterator[Object]:
        """Yield the object, then what it holds that has no name of its own, nearest first."""
        waiting = [self]
        for each in waiting:
            if isinstance(each.type, Struct):
                yield each
                if len(waiting) < BASES_LIMIT:
                    waiting += each.nameless()

    def nameless(self) -> Iterator[Object]:
        """Yield its base classes but virtual ones, and its nameless structs and unions."""
        for member in self.struct.members:
            if (member.inherited or not member.name) and member.offset is not None:
                yield self.at(member.offset, member.type.type)

    def at(self, offset: int, type_: Type) -> Object:
        """The object of `type_` that lies `offset` bytes into this one."""
        return Object(self.decoder, type_, self.place.moved(offset))

    def behind(self, address: int, type_: Type) -> Object:
        """The object of `type_` at `address`, taken as a part of this one."""
        size = size_of(self.decoder.actual(type_)) or 0
        storage = in_memory(self.decoder.memory, address % ADDRESS_SPACE, size)
        return Object(self.decoder, type_, Place(storage, 0, self.place.depth))

    # --- what it holds ----------------------------------------------------------------------

    def number(self, *, signed: bool = False) -> int:
        """The number in its bytes."""
        absence = self.place.missing(self.size)
        if absence is not None:
            raise PartMissing(absence)
        return int.from_bytes(self.place.octets(self.size), "little", signed=signed)

    def value(self) -> Value:
        """What it holds, one level below the object that it is a part of."""
        return self.decoder.part(self.declared, self.place.deeper())

    def content(self) -> Content:
        """The content of a part that stands for the whole."""
        value = self.value()
        if value.content is None:
            raise PartMissing(Absence(value.state, value.why))
        return value.content
