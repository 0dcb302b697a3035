"""Passing over entries as fast as plain Python can, stopping only at those of wanted tags."""

from __future__ import annotations

from struct import Struct

from stackdump_probe.image.dwarf.forms import SKIP_BLOCK, SKIP_BLOCK1, SKIP_LEB, SKIP_STRING
from stackdump_probe.image.dwarf.wanted import (
    BEGUN,
    CLOSED,
    FUNCTION,
    LONG,
    NULL,
    PARENT,
    VARIABLE,
    WANTED,
    Wanted,
)
from stackdump_probe.image.leb import DAMAGE, uleb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator

    from stackdump_probe.image.dwarf.units import Unit

reference = Struct("<I").unpack_from  # DW_FORM_ref4
_NOTHING = Wanted(frozenset())
SHORT = 0x7F  # bytes of a block whose length is surely one byte


def end_of_tree(unit: Unit, start: int, at: int) -> int:
    """The offset after all below the entry at `start`, whose first child is expected at `at`."""
    scan = wanted_entries(unit, _NOTHING, at, [start])
    while True:
        try:
            next(scan)
        except StopIteration as end:
            return int(end.value)


def wanted_entries(
    unit: Unit, wanted: Wanted, at: int, stack: list[int]
) -> Generator[int, None, int]:
    """Yield the offset of each wanted entry from `at` on.

    While one is held, `stack` has the offsets of the entries around it, first those that it had at
    the beginning. The walk ends with the outermost of them, and returns the offset after it.
    Where entries end is left in `unit.tree.ends`. Raises DwarfError where bytes
    are malformed.
    """
    start = at
    try:
        # The hot loop of every full walk: no calls for what most entries are, leaves of fixed size.
        octets, base, end, table = unit.octets, unit.offset, unit.end, unit.abbreviations
        leaps, longer = outside = table.leaps(wanted)
        ends = unit.tree.ends
        inside = outside if wanted.in_functions is None else table.leaps(wanted.in_functions)
        beginnings = (wanted.in_functions or wanted).beginnings
        function = 0  # how many entries are around what is in a function, itself among them
        while at < end:
            leap = leaps[octets[at]]
            if leap > 0:
                at += leap
                continue
            start = at
            code = octets[at]
            if leap == LONG:
                code, at = uleb(octets, at)
                at -= 1
                leap = longer.get(code, VARIABLE)
                if leap > 0:
                    at += leap
                    continue
            if leap == NULL:
                at += 1
                ends[stack.pop()] = at
                if len(stack) < function:
                    if not stack:
                        return at
                    function, (leaps, longer) = 0, outside
                elif not stack:
                    return at
                continue
            if leap < PARENT:
                if leap > BEGUN:
                    at += PARENT - leap
                    stack.append(start)
                    continue
                if leap > CLOSED:
                    block = at + BEGUN - leap
                    if octets[block] > SHORT or octets[block + 1] in beginnings:
                        leap = WANTED
                else:
                    beyond = base + reference(octets, at + CLOSED - leap)[0]
                    if at < beyond <= end:
                        at = beyond
                        continue
            if leap == WANTED:
                yield start
            abbreviation = table.get(code)
            if abbreviation is None:
                raise ValueError(f"no abbreviation has the code {code}")
            at += 1
            for skip in abbreviation.skips:
                if skip > 0:
                    at += skip
                elif (skip == SKIP_BLOCK and octets[at] < 0x80) or skip == SKIP_BLOCK1:
                    at += 1 + octets[at]
                elif skip == SKIP_STRING:
                    while octets[at]:
                        at += 1
                    at += 1
                elif skip == SKIP_LEB:
                    while octets[at] >= 0x80:
                        at += 1
                    at += 1
                else:
                    at = abbreviation.encoding.variable[skip](octets, at)[1]
            if abbreviation.has_children:
                if leap == WANTED and wanted.is_outermost and abbreviation.sibling_back:
                    beyond = base + reference(octets, at - abbreviation.sibling_back)[0]
                    if at <= beyond <= end:
                        at = beyond
                        continue
                stack.append(start)
                if leap == FUNCTION:
                    function, (leaps, longer) = len(stack), inside
    except DAMAGE as damage:
        raise unit.error(f"damaged entry: {damage}", start) from None
    return end
