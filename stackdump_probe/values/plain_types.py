"""Types as rows of plain data, those of equal content once: what is kept of a program's types.

Only types are written whose objects are what their bytes say. A row is a tuple: its kind, the name
to show, the numbers of the earlier rows that it is made of, and what else its kind has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType, NoneType

from stackdump_probe.errors import ImageError
from stackdump_probe.image.types import model as types
from stackdump_probe.image.types.model import Link, Member, Type, stripped
from stackdump_probe.values.c import character_of
from stackdump_probe.values.languages import views_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from stackdump_probe.values.decode import Decoder

    Row = Sequence[Any]
    # A row without the name to show.
    _Told = Sequence[Any]

# What comes of rows that are not as they should be.
_MALFORMED = (TypeError, ValueError, LookupError, RecursionError)


class Rows:
    """A table in which no two rows are the same."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._numbers: dict[Row, int] = {}

    def number(self, row: Row) -> int:
        """Where the row stands, from now on if it did not."""
        number = self._numbers.setdefault(row, len(self.rows))
        if number == len(self.rows):
            self.rows.append(row)
        return number

    def taken(self, rows: Sequence[Row]) -> list[int]:
        """Where the rows of another table stand here, from now on if they did not."""
        here: list[int] = []
        for kind, name, links, *told in rows:
            here.append(self.number((kind, name, tuple([here[link] for link in links]), *told)))
        return here


class TypeWriter:
    """Writes types of a program; any decoder of it may read them."""

    def __init__(self) -> None:
        self._known: dict[Type, int | None] = {}
        self._table = Rows()

    @property
    def rows(self) -> list[Row]:
        """All that was written."""
        return self._table.rows

    def number(self, type_: Type, decoder: Decoder) -> int | None:
        """The row of a type; None for one whose objects are more than their bytes say."""
        if type_ not in self._known:
            is_plain = decoder.whole(type_) is not None
            told = self._told(type_, decoder) if is_plain else None
            self._known[type_] = None if told is None else self._row(decoder.name(type_), told)
        return self._known[type_]

    def _row(self, name: str, told: _Told) -> int:
        kind, *rest = told
        return self._table.number((kind, name, *rest))

    def _told(self, type_: Type, decoder: Decoder) -> _Told | None:
        match decoder.actual(type_):
            case actual if actual is not type_:
                return self._with_links(decoder, "named", [actual])
            case types.Base(name, size, encoding, language, bit_size, big_endian):
                return "base", (), name, size, encoding, language, bit_size, big_endian
            case types.Enum(name, size, enumerators, signed, language):
                return "enum", (), name, size, enumerators, signed, language
            case types.Pointer() as pointer:
                return self._pointer(pointer, decoder)
            case types.Array(element, count, language, stride, size, vector):
                told = count, language, stride, size, vector
                return self._with_links(decoder, "array", [element.type], *told)
            case types.Struct() as struct:
                return self._struct(struct, decoder)
        return None

    def _with_links(
        self, decoder: Decoder, kind: str, links: Sequence[Type], *told: object
    ) -> _Told | None:
        numbers = tuple([self.number(each, decoder) for each in links])
        return None if None in numbers else (kind, numbers, *told)

    def _pointer(self, pointer: types.Pointer, decoder: Decoder) -> _Told | None:
        """It shows characters that it points to, in C++ also of which class an object is."""
        target = stripped(pointer.target.type)
        if pointer.language == "c++" and isinstance(target, types.Struct):
            return None
        shown = [] if character_of(target) is None else [pointer.target.type]
        return self._with_links(decoder, "pointer", shown, pointer.size, pointer.language)

    def _struct(self, struct: types.Struct, decoder: Decoder) -> _Told | None:
        """A member that is not shown may tell what the struct is."""
        fields = views_of(struct.language).fields(decoder, struct)
        if fields is None or len(fields.members) < len(struct.members):
            return None
        members = tuple([(e.name, e.offset, e.bit_size, e.bit_offset) for e in struct.members])
        told = struct.name, struct.kind, struct.size, struct.language, members
        links = [each.type.type for each in struct.members]
        return self._with_links(decoder, "struct", links, *told)


class TypeReader:
    """Makes types of rows, and tells the decoder what to call them."""

    def __init__(self, rows: Sequence[Row], decoder: Decoder) -> None:
        self._rows = rows
        self._decoder = decoder
        self._made: dict[int, Type] = {}

    def name(self, number: int) -> str:
        """What to call the type of a row; raises ImageError if that is none."""
        try:
            return str(self._rows[number][1])
        except _MALFORMED as malformed:
            raise ImageError(f"a type that was kept is malformed: {malformed}") from None

    def type(self, number: int) -> Type:
        """The type of a row; raises ImageError if that is none."""
        made = self._made.get(number)
        if made is None:
            try:
                made = self._made[number] = self._of(number, *self._rows[number])
            except _MALFORMED as malformed:
                raise ImageError(f"a type that was kept is malformed: {malformed}") from None
        return made

    def _of(self, number: int, kind: str, name: str, links: Sequence[int], *told: Any) -> Type:
        if number < 0 or not isinstance(name, str) or any(not 0 <= link < number for link in links):
            raise ValueError("no row, no name, or made of itself")
        make, fields = _MAKERS[kind]
        _check(told, fields)
        made = make([_linked(self.type(link)) for link in links], *told)
        self._decoder.rename(made, name)
        return made


def _check(told: Sequence[object], fields: Sequence[tuple[type, ...]]) -> None:
    for each, expected in zip(told, fields, strict=True):
        if not isinstance(each, expected) or (isinstance(each, int) and each < 0):
            raise TypeError(f"{each!r} in its place")


def _linked(type_: Type) -> Link:
    return Link(lambda: type_)


def _enum(_links: list[Link], name: str | None, size: int, listed: Any, *told: Any) -> Type:
    for each, number in listed:
        if not isinstance(each, str) or not isinstance(number, int):
            raise TypeError(f"{each!r} as an enumerator")
    return types.Enum(name, size, tuple([(each, number) for each, number in listed]), *told)


def _pointer(links: list[Link], *told: Any) -> Type:
    size, language = told
    return types.Pointer(None, size, links[0] if links else Link(types.Void), language)


def _struct(links: list[Link], *told: Any) -> Type:
    name, kind, size, language, members = told
    for each in members:
        _check(each, (_TEXT, _MAYBE, _MAYBE, _MAYBE))
    found = [
        Member(each, link, *place) for link, (each, *place) in zip(links, members, strict=True)
    ]
    return types.Struct(name, kind, size, tuple(found), language)


def _named(links: list[Link]) -> Type:
    (target,) = links
    return types.Typedef(None, target)


def _base(_links: list[Link], *told: Any) -> Type:
    return types.Base(*told)


def _array(links: list[Link], *told: Any) -> Type:
    (element,) = links
    return types.Array(element, *told)


_TEXT, _WORD, _LIST = (str, NoneType), (str,), (list, tuple)
_MAYBE, _NUMBER = (int, NoneType), (int,)
# How a type of each kind is made, and of what besides the types that it is made of.
_MAKERS: Mapping[str, tuple[Callable[..., Type], tuple[tuple[type, ...], ...]]] = MappingProxyType(
    {
        "named": (_named, ()),
        "base": (_base, (_TEXT, _NUMBER, _NUMBER, _WORD, _MAYBE, _NUMBER)),
        "enum": (_enum, (_TEXT, _NUMBER, _LIST, _NUMBER, _WORD)),
        "pointer": (_pointer, (_NUMBER, _WORD)),
        "array": (_array, (_NUMBER, _WORD, _MAYBE, _MAYBE, _NUMBER)),
        "struct": (_struct, (_TEXT, _WORD, _MAYBE, _WORD, _LIST)),
    }
)
