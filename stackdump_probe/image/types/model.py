"""What types are made of: closed records, their parts linked lazily so that types may be recursive.

Sizes and offsets are in bytes unless a name says bits; None where the debug information is silent.
"""

from __future__ import annotations

from collections.abc import Callable

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.record import Entity, Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Language = Literal["c", "c++", "rust"]
    Qualifier = Literal["const", "volatile", "restrict", "_Atomic"]
    StructKind = Literal["struct", "class", "union", "interface"]


class Link:
    """A type that is built when it is first asked for."""

    __slots__ = ("_build", "_type")

    def __init__(self, build: Callable[[], Type]) -> None:
        self._build: Callable[[], Type] | None = build
        self._type: Type | None = None

    @property
    def type(self) -> Type:
        """The linked type; damaged debug information gives Unknown, not an error."""
        if self._type is None:
            assert self._build is not None
            self._type, self._build = self._build(), None
        return self._type


class Void(Entity):
    """No type: what `void *` points at, what a procedure returns."""


class Base(Entity):
    """A type of the language itself; `encoding` is a DW_ATE constant.

    `bit_size` is set where the value fills only the low bits of its bytes (`_BitInt`).
    """

    name: str | None
    size: int
    encoding: int
    language: Language = "c"
    bit_size: int | None = None
    big_endian: bool = False


class Unspecified(Entity):
    """A type that the language leaves open, `decltype(nullptr)` or Rust's `!`."""

    name: str | None
    size: int


class Pointer(Entity):
    """An address of an object or of code; `name` is given by Rust only (`&mut Sensor`)."""

    name: str | None
    size: int
    target: Link
    language: Language = "c"


class Reference(Entity):
    """A C++ reference: an address that stands for its target."""

    size: int
    target: Link
    rvalue: bool = False


class MemberPointer(Entity):
    """A C++ pointer to a member of `owner`: data, or a function if the target is one."""

    size: int
    target: Link
    owner: Link


class Dynamic(Record):
    """A bound that only a frame knows: an expression, or the variable that holds it.

    `added` turns an upper bound into a count.
    """

    expression: bytes | None
    variable: int | None
    added: int


class Array(Entity):
    """`count` elements; None if the source leaves it open, Dynamic for a variable-length array.

    An array of several dimensions is an array of arrays. `stride` is the distance of two elements
    where it is not their size.
    """

    element: Link
    count: int | Dynamic | None
    language: Language = "c"
    stride: int | None = None
    size: int | None = None
    vector: bool = False
    name: str | None = None


class Member(Entity):
    """A part of a struct; `offset` is None if only `location` (an expression) tells it.

    A bitfield has a `bit_size`; `bit_offset` counts from bit 0 of the struct's first byte.
    `artificial` parts were put there by the compiler (`_vptr.Base`, a discriminant).
    """

    name: str | None
    type: Link
    offset: int | None
    bit_size: int | None = None
    bit_offset: int | None = None
    location: bytes | None = None
    artificial: bool = False
    inherited: bool = False
    virtual: bool = False


class Case(Entity):
    """One variant: chosen by a discriminant in one of `ranges`, or by no other's if it is empty.

    `die` is the offset in .debug_info of the entry of its first member, which tells its line.
    """

    ranges: tuple[tuple[int, int], ...]
    members: tuple[Member, ...]
    name: str | None = None
    die: int | None = None


class VariantPart(Entity):
    """Parts of which one is active at a time; without a discriminant the only one is."""

    discriminant: Member | None
    cases: tuple[Case, ...]


class Struct(Entity):
    """A struct, class or union, its members in order of declaration, bases first.

    `declaration` if only its name is known here. `parameters` are its template's types by name.
    """

    name: str | None
    kind: StructKind
    size: int | None
    members: tuple[Member, ...]
    language: Language = "c"
    variants: VariantPart | None = None
    parameters: tuple[tuple[str, Link], ...] = ()
    declaration: bool = False
    die: int = 0


class Enum(Entity):
    """Named numbers in order of declaration, stored as `underlying` says, else unsigned."""

    name: str | None
    size: int
    enumerators: tuple[tuple[str, int], ...]
    signed: bool = False
    language: Language = "c"
    declaration: bool = False


class Typedef(Entity):
    """Another name of a type."""

    name: str | None
    target: Link


class Qualified(Entity):
    """A type with a promise on its use; its values look the same."""

    qualifier: Qualifier
    target: Link


class Function(Entity):
    """What can be called; `variadic` if more arguments may follow, or none are told."""

    result: Link
    parameters: tuple[Link, ...]
    variadic: bool = False
    language: Language = "c"


class Unknown(Entity):
    """A type that cannot be read, and why."""

    why: str
    size: int | None = None


Type = (
    Void
    | Base
    | Unspecified
    | Pointer
    | Reference
    | MemberPointer
    | Array
    | Struct
    | Enum
    | Typedef
    | Qualified
    | Function
    | Unknown
)

CHAIN_LIMIT = 64  # typedefs and qualifiers on one another; a longer chain is a cycle

SIGNED_ENCODINGS = frozenset((dw.ATE_signed, dw.ATE_signed_char))


def stripped(type_: Type) -> Type:
    """The type under typedefs and qualifiers; a chain without end is Unknown."""
    for _ in range(CHAIN_LIMIT):
        if not isinstance(type_, Typedef | Qualified):
            return type_
        type_ = type_.target.type
    return Unknown("typedefs without end")


def size_of(type_: Type, depth: int = 0) -> int | None:
    """How many bytes an object of this type takes, None if that is not told."""
    type_ = stripped(type_)
    match type_:
        case Array(size=None):
            return _array_size(type_, depth)
        case Void() | Function():
            return None
        case Typedef() | Qualified():
            return None
        case _:
            return type_.size


def _array_size(array: Array, depth: int) -> int | None:
    if not isinstance(array.count, int) or depth > CHAIN_LIMIT:
        return None
    step = stride_of(array, depth + 1)
    return None if step is None else step * array.count


def stride_of(array: Array, depth: int = 0) -> int | None:
    """The distance in bytes from one element to the next."""
    return array.stride if array.stride is not None else size_of(array.element.type, depth)
