"""Our reader and pyelftools agree on every debugging entry of every fixture."""

from functools import cache
from typing import Any

import pytest
from elftools.dwarf.enums import ENUM_DW_AT, ENUM_DW_FORM, ENUM_DW_TAG

from stackdump_probe.image.dwarf.dies import Die
from tests.oracle.fixtures import ELVES, entries_of, image_of, oracle_of

pytestmark = pytest.mark.parametrize("case", ELVES)


def number(names: dict[str, int], name: str | int) -> int:
    """pyelftools gives a name where it has one."""
    return name if isinstance(name, int) else names[name]


def plain(raw: Any) -> Any:
    return bytes(raw) if isinstance(raw, bytes | memoryview | list) else int(raw)


def their_raw(attribute: Any) -> Any:
    """pyelftools keeps the bytes of a flag that takes none."""
    is_present = attribute.form == "DW_FORM_flag_present"
    return plain(attribute.value if is_present else attribute.raw_value)


def test_tags_and_places_are_the_same(case: str) -> None:
    for die, theirs in entries_of(case):
        found = (die.offset, die.tag, die.has_children, die.end_of_attributes)
        tag, end = number(ENUM_DW_TAG, theirs.tag), theirs.offset + theirs.size
        assert found == (theirs.offset, tag, theirs.has_children, end)


def test_attributes_have_the_same_forms_and_raw_values(case: str) -> None:
    for die, theirs in entries_of(case):
        found = {at: (form, plain(raw)) for at, (form, raw) in die.attributes.items()}
        assert found == {
            number(ENUM_DW_AT, each.name): (
                number(ENUM_DW_FORM, each.form),
                their_raw(each),
            )
            for each in theirs.attributes.values()
        }


def test_attributes_have_the_same_values(case: str) -> None:
    for die, theirs in entries_of(case):
        for each in theirs.attributes.values():
            if each.form not in ("DW_FORM_loclistx", "DW_FORM_rnglistx"):
                at = number(ENUM_DW_AT, each.name)
                assert our_value(die, at) == their_value(case, theirs, each)


def our_value(die: Die, at: int) -> Any:
    value = die.get(at)
    return value.offset if isinstance(value, Die) else value


def their_value(case: str, die: Any, attribute: Any) -> Any:
    if attribute.form == "DW_FORM_ref_sig8":
        return type_offsets(case)[attribute.value]
    if attribute.form.startswith("DW_FORM_ref"):
        return die.get_DIE_from_attribute(attribute.name).offset
    if isinstance(attribute.value, bytes):
        return attribute.value.decode("utf-8", "replace")
    if isinstance(attribute.value, list):
        return bytes(attribute.value)
    return attribute.value


@cache
def type_offsets(case: str) -> dict[int, int]:
    """Offsets of types by signature; pyelftools itself knows those of .debug_types only."""
    oracle = oracle_of(case).get_dwarf_info()
    units = [
        unit for unit in (*oracle.iter_CUs(), *oracle.iter_TUs()) if "type_offset" in unit.header
    ]
    return {
        unit.header[name]: unit.cu_offset + unit.header["type_offset"]
        for unit in units
        for name in ("signature", "type_signature")
        if name in unit.header
    }


def test_parents_are_the_same(case: str) -> None:
    for die, theirs in entries_of(case):
        parent = theirs.get_parent()
        found = die.unit.die_at(die.offset).parent
        assert (found and found.offset) == (parent and parent.offset)


def test_a_walk_meets_the_same_entries_of_a_tag_in_the_same_places(case: str) -> None:
    dwarf = image_of(case).dwarf
    tags = {die.tag for die, _ in entries_of(case)}
    for tag in tags:
        walked = [die for unit in (*dwarf.units, *dwarf.type_units) for die in unit.walk(tag)]
        expected = {
            (die.unit, die.offset): die.path for die, _ in entries_of(case) if die.tag == tag
        }
        assert {(die.unit, die.offset): die.path for die in walked} == expected
