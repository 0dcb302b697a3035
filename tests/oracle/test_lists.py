"""Our reader and pyelftools agree on every range and location list of every fixture."""

from collections.abc import Iterator
from typing import Any

import pytest
from elftools.dwarf.enums import ENUM_DW_AT
from elftools.dwarf.locationlists import LocationParser

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.locations import location_list
from stackdump_probe.image.dwarf.ranges import listed_ranges
from tests.oracle.fixtures import ELVES, entries_of, oracle_of

pytestmark = pytest.mark.parametrize("case", ELVES)


def with_base(entries: list[Any], unit: Any) -> Iterator[tuple[Any, int]]:
    """The entries that hold code, each with what is to be added to its addresses."""
    low = unit.get_top_DIE().attributes.get("DW_AT_low_pc")
    base = low.value if low else 0
    for entry in entries:
        if hasattr(entry, "base_address"):
            base = entry.base_address
        else:
            yield entry, 0 if entry.is_absolute else base


def test_range_lists_are_the_same(case: str) -> None:
    lists = oracle_of(case).get_dwarf_info().range_lists()
    for die, theirs in entries_of(case):
        if dw.AT_ranges in die:
            at = theirs.attributes["DW_AT_ranges"].value
            entries = with_base(lists.get_range_list_at_offset(at, theirs.cu), theirs.cu)
            expected = [
                (base + each.begin_offset, base + each.end_offset) for each, base in entries
            ]
            assert list(listed_ranges(die)) == expected


def test_location_lists_are_the_same(case: str) -> None:
    parser = LocationParser(oracle_of(case).get_dwarf_info().location_lists())
    for die, theirs in entries_of(case):
        for name, attribute in theirs.attributes.items():
            if parser.attribute_has_location(attribute, theirs.cu["version"]):
                found = [
                    (each.low, each.high, bytes(each.expression), each.is_default)
                    for each in location_list(die, ENUM_DW_AT[name])
                ]
                assert found == their_locations(parser, theirs, attribute)


def their_locations(parser: LocationParser, die: Any, attribute: Any) -> list[Any]:
    entries = parser.parse_from_attribute(attribute, die.cu["version"], die)
    if not isinstance(entries, list):
        return []
    return [
        (0, 0, bytes(each.loc_expr), True)
        if each.begin_offset == -1
        else (base + each.begin_offset, base + each.end_offset, bytes(each.loc_expr), False)
        for each, base in with_base(entries, die.cu)
    ]
