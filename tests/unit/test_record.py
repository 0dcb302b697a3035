"""Frozen records."""

import pickle
from typing import Any

import pytest

from stackdump_probe.record import Entity, Record, replace
from stackdump_probe.record_inits import INITS


class Point(Record):
    """A place."""

    x: int
    y: int = 2


class Named(Point, Record):
    name: str = "origin"


class Token(Entity):
    text: str


def test_fields_are_given_by_position_or_by_name() -> None:
    assert (Point(1).x, Point(1).y) == (1, 2)
    assert Point(y=4, x=3) == Point(3, 4)


def test_a_record_has_the_fields_of_the_one_it_derives_from_first() -> None:
    named = Named(1, name="there")
    assert (named.x, named.y, named.name) == (1, 2, "there")
    assert Point(1) != Named(1)


def test_fields_may_be_told_as_python_3_14_tells_them() -> None:
    body = {"__module__": __name__, "__annotate_func__": lambda _: {"x": int, "y": int}, "y": 2}
    making: Any = type(Record)
    assert repr(making("Later", (Record,), body)(1)) == "Later(x=1, y=2)"


@pytest.mark.parametrize("count", range(len(INITS)))
def test_a_record_may_have_so_many_fields(count: int) -> None:
    making: Any = type(Record)
    body = {"__module__": __name__, "__annotations__": {f"f{at}": int for at in range(count)}}
    many = making("Many", (Record,), body)(*range(count))
    assert [getattr(many, name) for name in body["__annotations__"]] == list(range(count))


def test_a_record_of_more_fields_is_refused_when_it_is_made() -> None:
    making: Any = type(Record)
    fields = {f"f{at}": int for at in range(len(INITS))}
    with pytest.raises(TypeError, match="Many has more than 16 fields"):
        making("Many", (Record,), {"__module__": __name__, "__annotations__": fields})


def test_wrong_arguments_are_refused_as_by_any_function() -> None:
    missing = r"^Point.__init__\(\) missing 1 required positional argument: 'x'"
    with pytest.raises(TypeError, match=missing):
        Point()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword argument 'z'"):
        Point(1, z=2)  # type: ignore[call-arg]


def test_a_record_cannot_be_changed() -> None:
    point = Point(1)
    with pytest.raises(AttributeError, match="Point is frozen: x cannot be changed"):
        point.x = 2  # type: ignore[misc]
    with pytest.raises(AttributeError, match="Point is frozen: x cannot be changed"):
        del point.x
    with pytest.raises(AttributeError, match="Point is frozen: z cannot be changed"):
        point.z = 2  # type: ignore[attr-defined]


def test_equal_records_have_equal_hashes() -> None:
    assert {Point(1), Point(1, 2), Point(2)} == {Point(1), Point(2)}


def test_an_entity_equals_only_itself() -> None:
    token = Token("a")
    assert token == token
    assert token != Token("a")
    assert len({token, Token("a")}) == 2


def test_a_record_says_what_it_holds() -> None:
    assert repr(Named(1)) == "Named(x=1, y=2, name='origin')"


def test_records_match_by_position() -> None:
    match Point(1, 5):
        case Point(1, y):
            assert y == 5
        case _:
            pytest.fail("no match")


def test_a_changed_copy_leaves_the_original() -> None:
    before = Named(1)
    assert replace(before, y=7) == Named(1, 7)
    assert before == Named(1)


def test_a_record_survives_pickling() -> None:
    assert pickle.loads(pickle.dumps(Named(1, 2, "x"))) == Named(1, 2, "x")
