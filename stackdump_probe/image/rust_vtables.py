"""Rust's vtables: which type's methods stand at an address."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from stackdump_probe.errors import DwarfError, Unsupported
from stackdump_probe.image import constants as dw
from stackdump_probe.image.reader import Reader
from stackdump_probe.image.typebuild import language_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackdump_probe.image.dies import Die
    from stackdump_probe.image.dwarf import Dwarf
    from stackdump_probe.image.types import Type
    from stackdump_probe.image.typetree import TypeTree

OP_ADDR = 0x03
OP_ADDRX = 0xA1
# rustc calls them `<T as Trait>::{vtable}`, before version 1.59 `vtable`.
NAMES = ("{vtable}", "vtable")


class RustVtables:
    """The vtables that the debug information describes; it is searched when first asked."""

    def __init__(self, dwarf: Dwarf, types: TypeTree) -> None:
        self._dwarf = dwarf
        self._types = types

    def types_at(self, address: int) -> tuple[Type, ...]:
        """The types whose vtable lies at `address`: several if theirs are the same, maybe none.

        Damaged debug information costs the vtables of its unit; nothing here raises DwarfError.
        """
        found = []
        for die in self._described.get(address, ()):
            with suppress(DwarfError, Unsupported):
                found.append(self._types.at(die))
        return tuple(found)

    @cached_property
    def _described(self) -> dict[int, list[Die]]:
        described: dict[int, list[Die]] = {}
        for unit in self._dwarf.units:
            with suppress(DwarfError, Unsupported):
                if language_of(unit.top) == "rust":
                    for address, die in _vtables(unit.top):
                        known = described.setdefault(address, [])
                        if die not in known:
                            known.append(die)
        return described


def _vtables(top: Die) -> Iterator[tuple[int, Die]]:
    """The address of each vtable, and the type that it belongs to."""
    for die in top.walk(dw.TAG_variable, having=(dw.AT_location,)):
        address = _address(die)
        if address is None or not (die.name or "").endswith(NAMES):
            continue
        table = die.reference(dw.AT_type)
        owner = None if table is None else table.reference(dw.AT_containing_type)
        if owner is not None:
            yield address, owner


def _address(die: Die) -> int | None:
    """Where a static object lies; None for one that only a frame has."""
    expression = die.block(dw.AT_location)
    if not expression:
        return None
    if expression[0] == OP_ADDR:
        return int.from_bytes(expression[1:], "little")
    if expression[0] == OP_ADDRX:
        index = Reader(expression, ".debug_info", at=1).uleb()
        return die.unit.indexed_address(index)
    return None
