"""What every object of a type shares."""

from __future__ import annotations

from collections.abc import Callable

from stackdump_probe.image.types import model as types
from stackdump_probe.image.types.model import Type, size_of, stripped
from stackdump_probe.record import Record

UNSIZED = "the size of its type is not known"
UNBOUNDED = "the length of the array is not known"
Definition = Callable[[types.Struct | types.Enum], Type]


class Shape(Record):
    """The type under typedefs and qualifiers, as it is defined, and its size, if told."""

    actual: Type
    size: int | None

    @property
    def why_unsized(self) -> str:
        """Why there is no size."""
        match self.actual:
            case types.Unknown(why=why):
                return why
            case types.Array():
                return UNBOUNDED
        return UNSIZED


def shape_of(type_: Type, definition: Definition) -> Shape:
    """The shape of a type; `definition` finds what stands behind a declaration."""
    actual = stripped(type_)
    if isinstance(actual, types.Struct | types.Enum) and actual.declaration:
        actual = definition(actual)
    size = size_of(actual)
    if isinstance(actual, types.Array) and actual.count is None and size is None:
        size = 0  # a flexible array member
    return Shape(actual, size)
