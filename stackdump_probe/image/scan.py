"""Passing over entries as fast as plain Python can, stopping only at those of wanted tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackdump_probe.image.forms import SKIP_BLOCK, SKIP_BLOCK1, SKIP_LEB, SKIP_STRING
from stackdump_probe.image.leb import DAMAGE, uleb

if TYPE_CHECKING:
    from stackdump_probe.image.units import Unit


class Scan:
    """A pass over entries of `unit` that stops at each of `tags`."""

    def __init__(self, unit: Unit, tags: frozenset[int]) -> None:
        self._unit = unit
        self._tags = tags
        self._table = unit.abbreviations.whole()

    def next_wanted(self, at: int, stack: list[int]) -> int:
        """Go on from the entry at `at`, inside the entries of `stack`, and return the next wanted.

        If there is none before the outermost entry of `stack` ends, `stack` is left empty and the
        offset after that entry is returned. Raises DwarfError where bytes are malformed.
        """
        try:
            return self._pass(at, stack)
        except DAMAGE as damage:
            raise self._unit.error(f"damaged entry: {damage}", at) from None

    def _pass(self, at: int, stack: list[int]) -> int:
        octets, end, table, tags = self._unit.octets, self._unit.end, self._table, self._tags
        while at < end:
            start = at
            code = octets[at]
            at += 1
            if code >= 0x80:
                code, at = uleb(octets, start)
            if not code:
                stack.pop()
                if not stack:
                    return at
                continue
            abbreviation = table[code]
            if abbreviation.tag in tags:
                return start
            size = abbreviation.size
            if size >= 0:
                at += size
            else:
                for skip in abbreviation.skips:
                    if skip > 0:
                        at += skip
                    elif (skip == SKIP_BLOCK and octets[at] < 0x80) or skip == SKIP_BLOCK1:
                        at += 1 + octets[at]
                    elif skip == SKIP_LEB:
                        while octets[at] >= 0x80:
                            at += 1
                        at += 1
                    elif skip == SKIP_STRING:
                        while octets[at]:
                            at += 1
                        at += 1
                    else:
                        at = abbreviation.encoding.variable[skip](octets, at)[1]
            if abbreviation.has_children:
                stack.append(start)
        stack.clear()
        return end
