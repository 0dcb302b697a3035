"""Objects whose bytes are all known and say all: how they are read, and rows of them."""

from collections.abc import Callable, Iterator, Sequence
from typing import overload

from stackdump_probe.record import entity
from stackdump_probe.values.model import ADDRESS_SPACE, Content, Value

# What an object of known bytes holds: of the bytes, where in them it begins, and their address.
ReadContent = Callable[[bytes, int, int | None], Content]
ReadValue = Callable[[bytes, int, int | None], Value]


@entity
class Whole:
    """How the objects of one type are read where all their bytes are known.

    `parts` is how many parts they have in all, `levels` how many levels these take.
    """

    name: str
    size: int
    content: ReadContent
    parts: int = 0
    levels: int = 0

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


class Elements(Sequence[Value]):
    """Elements of known bytes, each read when it is asked for."""

    __slots__ = ("_address", "_at", "_count", "_octets", "_step", "_whole")

    def __init__(
        self, whole: Whole, octets: bytes, at: int, address: int | None, step: int, count: int
    ) -> None:
        self._whole = whole
        self._octets = octets
        self._at = at
        self._address = address
        self._step = step
        self._count = count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Value: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Value, ...]: ...
    def __getitem__(self, index: int | slice) -> Value | tuple[Value, ...]:
        places = range(self._at, self._at + self._count * self._step, self._step)[index]
        if isinstance(places, range):
            return tuple([self._value(at) for at in places])
        return self._value(places)

    def __iter__(self) -> Iterator[Value]:
        for at in range(self._at, self._at + self._count * self._step, self._step):
            yield self._value(at)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))

    def _value(self, at: int) -> Value:
        return self._whole.value(self._octets, at, self._address)

    def content(self, index: int) -> Content:
        """What an element holds."""
        return self._whole.content(self._octets, self._at + index * self._step, self._address)

    def equal_from(self, index: int, least: int) -> int:
        """How many elements from `index` on have the same bytes; 1 if there are not `least`."""
        if index + least > self._count:
            return 1
        octets, step, size = self._octets, self._step, self._whole.size
        start, end = self._at + index * step, self._at + self._count * step
        last = start + step * (least - 1)
        if step == size and octets[start:last] != octets[start + step : last + step]:
            return 1
        first = octets[start : start + size]
        others = range(start + step, end, step)
        unequal = (at for at in others if octets[at : at + size] != first)
        return (next(unequal, end) - start) // step
