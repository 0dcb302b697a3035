"""Which units may name a thing, and which entries tell where it lies, without reading them all."""

from __future__ import annotations

from contextlib import suppress
from itertools import chain

from stackdump_probe.errors import DwarfError
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.wanted import Wanted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackdump_probe.image.dwarf.debug_info import Dwarf
    from stackdump_probe.image.dwarf.dies import Die
    from stackdump_probe.image.dwarf.units import Unit

_MOST_PLACES = 64  # where the string is the end of others; more take longer than reading entries
_OP_ADDR = b"\x03"
_STATICS = Wanted(
    frozenset((dw.TAG_variable,)),
    having=frozenset((dw.AT_location,)),
    in_functions=Wanted(frozenset()),
)
_INDEX_BASES = (dw.AT_str_offsets_base, dw.AT_GNU_addr_base)


def units_naming(dwarf: Dwarf, name: str) -> Iterator[Unit]:
    """Yield the units and type units that may have an entry of that very name.

    A unit has the string itself, or its offset in .debug_str; one that has neither cannot name it.
    """
    may_have_indices = len(dwarf.section(".debug_str_offsets")) > 0
    wanted = name.encode() + b"\0"
    places = _places(bytes(dwarf.section(".debug_str")), wanted)
    patterns = (wanted, *(place.to_bytes(4, "little") for place in places))
    for unit in chain(dwarf.units, dwarf.type_units):
        if (
            len(places) > _MOST_PLACES
            or (may_have_indices and _has_indices(unit))
            or _holds(unit, patterns)
        ):
            yield unit


def entries_locating(dwarf: Dwarf, address: int) -> Iterator[Die]:
    """Yield the entries that may say that an object lies at `address` wherever the pc is.

    It stands in them after DW_OP_addr; where addresses are told by their index, all objects that
    are not in functions are yielded. Damaged units yield less.
    """
    has_indices = len(dwarf.section(".debug_addr")) > 0
    for unit in dwarf.units:
        with suppress(DwarfError):
            if has_indices:
                yield from unit.wanted(_STATICS)
            else:
                pattern = _OP_ADDR + address.to_bytes(8, "little")[: unit.address_size]
                yield from map(unit.tree.die_over, _found(unit, pattern))


def _found(unit: Unit, pattern: bytes) -> Iterator[int]:
    """Yield the offset of each `pattern` in the unit."""
    octets = bytes(unit.octets[unit.offset : unit.end])
    at = octets.find(pattern)
    while at >= 0:
        yield unit.offset + at
        at = octets.find(pattern, at + 1)


def _holds(unit: Unit, patterns: Iterable[bytes]) -> bool:
    octets = bytes(unit.octets[unit.offset : unit.end])
    return any(pattern in octets for pattern in patterns)


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
