"""A value as one short line, the way its language writes it.

What comes from the target is escaped; what is too deep or too long is cut where "..." stands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

from stackdump_probe.values.elements import Elements, Members, Whole
from stackdump_probe.values.model import (
    Aggregate,
    Array,
    Boolean,
    Content,
    Field,
    Integer,
    Kept,
    Map,
    Pointer,
    Range,
    Value,
    Variant,
    Worded,
)
from stackdump_probe.values.scalar_text import (
    CUT,
    REPEATED,
    REPEATS,
    escaped,
    pointer_pieces,
    raw_text,
    scalar_text,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    from stackdump_probe.values.model import State

    T = TypeVar("T")

LENGTH = 1000  # characters of a value, if the caller has no other wish
STATES: dict[State, str] = {
    "optimized_out": "<optimized out>",
    "not_captured": "<not captured>",
    "unsupported": "<unsupported>",
}
# What the keeper of a value usually has to say of it: no borrows, no weak pointers, not locked.
UNREMARKABLE = (Integer(0), Boolean(truth=False))
AT_ONCE = 64  # parts of an object whose text is not put together piece by piece
FIRST, GROWTH = (
    32,
    4,
)  # elements whose text is put together at once, and how much more the next time
SEPARATOR = ", "


def short_text(value: Value, *, length: int = LENGTH, repeats: bool = True) -> str | None:
    """The value in at most `length` characters; None if nothing of it is known.

    What is no value of its type is its raw number alone: `doubt` says what is wrong with it. As a
    part of another value it has that as a mark. Many equal elements in a row are one, as GDB has
    it, unless `repeats` is not set.
    """
    content = value.content
    if content is None:
        return None
    if isinstance(content, Worded):
        return content.text
    if type(content) not in _WRITERS:
        text = raw_text(content)
        if len(text) <= length:
            return text
    line = _Line(length, repeats=repeats)
    with suppress(_Full):
        line.content(content)
    return "".join(line.pieces)


def full_text(whole: Whole, octets: bytes) -> str:
    """The text of an object of known bytes in at most LENGTH characters, without repeats."""
    if whole.parts <= AT_ONCE:
        text = whole.texts.full(octets)
        if len(text) <= LENGTH:
            return text
    line = _Line(LENGTH, repeats=False)
    with suppress(_Full):
        line.content(whole.content(octets, None))
    return "".join(line.pieces)


class _Full(Exception):
    """A line has no room for more."""


class _Line:
    """The text in pieces, as many as there is room for: a long value is not put together."""

    def __init__(self, length: int, *, repeats: bool) -> None:
        self.pieces: list[str] = []
        self._room = length
        self._repeats = repeats

    def put(self, piece: str) -> None:
        """Add a piece, or what of it has room and CUT."""
        room = self._room - len(piece)
        if room < 0:
            self.pieces.append(_shortened(piece, self._room) + CUT)
            raise _Full
        self._room = room
        self.pieces.append(piece)

    def content(self, content: Content) -> None:
        write = _WRITERS.get(type(content))
        if write is None:
            self.put(scalar_text(content))
        else:
            write(self, content)

    def value(self, value: Value) -> None:
        if value.content is None:
            self.put(STATES.get(value.state, CUT))
        else:
            self.content(value.content)

    def array(self, array: Array) -> None:
        self.put("[")
        elements = array.elements
        told = self._at_once(elements) if isinstance(elements, Elements) else 0
        self._row(elements, told)
        self._end("]", array.length > len(elements), bool(elements))

    def _at_once(self, elements: Elements) -> int:
        """Put elements in growing numbers at once, as far as they have room; give their number."""
        at, most = 0, FIRST if elements.whole.parts <= AT_ONCE else 0
        while most and at < len(elements):
            texts, told = elements.texts(at, most, repeats=self._repeats)
            text = SEPARATOR.join(["", *texts] if at else texts)
            if len(text) > self._room:
                break
            self.put(text)
            at, most = at + told, most * GROWTH
        return at

    def _row(self, elements: Sequence[Value], at: int) -> None:
        """Put the elements from `at` on, piece by piece."""
        while at < len(elements):
            if at:
                self.put(SEPARATOR)
            if isinstance(elements, Elements):
                self.content(elements.content(at))
            else:
                self.value(elements[at])
            count = _equal_from(elements, at) if self._repeats else 1
            if count < REPEATED:
                at += 1
            else:
                self.put(f" {REPEATS}{count} times>")
                at += count

    def aggregate(self, aggregate: Aggregate) -> None:
        members = aggregate.members
        if isinstance(members, Members) and self._is_put(members):
            return
        if aggregate.tuple_like:
            self._list("(", members, self.position, ")", aggregate.cut)
        else:
            self._list("{", members, self.member, "}", aggregate.cut)

    def _is_put(self, members: Members) -> bool:
        """Put all of a small struct if there is room for it."""
        whole = members.whole
        if whole.parts > AT_ONCE:
            return False
        texts = whole.texts
        text = (texts.brief if self._repeats else texts.full)(members.octets)
        if len(text) > self._room:
            return False
        self.put(text)
        return True

    def variant(self, variant: Variant) -> None:
        payload = variant.payload
        self.put(escaped(variant.name))
        if payload.tuple_like:
            self.aggregate(payload)
        elif payload.members or payload.cut:
            self._list(" { ", payload.members, self.member, " }", payload.cut)

    def map(self, found: Map) -> None:
        self._list("{", found.entries, self.entry, "}", found.length > len(found.entries))

    def kept(self, kept: Kept) -> None:
        """The value with what is remarkable about it: `5 <strong: 2>`."""
        marks = [note for note in kept.notes if note.value.content not in UNREMARKABLE]
        if kept.value is None:
            self.put("<dropped")
            for note in marks:
                self.put(SEPARATOR)
                self.member(note)
            self.put(">")
            return
        self.value(kept.value)
        if marks:
            self._list(" <", marks, self.member, ">", cut=False)

    def range(self, span: Range) -> None:
        if span.start is not None:
            self.value(span.start)
        self.put("..=" if span.inclusive else "..")
        if span.end is not None:
            self.value(span.end)
        if span.exhausted:
            self.put(" <exhausted>")

    def pointer(self, pointer: Pointer) -> None:
        for piece in pointer_pieces(pointer):
            self.put(piece)
        if pointer.target is not None and pointer.target.content is not None:
            self.put(" ")
            self.content(pointer.target.content)

    def position(self, field: Field) -> None:
        """A member whose name is only its position."""
        self.value(field.value)

    def member(self, field: Field) -> None:
        if field.name:  # an anonymous member of C has none
            self.put(f"{escaped(field.name)}: ")
        self.value(field.value)

    def entry(self, entry: Value) -> None:
        match entry.content:
            case Aggregate(members=(Field(value=key), Field(value=value))):
                self.value(key)
                self.put(": ")
                self.value(value)
            case _:
                self.value(entry)

    def _list(
        self, opening: str, items: Sequence[T], write: Callable[[T], None], closing: str, cut: bool
    ) -> None:
        self.put(opening)
        separator = ""
        for item in items:
            self.put(separator)
            write(item)
            separator = SEPARATOR
        self._end(closing, cut, bool(items))

    def _end(self, closing: str, cut: bool, after_items: bool) -> None:
        if cut:
            self.put(f"{SEPARATOR}{CUT}" if after_items else CUT)
        self.put(closing)


_WRITERS: dict[type, Callable[[_Line, Any], None]] = {
    Array: _Line.array,
    Aggregate: _Line.aggregate,
    Variant: _Line.variant,
    Map: _Line.map,
    Kept: _Line.kept,
    Range: _Line.range,
    Pointer: _Line.pointer,
}


def _shortened(piece: str, length: int) -> str:
    """Text may lose its end; a number that did would be another number."""
    return piece[:length] if piece.startswith('"') else ""


def _equal_from(elements: Sequence[Value], at: int) -> int:
    """How many elements from `at` on are known to be the same."""
    if isinstance(elements, Elements):
        return elements.equal_from(at, REPEATED)
    octets = elements[at].octets
    if octets is None:
        return 1
    unequal = (end for end in range(at + 1, len(elements)) if elements[end].octets != octets)
    return next(unequal, len(elements)) - at
