"""What a variable holds: closed variants, no text beyond names."""

from __future__ import annotations

from collections.abc import Sequence

from stackdump_probe.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    State = Literal["ok", "partial", "optimized_out", "not_captured", "unsupported"]
    VariableKind = Literal["parameter", "local", "static"]

ADDRESS_SPACE = 1 << 32


@record
class Integer:
    """A whole number of any width, signed as its type says."""

    number: int


@record
class Real:
    """A floating-point number; `size` in bytes decides the shortest text that reads back."""

    number: float
    size: int


@record
class Complex:
    """A complex number; `size` in bytes is that of one part."""

    real: float
    imaginary: float
    size: int


@record
class Boolean:
    """A bool whose byte is 0 or 1."""

    truth: bool


@record
class Character:
    """A code point, or one unit of it: a `char` above ASCII is a byte of an unknown encoding."""

    code: int
    size: int = 4


@record
class Enumerator:
    """A named number; `name` is None for a number that the enum does not list.

    A number put together from flags is named `A | B`.
    """

    name: str | None
    number: int


@record
class Pointer:
    """An address; `symbol` ("uart_isr+4") where known; `target` is what it points at, if followed.

    `address` is None for a pointer that exists no more although its target is known. `dynamic` is
    the target's type where only the object tells it (a trait object, a polymorphic class).
    """

    address: int | None
    symbol: str | None = None
    target: Value | None = None
    dynamic: str | None = None


@record
class Text:
    """Bytes that are text, UTF-8 as found; `cut` if there are more than were read."""

    octets: bytes
    cut: bool = False


@record
class Array:
    """The elements in order, as many as the limits allow; `length` is how many there are."""

    length: int
    elements: Sequence[Value]


@record
class Aggregate:
    """Members in order of declaration; `tuple_like` if their names are only positions.

    `cut` if the limits left some out.
    """

    members: Sequence[Field]
    tuple_like: bool = False
    cut: bool = False


@record
class Variant:
    """The active variant of a tagged union (Rust enum) and what it carries."""

    name: str
    payload: Aggregate


@record
class Map:
    """Keys and what they stand for: each entry an Aggregate of the two."""

    length: int
    entries: Sequence[Value]


@record
class Kept:
    """A value in the keeping of something that counts or guards it (Rc, RefCell, a mutex).

    `value` is None if it is gone; `notes` are what its keeper knows of it (strong, borrows).
    """

    value: Value | None
    notes: tuple[Field, ...]


@record
class Range:
    """All from `start` up to `end`, an end that is None left open.

    `exhausted` for one that was iterated over and has nothing left.
    """

    start: Value | None
    end: Value | None
    inclusive: bool = False
    exhausted: bool = False


@record
class Quantity:
    """A number with its unit: `1500ms`."""

    count: Integer | Real
    unit: str


@record
class Duration:
    """A span of time."""

    nanoseconds: int


@record
class Invalid:
    """Bytes that are no value of the type (a bool of 7, a discriminant of no variant)."""

    number: int
    why: str


Content = (
    Integer
    | Real
    | Complex
    | Boolean
    | Character
    | Enumerator
    | Pointer
    | Text
    | Array
    | Aggregate
    | Variant
    | Map
    | Kept
    | Range
    | Duration
    | Quantity
    | Invalid
)


@record
class Value:
    """An object of the program under test.

    `content` is None unless `state` is "ok" or "partial"; `why` says what is missing. `octets`
    are the object's bytes in memory order, also where it was put together from registers and
    pieces; None if they are not all known.
    """

    type_name: str
    content: Content | None
    state: State
    why: str | None = None
    address: int | None = None
    octets: bytes | None = None
    size: int | None = None


@record
class Field:
    """A named part of an aggregate."""

    name: str
    value: Value


def children_of(content: Content | None) -> Sequence[Field]:
    """The parts of a value by name: elements by index, members, what a pointer was followed to."""
    match content:
        case Pointer(target=Value() as target):
            return (Field("*", target),)
        case _:
            return parts_of(content)


def parts_of(content: Content | None) -> Sequence[Field]:
    """The parts of a value by name, without what it only points at."""
    match content:
        case Array(elements=elements) | Map(entries=elements):
            return tuple(Field(str(index), each) for index, each in enumerate(elements))
        case Aggregate(members=members) | Variant(payload=Aggregate(members=members)):
            return members
        case Kept(value=held, notes=notes):
            return notes if held is None else (Field("value", held), *notes)
        case Range(start=start, end=end):
            ends = (("start", start), ("end", end))
            return tuple(Field(name, each) for name, each in ends if each is not None)
        case _:
            return ()


@record
class Variable:
    """A named object of a frame, or a static one; `file` and `line` of its declaration."""

    name: str
    kind: VariableKind
    value: Value
    file: str | None = None
    line: int | None = None
    inlined: bool = False
