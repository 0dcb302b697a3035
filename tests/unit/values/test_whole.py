"""Objects of known bytes are what they would be if each part were looked for by itself."""

from __future__ import annotations

import random

import pytest

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.types.model import Array, Base, Enum, Member, Struct, Type
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.values import model
from stackdump_probe.values.decode import Decoder, Limits
from stackdump_probe.values.elements import Elements, Texts, Whole
from stackdump_probe.values.model import Integer
from stackdump_probe.values.storage import Absence, Gap, Storage
from stackdump_probe.values.text import short_text
from tests.builders.types import BOOL, CHAR, FLOAT, INT, array, pointer, struct, to

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.image.types.model import Language

WIDE = Base("wchar_t", 4, dw.ATE_unsigned)
BASES = (
    INT,
    CHAR,
    WIDE,
    BOOL,
    FLOAT,
    Base("long double", 16, dw.ATE_float),
    Base("_Fract", 2, dw.ATE_signed_fixed),
)
STATES = Enum("state", 1, (("OFF", 0), ("ON", 1), ("LATE", 5)))
LANGUAGES: tuple[Language, ...] = ("c", "c++", "rust")


class OneByOne(Decoder):
    """A decoder that looks for each part by itself."""

    def whole(self, type_: Type) -> Whole | None:  # noqa: ARG002
        return None


def a_type(dice: random.Random, depth: int, language: Language) -> Type:
    kind = dice.randrange(6) if depth else dice.randrange(3)
    match kind:
        case 0 | 1:
            return dice.choice(BASES)
        case 2:
            return dice.choice((STATES, pointer(CHAR), pointer(INT)))
        case 3 | 4:
            inner = a_type(dice, depth - 1, language)
            stride = dice.choice((None, None, None, 24))
            return Array(to(inner), dice.choice((0, 1, 3, 30)), language, stride)
        case _:
            return a_struct(dice, depth, language)


def a_struct(dice: random.Random, depth: int, language: Language) -> Struct:
    members = []
    at = 0
    for name in ("a", "b", "__0", "")[: dice.randrange(5)]:
        if dice.randrange(5) == 0:
            members.append(Member(name, to(INT), 0, dice.choice((1, 5)), at * 8 + 3))
            at += 1
        else:
            type_ = a_type(dice, depth - 1, language)
            members.append(Member(name, to(type_), at))
            at += dice.choice((1, 4, 16, 64, 300))
    return struct("s", max(at - dice.choice((0, 0, 2)), 0), *members, language=language)


def decoded(decoder: type[Decoder], type_: Type, storage: Storage, limits: Limits) -> object:
    memory = Memory([Segment(0x2000_0000, b"text\0" * 8)])
    value = decoder(memory, lambda address: f"at_{address}", limits=limits).decode(type_, storage)
    return value, short_text(value), short_text(value, repeats=False)


@pytest.mark.parametrize("seed", range(400))
def test_parts_are_the_same_one_by_one(seed: int) -> None:
    dice = random.Random(seed)
    type_ = a_type(dice, 3, dice.choice(LANGUAGES))
    octets = bytes(dice.choices((0, 0, 1, 5, 0x20), k=dice.choice((7, 400, 4000))))
    gaps = (Gap(dice.randrange(400), 500, Absence("not_captured", "why")),) * dice.randrange(2)
    storage = Storage(octets, dice.choice((None, 0x2000_0000, 0xFFFF_FFF0)), gaps)
    limits = Limits(
        dice.choice((8, 1, 2)), dice.choice((1024, 2, 12)), dice.choice((16384, 3, 20, 60))
    )
    assert decoded(Decoder, type_, storage, limits) == decoded(OneByOne, type_, storage, limits)


def row(octets: bytes, *, step: int = 1) -> Elements:
    def content(held: bytes, _address: int | None) -> Integer:
        return Integer(held[0])

    def text(held: bytes) -> str:
        return str(held[0])

    octet = Whole(lambda: "u8", 1, content, Texts(text, text))
    return Elements(octet, octets, None, step, len(octets) // step)


def test_equal_elements_are_counted_if_there_are_so_many() -> None:
    assert row(b"\0" * 12 + b"\1").equal_from(0, 10) == 12
    assert row(b"\0" * 12 + b"\1").equal_from(3, 10) == 1
    assert row(b"\0\1" * 12, step=2).equal_from(0, 10) == 12


def test_elements_are_a_sequence() -> None:
    found = Decoder(Memory()).decode(array(INT, 2), Storage(b"\1\0\0\0\2\0\0\0"))
    assert isinstance(found.content, model.Array)
    elements = found.content.elements
    assert isinstance(elements, Elements)
    assert elements == tuple(elements)
    assert (elements[1], elements[-1:]) == (tuple(elements)[1], (tuple(elements)[1],))
    assert hash(elements) == hash(tuple(elements))
    assert repr(elements) == repr(tuple(elements))
