"""Type records as the tests of values need them."""

from __future__ import annotations

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.types.model import Array, Base, Link, Member, Pointer, Struct, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.image.types.model import Language, StructKind

INT = Base("int", 4, dw.ATE_signed)
UNSIGNED = Base("unsigned int", 4, dw.ATE_unsigned)
SHORT = Base("short", 2, dw.ATE_signed)
BYTE = Base("unsigned char", 1, dw.ATE_unsigned_char)
CHAR = Base("char", 1, dw.ATE_unsigned_char)
BOOL = Base("_Bool", 1, dw.ATE_boolean)
FLOAT = Base("float", 4, dw.ATE_float)
DOUBLE = Base("double", 8, dw.ATE_float)
U8 = Base("u8", 1, dw.ATE_unsigned, "rust")
U16 = Base("u16", 2, dw.ATE_unsigned, "rust")
U32 = Base("u32", 4, dw.ATE_unsigned, "rust")


def to(type_: Type) -> Link:
    """A link to a type that is there."""
    return Link(lambda: type_)


def array(element: Type, count: int, language: Language = "c") -> Array:
    return Array(to(element), count, language)


def pointer(target: Type) -> Pointer:
    return Pointer(None, 4, to(target))


def rust_pointer(name: str, target: Type) -> Pointer:
    return Pointer(name, 4, to(target), "rust")


def member(name: str | None, type_: Type, offset: int) -> Member:
    return Member(name, to(type_), offset)


def struct(
    name: str | None,
    size: int,
    *members: Member,
    language: Language = "c",
    kind: StructKind = "struct",
    parameters: tuple[tuple[str, Type], ...] = (),
) -> Struct:
    links = tuple((each, to(type_)) for each, type_ in parameters)
    return Struct(name, kind, size, members, language, parameters=links)
