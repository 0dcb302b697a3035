from __future__ import annotations

import pytest

from stackdump_probe.image.types.model import Enum, Type
from stackdump_probe.image.types.model import Member as TypeMember
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.report.model import Location
from stackdump_probe.report.variables import reported
from stackdump_probe.values.decode import Decoder
from stackdump_probe.values.elements import Whole
from stackdump_probe.values.model import (
    Aggregate,
    Array,
    Content,
    Enumerator,
    Field,
    Integer,
    Invalid,
    Value,
    Variable,
)
from stackdump_probe.values.storage import Storage
from tests.builders.octets import words
from tests.builders.types import CHAR, INT, array, pointer, struct, to

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.values.model import State


def a_value(
    content: Content | None, state: State = "ok", why: str | None = None, size: int = 4
) -> Value:
    return Value("t", content, state, why, 0x2000_0000, b"\1\0\0\0", size)


def test_a_variable_keeps_what_is_known_of_it() -> None:
    held = Variable("v", "local", a_value(Integer(1)), "a.c", 3, inlined=True)
    found = reported(held, children=True)
    assert (found.name, found.kind, found.type, found.value) == ("v", "local", "t", "1")
    assert (found.state, found.why, found.address) == ("ok", None, 0x2000_0000)
    assert (found.octets, found.declared) == (b"\1\0\0\0", Location("a.c", 3))
    assert (found.inlined, found.zero_sized, found.children) == (True, False, ())


def test_without_file_or_line_there_is_no_place_of_declaration() -> None:
    nowhere = Variable("v", "local", a_value(Integer(1)), "a.c", None)
    assert reported(nowhere, children=True).declared is None


def test_what_holds_no_bytes_is_zero_sized() -> None:
    empty = Variable("v", "local", a_value(Aggregate(()), size=0))
    assert reported(empty, children=True).zero_sized


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (Invalid(2, "a bool is 0 or 1"), ("0x2", "invalid: a bool is 0 or 1")),
        (Enumerator(None, 9), ("9", "no enumerator has this value")),
    ],
)
def test_what_is_no_value_of_its_type_is_raw_and_says_why(
    content: Content, expected: tuple[str, str]
) -> None:
    whole = Aggregate((Field("part", a_value(content)),))
    alone = reported(Variable("v", "local", a_value(content)), children=True)
    assert (alone.value, alone.why, alone.state) == (*expected, "ok")
    within = reported(Variable("v", "local", a_value(whole)), children=True)
    (part,) = within.children
    assert (part.value, part.why) == expected
    assert (within.value, within.why) == (f"{{part: {expected[0]} <{expected[1]}>}}", None)


def test_parts_are_left_out_unless_wanted() -> None:
    whole = Aggregate((Field("a", a_value(None, "not_captured", "gone")),))
    variable = Variable("v", "static", a_value(whole, "partial", "gone"))
    assert reported(variable, children=False).children == ()
    (part,) = reported(variable, children=True).children
    assert (part.name, part.value, part.state, part.why) == ("a", None, "not_captured", "gone")


def test_equal_elements_are_told_as_one_in_brief_alone() -> None:
    zeros = Value("a", Array(12, (Value("u8", Integer(0), "ok", octets=b"\0"),) * 12), "ok")
    whole = Aggregate((Field("a", zeros),))
    found = reported(Variable("v", "static", a_value(whole)), children=True)
    each = f"[{', '.join('0' * 12)}]"
    assert (found.value, found.brief) == (f"{{a: {each}}}", "{a: [0 <repeats 12 times>]}")
    assert found.children[0].value == each


class OneByOne(Decoder):
    """A decoder that looks for each part by itself."""

    def whole(self, type_: Type) -> Whole | None:  # noqa: ARG002
        return None


STATES = Enum("state", 1, (("OFF", 0), ("ON", 1)))
KINDS: dict[str, Type] = {
    "number": INT,
    "wrong enum": STATES,
    "text": array(CHAR, 4),
    "pointer to text": pointer(CHAR),
    "struct": struct("s", 8, TypeMember("t", to(pointer(CHAR)), 0), TypeMember("e", to(STATES), 4)),
    "bits": struct("s", 4, TypeMember("a", to(INT), 0, 5, 3), TypeMember("", to(INT), 0, 3, 8)),
    "rows": array(array(array(STATES, 2), 2), 2),
    "many parts": array(array(INT, 2), 3),
    "long": array(array(INT, 2), 1),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("address", [None, 0xFFFF_FFFC])
def test_parts_of_known_bytes_are_those_found_one_by_one(kind: str, address: int | None) -> None:
    memory = Memory([Segment(0x2000_0000, b"text\0")])
    octets = words(0x2000_0000, 1, 7, 0, 0, 0)

    def parts(decoder: type[Decoder]) -> object:
        value = decoder(memory).decode(KINDS[kind], Storage(octets, address))
        return reported(Variable("v", "static", value), children=True)

    assert parts(Decoder) == parts(OneByOne)
