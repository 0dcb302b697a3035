"""Units of .debug_info and .debug_types: headers, bases, and what they have in them."""

from __future__ import annotations

from functools import cached_property
from struct import unpack_from

from stackdump_probe.errors import DwarfError, Unsupported
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.dies import Die
from stackdump_probe.image.dwarf.entry_tree import EntryTree
from stackdump_probe.image.dwarf.forms import UNSIGNED, encoding_of
from stackdump_probe.image.dwarf.rangemap import Columns, RangeMap
from stackdump_probe.image.dwarf.reader import Reader
from stackdump_probe.image.dwarf.wanted import Wanted, tagged
from stackdump_probe.image.leb import DAMAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackdump_probe.image.dwarf.abbreviations import AbbreviationTable
    from stackdump_probe.image.dwarf.debug_info import Dwarf

NO_LENGTH = 0xFFFF_FFF0  # from here on a word is no length (DWARF 5, 7.4)
KNOWN_VERSIONS = range(2, 6)
_TYPE_UNITS = (dw.UT_type, dw.UT_split_type)
_TYPES = (
    dw.TAG_structure_type,
    dw.TAG_class_type,
    dw.TAG_union_type,
    dw.TAG_enumeration_type,
    dw.TAG_subroutine_type,
    dw.TAG_array_type,
)
_OUTER_FUNCTIONS = Wanted(
    frozenset((dw.TAG_subprogram,)),
    having=frozenset((dw.AT_low_pc, dw.AT_ranges)),
    closed=frozenset((dw.TAG_subprogram, *_TYPES)),
    is_outermost=True,
)
_WITH_DWO_ID = (dw.UT_skeleton, dw.UT_split_compile)


class Unit:
    """One unit, whose header begins at `offset` of `section`; made by `read_unit`."""

    def __init__(
        self,
        dwarf: Dwarf,
        section: str,
        *,
        offset: int,
        end: int,
        version: int,
        kind: int,
        offset_size: int,
        address_size: int,
        abbreviations_at: int,
        first: int,
        signature: int = 0,
        type_offset: int = 0,
    ) -> None:
        self.dwarf = dwarf
        self.section = section
        self.octets = dwarf.section(section)
        self.offset = offset
        self.end = end
        self.version = version
        self.kind = kind
        self.offset_size = offset_size
        self.address_size = address_size
        self.signature = signature
        self.type_offset = type_offset
        self.encoding = encoding_of(version, offset_size, address_size)
        self._abbreviations_at = abbreviations_at
        self._first = first
        self.tree = EntryTree(self)

    def __repr__(self) -> str:
        return f"<Unit at {self.section}+{self.offset:#x}>"

    def error(self, message: str, offset: int) -> DwarfError:
        """The error to raise for something malformed at `offset` of this unit's section."""
        return DwarfError(message, section=self.section, offset=offset)

    @cached_property
    def abbreviations(self) -> AbbreviationTable:
        """What the codes of this unit's entries mean."""
        return self.dwarf.abbreviations(self._abbreviations_at, self.encoding)

    # --- what the top entry says -----------------------------------------------------------

    @cached_property
    def top(self) -> Die:
        """The entry of the unit itself; raises DwarfError if there is none."""
        if self._first >= self.end:
            raise self.error("a unit without an entry", self.offset)
        return Die(self, self._first, ())

    @property
    def is_type_unit(self) -> bool:
        """True if it holds one type, to be found by `signature`."""
        return self.kind in _TYPE_UNITS

    @cached_property
    def name(self) -> str | None:
        """The source file as the compiler was given it."""
        return self.top.name

    @cached_property
    def comp_dir(self) -> str | None:
        """The directory in which the compiler ran."""
        return self.top.string(dw.AT_comp_dir)

    @cached_property
    def language(self) -> int:
        """One of dw.LANG_*; 0 if the unit does not tell."""
        return self.top.integer(dw.AT_language) or 0

    @cached_property
    def low_pc(self) -> int | None:
        """The base address of this unit's range and location lists."""
        low = self.top.address(dw.AT_low_pc)
        return self.top.address(dw.AT_entry_pc) if low is None else low

    @cached_property
    def lines_at(self) -> int | None:
        """Where its line table begins in .debug_line."""
        return self.top.integer(dw.AT_stmt_list)

    def _base(self, attribute: int, gnu_attribute: int = 0) -> int:
        for at in (attribute, gnu_attribute):
            base = self.top.integer(at)
            if base is not None:
                return base
        # DWARF 5, 7.26 to 7.29: the first table's entries begin after its header.
        return 0 if self.version < 5 else 2 * self.offset_size

    @cached_property
    def str_offsets_base(self) -> int:
        """Where this unit's offsets begin in .debug_str_offsets."""
        return self._base(dw.AT_str_offsets_base)

    @cached_property
    def addr_base(self) -> int:
        """Where this unit's addresses begin in .debug_addr."""
        return self._base(dw.AT_addr_base, dw.AT_GNU_addr_base)

    @cached_property
    def rnglists_base(self) -> int:
        """Where this unit's offsets begin in .debug_rnglists."""
        return self._base(dw.AT_rnglists_base)

    @cached_property
    def loclists_base(self) -> int:
        """Where this unit's offsets begin in .debug_loclists."""
        return self._base(dw.AT_loclists_base)

    # --- what indices mean in this unit ----------------------------------------------------

    def indexed_address(self, index: int) -> int:
        """Entry `index` of .debug_addr; Unsupported if the addresses are in another file."""
        return self._entry(".debug_addr", self.addr_base, index, self.address_size)

    def indexed_string(self, index: int) -> str | None:
        """The string that entry `index` of .debug_str_offsets leads to."""
        if not self.dwarf.section(".debug_str_offsets"):
            return None
        base, size = self.str_offsets_base, self.offset_size
        return self.dwarf.string_at(
            ".debug_str", self._entry(".debug_str_offsets", base, index, size)
        )

    def list_offset(self, section: str, base: int, index: int) -> int:
        """Where list `index` begins in .debug_rnglists or .debug_loclists."""
        return base + self._entry(section, base, index, self.offset_size)

    def _entry(self, section: str, base: int, index: int, size: int) -> int:
        octets = self.dwarf.section(section)
        at = base + index * size
        if not octets:
            raise Unsupported(f"its entry of {section} is in another file")
        try:
            entry: int = unpack_from(f"<{UNSIGNED[size]}", octets, at)[0]
        except DAMAGE:
            raise DwarfError(f"no entry {index}", section=section, offset=at) from None
        return entry

    # --- functions -------------------------------------------------------------------------

    @cached_property
    def functions(self) -> RangeMap[Die]:
        """The functions with code, those that the linker discarded left out."""
        shapes = self.abbreviations.whole().values()
        if not any(dw.AT_sibling in each.forms for each in shapes):
            return self.outer_functions  # no way past anything
        return _by_range(self.walk(dw.TAG_subprogram, having=(dw.AT_low_pc, dw.AT_ranges)))

    @cached_property
    def outer_functions(self) -> RangeMap[Die]:
        """Those of `functions` that are not inside a function or a type.

        More, where DW_AT_sibling does not lead past what is inside.
        """
        return _by_range(self.wanted(_OUTER_FUNCTIONS))

    # --- entries ---------------------------------------------------------------------------

    def die_at(self, offset: int) -> Die:
        """The entry at `offset` of the section; raises DwarfError outside this unit."""
        if not self._first <= offset < self.end:
            raise self.error("an entry of this unit was expected", offset)
        return Die(self, offset)

    def walk(self, *tags: int, having: tuple[int, ...] = ()) -> Iterator[Die]:
        """Yield every entry that has one of `tags`, in their order, skipping all others fast.

        With `having`, only those that have one of these attributes.
        """
        return self.wanted(tagged(tags, having))

    def wanted(self, wanted: Wanted) -> Iterator[Die]:
        """Yield every entry that is wanted, in their order, skipping all others fast."""
        if wanted.includes(self.top.abbreviation):
            yield self.top
        yield from self.tree.walk_below(self.top, wanted)


def _by_range(functions: Iterator[Die]) -> RangeMap[Die]:
    ranges = ((low, high, die) for die in functions for low, high in die.ranges())
    return RangeMap(Columns.of(ranges))


def read_unit(dwarf: Dwarf, section: str, offset: int) -> Unit | None:
    """The unit whose header begins at `offset`; None if its version is not known.

    DWARF 5, 7.5.1, and for .debug_types DWARF 4, 7.5.1.2. Raises DwarfError if it is damaged.
    """
    reader = Reader(dwarf.section(section), section, at=offset)
    end, offset_size = read_length(reader)
    version = reader.unsigned(2)
    if version not in KNOWN_VERSIONS:
        return None
    kind = dw.UT_type if section == ".debug_types" else dw.UT_compile
    if version >= 5:
        kind, address_size = reader.u8(), reader.u8()
        abbreviations_at = reader.unsigned(offset_size)
    else:
        abbreviations_at = reader.unsigned(offset_size)
        address_size = reader.u8()
    if address_size not in UNSIGNED:
        raise reader.error(f"addresses of {address_size} bytes")
    signature = type_offset = 0
    if kind in _TYPE_UNITS:
        signature, type_offset = reader.unsigned(8), reader.unsigned(offset_size)
    elif kind in _WITH_DWO_ID:
        reader.unsigned(8)
    return Unit(
        dwarf,
        section,
        offset=offset,
        end=end,
        version=version,
        kind=kind,
        offset_size=offset_size,
        address_size=address_size,
        abbreviations_at=abbreviations_at,
        first=reader.at,
        signature=signature,
        type_offset=offset + type_offset,
    )


def read_length(reader: Reader) -> tuple[int, int]:
    """Read an initial length (DWARF 5, 7.4); return where its unit ends and the offset size."""
    length, offset_size = reader.unsigned(4), 4
    if length == 0xFFFF_FFFF:
        length, offset_size = reader.unsigned(8), 8
    elif length >= NO_LENGTH:
        raise reader.error(f"reserved unit length {length:#x}")
    if length > reader.left:
        raise reader.error(f"a unit of {length} bytes, {reader.left} left")
    return reader.at + length, offset_size
