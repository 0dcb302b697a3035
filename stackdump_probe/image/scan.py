"""Passing over entries as fast as plain Python can, stopping only at those of wanted tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackdump_probe.image.abbreviations import NULL, PARENT, WANTED
from stackdump_probe.image.forms import SKIP_BLOCK, SKIP_BLOCK1, SKIP_LEB, SKIP_STRING
from stackdump_probe.image.leb import DAMAGE, uleb

if TYPE_CHECKING:
    from stackdump_probe.image.units import Unit


def next_wanted(unit: Unit, tags: frozenset[int], at: int, stack: list[int]) -> int:
    """Go on from the entry at `at`, inside the entries of `stack`, to the next that has a tag.

    If there is none before the outermost entry of `stack` ends, `stack` is left empty and the
    offset after that entry is returned. Raises DwarfError where bytes are malformed.
    """
    try:
        return _pass(unit, tags, at, stack)
    except DAMAGE as damage:
        raise unit.error(f"damaged entry: {damage}", at) from None


def _pass(unit: Unit, tags: frozenset[int], at: int, stack: list[int]) -> int:
    # The hot loop of every full walk: no calls for what most entries are, leaves of fixed size.
    octets, end, table = unit.octets, unit.end, unit.abbreviations
    leaps = table.leaps(tags)
    while at < end:
        start = at
        code = octets[at]
        if code >= 0x80:
            code, at = uleb(octets, at)
            at -= 1
        leap = leaps[code]
        if leap > 0:
            at += leap
        elif leap == NULL:
            at += 1
            stack.pop()
            if not stack:
                return at
        elif leap < PARENT:
            at += PARENT - leap
            stack.append(start)
        elif leap == WANTED:
            return start
        else:
            abbreviation = table[code]
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
                stack.append(start)
    stack.clear()
    return end
