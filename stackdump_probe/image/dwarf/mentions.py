"""Which units may name a thing, told without reading their entries."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from stackdump_probe.image.dwarf import constants as dw

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackdump_probe.image.dwarf.debug_info import Dwarf
    from stackdump_probe.image.dwarf.units import Unit

_MOST_PLACES = 64  # where the string is the end of others; more take longer than reading entries
_INDEX_BASES = (dw.AT_str_offsets_base, dw.AT_GNU_addr_base)


def units_naming(dwarf: Dwarf, name: str) -> Iterator[Unit]:
    """Yield the units and type units that may have an entry of that very name.

    A unit has the string itself, or its offset in .debug_str; one that has neither cannot name it.
    """
    may_have_indices = len(dwarf.section(".debug_str_offsets")) > 0
    wanted = name.encode() + b"\0"
    places = _places(bytes(dwarf.section(".debug_str")), wanted)
    patterns = (wanted, *(place.to_bytes(4, "little") for place in places))
    sections: dict[str, bytes] = {}
    for unit in chain(dwarf.units, dwarf.type_units):
        octets = sections.get(unit.section)
        if octets is None:
            octets = sections[unit.section] = bytes(unit.octets)
        if (
            len(places) > _MOST_PLACES
            or (may_have_indices and _has_indices(unit))
            or any(octets.find(pattern, unit.offset, unit.end) >= 0 for pattern in patterns)
        ):
            yield unit


def _places(strings: bytes, wanted: bytes) -> list[int]:
    """Where `wanted` stands, be it as the end of another string; a few more than are taken."""
    places: list[int] = []
    at = strings.find(wanted)
    while at >= 0 and len(places) <= _MOST_PLACES:
        places.append(at)
        at = strings.find(wanted, at + 1)
    return places


def _has_indices(unit: Unit) -> bool:
    """True if its strings are told by their index in a table: too small to be looked for."""
    return any(attribute in unit.top for attribute in _INDEX_BASES)
