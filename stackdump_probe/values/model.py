"""What a variable holds: closed variants, no text beyond names."""

from __future__ import annotations

from collections.abc import Sequence

from stackdump_probe.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    State = Literal["ok", "partial", "optimized_out", "not_captured", "unsupported"]
    VariableKind = Literal["parameter", "local", "static"]

ADDRESS_SPACE = 1 << 32


class Integer(Record):
    """A whole number of any width, signed as its type says."""

    number: int


class Real(Record):
    """A floating-point number; `size` in bytes decides the shortest text that reads back."""

    number: float
    size: int


class Complex(Record):
    """A complex number; `size` in bytes is that of one part."""

    real: float
    imaginary: float
    size: int


class Boolean(Record):
    """A bool whose byte is 0 or 1."""

    truth: bool


class Character(Record):
    """A code point, or one unit of it: a `char` above ASCII is a byte of an unknown encoding."""

    code: int
    size: int = 4


class Enumerator(Record):
    """A named number; `name` is None for a number that the enum does not list.

    A number put together from flags is named `A | B`.
    """

    name: str | None
    number: int


class Pointer(Record):
    """An address; `symbol` ("uart_isr+4") where known; `target` is what it points at, if followed.

    `address` is None for a pointer that exists no more although its target is known. `dynamic` is
    the target's type where only the object tells it (a trait object, a polymorphic class).
    """

    address: int | None
    symbol: str | None = None
    target: Value | None = None
    dynamic: str | None = None


class Text(Record):
    """Bytes that are text, UTF-8 as found; `cut` if there are more than were read."""

    octets: bytes
    cut: bool = False


class Array(Record):
    """The elements in order, as many as the limits allow; `length` is how many there are."""

    length: int
    elements: Sequence[Value]


class Aggregate(Record):
    """Members in order of declaration; `tuple_like` if their names are only positions.

    `cut` if the limits left some out.
    """

    members: Sequence[Field]
    tuple_like: bool = False
    cut: bool = False


class Variant(Record):
    """The active variant of a tagged union (Rust enum) and what it carries."""

    name: str
    payload: Aggregate


class Map(Record):
    """Keys and what they stand for: each entry an Aggregate of the two."""

    length: int
    entries: Sequence[Value]


class Kept(Record):
    """A value in the keeping of something that counts or guards it (Rc, RefCell, a mutex).

    `value` is None if it is gone; `notes` are what its keeper knows of it (strong, borrows).
    """

    value: Value | None
    notes: tuple[Field, ...]


class Range(Record):
    """All from `start` up to `end`, an end that is None left open.

    `exhausted` for one that was iterated over and has nothing left.
    """

    start: Value | None
    end: Value | None
    inclusive: bool = False
    exhausted: bool = False


class Quantity(Record):
    """A number with its unit: `1500ms`."""

    count: Integer | Real
    unit: str


class Duration(Record):
    """A span of time."""

    nanoseconds: int


class Worded(Record):
    """What is known in words only: the text of a value, and what casts doubt on it."""

    text: str
    doubt: str | None


class Invalid(Record):
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
    | Worded
    | Invalid
)


class Value(Record):
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


class Field(Record):
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


class Variable(Record):
    """A named object of a frame, or a static one; `file` and `line` of its declaration."""

    name: str
    kind: VariableKind
    value: Value
    file: str | None = None
    line: int | None = None
    inlined: bool = False
