"""Rust's vtables: which type's methods stand at an address."""

from __future__ import annotations

from contextlib import suppress

from stackdump_probe.errors import DwarfError, Unsupported
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.mentions import entries_locating
from stackdump_probe.image.dwarf.reader import Reader
from stackdump_probe.image.types.attributes import language_of
from stackdump_probe.image.types.names import type_name
from stackdump_probe.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.image.dwarf.debug_info import Dwarf
    from stackdump_probe.image.dwarf.dies import Die
    from stackdump_probe.image.types.model import Type
    from stackdump_probe.image.types.tree import TypeTree

OP_ADDR = 0x03
OP_ADDRX = 0xA1
# rustc calls them `<T as Trait>::{vtable}`, before version 1.59 `vtable`.
NAMES = ("{vtable}", "vtable")


class VtableOwner(Record):
    """A type that implements a trait, and its name with the modules around it where told."""

    name: str
    type: Type


class RustVtables:
    """The vtables that the debug information describes, each sought when it is asked for."""

    def __init__(self, dwarf: Dwarf, types: TypeTree) -> None:
        self._dwarf = dwarf
        self._types = types
        self._owners: dict[int, tuple[VtableOwner, ...]] = {}

    def owners_at(self, address: int) -> tuple[VtableOwner, ...]:
        """Whose vtable lies at `address`: several types if theirs are the same, maybe none.

        Damaged debug information costs the vtables of its unit; nothing here raises DwarfError.
        """
        if address not in self._owners:
            self._owners[address] = tuple(self._read_owners(address).values())
        return self._owners[address]

    def _read_owners(self, address: int) -> dict[Die, VtableOwner]:
        found: dict[Die, VtableOwner] = {}
        for table in entries_locating(self._dwarf, address):
            with suppress(DwarfError, Unsupported):
                owner = _owner(table) if _is_vtable(table, address) else None
                if owner is not None:
                    found[owner] = _named(table.name or "", self._types.at(owner))
        return found


def implementor(name: str) -> str | None:
    """The `T` of `<T as Trait>::method`, which may itself be of that form; None for other names."""
    if not name.startswith("<"):
        return None
    depth = 0
    for at, character in enumerate(name):
        if character in "<([":
            depth += 1
        elif character in ")]" or (character == ">" and name[at - 1] != "-"):
            depth -= 1
        elif depth == 1 and name.startswith(" as ", at):
            return name[1:at]
    return None


def _named(table: str, type_: Type) -> VtableOwner:
    return VtableOwner(implementor(table) or type_name(type_), type_)


def _is_vtable(die: Die, address: int) -> bool:
    return (
        _address(die) == address and (die.name or "").endswith(NAMES) and language_of(die) == "rust"
    )


def _owner(table: Die) -> Die | None:
    type_ = table.reference(dw.AT_type)
    return None if type_ is None else type_.reference(dw.AT_containing_type)


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
