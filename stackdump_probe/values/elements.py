"""Objects whose bytes are all known and say all: how they are read, and their parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, count, groupby, islice, repeat, starmap

from stackdump_probe.record import Entity, Record
from stackdump_probe.values.model import ADDRESS_SPACE, Content, Field, Value
from stackdump_probe.values.scalar_text import REPEATED, REPEATS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar, overload

    T = TypeVar("T")

# What an object of these bytes holds, which lie at an address.
ReadContent = Callable[[bytes, int | None], Content]
ReadValue = Callable[[bytes, int | None], Value]
ReadText = Callable[[bytes], str]


class Texts(Entity):
    """How the text of an object is put together: with equal elements told as one, and in full."""

    brief: ReadText
    full: ReadText


class Part(Entity):
    """A member of a struct: its name, the bytes that hold it, and how they are read.

    `whole` is None for a bitfield, which is not all of these bytes.
    """

    name: str
    start: int
    end: int
    value: ReadValue
    whole: Whole | None


class Alone(Record):
    """What has no parts of its own as an object by itself; `target` is what it points to."""

    text: str
    doubt: str | None
    target: Sequence[Field]


class Whole(Entity):
    """How the objects of one type are read where all their bytes are known.

    `type_name` tells the name of the type, for which few are asked. `parts` is how many parts they
    have in all, `levels` how many levels these take; `alone` tells of objects that have none.
    """

    type_name: Callable[[], str]
    size: int
    content: ReadContent
    texts: Texts
    parts: int = 0
    levels: int = 0
    members: tuple[Part, ...] = ()
    alone: Callable[[bytes], Alone] | None = None

    def renamed(self, type_name: Callable[[], str]) -> Whole:
        """The same of a type that has another name."""
        told = self.content, self.texts, self.parts, self.levels, self.members, self.alone
        return Whole(type_name, self.size, *told)

    @property
    def is_empty(self) -> bool:
        """True for a struct without members, of which nothing can be missing."""
        return self.levels > 0 and not self.parts

    def value(self, octets: bytes, address: int | None) -> Value:
        """The object of these bytes, which lie at `address`."""
        where = None if address is None else address % ADDRESS_SPACE
        content = self.content(octets, address)
        return Value(self.type_name(), content, "ok", None, where, octets, self.size)


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

    __slots__ = ("_address", "octets", "whole")

    def __init__(self, whole: Whole, octets: bytes, address: int | None) -> None:
        super().__init__(len(whole.members))
        self.whole = whole
        self.octets = octets
        self._address = address

    def _part(self, index: int) -> Field:
        part = self.whole.members[index]
        return Field(part.name, part.value(*self._held(part)))

    def held(self) -> Iterator[tuple[Part, bytes, int | None]]:
        """Yield each member with its bytes and their address."""
        return ((part, *self._held(part)) for part in self.whole.members)

    def _held(self, part: Part) -> tuple[bytes, int | None]:
        where = None if self._address is None else self._address + part.start
        return self.octets[part.start : part.end], where


class Elements(_Parts[Value]):
    """The elements of an array of known bytes."""

    __slots__ = ("_address", "_octets", "_step", "whole")

    def __init__(
        self, whole: Whole, octets: bytes, address: int | None, step: int, length: int
    ) -> None:
        super().__init__(length)
        self._octets = octets
        self._address = address
        self._step = step
        self.whole = whole

    def _part(self, index: int) -> Value:
        where = None if self._address is None else self._address + index * self._step
        return self.whole.value(self.octets(index), where)

    def held(self) -> Iterator[tuple[bytes, int | None]]:
        """Yield the bytes of each element and their address."""
        start = self._address
        where = repeat(None) if start is None else count(start, self._step)
        return zip(self._each(0, len(self)), where, strict=False)

    def octets(self, index: int) -> bytes:
        """The bytes of an element."""
        at = index * self._step
        return self._octets[at : at + self.whole.size]

    def content(self, index: int) -> Content:
        """What an element holds."""
        return self.whole.content(self.octets(index), None)

    def texts(self, at: int, most: int, *, repeats: bool) -> tuple[list[str], int]:
        """The texts of at most `most` elements, or runs of them, from `at` on; and of how many."""
        texts = self.whole.texts
        if not repeats:
            told = self._told(list(self._each(at, at + most)), texts.full)
            return told, len(told)
        each = list(self._each(at, at + most + REPEATED - 1))  # in these begin all runs
        if not _may_repeat(each):
            told = self._told(each[:most], texts.brief)
            return told, len(told)
        found = islice(groupby(self._each(at, len(self))), most)
        runs = [(texts.brief(octets), len(list(run))) for octets, run in found]
        return list(chain.from_iterable(starmap(_run, runs))), sum([length for _, length in runs])

    def _told(self, each: list[bytes], text: ReadText) -> list[str]:
        """The text of each; what has no parts is remembered as it is, of others once here."""
        if self.whole.parts and len(each) > 1:
            text = {octets: text(octets) for octets in set(each)}.__getitem__
        return list(map(text, each))

    def _each(self, at: int, end: int) -> Iterator[bytes]:
        octets, step, size = self._octets, self._step, self.whole.size
        end = min(end, len(self))
        return (octets[at : at + size] for at in range(at * step, end * step, step))

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

    def _are_equal(self, index: int, length: int) -> bool:
        octets, step, size = self._octets, self._step, self.whole.size
        start, last = index * step, (index + length - 1) * step
        if step == size:
            return octets[start:last] == octets[start + step : last + step]
        first = octets[start : start + size]
        return all(octets[at : at + size] == first for at in range(start, last + 1, step))


def _may_repeat(each: Sequence[bytes]) -> bool:
    """True unless no REPEATED in a row are equal: one of so many has such a number."""
    numbers = range(REPEATED - 1, len(each), REPEATED)
    return any(each[at] in each[at - 1 : at + 2 : 2] for at in numbers)


def _run(text: str, length: int) -> list[str]:
    return [text] * length if length < REPEATED else [f"{text} {REPEATS}{length} times>"]
