"""Types as rows: what is written, and what rows are not believed."""

from typing import Any

import pytest

from stackdump_probe.errors import ImageError
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.types.model import (
    Array,
    Member,
    Pointer,
    Qualified,
    Struct,
    Type,
    Typedef,
)
from stackdump_probe.memory import Memory
from stackdump_probe.values.decode import Decoder
from stackdump_probe.values.plain_types import Rows, TypeReader, TypeWriter
from tests.builders.types import CHAR, INT, array, pointer, to

INT_ROW = ["base", "int", [], "int", 4, dw.ATE_signed, "c", None, False]


def point(name: str = "point") -> Struct:
    members = (Member("x", to(INT), 0), Member("y", to(Typedef("coordinate", to(INT))), 4))
    return Struct(name, "struct", 8, members)


def test_equal_types_are_one_row() -> None:
    decoder, writer = Decoder(Memory()), TypeWriter()
    first = writer.number(array(point(), 3), decoder)
    assert writer.number(array(point(), 3), decoder) == first
    assert writer.number(array(point("other"), 3), decoder) != first
    assert [row[1] for row in writer.rows] == [
        *("int", "coordinate", "struct point", "struct point [3]"),
        *("struct other", "struct other [3]"),
    ]


def test_types_come_back_with_their_names() -> None:
    decoder = Decoder(Memory())
    writer = TypeWriter()
    number = writer.number(Qualified("const", to(Typedef("place", to(point())))), decoder)
    assert number is not None
    reader = TypeReader(writer.rows, decoder)
    type_ = reader.type(number)
    assert decoder.name(type_) == "const place"
    actual = decoder.actual(type_)
    assert isinstance(actual, Struct)
    assert decoder.name(actual) == "struct point"
    assert [(each.name, each.offset) for each in actual.members] == [("x", 0), ("y", 4)]
    assert [decoder.name(each.type.type) for each in actual.members] == ["int", "coordinate"]


def test_a_pointer_is_written_with_the_text_it_points_to_but_not_with_an_object() -> None:
    decoder, writer = Decoder(Memory()), TypeWriter()
    for target in (point(), CHAR):
        assert writer.number(pointer(target), decoder) is not None
    assert [row[:3] for row in writer.rows] == [
        ("pointer", "struct point *", ()),
        ("base", "char", ()),
        ("pointer", "char *", (1,)),
    ]


@pytest.mark.parametrize(
    "type_",
    [
        Pointer(None, 4, to(Struct("Base", "class", 4, (), "c++")), "c++"),
        Struct("S", "struct", 8, (Member("_vptr.S", to(INT), 0), Member("x", to(INT), 4)), "c++"),
        Struct("S", "struct", 4, (Member("b", to(point()), 0, inherited=True),), "c++"),
        Struct("s", "struct", 8, (Member("p", to(Pointer(None, 4, to(INT), "rust")), 0),), "rust"),
        Array(to(INT), None),
    ],
)
def test_what_more_than_the_bytes_decides_is_not_written(type_: Type) -> None:
    assert TypeWriter().number(type_, Decoder(Memory())) is None


def test_rows_of_several_tables_become_one() -> None:
    decoder, writers = Decoder(Memory()), [TypeWriter(), TypeWriter()]
    writers[0].number(point("other"), decoder)
    for writer in writers:
        writer.number(array(point(), 2), decoder)
    table = Rows()
    assert table.taken(writers[0].rows) == [0, 1, 2, 3, 4]
    assert table.taken(writers[1].rows) == [0, 1, 3, 4]
    assert table.rows == writers[0].rows


@pytest.mark.parametrize(
    "row",
    [
        [],
        ["class", "C", []],
        ["base", None, [], "int", 4, 5, "c", None, False],
        ["base", "int", [], "int", "4", 5, "c", None, False],
        ["base", "int", [], "int", -4, 5, "c", None, False],
        ["base", "int", [], "int", 4],
        ["named", "n", []],
        ["named", "n", [1]],  # itself
        ["named", "n", [-1]],
        ["named", "n", ["0"]],
        ["array", "a", [0], 1.5, "c", None, None, False],
        ["enum", "e", [], "e", 4, [["A"]], False, "c"],
        ["enum", "e", [], "e", 4, [["A", "B"]], False, "c"],
        ["struct", "s", [0], "s", "struct", 4, "c", []],
        ["struct", "s", [0], "s", "struct", 4, "c", [["x", "0", None, None]]],
        ["struct", "s", [0], "s", "struct", 4, "c", [["x", 0, None]]],
    ],
)
def test_a_malformed_row_is_an_error(row: list[Any]) -> None:
    with pytest.raises(ImageError, match="kept"):
        TypeReader([INT_ROW, row], Decoder(Memory())).type(1)


@pytest.mark.parametrize("number", [1, -1])
def test_a_row_that_is_not_there_is_an_error(number: int) -> None:
    with pytest.raises(ImageError):
        TypeReader([INT_ROW], Decoder(Memory())).type(number)
