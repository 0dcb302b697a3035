"""Objects whose bytes are all known and say all: how they are read, and their parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from stackdump_probe.record import entity
from stackdump_probe.values.model import ADDRESS_SPACE, Content, Field, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar, overload

    T = TypeVar("T")

# What an object of known bytes holds: of the bytes, where in them it begins, and their address.
ReadContent = Callable[[bytes, int, int | None], Content]
ReadValue = Callable[[bytes, int, int | None], Value]
# Its text, of the bytes and where in them it begins; whether equal elements are told as one.
ReadText = Callable[[bytes, int, bool], str]


@entity
class Whole:
    """How the objects of one type are read where all their bytes are known.

    `parts` is how many parts they have in all, `levels` how many levels these take. `members` of
    a struct are name, offset, and how to read them.
    """

    name: str
    size: int
    content: ReadContent
    text: ReadText
    parts: int = 0
    levels: int = 0
    members: tuple[tuple[str, int, ReadValue], ...] = ()

    @property
    def is_empty(self) -> bool:
        """True for a struct without members, of which nothing can be missing."""
        return self.levels > 0 and not self.parts

    def value(self, octets: bytes, at: int, address: int | None) -> Value:
        """The object that begins `at` bytes into `octets`, which lie at `address`."""
        where = None if address is None else (address + at) % ADDRESS_SPACE
        held = octets[at : at + self.size]
        return Value(
            self.name, self.content(octets, at, address), "ok", None, where, held, self.size
        )


class _Parts(Sequence["T"]):
    """Parts of known bytes, each read when it is asked for: `_count` of them, by `_part`."""

    __slots__ = ("_count",)

    def __init__(self, count: int) -> None:
        self._count = count

    def _part(self, index: int) -> T:
        raise NotImplementedError

    def __len__(self) -> int:
        return self._count

    if TYPE_CHECKING:

        @overload
        def __getitem__(self, index: int) -> T: ...
        @overload
        def __getitem__(self, index: slice) -> tuple[T, ...]: ...

    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        places = range(self._count)[index]
        if isinstance(places, range):
            return tuple([self._part(place) for place in places])
        return self._part(places)

    def __iter__(self) -> Iterator[T]:
        return map(self._part, range(self._count))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Sequence)
            and len(other) == self._count
            and tuple(self) == tuple(other)
        )

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))


class Members(_Parts[Field]):
    """The members of a struct of known bytes."""

    __slots__ = ("_address", "at", "octets", "whole")

    def __init__(self, whole: Whole, octets: bytes, at: int, address: int | None) -> None:
        super().__init__(len(whole.members))
        self.whole = whole
        self.octets = octets
        self.at = at
        self._address = address

    def _part(self, index: int) -> Field:
        name, offset, read = self.whole.members[index]
        return Field(name, read(self.octets, self.at + offset, self._address))


class Elements(_Parts[Value]):
    """The elements of an array of known bytes."""

    __slots__ = ("_address", "_at", "_step", "octets", "whole")

    def __init__(
        self, whole: Whole, octets: bytes, at: int, address: int | None, step: int, count: int
    ) -> None:
        super().__init__(count)
        self._at = at
        self._address = address
        self._step = step
        self.whole = whole
        self.octets = octets

    def _part(self, index: int) -> Value:
        return self.whole.value(self.octets, self.place(index), self._address)

    def place(self, index: int) -> int:
        """Where in the bytes an element begins."""
        return self._at + index * self._step

    def content(self, index: int) -> Content:
        """What an element holds."""
        return self.whole.content(self.octets, self.place(index), self._address)

    def equal_from(self, index: int, least: int) -> int:
        """How many elements from `index` on have the same bytes; 1 if there are not `least`."""
        most = self._count - index
        if most < least or not self._are_equal(index, least):
            return 1
        while least < most:  # if so many are equal, fewer are as well
            middle = (least + most + 1) // 2
            if self._are_equal(index, middle):
                least = middle
            else:
                most = middle - 1
        return least

    def _are_equal(self, index: int, count: int) -> bool:
        octets, step, size = self.octets, self._step, self.whole.size
        start, last = self.place(index), self.place(index + count - 1)
        if step == size:
            return octets[start:last] == octets[start + step : last + step]
        first = octets[start : start + size]
        return all(octets[at : at + size] == first for at in range(start, last + 1, step))
