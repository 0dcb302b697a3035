import pytest

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.wanted import Wanted
from tests.builders.dwarf import ADie, a_dwarf, a_unit

VARIABLE = frozenset((dw.TAG_variable,))
STRUCT = frozenset((dw.TAG_structure_type,))


def entry(name: str, *children: ADie, tag: int = dw.TAG_variable, label: str = "") -> ADie:
    return ADie(tag, ((dw.AT_name, dw.FORM_string, name),), children, label)


def located(name: str, form: int, location: int | bytes) -> ADie:
    attributes = ((dw.AT_name, dw.FORM_string, name), (dw.AT_location, form, location))
    return ADie(dw.TAG_variable, attributes)


def names(wanted: Wanted, *children: ADie) -> list[str | None]:
    return [die.name for die in a_dwarf(a_unit(*children)).units[0].wanted(wanted)]


def test_in_functions_other_entries_may_be_wanted() -> None:
    body = (
        entry("local"),
        located("static", dw.FORM_exprloc, b"\x03\0\0\0\0"),
        located("listed", dw.FORM_sec_offset, 0),
        entry("block", located("inner", dw.FORM_block1, b"\x03"), tag=dw.TAG_lexical_block),
        entry("copy", entry("c"), tag=dw.TAG_inlined_subroutine),
        entry("last"),
    )
    functions = (entry("f", *body, tag=dw.TAG_subprogram), entry("g", tag=dw.TAG_subprogram))
    inside = Wanted(VARIABLE, blocks=frozenset((dw.AT_location,)))
    wanted = Wanted(VARIABLE, in_functions=inside)
    assert names(wanted, entry("a"), *functions, entry("b")) == ["a", "static", "inner", "b"]


def test_in_functions_a_block_may_have_to_begin_in_some_way() -> None:
    wide = b"\x91" + bytes(0x7F)  # its length takes two bytes, so it is left to a closer look
    behind = ADie(
        dw.TAG_variable,
        (
            (dw.AT_const_value, dw.FORM_udata, 5),  # where the block stands depends on this
            (dw.AT_name, dw.FORM_string, "behind"),
            (dw.AT_location, dw.FORM_exprloc, b"\x91\0"),
        ),
    )
    body = (
        placed("static", b"\x03\0\0\0\0"),
        placed("local", b"\x91\0"),
        placed("nowhere", b""),
        placed("wide", wide),
        behind,
        ADie(dw.TAG_lexical_block, (), (placed("inner", b"\xa1\0"), placed("other", b"\x50"))),
        placed("last", b"\x03\0\0\0\0"),
    )
    inside = Wanted(
        VARIABLE, blocks=frozenset((dw.AT_location,)), beginnings=frozenset((0x03, 0xA1))
    )
    wanted = Wanted(VARIABLE, in_functions=inside)
    function = entry("f", *body, tag=dw.TAG_subprogram)
    found = ["static", "wide", "behind", "inner", "last", "after"]
    assert names(wanted, function, placed("after", b"\x91\0")) == found


def placed(name: str, location: bytes) -> ADie:
    """An entry whose location begins at a place that is the same in all of its shape."""
    attributes = ((dw.AT_location, dw.FORM_exprloc, location), (dw.AT_name, dw.FORM_string, name))
    return ADie(dw.TAG_variable, attributes)


def closed(target: str) -> ADie:
    attributes = ((dw.AT_sibling, dw.FORM_ref4, target), (dw.AT_name, dw.FORM_string, "closed"))
    return ADie(dw.TAG_structure_type, attributes, (entry("inner"),), "closed")


def test_closed_entries_are_passed_by_their_sibling_attribute() -> None:
    # The attribute leads past "second": that shows that it is used.
    dies = (entry("first"), closed("third"), entry("second"), entry("third", label="third"))
    assert names(Wanted(VARIABLE, closed=STRUCT), *dies) == ["first", "third"]
    assert names(Wanted(VARIABLE), *dies) == ["first", "inner", "second", "third"]


@pytest.mark.parametrize("target", ["closed", "nowhere", "before"])
def test_a_sibling_attribute_that_does_not_lead_forward_is_not_followed(target: str) -> None:
    dies = (entry("first", label="before"), closed(target), entry("last"))
    assert names(Wanted(VARIABLE, closed=STRUCT), *dies) == ["first", "inner", "last"]


def test_codes_of_several_bytes_are_passed_as_those_of_one() -> None:
    # Each has a shape of its own, and so an abbreviation.
    many = [
        ADie(dw.TAG_base_type, ((0x2000 + at, dw.FORM_data1, 0),), (entry(f"v{at}"),))
        for at in range(150)
    ]
    leaves = [ADie(dw.TAG_base_type, ((0x3000 + at, dw.FORM_data1, 0),)) for at in range(150)]
    assert names(Wanted(VARIABLE), *many, *leaves) == [f"v{at}" for at in range(150)]
    tags = frozenset((dw.TAG_base_type,))
    assert len(names(Wanted(tags, frozenset((0x3000 + 149,))), *many, *leaves)) == 1
