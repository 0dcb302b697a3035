"""Which entries a walk stops at, and how it passes the others."""

from __future__ import annotations

from functools import cache

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.forms import BLOCKS
from stackdump_probe.record import Entity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from stackdump_probe.image.dwarf.abbreviations import Abbreviation

BLOCK_FORMS = BLOCKS | {dw.FORM_indirect}
_SHORT_BLOCKS = frozenset((dw.FORM_exprloc, dw.FORM_block1))  # mostly of a length in one byte
NULL, WANTED, VARIABLE, FUNCTION, LONG, PARENT = range(0, -6, -1)
CLOSED, BEGUN = -1 << 30, -1 << 29
FUNCTIONS = frozenset((dw.TAG_subprogram, dw.TAG_inlined_subroutine))


class Wanted(Entity):
    """Which entries a walk stops at: those of `tags` that have one of `having`, if it names any.

    One of `blocks` will do as well, if the attribute is no list or number; where a walk can tell
    at a glance, only one that begins with one of `beginnings`, if these are given. Entries of the
    tags `closed` have none of the wanted ones in them. Inside functions the walk stops at
    `in_functions` instead, if that is given; mere declarations of functions are closed then. A walk
    that `is_outermost` passes what is in a wanted entry, if DW_AT_sibling tells where that ends.
    What is found out for one of these is kept, so those that are the same should be one object.
    """

    tags: frozenset[int]
    having: frozenset[int] = frozenset()
    blocks: frozenset[int] = frozenset()
    beginnings: frozenset[int] = frozenset()
    closed: frozenset[int] = frozenset()
    in_functions: Wanted | None = None
    is_outermost: bool = False

    def includes(self, abbreviation: Abbreviation) -> bool:
        """True if the walk stops at entries of this shape."""
        if abbreviation.tag not in self.tags:
            return False
        forms = abbreviation.forms
        return (
            not (self.having or self.blocks)
            or any(at in forms for at in self.having)
            or any(forms.get(at) in BLOCK_FORMS for at in self.blocks)
        )

    def leap(self, abbreviation: Abbreviation) -> int:
        """How to pass an entry of this shape."""
        if self.includes(abbreviation):
            return self._looked_into(abbreviation)
        if not abbreviation.has_children:
            return abbreviation.leap
        is_function = self.in_functions is not None and abbreviation.tag in FUNCTIONS
        is_declared = is_function and dw.AT_declaration in abbreviation.forms
        if abbreviation.tag in self.closed or is_declared:
            sibling = abbreviation.sibling
            return abbreviation.leap if sibling is None else CLOSED - sibling - 1
        return FUNCTION if is_function else abbreviation.leap

    def _looked_into(self, abbreviation: Abbreviation) -> int:
        forms = abbreviation.forms
        block = next((at for at in self.blocks if at in forms), None)
        if not self.beginnings or block is None or any(at in forms for at in self.having):
            return WANTED
        distance = abbreviation.distance_to(block, _SHORT_BLOCKS)
        return WANTED if distance is None else BEGUN - distance - 1


@cache
def tagged(tags: tuple[int, ...], having: tuple[int, ...] = ()) -> Wanted:
    """Entries that have one of `tags`, and if any are named one of the attributes `having`."""
    return Wanted(frozenset(tags), frozenset(having))


Leaps = tuple[list[int], dict[int, int]]
"""How to pass each entry: the flat tables of a walk.

A positive number is what an entry without children takes, its code taken as one byte; NULL,
WANTED, VARIABLE and FUNCTION are what they say; PARENT less the same number stands for an
entry with children, CLOSED less a distance for one that is passed by its DW_AT_sibling, which
is so far from its beginning, BEGUN less a distance for one that is wanted if the block there
begins as it should. The list is for the first byte of a code, LONG if it is not all,
then the other table is for the whole code. Codes that are not declared are VARIABLE.
"""

LONG_CODES = 0x80  # of more bytes than one
NO_LEAPS: Leaps = ([NULL] + [VARIABLE] * (LONG_CODES - 1) + [LONG] * LONG_CODES, {})


def with_leaps(leaps: Leaps, others: Iterable[tuple[int, int]]) -> Leaps:
    """The same with other leaps for some codes."""
    by_octet, longer = leaps[0].copy(), leaps[1].copy()
    for code, leap in others:
        if code < LONG_CODES:
            by_octet[code] = leap
        else:
            longer[code] = leap
    return by_octet, longer
