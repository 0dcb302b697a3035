"""Debugging information entries: attributes by class, children, parents."""

from __future__ import annotations

from stackdump_probe.errors import DwarfError, Unsupported
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.abbreviations import skip_attributes
from stackdump_probe.image.dwarf.forms import (
    ADDRESS_INDICES,
    AS_IT_IS,
    BLOCKS,
    ELSEWHERE_REFERENCES,
    ELSEWHERE_STRINGS,
    NUMBERS,
    REFERENCES,
    STRING_INDICES,
    STRINGS,
    UNIT_REFERENCES,
    Indirect,
)
from stackdump_probe.image.dwarf.ranges import ranges_of
from stackdump_probe.image.dwarf.wanted import tagged
from stackdump_probe.image.leb import DAMAGE, uleb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from stackdump_probe.image.dwarf.forms import Raw
    from stackdump_probe.image.dwarf.units import Unit

    Value: TypeAlias = "int | str | memoryview | Die"

_LONGEST_ORIGIN_CHAIN = 16


class Die:
    """One entry of `unit`; equal to another one that stands at the same place.

    `offset` counts from the start of the unit's section. Reading what is damaged raises
    DwarfError; a reference that leads out of this file raises Unsupported.
    """

    __slots__ = ("_body", "_path", "_values", "abbreviation", "offset", "unit")

    def __init__(self, unit: Unit, offset: int, path: tuple[int, ...] | None = None) -> None:
        octets = unit.octets
        try:
            code = octets[offset]
            body = offset + 1
            if code >= 0x80:
                code, body = uleb(octets, offset)
        except DAMAGE as damage:
            raise unit.error(f"no entry here: {damage}", offset) from None
        if code == 0:
            raise unit.error("an entry was expected, a null entry found", offset)
        self.unit = unit
        self.offset = offset
        self.abbreviation = unit.abbreviations[code]
        self._body = body
        self._path = path
        self._values: dict[int, Raw] | None = None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Die):
            return NotImplemented
        return self.offset == other.offset and self.unit is other.unit

    def __hash__(self) -> int:
        return hash(self.offset)

    def __repr__(self) -> str:
        return f"<Die at {self.offset:#x} of tag {self.tag:#x}>"

    @property
    def tag(self) -> int:
        """One of dw.TAG_*, or what a producer made up."""
        return self.abbreviation.tag

    @property
    def has_children(self) -> bool:
        """True if the abbreviation says that children follow; there may be none all the same."""
        return self.abbreviation.has_children

    # --- attributes -------------------------------------------------------------------------

    @property
    def attributes(self) -> dict[int, tuple[int, int | memoryview]]:
        """(form, raw value) by attribute; the form of an indirect one is the true form."""
        values = self._decoded()
        found: dict[int, tuple[int, int | memoryview]] = {}
        for at, form in self.abbreviation.forms.items():
            raw = values[at]
            found[at] = (raw.form, raw.raw) if isinstance(raw, Indirect) else (form, raw)
        return found

    def __contains__(self, at: int) -> bool:
        return at in self.abbreviation.forms

    def has_any(self, attributes: frozenset[int]) -> bool:
        """True if the entry itself has one of these attributes."""
        return not attributes.isdisjoint(self.abbreviation.forms)

    def form(self, at: int) -> int | None:
        """The form of an attribute, that of an indirect one read from the entry."""
        found = self._raw(at)
        return found[0] if found else None

    def _raw(self, at: int) -> tuple[int, int | memoryview] | None:
        quick = self.abbreviation.quick.get(at)
        if quick is None:
            return self._raw_of_all(at) if at in self.abbreviation.forms else None
        form, distance, read = quick
        try:
            return form, read(self.unit.octets, self._body + distance)[0]
        except DAMAGE as damage:
            raise self.unit.error(f"damaged attribute: {damage}", self.offset) from None

    def _raw_of_all(self, at: int) -> tuple[int, int | memoryview]:
        raw = self._decoded()[at]
        if isinstance(raw, Indirect):
            return raw.form, raw.raw
        return self.abbreviation.forms[at], raw

    def _decoded(self) -> dict[int, Raw]:
        values = self._values
        if values is None:
            octets, at = self.unit.octets, self._body
            values = dict(self.abbreviation.constants)
            try:
                for names, read in self.abbreviation.steps:
                    raws, at = read(octets, at)
                    values.update(zip(names, raws, strict=True))
            except DAMAGE as damage:
                raise self.unit.error(f"damaged attribute: {damage}", self.offset) from None
            self._values = values
        return values

    def get(self, at: int) -> Value | None:
        """The attribute by the class of its form; None if the entry has no such attribute.

        Constants, addresses, section offsets and list indices are int (signed where the form says
        so), flags bool, strings str, blocks and expressions memoryview, references Die. A string
        in a supplementary file is None.
        """
        found = self._raw(at)
        if found is None:
            return None
        form, raw = found
        if form in AS_IT_IS:
            return raw
        if form == dw.FORM_flag:
            return bool(raw)
        if form in ADDRESS_INDICES:
            return self.unit.indexed_address(int(raw))
        if form in REFERENCES or form in ELSEWHERE_REFERENCES:
            return self._referred(form, int(raw))
        return self._text(form, raw)

    def string(self, at: int) -> str | None:
        """The attribute if it is a string; bytes that are not UTF-8 become U+FFFD."""
        found = self._raw(at)
        return self._text(*found) if found and found[0] in STRINGS else None

    @property
    def name(self) -> str | None:
        """DW_AT_name of this very entry."""
        return self.string(dw.AT_name)

    def integer(self, at: int) -> int | None:
        """The attribute if it is a constant, a section offset or a list index."""
        found = self._raw(at)
        return int(found[1]) if found and found[0] in NUMBERS else None

    def flag(self, at: int) -> bool:
        """True if the attribute is there and set."""
        form = self.abbreviation.forms.get(at)
        if form is None or form == dw.FORM_flag_present:
            return form is not None
        found = self._raw(at)
        return bool(found and found[0] in (dw.FORM_flag, dw.FORM_flag_present) and found[1])

    def address(self, at: int) -> int | None:
        """The attribute if it is an address."""
        found = self._raw(at)
        if found is None:
            return None
        if found[0] in ADDRESS_INDICES:
            return self.unit.indexed_address(int(found[1]))
        return int(found[1]) if found[0] == dw.FORM_addr else None

    def block(self, at: int) -> memoryview | None:
        """The attribute if it is a block or an expression."""
        found = self._raw(at)
        if found is None or found[0] not in BLOCKS:
            return None
        assert isinstance(found[1], memoryview)
        return found[1]

    def reference(self, at: int) -> Die | None:
        """The entry that the attribute refers to; None if there is no such attribute."""
        found = self._raw(at)
        if found is None or not (found[0] in REFERENCES or found[0] in ELSEWHERE_REFERENCES):
            return None
        return self._referred(found[0], int(found[1]))

    def place_in_unit(self, at: int) -> tuple[str, int] | None:
        """Section and offset of the entry that the attribute refers to, if that is in this unit."""
        found = self._raw(at)
        if found is None or found[0] not in UNIT_REFERENCES:
            return None
        return self.unit.section, self.unit.offset + int(found[1])

    def _referred(self, form: int, raw: int) -> Die:
        unit = self.unit
        if form in UNIT_REFERENCES:
            return unit.die_at(unit.offset + raw)
        if form == dw.FORM_ref_addr:
            return unit.dwarf.die_at(raw)
        if form == dw.FORM_ref_sig8:
            return unit.dwarf.type_of_signature(raw)
        raise Unsupported("its description is in a supplementary debug file")

    def _text(self, form: int, raw: int | memoryview) -> str | None:
        if isinstance(raw, memoryview):
            return str(raw, "utf-8", "replace")
        if form in STRING_INDICES:
            return self.unit.indexed_string(raw)
        if form in ELSEWHERE_STRINGS:
            return None
        section = ".debug_line_str" if form == dw.FORM_line_strp else ".debug_str"
        return self.unit.dwarf.string_at(section, raw)

    # --- what several attributes say together -----------------------------------------------

    def ranges(self) -> tuple[tuple[int, int], ...]:
        """(start, end) of this entry's code; empty if it has none or the linker discarded it."""
        return ranges_of(self)

    def origin(self) -> Die:
        """The last of `origins`: the entry that the programmer's declaration became."""
        *_, last = self.origins()
        return last

    def inherited(self, at: int) -> Value | None:
        """The attribute of this entry, else of the first in its chain of origins that has it."""
        if at in self.abbreviation.forms:
            return self.get(at)
        for die in self.origins():
            if at in die:
                return die.get(at)
        return None

    def origins(self) -> Iterator[Die]:
        """Yield this entry, then along DW_AT_abstract_origin and DW_AT_specification.

        The chain ends where it leads out of this file; one that never ends raises DwarfError.
        """
        die = self
        for _ in range(_LONGEST_ORIGIN_CHAIN):
            yield die
            try:
                origin = die.reference(dw.AT_abstract_origin) or die.reference(dw.AT_specification)
            except Unsupported:
                return
            if origin is None:
                return
            die = origin
        raise DwarfError(
            "a chain of origins without an end", section=self.unit.section, offset=self.offset
        )

    # --- the tree ---------------------------------------------------------------------------

    @property
    def end_of_attributes(self) -> int:
        """The offset after this entry itself, where its first child or next sibling stands."""
        abbreviation = self.abbreviation
        if abbreviation.size >= 0:
            return self._body + abbreviation.size
        try:
            return skip_attributes(abbreviation, self.unit.octets, self._body)
        except DAMAGE as damage:
            raise self.unit.error(f"damaged attribute: {damage}", self.offset) from None

    @property
    def sibling(self) -> int | None:
        """Where DW_AT_sibling says that the next entry stands; None if it does not lead forward."""
        found = self._raw(dw.AT_sibling)
        if found is None or found[0] not in UNIT_REFERENCES:
            return None
        offset = self.unit.offset + int(found[1])
        return offset if self._body < offset <= self.unit.end else None

    def children(self) -> Iterator[Die]:
        """Yield the entries directly below this one, in their order."""
        path = None if self._path is None else (*self._path, self.offset)
        return self.unit.tree.children_of(self, path)

    def walk(self, *tags: int, having: tuple[int, ...] = ()) -> Iterator[Die]:
        """Yield every entry below this one that has one of `tags`, in their order.

        With `having`, only those that have one of these attributes.
        """
        return self.unit.tree.walk_below(self, tagged(tags, having))

    @property
    def path(self) -> tuple[int, ...]:
        """The offsets of all entries around this one, outermost first."""
        if self._path is None:
            self._path = self.unit.tree.path_to(self.offset)
        return self._path

    @property
    def parent(self) -> Die | None:
        """The entry around this one; None for the top of a unit."""
        path = self.path
        return Die(self.unit, path[-1], path[:-1]) if path else None
