"""From an address to the units that claim it: .debug_aranges, and without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackdump_probe.image.dwarf import Dwarf
    from stackdump_probe.image.units import Unit


def units_by_address(dwarf: Dwarf, pc: int) -> tuple[Unit, ...]:
    return tuple(u for u in dwarf.units if any(a <= pc < b for a, b in u.top.ranges()))
