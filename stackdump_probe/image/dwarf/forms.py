"""The forms of DWARF attributes: how many bytes each takes, and how they are read.

DWARF 5, 7.5.6, with the forms of older versions and the GNU ones. How large an address or an
offset is differs between units, so there is one `Encoding` for each combination.
"""

from __future__ import annotations

from functools import cache
from struct import Struct

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.leb import sleb, uleb
from stackdump_probe.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    Raw: TypeAlias = "int | memoryview | Indirect"
    Reader = Callable[[memoryview, int], tuple[Raw, int]]

UNSIGNED = {1: "B", 2: "H", 4: "I", 8: "Q"}
"""The letter of `struct` for an unsigned number of so many bytes."""


class Indirect(Record):
    """The value of an attribute of DW_FORM_indirect, with the form that stood before it."""

    form: int
    raw: int | memoryview


# Ways to skip a value whose size only its bytes tell; positive numbers are sizes.
SKIP_LEB, SKIP_STRING, SKIP_BLOCK1, SKIP_BLOCK2, SKIP_BLOCK4, SKIP_BLOCK = range(-1, -7, -1)
SKIP_INDIRECT = -7

_SKIP = {
    dw.FORM_exprloc: SKIP_BLOCK,
    dw.FORM_block: SKIP_BLOCK,
    dw.FORM_block1: SKIP_BLOCK1,
    dw.FORM_block2: SKIP_BLOCK2,
    dw.FORM_block4: SKIP_BLOCK4,
    dw.FORM_string: SKIP_STRING,
    dw.FORM_indirect: SKIP_INDIRECT,
    dw.FORM_sdata: SKIP_LEB,
    dw.FORM_udata: SKIP_LEB,
    dw.FORM_ref_udata: SKIP_LEB,
    dw.FORM_strx: SKIP_LEB,
    dw.FORM_addrx: SKIP_LEB,
    dw.FORM_loclistx: SKIP_LEB,
    dw.FORM_rnglistx: SKIP_LEB,
    dw.FORM_GNU_addr_index: SKIP_LEB,
    dw.FORM_GNU_str_index: SKIP_LEB,
}

_FIXED = {
    dw.FORM_data1: 1,
    dw.FORM_data2: 2,
    dw.FORM_data4: 4,
    dw.FORM_data8: 8,
    dw.FORM_data16: 16,
    dw.FORM_flag: 1,
    dw.FORM_flag_present: 0,
    dw.FORM_implicit_const: 0,
    dw.FORM_ref1: 1,
    dw.FORM_ref2: 2,
    dw.FORM_ref4: 4,
    dw.FORM_ref8: 8,
    dw.FORM_ref_sig8: 8,
    dw.FORM_ref_sup4: 4,
    dw.FORM_ref_sup8: 8,
    dw.FORM_strx1: 1,
    dw.FORM_strx2: 2,
    dw.FORM_strx3: 3,
    dw.FORM_strx4: 4,
    dw.FORM_addrx1: 1,
    dw.FORM_addrx2: 2,
    dw.FORM_addrx3: 3,
    dw.FORM_addrx4: 4,
}

_OFFSETS = (
    dw.FORM_sec_offset,
    dw.FORM_strp,
    dw.FORM_line_strp,
    dw.FORM_strp_sup,
    dw.FORM_GNU_ref_alt,
    dw.FORM_GNU_strp_alt,
)

# What a form makes of an attribute's raw value (DWARF 5, 7.5.5).
PLAIN = frozenset(
    {
        dw.FORM_addr,
        dw.FORM_data1,
        dw.FORM_data2,
        dw.FORM_data4,
        dw.FORM_data8,
        dw.FORM_data16,
        dw.FORM_sdata,
        dw.FORM_udata,
        dw.FORM_implicit_const,
        dw.FORM_sec_offset,
        dw.FORM_loclistx,
        dw.FORM_rnglistx,
        dw.FORM_flag_present,
    }
)
NUMBERS = PLAIN - {dw.FORM_addr}
BLOCKS = frozenset({dw.FORM_exprloc, dw.FORM_block, dw.FORM_block1, dw.FORM_block2, dw.FORM_block4})
AS_IT_IS = PLAIN | BLOCKS
ADDRESS_INDICES = frozenset(
    {
        dw.FORM_addrx,
        dw.FORM_addrx1,
        dw.FORM_addrx2,
        dw.FORM_addrx3,
        dw.FORM_addrx4,
        dw.FORM_GNU_addr_index,
    }
)
STRING_INDICES = frozenset(
    {
        dw.FORM_strx,
        dw.FORM_strx1,
        dw.FORM_strx2,
        dw.FORM_strx3,
        dw.FORM_strx4,
        dw.FORM_GNU_str_index,
    }
)
UNIT_REFERENCES = frozenset(
    {dw.FORM_ref1, dw.FORM_ref2, dw.FORM_ref4, dw.FORM_ref8, dw.FORM_ref_udata}
)
# Into a supplementary file, which no embedded tool chain hands out with the ELF.
ELSEWHERE_STRINGS = frozenset({dw.FORM_strp_sup, dw.FORM_GNU_strp_alt})
ELSEWHERE_REFERENCES = frozenset({dw.FORM_ref_sup4, dw.FORM_ref_sup8, dw.FORM_GNU_ref_alt})

STRINGS = STRING_INDICES | {dw.FORM_string, dw.FORM_strp, dw.FORM_line_strp}
REFERENCES = UNIT_REFERENCES | {dw.FORM_ref_addr, dw.FORM_ref_sig8}


class Encoding:
    """Sizes and readers of every form, for one combination of sizes."""

    def __init__(self, version: int, offset_size: int, address_size: int) -> None:
        self.version = version
        self.offset_size = offset_size
        self.address_size = address_size
        # DWARF 2 made a reference to another unit as large as an address (7.5.4 there).
        ref_addr = address_size if version <= 2 else offset_size
        self.sizes: Mapping[int, int] = {
            **_FIXED,
            **dict.fromkeys(_OFFSETS, offset_size),
            dw.FORM_addr: address_size,
            dw.FORM_ref_addr: ref_addr,
        }
        self.skips: Mapping[int, int] = {**self.sizes, **_SKIP}
        self.variable: Mapping[int, Reader] = {**_VARIABLE, SKIP_INDIRECT: self._read_indirect}
        # struct's own functions, where they will do; what they return begins with the value.
        self.unpackers: Mapping[int, Callable[[memoryview, int], tuple[int, ...]]] = {
            form: _unpacker(size) for form, size in self.sizes.items() if size in UNSIGNED
        }
        self.readers: Mapping[int, Reader] = {
            **{form: fixed_reader(size) for form, size in self.sizes.items() if size},
            **{form: self.variable[skip] for form, skip in _SKIP.items()},
            dw.FORM_flag_present: _read_present,
            dw.FORM_sdata: sleb,
        }

    def _read_indirect(self, octets: memoryview, at: int) -> tuple[Raw, int]:
        form = dw.FORM_indirect
        while form == dw.FORM_indirect:
            form, at = uleb(octets, at)
        if form not in self.readers:
            raise ValueError(f"no form {form:#x} can be here")
        raw, at = self.readers[form](octets, at)
        assert not isinstance(raw, Indirect)
        return Indirect(form, raw), at


@cache
def encoding_of(version: int, offset_size: int, address_size: int) -> Encoding:
    """The one Encoding of this combination."""
    return Encoding(version, offset_size, address_size)


@cache
def fixed_reader(size: int) -> Reader:
    """A reader of unsigned little-endian numbers of `size` bytes."""
    if size not in UNSIGNED:
        return _odd_reader(size)
    unpack_from = _unpacker(size)

    def read(octets: memoryview, at: int) -> tuple[Raw, int]:
        return unpack_from(octets, at)[0], at + size

    return read


@cache
def _unpacker(size: int) -> Callable[[memoryview, int], tuple[int, ...]]:
    return Struct(f"<{UNSIGNED[size]}").unpack_from


def _odd_reader(size: int) -> Reader:
    def read(octets: memoryview, at: int) -> tuple[Raw, int]:
        octets[at + size - 1]  # raises IndexError if it is not there
        return int.from_bytes(octets[at : at + size], "little"), at + size

    return read


def _read_present(_octets: memoryview, at: int) -> tuple[Raw, int]:
    return True, at


def _read_string(octets: memoryview, at: int) -> tuple[Raw, int]:
    end = string_end(octets, at)
    return octets[at:end], end + 1


def string_of(octets: memoryview, at: int) -> str:
    """The string at `at`, bytes that are not UTF-8 as U+FFFD; ValueError if it has no end."""
    text, end, _ = bytes(octets[at : at + 64]).partition(b"\0")
    if not end:
        text = bytes(octets[at : string_end(octets, at)])
    return text.decode("utf-8", "replace")


def string_end(octets: memoryview, at: int) -> int:
    """The position of the zero byte that ends the string at `at`; ValueError if there is none."""
    step = 64
    start = at
    while start < len(octets):
        found = bytes(octets[start : start + step]).find(0)
        if found >= 0:
            return start + found
        start += step
        step = 4096
    raise ValueError("string without an end")


def _block_reader(size: int) -> Reader:
    length_reader = fixed_reader(size) if size else uleb

    def read(octets: memoryview, at: int) -> tuple[Raw, int]:
        length, start = length_reader(octets, at)
        assert isinstance(length, int)
        block = octets[start : start + length]
        if len(block) < length:
            raise ValueError(f"block of {length} bytes, {len(block)} left")
        return block, start + length

    return read


_VARIABLE: Mapping[int, Reader] = {
    SKIP_LEB: uleb,
    SKIP_STRING: _read_string,
    SKIP_BLOCK1: _block_reader(1),
    SKIP_BLOCK2: _block_reader(2),
    SKIP_BLOCK4: _block_reader(4),
    SKIP_BLOCK: _block_reader(0),
}
